"""Tokens, colours, fonts, icons and words that need no window."""

import xml.etree.ElementTree as ET
from importlib import resources

import numpy as np
import pytest
from PySide6.QtGui import QFontInfo, QRawFont

from kiosk.flows import pages
from kiosk.services.ports import FaceAdvice
from kiosk.ui.colours import DAY, EDGE_PAIRS, TEXT_PAIRS, contrast
from kiosk.ui.fonts import FAMILY, font, load_fonts
from kiosk.ui.icons import ALIASES, has_icon, icon_source
from kiosk.ui.tokens import ScreenSpec, Tokens
from kiosk.ui.widgets.face_preview import FacePreview, image_of
from kiosk.ui.widgets.text_block import break_lines


def test_sizes_are_physical_on_a_21_inch_screen():
    tokens = Tokens(ScreenSpec(1080, 1920, 21.5, 600))
    assert (tokens.target, tokens.primary, tokens.tile) == (81, 105, 169)
    assert tokens.body == 41  # 7.33 mm capitals: 0.7 degrees at 600 mm


def test_sizes_grow_when_people_stand_farther_away():
    near = Tokens(ScreenSpec(1080, 1920, 21.5, 500))
    far = Tokens(ScreenSpec(1080, 1920, 21.5, 1000))
    assert far.body == pytest.approx(2 * near.body, abs=1)


def test_everything_scales_with_a_window():
    screen = ScreenSpec(1080, 1920)
    half = Tokens(screen.for_window(540, 960))
    assert half.target == pytest.approx(Tokens(screen).target / 2, abs=1)
    odd = screen.for_window(1000, 900)
    assert odd.is_landscape
    assert odd.px_per_mm < screen.px_per_mm


@pytest.mark.parametrize(("words", "ground"), TEXT_PAIRS)
def test_words_stand_out_at_least_seven_to_one(words, ground):
    assert contrast(getattr(DAY, words), getattr(DAY, ground)) >= 7


@pytest.mark.parametrize(("line", "ground"), EDGE_PAIRS)
def test_edges_and_signs_stand_out_at_least_three_to_one(line, ground):
    assert contrast(getattr(DAY, line), getattr(DAY, ground)) >= 3


def test_contrast_is_21_between_black_and_white():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_bundled_font_is_used_in_both_weights(qapp):
    assert load_fonts() == FAMILY
    for is_bold in (False, True):
        assert QFontInfo(font(40, is_bold=is_bold)).family() == FAMILY
        assert QFontInfo(font(40, is_bold=is_bold)).bold() is is_bold


def test_bundled_font_holds_the_characters_of_names_and_numbers(qapp):
    load_fonts()
    raw = QRawFont.fromFont(font(40))
    wanted = "乡邻社保张王李赵欧阳彧昇喆堃犇翀䶮0123456789Xx①⑨℃·，。？！“”《》—…"
    assert [sign for sign in wanted if not raw.supportsCharacter(ord(sign))] == []


def test_bundled_fonts_are_small_enough_to_ship():
    folder = resources.files("assets") / "fonts"
    for name in ("XianglinSansSC-Regular.otf", "XianglinSansSC-Bold.otf"):
        assert len((folder / name).read_bytes()) < 5_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text("utf-8")


def icon_names():
    return sorted(
        path.name[:-4]
        for path in (resources.files("assets") / "icons").iterdir()
        if path.name.endswith(".svg")
    )


@pytest.mark.parametrize("name", icon_names())
def test_icon_is_drawn_on_the_common_grid(name):
    root = ET.fromstring(icon_source(name))
    assert root.get("viewBox") == ("0 0 640 480" if name == "welcome" else "0 0 48 48")
    assert "<image" not in icon_source(name)
    if name != "welcome":
        assert root.get("stroke-width") == "2.8"


def test_every_name_that_is_used_has_a_picture():
    used = [*ALIASES, *(advice.value for advice in FaceAdvice)]
    used += ["only_compare", "stays_here", "no_photo_kept", "person", "number", "shield"]
    used += ["life_certification", "request_progress", "retry", "warning", "notice", "receipt"]
    assert [name for name in used if not has_icon(name)] == []


SERVICE_ICONS = [
    "pension_life_certification",
    "pension_payment_enquiry",
    "pension_enrolment",
    "pension_contribution",
    "pension_claim",
    "pension_estimate",
    "pension_transfer",
    "pension_rights_statement",
    "pension_participation_proof",
    "pension_death_benefit",
    "medical_enrolment",
    "medical_contribution",
    "medical_account_enquiry",
    "medical_reimbursement",
    "medical_remote_treatment",
    "medical_chronic_disease",
    "card_application",
    "card_loss_report",
    "card_electronic",
    "profile_update",
    "employment_registration",
    "unemployment_claim",
    "allowance_elderly",
    "category_pension",
    "category_medical",
    "category_card",
    "category_employment",
    "category_allowance",
]


def test_every_service_and_category_has_a_picture_of_its_own():
    assert len(SERVICE_ICONS) == 23 + 5
    assert [name for name in SERVICE_ICONS if not has_icon(name)] == []
    assert len({icon_source(name) for name in SERVICE_ICONS}) == len(SERVICE_ICONS)


def test_unknown_icon_is_drawn_as_a_general_sign():
    assert icon_source("made_up_by_a_newer_service") == icon_source("notice")


def leaves(error_class):
    below = error_class.__subclasses__()
    return [error_class, *(leaf for child in below for leaf in leaves(child))]


def test_every_stage_has_words(texts):
    for stage in pages.RequestStage:
        assert texts.label(f"stage.{stage.value}")
        assert texts.label(f"stage.{stage.value}.sentence")


def test_lines_break_after_clauses_when_that_costs_no_line(qapp):
    load_fonts()
    lines = break_lines("请把社保卡平放在读卡器上。没有带卡，请点输入号码。", font(40), 700)
    assert lines == ["请把社保卡平放在读卡器上。", "没有带卡，请点输入号码。"]


def test_lines_are_even_when_there_is_no_clause_to_break_after(qapp):
    load_fonts()
    lines = break_lines("城乡居民养老保险参保", font(40), 330)
    assert [len(line) for line in lines] == [5, 5]


def test_picture_is_mirrored_and_keeps_its_colours():
    frame = np.zeros((2, 5, 3), dtype=np.uint8)
    frame[0, 0] = (255, 0, 0)  # blue, top left
    image = image_of(frame)
    assert image.pixelColor(4, 0).getRgb()[:3] == (0, 0, 255)
    assert image.pixelColor(0, 0).getRgb()[:3] == (0, 0, 0)


def test_whole_height_of_the_camera_picture_is_shown_on_every_screen(qtbot, make_kit):
    for width, height in ((900, 1000), (1000, 500)):
        preview = FacePreview(make_kit())
        qtbot.addWidget(preview)
        preview.resize(width, height)
        box = preview.picture_box(640, 480)
        assert box.height() == height
        assert box.center().x() == pytest.approx(width / 2)
        assert preview.rect().contains(preview.oval().toRect())
