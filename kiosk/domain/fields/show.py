"""Values as the review page shows them and the voice reads them back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kiosk.domain.fields import words
from kiosk.domain.fields.address import Places

KEPT = 4
"""Last signs that stay visible when a number is masked: enough to tell one's own, useless to a bystander."""
_LARGEST = 10**15
"""Beyond it a number is no answer of any field."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SIGNED = "已签名"
_YES, _NO = "是", "不是"

READINGS: Mapping[str, str] = {
    "citizen_id": "digits", "phone": "digits", "name": "name", "money": "money", "number": "text",
}  # fmt: skip
"""How the voice reads what ``show`` returns, for the slot of a prompt; ``text`` where the type is not named."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of a value depend on beside the value."""

    titles: Mapping[str, str] = field(default_factory=dict)
    """Of choices, by value; ``yes`` and ``no`` where the buttons say something of their own."""
    places: Places | None = None
    unit: str = ""
    """After a whole number: 年, 人."""
    is_masked: bool = True
    """Numbers that others may look at hide all but their last four signs; False for the person's own new entry."""


_PLAIN = Wording()


def show(field_type: str, value: object, wording: Wording = _PLAIN) -> str:
    """Write a value out.

    Args:
        field_type: the question's type, such as ``money``.
        value: canonical; anything else, and an unknown type, is shown as nothing: a review page must never fail.
        wording: titles, places and so on.
    Returns:
        One line, "" for no value.
    """
    shows = _SHOWS.get(field_type)
    return shows(value, wording) if shows is not None else ""


def masked(digits: str) -> str:
    """A number with all but its last four signs hidden; a short one is hidden whole."""
    if len(digits) <= KEPT:
        return "*" * len(digits)
    return "*" * (len(digits) - KEPT) + digits[-KEPT:]


def _text(value: object, _wording: Wording) -> str:
    return value if isinstance(value, str) else ""


def _citizen_id(value: object, wording: Wording) -> str:
    text = _text(value, wording)
    return masked(text) if wording.is_masked else text


def _phone(value: object, wording: Wording) -> str:
    text = _text(value, wording)
    if wording.is_masked:
        return masked(text.replace("-", ""))
    return f"{text[:3]} {text[3:7]} {text[7:]}" if len(text) == 11 and text.isdecimal() else text


def _bank_card(value: object, wording: Wording) -> str:
    if not isinstance(value, Mapping):
        return ""
    bank, tail = _text(value.get("bank"), wording), _text(value.get("tail"), wording)
    return f"{bank} 尾号{tail}" if bank and tail else bank


def _number(value: object) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if is_number and isinstance(value, int) else None


def _money(value: object, _wording: Wording) -> str:
    fen = _number(value)
    return "" if fen is None else words.money(fen)


def _count(value: object, wording: Wording) -> str:
    number = _number(value)
    return "" if number is None else f"{number}{wording.unit}"


def _year(value: object, _wording: Wording) -> str:
    number = _number(value)
    return "" if number is None else f"{number}年"


def _date(value: object, wording: Wording) -> str:
    day = _day(_text(value, wording))
    return words.day(day) if day is not None else ""


def _month(value: object, wording: Wording) -> str:
    text = _text(value, wording)
    return words.month(text) if _day(f"{text}-01") is not None else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def _yes_no(value: object, wording: Wording) -> str:
    if not isinstance(value, bool):
        return ""
    return wording.titles.get("yes", _YES) if value else wording.titles.get("no", _NO)


def _choice(value: object, wording: Wording) -> str:
    return wording.titles.get(value, "") if isinstance(value, str) else ""


def _address(value: object, wording: Wording) -> str:
    if not isinstance(value, Mapping):
        return ""
    code = _text(value.get("region_code"), wording)
    names = wording.places.names(code) if wording.places is not None else ()
    group = _number(value.get("group"))
    return "".join(names) + (f"{group}组" if group else "") + _text(value.get("detail"), wording)


def _photos(value: object, _wording: Wording) -> str:
    return f"{len(value)}张" if isinstance(value, list | tuple) and value else ""


def _signature(value: object, _wording: Wording) -> str:
    return _SIGNED if isinstance(value, list | tuple) and value else ""


_SHOWS: Mapping[str, Callable[[object, Wording], str]] = {
    "citizen_id": _citizen_id,
    "name": _text,
    "text": _text,
    "phone": _phone,
    "bank_card": _bank_card,
    "money": _money,
    "number": _count,
    "date": _date,
    "month": _month,
    "year": _year,
    "yes_no": _yes_no,
    "choice": _choice,
    "address": _address,
    "photo": _photos,
    "signature": _signature,
}
TYPES = tuple(_SHOWS)
"""The question types that have values of their own."""
