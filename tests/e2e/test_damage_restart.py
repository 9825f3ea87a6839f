"""A page goes bad under a running kiosk: nobody is cut off, and the next start has repaired it."""

from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.app import assembly
from kiosk.app.application import screen_spec
from kiosk.app.assembly import KioskWindow
from kiosk.app.start_up import LOCALE, StartUp
from kiosk.clock import SystemClock
from kiosk.config import (
    DeviceConfig,
    HardwareConfig,
    KioskConfig,
    ScreenConfig,
    StorageConfig,
)
from kiosk.flows.actions import Begin, Finish
from kiosk.flows.pages import ServicesPage, WelcomePage
from kiosk.storage import quarantine
from kiosk.storage.database import DATABASE_FILE
from kiosk.ui.main_window import MainWindow
from sync.errors import DatabaseDamaged
from tests.crash.kiosk_parts import open_kiosk
from tests.storage.damage import pages_of, spoil

WAIT_MS = 30_000


def config(folder: Path) -> KioskConfig:
    return KioskConfig(
        device=DeviceConfig(id="dev-0007", receipt_prefix="A07", region_code="513022104203"),
        hardware=HardwareConfig(camera="none", audio="none"),
        screen=ScreenConfig(is_full_screen=False),
        storage=StorageConfig(state_dir=str(folder / "state"), key_provider="file"),
    )


def begin(settings: KioskConfig, stack: ExitStack, qtbot: QtBot) -> StartUp:
    prompts = PromptCatalogue.load(LOCALE)
    window = MainWindow(prompts, screen_spec(settings.screen), SystemClock())
    stack.callback(window.deleteLater)
    start_up = StartUp(settings, window, prompts, stack)
    stack.callback(start_up.close)
    start_up.begin()
    qtbot.waitUntil(
        lambda: (
            start_up.kiosk is not None
            and isinstance(start_up.kiosk.controller.page, WelcomePage)
            and not start_up.kiosk.controller.is_busy
        ),
        timeout=WAIT_MS,
    )
    return start_up


def meet_damage(start_up: StartUp) -> None:
    """As any thread meets it: SQLite's word passes through the database."""
    assert start_up.kiosk is not None
    with suppress(DatabaseDamaged), start_up.kiosk.runtime.encrypted.reading():
        raise DatabaseDamaged


def test_kiosk_leaves_for_repair_when_the_visit_is_over_and_comes_back(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    look = KioskWindow._leave_when_idle
    monkeypatch.setattr(assembly, "IDLE_LOOK_MS", 20)
    monkeypatch.setattr(
        KioskWindow, "_leave_when_idle", lambda kiosk: (looks.append(True), look(kiosk))
    )
    with open_kiosk(tmp_path) as kiosk:
        promised = [kiosk.submit() for _ in range(3)]
    settings = config(tmp_path)
    with ExitStack() as stack:
        start_up = begin(settings, stack, qtbot)
        controller = start_up.kiosk.controller
        controller.act(Begin())
        qtbot.waitUntil(lambda: isinstance(controller.page, ServicesPage), timeout=WAIT_MS)
        meet_damage(start_up)
        qtbot.waitUntil(lambda: len(looks) > 2, timeout=WAIT_MS)
        assert not start_up.wants_restart, "somebody is in the middle of a visit"
        controller.act(Finish())
        qtbot.waitUntil(lambda: start_up.wants_restart, timeout=WAIT_MS)
    state = tmp_path / "state"
    assert (state / "kiosk.ballast").stat().st_size == 16 * 1024 * 1024
    spoil(state / DATABASE_FILE, pages_of(state)["resident"])
    with ExitStack() as stack:
        start_up = begin(settings, stack, qtbot)
        strip = start_up.kiosk.window.shell.strip.words
        qtbot.waitUntil(lambda: "数据库修复过" in strip.text(), timeout=WAIT_MS)
    assert len(quarantine.unseen(state)) == 1
    with open_kiosk(tmp_path) as kiosk, kiosk.encrypted.reading() as raw:
        found = {row[0] for row in raw.execute("SELECT receipt_number FROM service_request")}
    assert found == {request.receipt_number for request in promised}
