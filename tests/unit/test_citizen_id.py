from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.citizen_id import (
    CHECK_CHARACTERS,
    CitizenId,
    CitizenIdFault,
    InvalidCitizenId,
    Sex,
    check_character,
)

TODAY = date(2026, 11, 23)


def test_number_is_accepted_when_it_is_the_standards_example() -> None:
    parsed = CitizenId.parse("11010519491231002X", TODAY)
    assert (parsed.birth_date, parsed.sex) == (date(1949, 12, 31), Sex.FEMALE)


def test_number_is_accepted_when_it_has_a_small_x_and_spaces_around() -> None:
    assert CitizenId.parse(" 11010519491231002x ", TODAY).value == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", CitizenIdFault.WRONG_LENGTH),
        ("1101051949123100", CitizenIdFault.WRONG_LENGTH),
        ("11010519491231002X1", CitizenIdFault.WRONG_LENGTH),
        ("1101051949123100AX", CitizenIdFault.WRONG_CHARACTER),
        ("X1010519491231002X", CitizenIdFault.WRONG_CHARACTER),
        ("１１０１０５１９４９１２３１００２Ｘ", CitizenIdFault.WRONG_CHARACTER),
        ("٣٣٠١٠٥١٩٤٩١٢٣١٠٠٢٢", CitizenIdFault.WRONG_CHARACTER),
        ("11010519491231\n02X", CitizenIdFault.WRONG_CHARACTER),
        ("99010519491231002X", CitizenIdFault.UNKNOWN_REGION),
        ("11010519490231002X", CitizenIdFault.IMPOSSIBLE_DATE),
        ("11010520491231002X", CitizenIdFault.IMPOSSIBLE_DATE),
        ("11010518991231002X", CitizenIdFault.IMPOSSIBLE_DATE),
        ("110105194912310021", CitizenIdFault.WRONG_CHECK_DIGIT),
    ],
)
def test_number_is_refused_with_its_first_fault_when_it_is_wrong(
    text: str, fault: CitizenIdFault
) -> None:
    with pytest.raises(InvalidCitizenId) as caught:
        CitizenId.parse(text, TODAY)
    assert caught.value.fault is fault


def test_error_and_repr_hide_the_number_when_they_are_logged() -> None:
    parsed = CitizenId.parse("11010519491231002X", TODAY)
    assert repr(parsed) == "CitizenId(**************002X)"
    with pytest.raises(InvalidCitizenId) as caught:
        CitizenId.parse("110105194912310021", TODAY)
    assert "1949" not in repr(caught.value)


numbers = st.builds(
    lambda region, birth, serial: f"{region}{birth:%Y%m%d}{serial:03d}",
    st.sampled_from(["110105", "330127", "513022", "654321"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(first_17: str, place: int, shift: int) -> None:
    right = first_17 + check_character(first_17)
    assert CitizenId.parse(right, TODAY).value == right
    wrong_digit = str((int(right[place]) + shift) % 10)
    with pytest.raises(InvalidCitizenId):
        CitizenId.parse(right[:place] + wrong_digit + right[place + 1 :], TODAY)


@given(numbers, st.integers(0, 15))
def test_every_swap_of_neighbours_is_caught(first_17: str, place: int) -> None:
    right = first_17 + check_character(first_17)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    if swapped != right:
        with pytest.raises(InvalidCitizenId):
            CitizenId.parse(swapped, TODAY)


@given(st.text(max_size=30))
def test_parsing_never_raises_anything_else_whatever_the_text(text: str) -> None:
    try:
        parsed = CitizenId.parse(text, TODAY)
    except InvalidCitizenId:
        return
    assert parsed.value[17] in CHECK_CHARACTERS
