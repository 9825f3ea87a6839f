"""Text of a caption to text for the voice: every digit, letter and sign written out in Hanzi. Pure.

Left to itself a speech engine misreads all of these (measured with eSpeak NG 1.51): 205 as 二百五, ￥205.50 as
二百五 五零, an 11-digit telephone number as 一百三十八亿…, so nothing but Hanzi and pauses may reach it.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from itertools import pairwise

from accessibility.numerals import (
    read_count,
    read_decimal,
    read_digits,
    read_integer,
    read_money,
    read_time,
    read_year,
)


class Reading(StrEnum):
    """How the value of a slot is read, given in the catalogue as ``{slot:reading}``."""

    TEXT = "text"
    """Find out from the text itself; the default."""
    NUMBER = "number"
    """A quantity: 205 is 二百零五."""
    DIGITS = "digits"
    """A telephone, card or citizen number: digit by digit, 1 as 幺, in groups."""
    CODE = "code"
    """A receipt number: every character by itself."""
    MONEY = "money"
    """An amount of yuan: 205.50 is 二百零五元五角."""
    NAME = "name"
    """A person's name; an asterisk stands for 某."""


LETTER_NAMES = {
    "A": "诶", "B": "必", "C": "西", "D": "弟", "E": "衣", "F": "艾弗", "G": "记", "H": "艾尺", "I": "爱",
    "J": "杰", "K": "开", "L": "艾勒", "M": "艾姆", "N": "恩", "O": "欧", "P": "批", "Q": "丘", "R": "阿尔",
    "S": "艾斯", "T": "提", "U": "优", "V": "微", "W": "达不溜", "X": "艾克斯", "Y": "歪", "Z": "贼",
}  # fmt: skip
"""Names of the Latin letters as they are said in Chinese; X as on identity cards."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_MEASURES = (
    "个|位|次|张|页|份|步|种|项|条|天|周|年|岁|小时|分钟|秒|户|人|件|元|块|角|分|"
    "本|台|笔|名|遍|倍|米|公里|公斤|点"
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NOT_IN_NUMBER = r"(?<![\dA-Za-z.])"
_SIGNS = {"+": "加", "\u2212": "减", "×": "乘", "÷": "除以", "=": "等于"}
_HOTLINE_CUE = r"(?P<cue>电话|热线|拨打|请拨|号码|尾号|卡号)(?P<gap>[是为:\s]{0,2})"


def speakable(text: str) -> str:
    """Write a text out as the voice reads it: Hanzi, ``，`` and ``、`` for short and ``。！？`` for long pauses.

    The result of an already speakable text is that text.
    """
    words = unicodedata.normalize("NFKC", text)
    for pattern, replace in _RULES:
        words = pattern.sub(replace, words)
    return _tidy_pauses(words)


def read_value(value: str, reading: Reading) -> str:
    """Write the value of one slot out as its ``reading`` says; what does not fit is read as plain text."""
    plain = unicodedata.normalize("NFKC", value).strip()
    if reading is Reading.NUMBER and re.fullmatch(rf"-?(?:{_NUMBER})", plain):
        return read_decimal(plain)
    if reading is Reading.MONEY and (match := re.fullmatch(rf"[¥]?(-?(?:{_NUMBER}))元?", plain)):
        return read_money(match[1])
    if reading in (Reading.DIGITS, Reading.CODE):
        return _tidy_pauses(_read_characters(plain))
    if reading is Reading.NAME:
        return _tidy_pauses(re.sub(r"[*\u00b7\u2022\s]+", _read_mask, plain))
    return speakable(value)


def _read_characters(code: str) -> str:
    """Read every character by itself; hyphens, spaces and hidden characters become pauses."""
    if re.fullmatch(r"\d{11}|\d{17}[\dXx]", code):
        return _read_grouped(code)
    spoken = []
    for part in re.split(r"[\s\-*_/.]+", code):
        spoken.append("".join(_read_character(character) for character in part))
    return "，".join(part for part in spoken if part)


def _read_character(character: str) -> str:
    if character.isascii() and character.isdigit():
        return read_digits(character, telephone=True)
    return LETTER_NAMES.get(character.upper(), character)


def _read_grouped(digits: str) -> str:
    """Group as people say them: telephone 3-4-4, citizen number 6-4-4-4."""
    cuts = (0, 3, 7, 11) if len(digits) == 11 else (0, 6, 10, 14, 18)
    parts = [digits[start:end] for start, end in pairwise(cuts)]
    return "，".join("".join(_read_character(c) for c in part) for part in parts)


def _read_mask(match: re.Match[str]) -> str:
    return "某" * match[0].count("*")


def _read_date(match: re.Match[str]) -> str:
    year, month, day = match["y"], match["m"], match["d"]
    words = f"{read_year(year)}年" if year else ""
    words += f"{read_integer(int(month))}月"
    return words + (f"{read_integer(int(day))}日" if day else "")


def _read_clock(match: re.Match[str]) -> str:
    return read_time(int(match["h"]), int(match["min"]))


def _read_quantity(match: re.Match[str]) -> str:
    number, measure = match["n"], match["measure"] or ""
    if measure == "元":
        return read_money(number)
    if number == "2" and measure and not match["ordinal"]:
        return read_count(2) + measure
    leading_zero = len(number) > 1 and number.startswith("0") and "." not in number
    if leading_zero or len(number.replace(",", "").partition(".")[0]) > 9:
        return (match["ordinal"] or "") + read_digits_of(number) + measure
    return (match["ordinal"] or "") + read_decimal(number) + measure


def read_digits_of(text: str) -> str:
    """Read the digits of a text one by one with 幺 and leave everything else out."""
    return read_digits("".join(re.findall(r"\d", text)), telephone=True)


def _tidy_pauses(words: str) -> str:
    """Map every pause mark to ``、，。！？``, drop what cannot be spoken, never two pauses in a row."""
    words = re.sub(r"[\r\n]+|[.…]{2,}|…", "。", words)
    words = words.translate(_PAUSES)
    words = re.sub(rf"[^{_HAN}、，。！？]", "", words)
    words = re.sub(r"[、，]+(?=[。！？])|(?<=[、，。！？])[、，]+", "", words)
    words = re.sub(r"([。！？])[。！？]+", r"\1", words)
    return words.lstrip("、，。！？").rstrip("、，")


_PAUSES = str.maketrans(
    {",": "，", ";": "，", ":": "，", "(": "，", ")": "，", "!": "！", "?": "？", "—": "，", "–": "，",
     "~": "，", "/": "，", "|": "，", "\t": "，", ".": "。", "〜": "，", "→": "，"}
)  # fmt: skip

_Replacement = str | Callable[[re.Match[str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Replacement], ...] = (
    # dates first: their digits mean something else
    (
        re.compile(
            r"(?<!\d)(?P<y>\d{4})(?:年|[-/.])(?P<m>\d{1,2})(?:月|[-/.])(?P<d>\d{1,2})(?!\d)[日号]?"
        ),
        _read_date,
    ),
    (re.compile(r"(?<!\d)(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>)"), _read_date),
    (re.compile(r"(?<!\d)(?P<y>)(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]"), _read_date),
    (re.compile(r"(?<!\d)([12]\d{3})(?=年)"), lambda match: read_year(match[1])),
    # times, and ranges of them
    (
        re.compile(r"(?<=\d)\s*[-–—~〜]\s*(?=\d{1,2}:\d{2}(?!\d))"),
        "到",
    ),
    (
        re.compile(r"(?<![\d:])(?P<h>[01]?\d|2[0-4]):(?P<min>[0-5]\d)(?::[0-5]\d)?(?![\d:])"),
        _read_clock,
    ),
    # money
    (re.compile(rf"¥\s?(-?(?:{_NUMBER}))元?"), lambda match: read_money(match[1])),
    # masked and full citizen, card and telephone numbers, then receipt numbers
    (
        re.compile(r"(?<![\dA-Za-z])(?=[\d*]*\d)(?=[\d*]*\*)[\d*]{3,}[Xx]?(?![\dA-Za-z])"),
        lambda match: _read_characters(match[0]),
    ),
    (
        re.compile(r"(?<![\dA-Za-z-])(?:\d{17}[\dXx]|1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![\dA-Za-z-])"),
        lambda match: _read_characters(match[0]),
    ),
    (
        re.compile(
            r"(?<![\dA-Za-z-])(?=[\dA-Z-]*[A-Z])(?=[\dA-Z-]*\d)[\dA-Z]+(?:-[\dA-Z]+)*(?![\dA-Za-z-])"
        ),
        lambda match: _read_characters(match[0]),
    ),
    (
        re.compile(_HOTLINE_CUE + r"(?P<digits>\d[\d-]*\d)"),
        lambda match: match["cue"] + match["gap"] + _read_characters(match["digits"]),
    ),
    (re.compile(r"(?<!\d)12(?:333|345|348)(?!\d)"), lambda match: _read_characters(match[0])),
    # masked names: 张*国
    (re.compile(rf"(?<=[{_HAN}])\*+|\*+(?=[{_HAN}])"), _read_mask),
    # arithmetic signs between numbers; a hyphen is none, it joins the parts of a code
    (re.compile(r"(?<=[\d%元)]) ?([+\u2212×÷=]) ?(?=[\d(])"), lambda match: _SIGNS[match[1]]),
    # ranges, fractions and quantities
    (re.compile(r"(?<=\d)\s?[~〜]\s?(?=\d)"), "到"),
    (re.compile(rf"({_NUMBER})%"), lambda match: "百分之" + read_decimal(match[1])),
    (
        re.compile(
            rf"(?P<ordinal>第)?{_NOT_IN_NUMBER}(?P<n>(?:(?<![\dA-Za-z])-)?(?:{_NUMBER}))\s?(?P<measure>{_MEASURES})?"
        ),
        _read_quantity,
    ),
    (re.compile(r"\d+"), lambda match: read_digits(match[0], telephone=True)),
    (re.compile(r"[A-Za-z]"), lambda match: LETTER_NAMES[match[0].upper()]),
)
