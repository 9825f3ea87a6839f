from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea

from accessibility.prompt import Prompt
from kiosk.flows import pages as models
from kiosk.flows.actions import Finish
from kiosk.services.liveness_ports import Cue, LivenessView
from kiosk.ui.icons import has_icon
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.text_block import TextBlock
from tests.ui import fakes
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.sample_pages import SAMPLES, STAGE, receipt

SCREENS = {"portrait": PORTRAIT, "landscape": LANDSCAPE}
SMALL_WINDOWS = {"portrait": (540, 960), "landscape": (1280, 720)}
RECEIPTS = ("receipt", "receipt.provisional", "receipt.delivered", "receipt.decided")


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_passes_the_audit_on_both_screens(make_window, screen):
    window = make_window(SCREENS[screen])
    faults = {}
    for name, model in SAMPLES.items():
        window.show_model(model)
        if found := audit(window):
            faults[name] = found
    assert faults == {}


@pytest.mark.slow
@pytest.mark.parametrize("screen", SMALL_WINDOWS)
def test_every_page_passes_the_audit_when_the_window_is_small(make_window, screen):
    window = make_window(SCREENS[screen])
    window.resize(*SMALL_WINDOWS[screen])
    window.relayout()
    faults = {}
    for name, model in SAMPLES.items():
        window.show_model(model)
        # Fonts are whole pixels: half the size may miss the angle by one.
        if found := [fault for fault in audit(window) if "1 px, less" not in fault]:
            faults[name] = found
    assert faults == {}
    assert window.size().toTuple() == SMALL_WINDOWS[screen]


def plant_small_button(window):
    window.shell.page.finish.setFixedHeight(40)
    return "target-size"


def plant_small_text(window):
    window.shell.page.prompt_panel.sentence.size_px = 24
    return "text-size"


def plant_pale_text(window):
    window.shell.page.prompt_panel.sentence.set_colour("#9AA5A3")
    return "contrast"


def plant_nameless_button(window):
    window.shell.page.finish.setText("")
    window.shell.page.finish.setAccessibleName("")
    return "name"


def plant_cut_text(window):
    window.shell.page.prompt_panel.sentence.setFixedHeight(20)
    return "cut"


def plant_cut_button_words(window):
    window.shell.page.finish.show_words("好了，结束" * 12)
    return "cut"


def plant_scroll_area(window):
    window.shell.page.answers.addWidget(QScrollArea())
    return "scroll"


def plant_hidden_help(window):
    window.shell.bar.help.hide()
    return "always-present"


def plant_unfocusable_button(window):
    window.shell.page.finish.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return "focus"


def plant_long_title(window):
    window.shell.page.prompt_panel.title.show_words("您的养老资格认证已经由本机受理")
    return "title"


def plant_overlapping_button(window):
    page = window.shell.page
    button = ActionButton(page.kit, Look.SECONDARY, "结束", "home", page)
    below = page.finish.mapTo(page, page.finish.rect().center())
    button.setGeometry(below.x(), below.y(), 300, 90)
    button.show()
    return "overlap"


def plant_too_many_choices(window):
    page = window.shell.page
    for _ in range(MANY):
        page.answers.addWidget(page.button(Look.SECONDARY, "help.finish", "home", Finish()))
    return "choices"


def plant_rare_character(window):
    window.shell.page.prompt_panel.sentence.show_words("\U00030000先生")
    return "glyph"


def plant_part_off_the_screen(window):
    block = TextBlock(window.shell.kit, 60, parent=window.shell.page)
    block.show_words("外面")
    block.setGeometry(window.width() - 20, 100, 200, 90)
    return "fits-screen"


MANY = 6
FAULTS = [value for name, value in sorted(globals().items()) if name.startswith("plant_")]


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_audit_finds_the_fault_when_one_is_planted(make_window, plant):
    window = make_window(PORTRAIT)
    window.show_model(receipt(STAGE.ACCEPTED))
    assert audit(window) == []
    expected = plant(window)
    QApplication.processEvents()
    assert any(fault.startswith(expected) for fault in audit(window))


def test_every_view_model_has_a_page_and_a_sample():
    from typing import get_args

    from kiosk.ui.pages import PAGES

    wanted = set(get_args(models.AnyPage))
    assert {model for model, _ in PAGES} == wanted
    assert {type(model) for model in SAMPLES.values()} == wanted
    assert all(page.__name__ == model.__name__ for model, page in PAGES)


def test_every_advice_has_words_short_enough_for_the_camera_page(make_window, texts):
    from kiosk.services.ports import FaceAdvice

    for screen in SCREENS.values():
        window = make_window(screen)
        window.show_model(models.FaceCheckPage(Prompt("face_check")))
        page = window.shell.page
        for advice in FaceAdvice:
            page.advice.show_words(texts.text(Prompt(f"face.advice.{advice.value}")).title)
            QApplication.processEvents()
            assert not page.advice.is_cut(), advice


def test_every_motion_fits_the_camera_page_in_words_and_picture(make_window):
    for screen in SCREENS.values():
        window = make_window(screen)
        window.show_model(models.FaceCheckPage(Prompt("face_check")))
        for turn, cue in enumerate(Cue, start=1):
            colour = (150, 236, 255) if cue is Cue.WATCH_COLOURS else None
            asked = LivenessView(cue, turn, turn / 8, colour)
            window.show_face(replace(fakes.face_view(), liveness=asked))
            assert audit(window) == [], cue
            assert has_icon(cue.value)


@pytest.mark.parametrize("prompt_id", RECEIPTS)
@pytest.mark.parametrize("screen", SCREENS)
def test_receipt_reminds_of_the_card_and_still_fits(make_window, screen, prompt_id):
    window = make_window(SCREENS[screen])
    window.show_model(receipt(STAGE.ACCEPTED, prompt_id))
    assert window.shell.page.prompt_panel.sentence.text().endswith("请取走您的卡。")
    assert audit(window) == []
