"""What the roster says of a resident beyond name and number: an object whose members only the kiosk understands.

The queue and the centre carry it as it is. They hold only its outside: plain JSON, canonical, not too large and not
too deep, so that one record never makes a page too large to be taken in.
"""

import re
from collections.abc import Mapping

from sync.canonical import MAXIMUM_INTEGER, CanonicalError, canonical_json

MAXIMUM_RECORD_BYTES = 16 * 1024
"""As canonical JSON. Forty years of contributions and a year of payments are about 4 KiB."""

MAXIMUM_RECORD_DEPTH = 8
"""The object itself is level 1."""

_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class RecordFault(ValueError):
    """A record that cannot be carried; the text names the place, never what stands there."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"record{place} {reason}")


def record_text(record: object) -> str:
    """The canonical text of a record.

    Raises:
        RecordFault: not an object of plain JSON without floats, too large, or too deep.
    """
    if not isinstance(record, Mapping):
        raise RecordFault("is no object")
    _check(record, "", 1)
    try:
        encoded = canonical_json(record)
    except CanonicalError as error:
        raise RecordFault(str(error)) from error
    if len(encoded) > MAXIMUM_RECORD_BYTES:
        raise RecordFault(f"is larger than {MAXIMUM_RECORD_BYTES} bytes")
    return encoded.decode("utf-8")


def _check(value: object, place: str, depth: int) -> None:
    """Name the place of what canonical JSON would refuse without one."""
    if isinstance(value, Mapping | list | tuple):
        if depth > MAXIMUM_RECORD_DEPTH:
            raise RecordFault("is nested too deeply", place)
        members = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in members:
            _check(item, f"{place}.{_shown(key)}", depth + 1)
    elif isinstance(value, float):
        raise RecordFault("is no whole number", place)
    elif isinstance(value, int) and abs(value) > MAXIMUM_INTEGER:
        raise RecordFault("is too large a number", place)


def _shown(key: object) -> str:
    """A key as a place; one that is no plain word could be somebody's name."""
    is_plain = isinstance(key, int) or (isinstance(key, str) and bool(_PLAIN_KEY.fullmatch(key)))
    return str(key) if is_plain else "?"
