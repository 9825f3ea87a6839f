"""The citizen number as a person types or says it."""

from datetime import date

from kiosk.domain.citizen_id import CitizenId, CitizenIdFault, InvalidCitizenId
from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import is_digits, short_text, without_separators

TYPE = "citizen_number"


def check_citizen_number(text: str, today: date) -> str:
    """Check a citizen number; spaces, hyphens, full-width digits and a small x are forgiven.

    Args:
        text: anything.
        today: nobody is born after it.
    Returns:
        18 characters, the last one a digit or X.
    Raises:
        FieldFault: the first fault in the order in which a person would look for it.
    """
    plain = without_separators(short_text(TYPE, text, "wrong_length"))
    if len(plain) == 15 and is_digits(plain):
        raise FieldFault(TYPE, "old_number")
    try:
        return CitizenId.parse(plain, today).value
    except InvalidCitizenId as error:
        fault = error.fault
    if fault is CitizenIdFault.IMPOSSIBLE_DATE and _is_later(plain[6:14], today):
        raise FieldFault(TYPE, "future_birth")
    raise FieldFault(TYPE, fault.value)


def _is_later(digits: str, today: date) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) > today
    except ValueError:
        return False
