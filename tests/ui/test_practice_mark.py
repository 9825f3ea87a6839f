"""Practice looks like practice on every page, and is as easy to read and to touch as the real thing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.flows import actions
from kiosk.flows.pages import ProgressPage
from sync.connectivity import LinkState, SyncStatus
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.sample_pages import SAMPLES

REACHED = {
    name: model
    for name, model in SAMPLES.items()
    # Nobody is enrolled in practice, so that nobody's own face and voice are offered there.
    if not (isinstance(model, ProgressPage) and model.has_templates)
}
SCREENS = {"portrait": PORTRAIT, "landscape": LANDSCAPE}
STRIP = "练习，不会真的办理"


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_passes_the_audit_and_is_marked_in_practice(make_window, screen):
    window = make_window(SCREENS[screen])
    window.set_practice(is_on=True)
    faults, unmarked = {}, []
    for name, model in REACHED.items():
        window.show_model(model)
        if found := audit(window):
            faults[name] = found
        if not window.shell.practice.count:
            unmarked.append(name)
    assert faults == {}
    assert unmarked == []
    assert window.shell.strip.practice.text() == STRIP


def test_no_pixel_of_what_is_read_is_tinted_in_practice(make_window):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["22-help-save"])
    page = window.shell.page
    parts = (page.prompt_panel.sentence, page.name, page.phone, page.save)

    def pictures():
        QApplication.processEvents()
        whole = window.grab().toImage()
        return [
            whole.copy(part.rect().translated(part.mapTo(window, part.rect().topLeft())))
            for part in parts
        ], whole

    # Qt draws the edges of letters a trace otherwise when it meets them anew, as after words of other sizes were drawn.
    for is_on in (True, False):
        window.set_practice(is_on=is_on)
        pictures()
    plain, plain_page = pictures()
    window.set_practice(is_on=True)
    marked, marked_page = pictures()
    assert marked == plain
    assert marked_page != plain_page


def test_touch_goes_through_the_mark(make_window, clock):
    window = make_window(PORTRAIT)
    window.set_practice(is_on=True)
    acted = []
    window.acted.connect(acted.append)
    window.show_model(SAMPLES["05-confirm-person"])
    clock.move(1)
    QApplication.processEvents()
    yes = window.shell.page.yes
    spot = yes.mapTo(window, yes.rect().center())
    assert window.childAt(spot) is yes
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=spot)
    assert acted == [actions.Confirm()]


def test_practice_stays_when_the_window_is_laid_out_anew_and_ends_when_it_is_told(make_window):
    window = make_window(PORTRAIT)
    window.set_practice(is_on=True)
    window.show_model(SAMPLES["14-help"])
    window.resize(960, 540)
    window.relayout()
    assert window.shell.practice.isVisible()
    assert window.shell.strip.practice.text() == STRIP
    window.set_practice(is_on=False)
    assert not window.shell.practice.isVisible()
    assert not window.shell.strip.practice.isVisible()


def test_strip_says_less_of_the_queue_when_practice_needs_the_room(make_window):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["14-help"])
    window.show_status(SyncStatus(LinkState.OFFLINE, 128, 2, 30 * 24 * 3600.0))
    assert window.shell.strip.words.text() == "没有网络 · 128件待传 · 最早30天前 · 2件要处理"
    window.set_practice(is_on=True)
    assert window.shell.strip.words.text() == "没有网络 · 128件待传 · 2件要处理"
    assert audit(window) == []
    window.show_status(SyncStatus(LinkState.OFFLINE, 3, 0, 3600.0))
    assert window.shell.strip.words.text() == "没有网络 · 3件待传 · 最早1小时前"
