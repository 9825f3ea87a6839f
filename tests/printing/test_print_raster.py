"""Papers as dots: readable, whole at every width, and a code that a camera reads."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.devices.print_raster import render_printout
from kiosk.devices.print_strip import DoesNotFit, module_dots
from kiosk.devices.print_type import break_lines, has_glyph, printable, width_of
from kiosk.devices.qr_reader import read_qr_text
from kiosk.domain.printout import (
    A4,
    ROLL_58,
    ROLL_80,
    Heading,
    LargeNumber,
    Line,
    PageBreak,
    Paragraph,
    PrintKind,
    Printout,
    PrintTarget,
    QrCode,
    Table,
    screen_target,
)
from tests.printing.papers import QR_TEXT, every_paper, printouts, proof_sheet, receipt

TARGETS = {"58": ROLL_58, "80": ROLL_80, "a4": A4, "screen": screen_target(320)}
PAPERS = every_paper()


def paper(*blocks: object) -> Printout:
    return Printout(PrintKind.ANSWER, "试印", tuple(blocks))  # type: ignore[arg-type]


def dots(picture: Image.Image) -> np.ndarray:
    """True where the paper is black."""
    return np.asarray(picture.convert("L")) < 128


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("name", PAPERS)
def test_paper_has_its_size_and_white_margins_at_every_width(
    name: str, target: PrintTarget
) -> None:
    pictures = render_printout(PAPERS[name], target)
    assert pictures
    for picture in pictures:
        assert picture.width == target.width
        assert target.height in (None, picture.height)
        assert picture.mode == ("L" if target.is_grey else "1")
        black = dots(picture)
        assert black.any()
        assert not black[:, : target.margin].any()
        assert not black[:, -target.margin :].any()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_code_on_the_paper_is_read_by_a_camera(target: PrintTarget) -> None:
    (picture,) = render_printout(receipt(), target)
    # As a camera sees it: larger than one pixel for each dot, soft at the edges, on a table that is not white.
    scale = 3 if target.dots_per_mm < 6 else 2
    grey = picture.convert("L").resize((picture.width * scale, picture.height * scale))
    framed = np.full((grey.height + 80, grey.width + 80, 3), 180, np.uint8)
    framed[40:-40, 40:-40] = cv2.GaussianBlur(np.asarray(grey), (3, 3), 0)[:, :, np.newaxis]
    assert read_qr_text(framed) == QR_TEXT


def test_module_is_never_smaller_than_a_third_of_a_millimetre() -> None:
    assert module_dots(85, ROLL_58) == 3  # a symbol of version 15 with its white edge
    assert module_dots(85, ROLL_80) == 4
    assert module_dots(29, ROLL_58) == 5
    with pytest.raises(DoesNotFit):
        module_dots(129, ROLL_58)
    with pytest.raises(DoesNotFit):
        render_printout(paper(QrCode("A" * 1500)), ROLL_58)


def test_receipt_number_is_as_large_as_the_width_allows() -> None:
    for target, millimetres in ((ROLL_58, 4.5), (ROLL_80, 7.0)):
        (with_number,) = render_printout(paper(LargeNumber("", "A07-000123-K")), target)
        rows = np.flatnonzero(dots(with_number).any(axis=1))
        assert (rows[-1] - rows[0] + 1) / target.dots_per_mm >= millimetres


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_nothing_is_lost_when_a_value_is_far_too_long(target: PrintTarget) -> None:
    long = "清水县石桥镇李家村一组十二号" * 12
    for block in (
        Line("户籍地址", long),
        Line("一个写得非常非常非常长的标签名字", "值"),
        Heading(long),
        Paragraph(long),
        LargeNumber("号", "A" * 60),
        Table(("甲", "乙"), ((long, "1"), ("2", long))),
    ):
        (picture, *_) = render_printout(paper(block), target)
        assert not dots(picture)[:, -target.margin :].any()
        assert not dots(picture)[:, : target.margin].any()


def test_lines_hold_every_character_and_break_where_chinese_may() -> None:
    text = "中心确认以后，卡才停用。要马上停用，请打（0938）555 0142 电话。"
    for room in range(150, 400, 7):
        lines = break_lines(text, room, 28)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(line[0] not in "，。）" for line in lines)
        assert all(line[-1] != "（" for line in lines)
        assert all(width_of(line, 28) <= room for line in lines)


def test_number_stays_whole_when_it_fits_a_line() -> None:
    assert break_lines("受理号是A07-000123-K请留好", 28 * 8, 28) == [
        "受理号是",
        "A07-000123-K请",
        "留好",
    ]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.integers(60, 400))
def test_any_text_is_laid_out_without_losing_a_sign(text: str, room: int) -> None:
    lines = break_lines(text, room, 28)
    kept = "".join(lines).replace(" ", "")
    assert kept == printable(text).replace("\n", "").replace(" ", "")
    assert all(width_of(line, 28) <= room or len(line) == 1 for line in lines)


def test_missing_character_is_printed_as_its_code_point() -> None:
    assert printable("欧阳\U00020bb7") == "欧阳[U+20BB7]"
    assert printable("张\u202e三\x00") == "张[U+202E]三[U+0000]"
    assert printable("王玘骉𬳵·é") == "王玘骉𬳵·é"
    assert not has_glyph("\ud800")


def test_practice_paper_says_so_in_black_and_has_no_code() -> None:
    practice = receipt().practice()
    assert practice.watermark == "练习 · 无效"
    assert not any(isinstance(block, QrCode) for block in practice.blocks)
    # The same corner, so that the rest lies where it lay.
    plain = replace(practice, watermark="", mark=practice.watermark)
    for target in (ROLL_58, A4):
        (with_words,) = render_printout(practice, target)
        (without,) = render_printout(plain, target)
        # The words lie over the whole paper: each quarter of it has more dots than without them.
        cut = [round(part * without.height / 4) for part in range(5)]
        for top, bottom in pairwise(cut):
            box = (0, top, target.width, bottom)
            marked = np.asarray(with_words.crop(box).convert("L")) < 250
            clean = np.asarray(without.crop(box).convert("L")) < 250
            assert marked.sum() > clean.sum()


def test_reprint_is_marked_and_longer_by_the_mark() -> None:
    (first,) = render_printout(receipt(), ROLL_58)
    (second,) = render_printout(receipt().reprint(), ROLL_58)
    assert 30 < second.height - first.height < 80


def test_sheet_ends_where_it_is_told_and_a_table_begins_anew_with_its_header() -> None:
    assert len(render_printout(paper(Paragraph("一"), PageBreak(), Paragraph("二")), A4)) == 2
    pages = render_printout(printouts().rights_statement(proof_sheet(60), 2025), A4)
    assert len(pages) == 3
    (header,) = render_printout(paper(Table(proof_sheet().header, ())), A4)
    rows = np.flatnonzero(dots(header).any(axis=1))
    as_printed = dots(header)[rows[0] : rows[-1] + 1]
    again = dots(pages[1])[A4.edge : A4.edge + len(as_printed)]
    # The columns are narrower or wider with their cells; the frame of the first row is the header's.
    assert again[0].sum() == as_printed[0].sum() == A4.room
    assert again[-1].sum() == A4.room


def test_proof_of_eleven_years_stands_on_one_sheet() -> None:
    assert len(render_printout(printouts().participation_proof(proof_sheet(11)), A4)) == 1


def test_printout_never_shows_what_is_on_it_in_its_repr() -> None:
    shown = repr(printouts().participation_proof(proof_sheet()))
    assert "513022" not in shown
    assert "欧阳" not in shown
    assert "欧阳" not in repr(proof_sheet())
