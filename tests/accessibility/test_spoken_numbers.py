from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.normaliser import speakable
from accessibility.numerals import read_digits, read_integer, read_money
from accessibility.spoken_dates import spoken_date, spoken_month, spoken_year
from accessibility.spoken_numbers import (
    plain_speech,
    spoken_digits,
    spoken_fen,
    spoken_integer,
    without_fillers,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("零", 0), ("十", 10), ("十五", 15), ("二十", 20), ("一百零五", 105), ("一百一十五", 115), ("三百五", 350),
        ("三百零五", 305), ("一千二", 1200), ("一千零二", 1002), ("一千零二十", 1020), ("一万二", 12_000),
        ("一万零二", 10_002), ("一万零二百", 10_200), ("两千", 2000), ("两百五十", 250), ("二零二五", 2025),
        ("15", 15), ("12万", 120_000), ("十二万三千", 123_000), ("一亿零三", 100_000_003), ("壹佰贰拾", 120),
        ("二零", 20), ("一二三", 123),
        ("", None), ("百", None), ("十十", None), ("一百百", None), ("一百二千", None), ("三四", None), ("两三", None),
        ("一百零零五", None), ("一百零", None), ("万", None), ("一万万", None), ("三五百", None), ("abc", None),
        ("一百个", None), ("十" * 30, None),
    ],
)  # fmt: skip
def test_a_quantity_is_read_as_it_is_said(words: str, number: int | None) -> None:
    assert spoken_integer(words) == number


@pytest.mark.parametrize(
    ("words", "fen"),
    [
        ("一百二十三块五毛", 12350), ("两块五", 250), ("三毛五", 35), ("三毛五分", 35), ("一百二", 12000),
        ("五块零五分", 505), ("十二点五元", 1250), ("十二点零五", 1205), ("一百二十三块五毛六", 12356), ("八毛", 80),
        ("五分", 5), ("五百元整", 50000), ("两百块钱", 20000), ("十块五毛钱", 1050), ("二百五", 25000), ("零元", 0),
        ("1234元5角", 123450), ("一万二", 12_000_00),
        ("", None), ("钱", None), ("块", None), ("十块零五", None), ("五毛五毛", None), ("五块十毛", None), ("几块", None),
        ("五块零", None), ("零五分", None), ("一点二三四元", None), ("三四块", None), ("五块六块", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_said(words: str, fen: int | None) -> None:
    assert spoken_fen(words) == fen


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("幺三八零零零零幺二三四", "13800001234"),
        ("138零零", "13800"),
        ("三个零五", "0005"),
        ("两个八", "88"),
        ("一百", None),
        ("十", None),
        ("", None),
        ("三八妇女", None),
    ],
)
def test_digits_are_read_one_by_one(words: str, digits: str | None) -> None:
    assert spoken_digits(words) == digits


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("三月五号", "2026-03-05"), ("去年三月五号", "2025-03-05"), ("二零二五年三月五日", "2025-03-05"),
        ("前年十二月三十一号", "2024-12-31"), ("昨天", "2026-11-22"), ("大前天", "2026-11-20"), ("五号", "2026-11-05"),
        ("四八年三月十二", "1948-03-12"), ("一九四八年三月十二号", "1948-03-12"), ("上个月五号", "2026-10-05"),
        ("十一月二十三", "2026-11-23"), ("19480312", "1948-03-12"), ("2026年1月5日", "2026-01-05"),
        ("二零二四年二月二十九", "2024-02-29"),
        ("二五年三月一号", None), ("二月三十号", None), ("二零二三年二月二十九号", None), ("十三月一号", None), ("正月初五", None),
        ("腊月二十三", None), ("三月", None), ("去年", None), ("三十二号", None), ("今年上个月五号", None), ("零月五号", None), ("", None),
    ],
)  # fmt: skip
def test_a_day_is_read_as_it_is_said(words: str, day: str | None) -> None:
    assert spoken_date(words, TODAY) == (None if day is None else date.fromisoformat(day))


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("三月", "2026-03"), ("上个月", "2026-10"), ("上上个月", "2026-09"), ("去年三月份", "2025-03"),
        ("二零二五年三月", "2025-03"), ("二五年三月", "2025-03"), ("2026年1月", "2026-01"), ("十三月", None),
        ("去年上个月", None), ("今年", None), ("", None),
    ],
)  # fmt: skip
def test_a_month_is_read_as_it_is_said(words: str, month: str | None) -> None:
    assert spoken_month(words, TODAY) == month


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("今年", 2026), ("去年", 2025), ("前年", 2024), ("大前年", 2023), ("明年", 2027), ("二零二五年", 2025),
        ("二零二五", 2025), ("二五年", 2025), ("八五年", 1985), ("二七年", 2027), ("二八年", 1928), ("2025", 2025),
        ("二十五年", None), ("二五零年", None), ("那年", None), ("", None),
    ],
)  # fmt: skip
def test_a_year_is_read_as_it_is_said(words: str, year: int | None) -> None:
    assert spoken_year(words, TODAY) == year


def test_last_month_in_january_is_last_years() -> None:
    assert spoken_month("上个月", date(2026, 1, 5)) == "2025-12"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("嗯，我要 两百块 吧", "两百块"),
        ("就是十五", "十五"),
        ("嗯", "嗯"),
        ("大概三百左右", "三百"),
    ],
)
def test_fillers_are_left_out_but_never_everything(said: str, left: str) -> None:
    assert without_fillers(plain_speech(said)) == left


def test_a_speech_is_no_number() -> None:
    assert plain_speech("一" * 121) == ""


@given(st.integers(0, 10**12 - 1))
def test_a_quantity_survives_being_read_out(number: int) -> None:
    assert spoken_integer(read_integer(number)) == number


@given(st.integers(0, 10**9))
def test_an_amount_survives_being_read_out(fen: int) -> None:
    assert spoken_fen(read_money(f"{fen // 100}.{fen % 100:02d}")) == fen


@given(st.from_regex(r"[0-9]{1,19}", fullmatch=True))
def test_digits_survive_being_read_out(digits: str) -> None:
    assert spoken_digits(read_digits(digits, telephone=True)) == digits


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_survives_being_read_out(day: date) -> None:
    assert spoken_date(speakable(f"{day.year}年{day.month}月{day.day}日"), TODAY) == day


SPEECH = st.text(
    "零〇一幺二两三四五六七八九十百千万亿元块角毛分点年月日号今去前上个天的整钱0123456789 ，.²①\ud800",
    max_size=14,
)


@given(SPEECH)
def test_reading_never_fails_whatever_was_heard(said: str) -> None:
    words = without_fillers(plain_speech(said))
    number, fen = spoken_integer(words), spoken_fen(words)
    assert number is None or 0 <= number < 10**24
    assert fen is None or fen >= 0
    spoken_digits(words)
    spoken_date(words, TODAY)
    spoken_month(words, TODAY)
    spoken_year(words, TODAY)
