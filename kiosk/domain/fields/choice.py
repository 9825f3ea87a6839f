"""One of a list, and yes or no."""

from collections.abc import Collection

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import fold

_YES = frozenset({"yes", "true", "是", "是的", "对", "有", "愿意", "同意"})
_NO = frozenset({"no", "false", "否", "不是", "不", "不对", "没有", "无", "不愿意", "不同意"})
_LONGEST = 64


def check_choice(value: str, allowed: Collection[str]) -> str:
    """Check that a value is one of those offered.

    Raises:
        FieldFault: nothing was chosen, or something that was not on offer.
    """
    if not value:
        raise FieldFault("choice", "empty")
    if value not in allowed:
        raise FieldFault("choice", "unknown")
    return value


def check_yes_no(text: str) -> bool:
    """Check an answer: what the two buttons send, or the word for it.

    Raises:
        FieldFault: nothing, or neither yes nor no.
    """
    if len(text) > _LONGEST:
        raise FieldFault("yes_no", "unclear")
    plain = fold(text).lower()
    if not plain:
        raise FieldFault("yes_no", "empty")
    if plain not in _YES | _NO:
        raise FieldFault("yes_no", "unclear")
    return plain in _YES
