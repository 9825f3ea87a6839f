"""Where a household lives: chosen from the county's list down to the village, then group and house."""

from collections.abc import Mapping
from typing import Protocol, TypedDict

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import fold, is_digits
from kiosk.domain.fields.text import check_text

TYPE = "address"
LONGEST_DETAIL = 60
"""Characters; what ``resident_record.Address`` holds."""


class AddressValue(TypedDict):
    """The value that a request carries; the same three as in the roster record."""

    region_code: str
    """12 digits, a village (GB/T 10114)."""
    group: int
    """Village group (组); 0 where there is none."""
    detail: str


class Places(Protocol):
    """What the check asks the county's table of places."""

    def names(self, code: str) -> tuple[str, ...]:
        """The names from the top of the tree down to this place; empty when the code is unknown."""

    def group_count(self, code: str) -> int | None:
        """How many groups (组) a village has, 0 for none; None when the code is no village."""


def check_address(value: Mapping[str, object], places: Places) -> AddressValue:
    """Check an address.

    Args:
        value: ``region_code``, and perhaps ``group`` (a number or its digits) and ``detail``; other keys are dropped.
        places: the county's table.
    Raises:
        FieldFault: of type ``address``, or of type ``text`` for the detail.
    """
    code = value.get("region_code")
    if not isinstance(code, str) or not code:
        raise FieldFault(TYPE, "empty")
    if not places.names(code):
        raise FieldFault(TYPE, "unknown_region")
    groups = places.group_count(code)
    if groups is None:
        raise FieldFault(TYPE, "unfinished")
    detail = value.get("detail", "")
    if not isinstance(detail, str) or not fold(detail[: LONGEST_DETAIL * 2]):
        detail = ""
    return {
        "region_code": code,
        "group": _group(value.get("group", 0), groups),
        "detail": check_text(detail, LONGEST_DETAIL) if detail else "",
    }


def _group(value: object, groups: int) -> int:
    if isinstance(value, str) and len(value) <= 4 and is_digits(fold(value)):
        value = int(fold(value))
    number = value if isinstance(value, int) and not isinstance(value, bool) else -1
    if 0 <= number <= groups:
        return number
    if groups == 0:
        raise FieldFault(TYPE, "no_groups")
    raise FieldFault(TYPE, "wrong_group", limit=str(groups))
