"""One value, one sequence of bytes: the JSON that is hashed and signed.

Keys sorted by code point, no spaces, UTF-8, no floats (their text differs between languages), no duplicate keys.
The same bytes as RFC 8785 for every key of this protocol, which are all ASCII.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar, cast

import msgspec
from pydantic_core import from_json

MAXIMUM_INTEGER = 2**53 - 1
"""Beyond this, readers that keep numbers as doubles change them (RFC 8259 section 6)."""

MAXIMUM_DEPTH = 32
"""Deep enough for any form; shallow enough that no parser runs out of stack."""


class CanonicalError(ValueError):
    """The value has no canonical form, or the bytes are not it."""


def canonical_json(value: object) -> bytes:
    """Encode a value of None, bool, int, str, sequences and string-keyed mappings.

    Raises:
        CanonicalError: a float, a too large integer, a lone surrogate, another type, or too deep.
    """
    _check(value, 0)
    return _encoded(value)


ReadT = TypeVar("ReadT")
PlainInteger = Annotated[int, msgspec.Meta(ge=-MAXIMUM_INTEGER, le=MAXIMUM_INTEGER)]
PlainValue: Any = PlainInteger | str | bool | None
"""What most documents are made of: no floats, no large numbers, nothing deep. Whoever reads it as this type need not
look at each value."""
for _ in range(6):
    PlainValue = PlainInteger | str | bool | list[PlainValue] | dict[str, PlainValue] | None


class Reader(Generic[ReadT]):
    """Reads canonical bytes as one type.

    Args:
        plain: the type with ``PlainValue`` for whatever may be anything, and bounds for each number.
        loose: the same with ``Any``, for what is deeper than that. Both give back everything that they have read: a
            field that is passed over or filled in makes the bytes look wrong.
    """

    def __init__(self, plain: object, loose: type[ReadT]) -> None:
        self._plain = msgspec.json.Decoder(cast("type[ReadT]", plain))
        self._loose = msgspec.json.Decoder(loose)

    def read(self, data: bytes) -> ReadT:
        """Read bytes that ``canonical_json`` made; anything else is refused, even when it means the same.

        Raises:
            CanonicalError: not JSON, not its canonical form, or not of the type.
        """
        try:
            try:
                value = self._plain.decode(data)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                _check_parsed((from_json(data, allow_inf_nan=False),), 0)
                value = self._loose.decode(data)
            # One comparison finds spaces, duplicate keys, their order, escapes and odd numbers alike.
            is_same = _SORTED.encode(value) == data
        except CanonicalError:
            raise
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise CanonicalError("not JSON, or not as it should be") from error
        if not is_same:
            raise CanonicalError("not canonical JSON")
        return value


def parse_canonical(data: bytes) -> object:
    """Read bytes that ``canonical_json`` made; anything else is refused, even when it means the same.

    Raises:
        CanonicalError: not JSON, or not its canonical form.
    """
    return _ANYTHING.read(data)


def _encoded(checked: object) -> bytes:
    try:
        return _ENCODER.encode(checked).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("text holds a lone surrogate") from error


def _check_parsed(values: Iterable[Any], depth: int) -> None:
    """Refuse what the comparison of bytes would let through: depth, and numbers."""
    for value in values:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            continue
        if kind is int:
            if not -MAXIMUM_INTEGER <= value <= MAXIMUM_INTEGER:
                raise CanonicalError("integer out of range")
            continue
        if kind is float:
            raise CanonicalError("a number is not an integer")
        if depth == MAXIMUM_DEPTH and value:
            raise CanonicalError("nested too deeply")
        _check_parsed(value.values() if kind is dict else value, depth + 1)


def _check(value: object, depth: int) -> None:
    """Refuse what has no canonical form: the encoder would write a float, and a number as a key."""
    if depth > MAXIMUM_DEPTH:
        raise CanonicalError("nested too deeply")
    # A plain dict or list is spared the questions of the abstract classes, which cost more than hashing it.
    if type(value) is dict:
        _check_keys(value)
        _check_all(value.values(), depth + 1)
    elif type(value) is list:
        _check_all(value, depth + 1)
    elif isinstance(value, int):  # a bool is one
        if not -MAXIMUM_INTEGER <= value <= MAXIMUM_INTEGER:
            raise CanonicalError("integer out of range")
    elif value is not None and not isinstance(value, str):
        _check_other(value, depth)


def _check_other(value: object, depth: int) -> None:
    if isinstance(value, Mapping):
        _check_keys(value)
        _check_all(value.values(), depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        _check_all(value, depth + 1)
    else:
        raise CanonicalError(f"{type(value).__name__} has no canonical form")


def _check_keys(keys: Iterable[object]) -> None:
    for key in keys:
        if not isinstance(key, str):
            raise CanonicalError("a key is not text")


def _check_all(values: Iterable[object], depth: int) -> None:
    for value in values:
        # Most values are texts, and every text is right: no call for them.
        if not isinstance(value, str):
            _check(value, depth)


def _as_json(value: object) -> object:
    """What the encoder does not know by itself; everything else was refused before."""
    return dict(value) if isinstance(value, Mapping) else list(cast("Sequence[object]", value))


_ENCODER = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
    check_circular=False,  # the depth ends a ring
    default=_as_json,
)
_SORTED = msgspec.json.Encoder(order="sorted")
_ANYTHING: Reader[object] = Reader(PlainValue, object)
