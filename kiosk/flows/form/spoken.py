"""What was said, as the page of the question would give it. The check that typed answers pass comes after."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accessibility.spoken_dates import spoken_date, spoken_month, spoken_year
from accessibility.spoken_numbers import (
    plain_speech,
    spoken_digits,
    spoken_fen,
    spoken_integer,
    without_fillers,
)
from kiosk.flows.form.spoken_choice import SpokenOption, pick
from kiosk.flows.form.spoken_yes_no import yes_or_no

__all__ = ["SpokenOption", "from_speech"]


@dataclass(frozen=True, slots=True)
class _Heard:
    words: str
    """Without pauses and fillers."""
    whole: str
    """Without pauses."""
    options: Sequence[SpokenOption]
    today: date


def from_speech(
    field_type: str, transcript: str, options: Sequence[SpokenOption], today: date
) -> str | None:
    """Turn an utterance into an answer.

    Args:
        field_type: the question's type.
        transcript: what the recogniser heard: hostile and often wrong, so every answer is checked and read back.
        options: what the page offers, in its order; also the words of the two buttons of a yes-no question.
        today: for 今年, 昨天 and dates without a year.
    Returns:
        What the page would give, None when it was not understood or cannot be said (a photo, a signature).
    """
    reader = _READERS.get(field_type)
    whole = plain_speech(transcript)
    if reader is None or not whole:
        return None
    return reader(_Heard(without_fillers(whole), whole, options, today))


_NUMBER_CUES = re.compile(
    r"^(?:[我他她]的?)?(?:身份证|社保卡|银行卡|手机|电话|座机|联系)?(?:电话|号码|卡号|号)?(?:是|为)?"
)
_X = re.compile(r"(?:大写的?|字母)?(?:[Xx×]|叉|艾克斯|爱克斯|埃克斯)$")


def _digits(heard: _Heard) -> str | None:
    return spoken_digits(_NUMBER_CUES.sub("", heard.words))


def _citizen_id(heard: _Heard) -> str | None:
    words = _NUMBER_CUES.sub("", heard.words)
    digits = spoken_digits(_X.sub("", words))
    return digits + "X" if digits and _X.search(words) else digits


_PAYING = re.compile(r"^我?[想要]?(?:先|来)?[交缴付取存领拿]")


def _money(heard: _Heard) -> str | None:
    fen = spoken_fen(_PAYING.sub("", heard.words))
    if fen is None:
        return None
    return f"{fen // 100}.{fen % 100:02d}" if fen % 100 else str(fen // 100)


_MEASURE = re.compile(r"(?:个人|口人|个月|[个年岁口位人次天张份])$")


_COUNTING = re.compile(r"^[我家屋里]*(?:一共|总共|有|共)+")


def _number(heard: _Heard) -> str | None:
    number = spoken_integer(_MEASURE.sub("", _COUNTING.sub("", heard.words)))
    return None if number is None else str(number)


def _date(heard: _Heard) -> str | None:
    # 这个 is a filler, but not in 这个月
    day = spoken_date(heard.whole, heard.today) or spoken_date(heard.words, heard.today)
    return None if day is None else day.isoformat()


def _month(heard: _Heard) -> str | None:
    return spoken_month(heard.whole, heard.today) or spoken_month(heard.words, heard.today)


def _year(heard: _Heard) -> str | None:
    year = spoken_year(heard.words, heard.today)
    return None if year is None else str(year)


_NAME_CUES = re.compile(r"^[嗯呃]*(?:(?:我|他|她)?的?(?:名字|姓名)?[是叫]|姓名|名字)?")


def _name(heard: _Heard) -> str | None:
    # Not without fillers: 额, 哈 and 要 begin and end names.
    return _NAME_CUES.sub("", heard.whole) or None


def _text(heard: _Heard) -> str | None:
    return heard.whole


def _choice(heard: _Heard) -> str | None:
    return pick(heard.whole, heard.options)


def _yes_no(heard: _Heard) -> str | None:
    said = yes_or_no(heard.whole)
    if said is None:
        return pick(heard.whole, heard.options)
    return "yes" if said else "no"


_READERS: Mapping[str, Callable[[_Heard], str | None]] = {
    "choice": _choice,
    "address": _choice,
    "files": _choice,
    "yes_no": _yes_no,
    "citizen_id": _citizen_id,
    "phone": _digits,
    "bank_card": _digits,
    "money": _money,
    "number": _number,
    "date": _date,
    "month": _month,
    "year": _year,
    "name": _name,
    "text": _text,
}
