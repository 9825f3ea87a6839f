"""The citizen identity number of GB 11643-1999: 18 characters, the last one a check character."""

import enum
import re
from dataclasses import dataclass
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""2^(17-i) mod 11 for the first 17 digits. Source: GB 11643-1999, ISO 7064 MOD 11-2."""

CHECK_CHARACTERS = "10X98765432"
"""Check character by weighted sum mod 11. Source: GB 11643-1999."""

PROVINCES = frozenset(
    text
    for decade in (
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37",
        "41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83",
    )
    for text in decade.split()
)
"""First two digits by GB/T 2260; 81, 82 and 83 are the residence permits for Hong Kong, Macao and Taiwan."""

EARLIEST_BIRTH = date(1900, 1, 1)

_SHAPE = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)


class CitizenIdFault(enum.Enum):
    """What is wrong with a number; the value is the last part of the prompt id that says so."""

    WRONG_LENGTH = "wrong_length"
    WRONG_CHARACTER = "wrong_character"
    UNKNOWN_REGION = "unknown_region"
    IMPOSSIBLE_DATE = "impossible_date"
    WRONG_CHECK_DIGIT = "wrong_check_digit"


class InvalidCitizenId(ValueError):
    """The text is not a citizen id; ``fault`` says why. The text itself is not kept."""

    def __init__(self, fault: CitizenIdFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Sex(enum.Enum):
    """By the 17th digit: odd is male."""

    FEMALE = "female"
    MALE = "male"


def check_character(first_17: str) -> str:
    """Compute the 18th character of 17 digits.

    Source: GB 11643-1999.
    """
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


@dataclass(frozen=True, slots=True, repr=False)
class CitizenId:
    """A number that passed every check. Its ``repr`` is masked: it may reach a log by mistake."""

    value: str

    @classmethod
    def parse(cls, text: str, today: date) -> "CitizenId":
        """Check a typed or read number.

        Args:
            text: 18 characters; spaces around it and a small x are forgiven, nothing else is.
            today: a birth date after it is impossible.
        Raises:
            InvalidCitizenId: with the first fault in the order of ``CitizenIdFault``.
        """
        value = text.strip(" ").upper()
        if len(value) != 18:
            raise InvalidCitizenId(CitizenIdFault.WRONG_LENGTH)
        if not _SHAPE.fullmatch(value):
            raise InvalidCitizenId(CitizenIdFault.WRONG_CHARACTER)
        if value[:2] not in PROVINCES:
            raise InvalidCitizenId(CitizenIdFault.UNKNOWN_REGION)
        if not _is_possible_birth(value[6:14], today):
            raise InvalidCitizenId(CitizenIdFault.IMPOSSIBLE_DATE)
        if check_character(value[:17]) != value[17]:
            raise InvalidCitizenId(CitizenIdFault.WRONG_CHECK_DIGIT)
        return cls(value)

    @property
    def birth_date(self) -> date:
        """The date in characters 7 to 14."""
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def sex(self) -> Sex:
        """By the 17th digit."""
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    @property
    def masked(self) -> str:
        """All but the last four hidden."""
        return "*" * 14 + self.value[14:]

    def __repr__(self) -> str:
        return f"CitizenId({self.masked})"


def _is_possible_birth(text: str, today: date) -> bool:
    try:
        birth = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return EARLIEST_BIRTH <= birth <= today
