import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.receipt import check_character, format_receipt_number, is_receipt_number


def test_check_character_follows_iso_7064_when_computed_for_its_published_example() -> None:
    # ISO/IEC 7064, MOD 37,36, worked example: A12425GABC1234002 has the check character M.
    assert check_character("A12425GABC1234002") == "M"


def test_number_has_prefix_counter_and_check_when_formatted() -> None:
    number = format_receipt_number("A07", 123)
    assert number[:11] == "A07-000123-"
    assert is_receipt_number(number)


@pytest.mark.parametrize(("prefix", "counter"), [("a07", 1), ("A0", 1), ("A07", 0), ("007", 1)])
def test_number_is_refused_when_prefix_or_counter_is_out_of_range(
    prefix: str, counter: int
) -> None:
    with pytest.raises(ValueError, match="out of range"):
        format_receipt_number(prefix, counter)


@given(st.integers(1, 999_999), st.integers(0, 5), st.integers(1, 9))
def test_wrong_digit_is_found_whatever_the_number(counter: int, place: int, shift: int) -> None:
    number = format_receipt_number("A07", counter)
    at = 4 + place
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert not is_receipt_number(wrong)
