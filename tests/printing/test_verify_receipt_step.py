"""The kiosk's own check of a paper, as flow and as page."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from accessibility.prompt import Prompt
from kiosk.devices.print_raster import render_printout
from kiosk.devices.qr_reader import read_qr_text
from kiosk.domain.printout import ROLL_58
from kiosk.errors import CameraUnavailable, FlowError
from kiosk.flows.actions import Choose, CodeScanned, Confirm, Finish
from kiosk.flows.pages import ReviewLine, VerifyReceiptPage
from kiosk.flows.verify_receipt import VerifyReceiptStep
from kiosk.flows.visit import Visit
from kiosk.services.ports import Frame
from kiosk.services.scan_code import CodeScan
from kiosk.ui.code_feed import CodeFeed
from tests.builders import make_world
from tests.printing.codes import KIOSK, VAN
from tests.printing.papers import receipt


def test_paper_is_judged_and_its_lines_are_shown_when_it_is_genuine(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        ports = replace(world.ports, verify_receipt=VAN.verify().check)
        waiting = VerifyReceiptStep()
        assert waiting.page(Visit(), ports).prompt.id == "verify_receipt.no_camera"
        after = waiting.take(Visit(), ports, CodeScanned(KIOSK.text()))
        assert after.replaces
        page = after.step.page(Visit(), ports)
        assert isinstance(page, VerifyReceiptPage)
        assert (page.verdict, page.prompt.id) == ("genuine", "verify_receipt.genuine")
        assert [line.value for line in page.lines] == [
            "A07-000123-U",
            "受理回执",
            "养老资格认证",
            "2026-11-23 16:05",
        ]
        again = after.step.take(Visit(), ports, Choose("again"))
        assert again.step == VerifyReceiptStep()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("http://pay.example/1", "unknown"),
        (KIOSK.text(124)[:60] + KIOSK.text()[60:], "changed"),
        (KIOSK.text(has_certificate=False), "not_yet"),
    ],
)
def test_paper_that_is_not_genuine_shows_no_line_of_it(
    text: str, verdict: str, tmp_path: Path
) -> None:
    with make_world(tmp_path) as world:
        ports = replace(world.ports, verify_receipt=VAN.verify().check)
        after = VerifyReceiptStep().take(Visit(), ports, CodeScanned(text))
        page = after.step.page(Visit(), ports)
        assert isinstance(page, VerifyReceiptPage)
        assert (page.verdict, page.lines) == (verdict, ())


def test_other_actions_are_refused_and_nothing_is_checked_without_the_port(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        step = VerifyReceiptStep()
        for action in (Confirm(), CodeScanned(KIOSK.text()), Choose("else")):
            with pytest.raises(FlowError):
                step.take(Visit(), world.ports, action)
    assert KIOSK.text() not in repr(CodeScanned(KIOSK.text()))


class PaperCamera:
    """Shows nothing twice, then a paper; notes whether it was closed."""

    label = "camera"

    def __init__(self, frames: list[Frame], *, fails: bool = False) -> None:
        self.frames = frames
        self.fails = fails
        self.is_open = False

    def open(self) -> None:
        if self.fails:
            raise CameraUnavailable("none")
        self.is_open = True

    def read(self) -> Frame:
        return self.frames.pop(0) if len(self.frames) > 1 else self.frames[0]

    def close(self) -> None:
        self.is_open = False


def picture_of_paper() -> Frame:
    (sheet,) = render_printout(receipt(qr_text=KIOSK.text()), ROLL_58)
    grey = np.asarray(sheet.convert("L"), np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)


def test_camera_looks_until_a_code_is_held_before_it() -> None:
    blank = np.full((480, 640, 3), 90, np.uint8)
    camera = PaperCamera([blank, blank, picture_of_paper()])
    assert CodeScan(camera, read_qr_text).run(threading.Event()) == KIOSK.text()
    assert not camera.is_open


def test_look_ends_when_it_is_stopped_or_the_camera_is_gone() -> None:
    stop = threading.Event()
    stop.set()
    camera = PaperCamera([picture_of_paper()])
    assert CodeScan(camera, read_qr_text).run(stop) == ""
    assert not camera.is_open
    assert CodeScan(PaperCamera([], fails=True), read_qr_text).run(threading.Event()) == ""


class Look:
    """A look whose end the test decides."""

    def __init__(self, text: str = "", error: Exception | None = None) -> None:
        self.text = text
        self.error = error
        self.go = threading.Event()

    def run(self, stop: threading.Event) -> str:
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error
        return self.text


def test_feed_calls_back_once_with_the_newest_look(qtbot) -> None:  # type: ignore[no-untyped-def]
    found: list[str] = []
    feed = CodeFeed(found.append)
    first, second = Look("first"), Look("second")
    feed.start(first)
    feed.start(second)
    first.go.set()
    second.go.set()
    qtbot.waitUntil(lambda: found == ["second"], timeout=5000)
    feed.close()
    assert found == ["second"]


def test_feed_outlives_a_driver_that_breaks(qtbot, caplog: pytest.LogCaptureFixture) -> None:  # type: ignore[no-untyped-def]
    found: list[str] = []
    feed = CodeFeed(found.append)
    broken, good = Look(error=LookupError("A07-000123")), Look("good")
    broken.go.set()
    good.go.set()
    feed.start(broken)
    qtbot.waitUntil(lambda: "LookupError" in caplog.text, timeout=5000)
    feed.start(good)
    qtbot.waitUntil(lambda: found == ["good"], timeout=5000)
    feed.close()
    assert "A07-000123" not in caplog.text


LINES = (
    ReviewLine("编号", "A07-000123-U", "number"),
    ReviewLine("是什么", "受理回执", "document"),
)


@pytest.fixture
def shown(make_window, clock):  # type: ignore[no-untyped-def]
    def show(model: VerifyReceiptPage):  # type: ignore[no-untyped-def]
        window = make_window()
        acted: list[object] = []
        window.acted.connect(acted.append)
        window.show_model(model)
        return window.shell.page, acted

    return show


def test_scanner_types_a_code_into_the_page(shown) -> None:  # type: ignore[no-untyped-def]
    page, acted = shown(VerifyReceiptPage(Prompt("verify_receipt")))
    QTest.keyClicks(page.scanner, KIOSK.text())
    assert acted == []
    QTest.keyClick(page.scanner, Qt.Key.Key_Return)
    assert acted == [CodeScanned(KIOSK.text())]
    QTest.keyClick(page.scanner, Qt.Key.Key_Return)
    assert len(acted) == 1


def test_keys_of_a_code_press_no_button_and_an_endless_one_is_bounded(shown, clock) -> None:  # type: ignore[no-untyped-def]
    page, acted = shown(VerifyReceiptPage(Prompt("verify_receipt")))
    QTest.keyClicks(page.scanner, "A B ")
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Down):
        QTest.keyClick(page.scanner, key)
    assert acted == []
    QTest.keyClicks(page.scanner, "X" * 1500)
    QTest.keyClick(page.scanner, Qt.Key.Key_Enter)
    (action,) = acted
    assert isinstance(action, CodeScanned)
    assert len(action.text) == 1001
    # What somebody typed and left does not begin the next code.
    QTest.keyClicks(page.scanner, "OLD")
    clock.move(5)
    QTest.keyClicks(page.scanner, "XL2NEW")
    QTest.keyClick(page.scanner, Qt.Key.Key_Return)
    assert acted[1] == CodeScanned("XL2NEW")


def test_verdict_offers_the_next_paper_and_the_end(shown, clock) -> None:  # type: ignore[no-untyped-def]
    page, acted = shown(VerifyReceiptPage(Prompt("verify_receipt.genuine"), "genuine", LINES))
    assert page.again.isVisibleTo(page)
    assert not page.scanner.isVisibleTo(page)
    for button in (page.again, page.finish):
        clock.move(1)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert acted == [Choose("again"), Finish()]
