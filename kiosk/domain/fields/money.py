"""An amount of yuan, kept in fen."""

import re

from kiosk.domain.fields import words
from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import short_text

TYPE = "money"
_YUAN, _JIAO = "[元块圆]", "[角毛]"
_WHOLE = r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_DECIMAL = re.compile(rf"{_WHOLE}(?:\.(?P<fraction>[0-9]*))?{_YUAN}?(?:整|钱)?", re.ASCII)
_IN_WORDS = re.compile(
    rf"(?:{_WHOLE}{_YUAN})?(?:(?P<jiao>[0-9]){_JIAO})?(?:(?P<fen>[0-9])分)?", re.ASCII
)


def check_money(text: str, minimum_fen: int, maximum_fen: int) -> int:
    """Check an amount: ``1234.5``, ``1,234.50``, ``￥1234元5角`` and the like.

    Args:
        text: anything.
        minimum_fen: smallest amount that is right.
        maximum_fen: largest amount that is right.
    Returns:
        Fen; no float is ever made.
    Raises:
        FieldFault: not an amount, parts of a fen, or outside the limits.
    """
    plain = short_text(TYPE, text, "not_a_number").removeprefix("¥").removeprefix("\uffe5")
    plain = plain.replace(" ", "")
    if plain.startswith(("-", "负")):
        raise FieldFault(TYPE, "negative")
    fen = _as_fen(plain)
    if fen < minimum_fen:
        raise FieldFault(TYPE, "too_small", limit=words.money(minimum_fen))
    if fen > maximum_fen:
        raise FieldFault(TYPE, "too_large", limit=words.money(maximum_fen))
    return fen


def _as_fen(plain: str) -> int:
    if match := _DECIMAL.fullmatch(plain):
        fraction = match["fraction"] or ""
        if len(fraction) > 2:
            raise FieldFault(TYPE, "too_many_decimals")
        return int(match["whole"].replace(",", "")) * 100 + int(fraction.ljust(2, "0"))
    if plain and (match := _IN_WORDS.fullmatch(plain)):
        whole = (match["whole"] or "0").replace(",", "")
        return int(whole) * 100 + int(match["jiao"] or 0) * 10 + int(match["fen"] or 0)
    raise FieldFault(TYPE, "not_a_number")
