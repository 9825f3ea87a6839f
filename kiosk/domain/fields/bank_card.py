"""A bank card's number, with the bank that issued it."""

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import is_digits, short_text, without_separators

TYPE = "bank_card"
SHORTEST, LONGEST = 12, 19
"""Digits. Source: ISO/IEC 7812-1 (at most 19); 12 is the shortest number in the Chinese issuers' tables."""


@dataclass(frozen=True, slots=True, repr=False)
class BankCard:
    """A number that passed every check. Its ``repr`` is masked: it may reach a log by mistake."""

    number: str
    issuer_name: str
    """The bank's name as the county's table writes it."""

    @property
    def tail(self) -> str:
        """The last four digits, by which people tell their cards apart."""
        return self.number[-4:]

    def as_json(self) -> dict[str, str]:
        """The value that a request carries."""
        return {"number": self.number, "bank": self.issuer_name, "tail": self.tail}

    def __repr__(self) -> str:
        return f"BankCard({self.issuer_name}, {self.tail})"


def check_bank_card(text: str, issuers: Mapping[str, str]) -> BankCard:
    """Check a card number; spaces, hyphens and full-width digits are forgiven.

    Args:
        text: anything.
        issuers: first digits (BIN) to the bank's name; the longest that fits counts.
    Raises:
        FieldFault: a digit is wrong or missing, or no bank of the table issues such cards.
    """
    number = without_separators(short_text(TYPE, text, "too_long"))
    if not number:
        raise FieldFault(TYPE, "empty")
    if not is_digits(number):
        raise FieldFault(TYPE, "wrong_character")
    if len(number) < SHORTEST:
        raise FieldFault(TYPE, "too_short")
    if len(number) > LONGEST:
        raise FieldFault(TYPE, "too_long")
    if not passes_luhn(number):
        raise FieldFault(TYPE, "wrong_check_digit")
    for length in range(len(number), 0, -1):
        if issuer := issuers.get(number[:length]):
            return BankCard(number, issuer)
    raise FieldFault(TYPE, "unknown_bank")


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others.

    Finds every wrong digit and every swap of neighbours but 09 and 90.
    Source: ISO/IEC 7812-1, annex B.
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
