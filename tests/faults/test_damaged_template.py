"""A face template that cannot be used is no dead end: the resident is asked for the card instead."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config import (
    DeviceConfig,
    HardwareConfig,
    IdentityConfig,
    KioskConfig,
    SiteConfig,
    StorageConfig,
    SyncConfig,
)
from kiosk.demo.portraits import choose_portraits
from kiosk.devices.simulated_card_reader import SimulatedCard, SimulatedCardReader, write_cards
from kiosk.errors import TemplateUnusable
from kiosk.flows.actions import (
    Begin,
    CardPresented,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    FaceCheckUnavailable,
    PinTyped,
    UseCitizenNumber,
)
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import (
    CardPage,
    ChoicePage,
    CitizenNumberPage,
    ConfirmPersonPage,
    ConsentPage,
    FaceCheckPage,
    IdentifyPage,
    NoticePage,
    PinPage,
    ServicesPage,
)
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.ports import FaceTemplate
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW, REGION, ZHAO, FakeClock, card
from tests.flows.walk import walk

PIN = "135790"
GOOD = FaceTemplate("dlib-resnet-v1", (b"\0" * 512,))
TO_PERSON = (
    (Begin(), ServicesPage),
    (ChooseService("pension.life_certification"), IdentifyPage),
    (UseCitizenNumber(), CitizenNumberPage),
    (CitizenNumberTyped(ZHAO), ConfirmPersonPage),
)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """The kiosk as it is put together, with one resident enrolled and no centre."""
    cards = tmp_path / "cards.json"
    write_cards(cards, (SimulatedCard.issue(card(), PIN),))
    config = KioskConfig(
        site=SiteConfig(name="梧桐村服务站", helper_name="李主任", helper_phone="0818-555-0100"),
        device=DeviceConfig("dev-0007", "A07", REGION),
        hardware=HardwareConfig(
            camera=f"file:{choose_portraits(tmp_path).live}",
            card_reader=f"simulated:{cards}",
            printer="none",
        ),
        identity=IdentityConfig(),
        sync=SyncConfig(),
        storage=StorageConfig(str(tmp_path / "state"), "file"),
    )
    with open_runtime(config, FakeClock()) as opened:
        with opened.store.transaction() as transaction:
            SqliteResidents(transaction.database).put(
                "r-0001",
                {"citizen_id": ZHAO, "name": "赵桂兰", "region_code": REGION},
                NOW.isoformat(),
            )
            transaction.templates.put("r-0001", GOOD, NOW)
        yield opened


def damage(runtime: Runtime, column: str, value: object) -> None:
    with runtime.encrypted.transaction() as raw:
        raw.execute(f"UPDATE face_template SET {column} = ?", [value])


def test_enrolled_resident_is_asked_for_the_face_when_the_template_is_whole(
    runtime: Runtime,
) -> None:
    walk(Navigator(runtime.visit_ports()), *TO_PERSON, (Confirm(), ConsentPage))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("sealed", b""),
        ("sealed", b"\1\0\0"),
        ("sealed", bytes(516)),
        ("sealed", b"\1" * 516),
        ("engine_id", "another-engine"),
        ("engine_id", ""),
    ],
)
def test_resident_is_asked_for_card_and_pin_when_the_template_is_unusable(
    column: str, value: object, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    damage(runtime, column, value)
    navigator = Navigator(runtime.visit_ports())
    walk(navigator, *TO_PERSON, (Confirm(), CardPage))
    assert "face template unusable code=KSK-303" in caplog.text
    assert ZHAO not in caplog.text
    reader = runtime.card_reader
    assert isinstance(reader, SimulatedCardReader)
    reader.insert(card().card_number)
    assert isinstance(navigator.act(CardPresented(card())), PinPage)
    assert isinstance(navigator.act(PinTyped(PIN)), ChoicePage)


def test_check_says_so_and_leads_to_the_card_when_the_vectors_are_nonsense(
    runtime: Runtime,
) -> None:
    with runtime.store.transaction() as transaction:
        transaction.templates.put("r-0001", replace(GOOD, vectors=(bytes(4),)), NOW)
    navigator = Navigator(runtime.visit_ports())
    walk(navigator, *TO_PERSON, (Confirm(), ConsentPage), (Confirm(), FaceCheckPage))
    check = navigator.face_check()
    assert check is not None
    result = check.run(lambda _view: None, threading.Event())
    assert (result.kind, result.code) == ("unavailable", TemplateUnusable.code)
    page = navigator.act(FaceCheckUnavailable(result.code))
    assert isinstance(page, NoticePage)
    assert page.prompt.id == "notice.face_unavailable"
    assert [choice.choice_id for choice in page.choices] == ["use_card"]
