"""What every field type shares: the fault that a check raises, and the table of all faults."""

from collections.abc import Mapping
from types import MappingProxyType

LIMIT = frozenset({"limit"})
_NONE: frozenset[str] = frozenset()

FAULTS: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "citizen_number": {
            "empty": _NONE, "foreign_digits": _NONE, "wrong_length": _NONE, "old_number": _NONE,
            "wrong_character": _NONE, "unknown_region": _NONE, "impossible_date": _NONE,
            "future_birth": _NONE, "wrong_check_digit": _NONE, "own_number": _NONE,
        },
        "person_name": {
            "empty": _NONE, "too_short": _NONE, "too_long": LIMIT, "digits": _NONE, "letters": _NONE,
            "space": _NONE, "dots": _NONE, "emoji": _NONE, "hidden": _NONE, "private_use": _NONE,
            "wrong_character": _NONE,
        },
        "phone": {
            "empty": _NONE, "foreign_digits": _NONE, "letters": _NONE, "wrong_character": _NONE,
            "too_short": _NONE, "too_long": _NONE, "wrong_start": _NONE, "no_area_code": _NONE,
            "wrong_landline": _NONE,
        },
        "bank_card": {
            "empty": _NONE, "foreign_digits": _NONE, "wrong_character": _NONE, "too_short": _NONE,
            "too_long": _NONE, "wrong_check_digit": _NONE, "unknown_bank": _NONE,
        },
        "money": {
            "empty": _NONE, "foreign_digits": _NONE, "not_a_number": _NONE, "negative": _NONE,
            "too_many_decimals": _NONE, "too_small": LIMIT, "too_large": LIMIT,
        },
        "date": {
            "empty": _NONE, "foreign_digits": _NONE, "wrong_shape": _NONE, "impossible_month": _NONE,
            "impossible_day": _NONE, "too_early": LIMIT, "too_late": LIMIT,
        },
        "month": {
            "empty": _NONE, "foreign_digits": _NONE, "wrong_shape": _NONE, "impossible": _NONE,
            "too_early": LIMIT, "too_late": LIMIT,
        },
        "year": {
            "empty": _NONE, "foreign_digits": _NONE, "wrong_shape": _NONE, "too_early": LIMIT,
            "too_late": LIMIT,
        },
        "number": {
            "empty": _NONE, "foreign_digits": _NONE, "not_a_number": _NONE, "not_whole": _NONE,
            "negative": _NONE, "too_small": LIMIT, "too_large": LIMIT,
        },
        "text": {
            "empty": _NONE, "too_long": LIMIT, "line_break": _NONE, "hidden": _NONE, "emoji": _NONE,
            "private_use": _NONE, "foreign_digits": _NONE, "symbols": _NONE,
        },
        "choice": {"empty": _NONE, "unknown": _NONE},
        "yes_no": {"empty": _NONE, "unclear": _NONE},
        "address": {
            "empty": _NONE, "unfinished": _NONE, "unknown_region": _NONE, "wrong_group": LIMIT,
            "no_groups": _NONE,
        },
        "photo": {"empty": _NONE, "unknown": _NONE, "too_few": LIMIT, "too_many": LIMIT},
        "signature": {
            "empty": _NONE, "damaged": _NONE, "too_small": _NONE, "straight": _NONE, "too_much": _NONE,
        },
    }
)  # fmt: skip
"""Field type to fault code to the slots that its prompt takes. ``field.<type>.<code>`` is the prompt's id."""


class FieldFault(ValueError):
    """What was entered is not a value of its field; says which fault it is, never what was entered."""

    def __init__(self, field_type: str, code: str, **values: str) -> None:
        """Make a fault.

        Args:
            field_type: such as ``money``.
            code: one of the type's codes in ``FAULTS``: without it the person would get no message.
            values: limits and the like for the prompt's slots; nothing of what was entered.
        Raises:
            LookupError: type, code or slots are none of the table's.
        """
        if FAULTS[field_type][code] != values.keys():
            raise LookupError(f"field.{field_type}.{code} takes other values")
        super().__init__(f"field.{field_type}.{code}")
        self.field_type = field_type
        self.code = code
        self.values: Mapping[str, str] = MappingProxyType(dict(values))

    @property
    def prompt_id(self) -> str:
        """The prompt that says what is wrong and what to do."""
        return f"field.{self.field_type}.{self.code}"
