"""The field types against tables of right and wrong inputs, and against whatever Hypothesis thinks of."""

import json
import time
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.fields.bank_card import BankCard, check_bank_card, passes_luhn
from kiosk.domain.fields.base import FAULTS, FieldFault
from kiosk.domain.fields.money import check_money
from kiosk.domain.fields.person_name import check_person_name
from kiosk.domain.fields.phone import check_phone
from kiosk.domain.fields.photo import check_photos
from tests.field_cases import CHECKS, ISSUERS, TODAY, decode, read_table

BAD = read_table("bad_values.tsv")
GOOD = read_table("good_values.tsv")


def outcome(field_type: str, written: str) -> object:
    """The value, or the fault, of one row."""
    try:
        return CHECKS[field_type](decode(field_type, written))
    except FieldFault as fault:
        return fault


@pytest.mark.parametrize("field_type", CHECKS)
def test_every_wrong_input_of_the_table_gets_its_own_fault(field_type: str) -> None:
    rows = [(written, code) for kind, written, code in BAD if kind == field_type]
    assert len(rows) >= 15
    found = [outcome(field_type, written) for written, _ in rows]
    wrong = [
        (written[:60], code, result)
        for (written, code), result in zip(rows, found, strict=True)
        if not (isinstance(result, FieldFault) and result.prompt_id == f"field.{field_type}.{code}")
    ]
    assert wrong == []


@pytest.mark.parametrize("field_type", CHECKS)
def test_every_right_input_of_the_table_gets_its_canonical_value(field_type: str) -> None:
    rows = [(written, json.loads(value)) for kind, written, value in GOOD if kind == field_type]
    assert rows
    wrong = [
        (written[:60], value, result)
        for written, value in rows
        if (result := outcome(field_type, written)) != value or type(result) is not type(value)
    ]
    assert wrong == []


def test_the_tables_are_large_and_reach_every_fault() -> None:
    assert len(BAD) >= 300
    assert len(GOOD) >= 80
    of_the_form = {("citizen_number", "own_number"), ("photo", "too_few"), ("photo", "too_many")}
    known = {(kind, code) for kind, codes in FAULTS.items() for code in codes}
    assert known - {(kind, code) for kind, _, code in BAD} - of_the_form == {
        ("number", "too_small")
    }
    assert [row for row, times in Counter(BAD + GOOD).items() if times > 1] == []


def test_no_fault_tells_what_was_entered() -> None:
    for kind, written, _ in BAD:
        fault = outcome(kind, written)
        assert isinstance(fault, FieldFault)
        said = f"{fault} {fault!r} {dict(fault.values)}"
        entered = decode(kind, written)
        if isinstance(entered, str) and len(entered.strip()) > 12:
            assert entered.strip()[:12] not in said


@pytest.mark.alone
@pytest.mark.parametrize(
    "field_type", [kind for kind in CHECKS if kind not in ("address", "signature")]
)
@pytest.mark.parametrize("unit", ["张", "1", " ", "\u0301", "1,", "阿·", "-", "0", "\ud800"])
def test_an_entry_of_a_million_characters_is_refused_at_once(field_type: str, unit: str) -> None:
    entry = unit * 1_000_000
    start = time.perf_counter()
    with pytest.raises(FieldFault):
        CHECKS[field_type](entry)
    assert time.perf_counter() - start < 0.01


# -- what single rows cannot show


def test_limits_are_named_in_words_when_a_value_is_outside() -> None:
    for kind, written, limit in (
        ("money", "0", "0.01元"),
        ("money", "2000000", "1,000,000元"),
        ("date", "18991231", "1900年1月1日"),
        ("date", "20270101", "2026年11月23日"),
        ("month", "201901", "2020年1月"),
        ("year", "2030", "2026年"),
        ("number", "121", "120"),
        ("person_name", "张" * 21, "20"),
    ):
        fault = outcome(kind, written)
        assert isinstance(fault, FieldFault)
        assert fault.values == {"limit": limit}


def test_a_number_may_be_negative_only_where_its_limits_are() -> None:
    from kiosk.domain.fields.number import check_number

    assert check_number("-3", -5, 5) == -3
    with pytest.raises(FieldFault, match="too_small"):
        check_number("-6", -5, 5)
    with pytest.raises(FieldFault, match="too_small"):
        check_number("1", 2, 5)


def test_limits_of_dates_may_be_missing() -> None:
    from kiosk.domain.fields.dates import check_date, check_month

    assert check_date("00010101", None, None) == "0001-01-01"
    assert check_month("999912", None, None) == "9999-12"


def test_the_longest_prefix_names_the_bank() -> None:
    assert check_bank_card("6222021234567890128", ISSUERS).issuer_name == "工商银行"
    assert check_bank_card("6222021234567890128", {"6": "甲", "62": "乙"}).issuer_name == "乙"
    with pytest.raises(FieldFault, match="unknown_bank"):
        check_bank_card("6222021234567890128", {})


def test_a_bank_card_hides_its_number_when_it_is_logged() -> None:
    assert repr(BankCard("6222021234567890128", "工商银行")) == "BankCard(工商银行, 0128)"


def test_the_same_photo_twice_counts_once() -> None:
    one, other = "a" * 64, "b" * 64
    assert check_photos([one, other, one], 1, 2) == [one, other]
    with pytest.raises(FieldFault, match="too_few") as few:
        check_photos([one, one], 2, 3)
    assert few.value.values == {"limit": "2"}
    with pytest.raises(FieldFault, match="too_many"):
        check_photos([one, other], 1, 1)
    with pytest.raises(FieldFault, match="too_many"):
        check_photos([one] * 1000, 1, 10)


def test_a_wrong_detail_of_an_address_is_said_as_a_wrong_text() -> None:
    with pytest.raises(FieldFault) as caught:
        CHECKS["address"]({"region_code": "513022104203", "detail": "😀"})
    assert caught.value.prompt_id == "field.text.emoji"


# -- properties

NASTY = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from(
            "0123456789０１２٣①Xx-—. ·•元角分年月日号+,￥\u200b\u202e\ud800\udfff\0\n张三〇𠮷"
        ),
    ),
    max_size=80,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NASTY,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5)
    ),
    max_leaves=20,
)
ADDRESSES = st.fixed_dictionaries(
    {},
    optional={
        "region_code": st.sampled_from(["513022104203", "513022104204", "513022104000"]) | JSON,
        "group": JSON,
        "detail": JSON,
    },
)
STROKES = st.lists(
    st.lists(st.tuples(st.integers(-1, 1001), st.integers(-1, 1001)), max_size=30), max_size=6
)


def canonical(value: object) -> object:
    """A value as it is typed again."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and "number" in value:
        return value["number"]
    return str(value) if isinstance(value, int) else value


@pytest.mark.parametrize(
    "field_type", [kind for kind in CHECKS if kind not in ("address", "signature")]
)
@given(text=NASTY)
def test_a_check_raises_nothing_but_its_fault_whatever_the_text(field_type: str, text: str) -> None:
    try:
        value = CHECKS[field_type](text)
    except FieldFault:
        return
    if field_type == "money":
        assert isinstance(value, int)
        assert check_money(f"{value // 100}.{value % 100:02d}", value, value) == value
        return
    assert CHECKS[field_type](canonical(value)) == value


@given(st.one_of(ADDRESSES, st.dictionaries(st.text(max_size=12), JSON, max_size=4)))
def test_an_address_raises_nothing_but_faults_whatever_it_holds(value: object) -> None:
    try:
        checked = CHECKS["address"](value)
    except FieldFault:
        return
    assert CHECKS["address"](checked) == checked
    json.dumps(checked, allow_nan=False)


@given(st.one_of(JSON, STROKES))
def test_a_signature_raises_nothing_but_faults_whatever_it_holds(value: object) -> None:
    try:
        checked = CHECKS["signature"](value)
    except FieldFault:
        return
    assert CHECKS["signature"](checked) == checked
    assert all(type(x) is int for stroke in checked for point in stroke for x in point)  # type: ignore[attr-defined]


@pytest.mark.parametrize("field_type", CHECKS)
def test_canonical_values_are_fixed_points(field_type: str) -> None:
    for kind, _, written in GOOD:
        value = json.loads(written)
        if kind != field_type:
            continue
        typed = f"{value // 100}.{value % 100:02d}" if kind == "money" else canonical(value)
        assert CHECKS[kind](typed) == value


@given(st.integers(1, 1_000_000_00))
def test_an_amount_survives_being_shown_and_typed_again(fen: int) -> None:
    from kiosk.domain.fields.show import show

    assert check_money(show("money", fen), 1, 1_000_000_00) == fen


@given(st.dates(date(1900, 1, 1), TODAY))
def test_a_day_survives_being_shown_and_typed_again(day: date) -> None:
    from kiosk.domain.fields.show import show

    assert CHECKS["date"](show("date", day.isoformat())) == day.isoformat()


@given(st.integers(10**11, 10**18 - 1), st.data())
def test_luhn_finds_every_wrong_digit_and_every_swap_but_09(body: int, data: st.DataObject) -> None:
    number = next(f"{body}{digit}" for digit in range(10) if passes_luhn(f"{body}{digit}"))
    place = data.draw(st.integers(0, len(number) - 2))
    shift = data.draw(st.integers(1, 9))
    wrong = str((int(number[place]) + shift) % 10)
    assert not passes_luhn(number[:place] + wrong + number[place + 1 :])
    pair = number[place : place + 2]
    swapped = number[:place] + pair[::-1] + number[place + 2 :]
    assert passes_luhn(swapped) == (pair[0] == pair[1] or pair in ("09", "90"))


@given(st.text(alphabet="张王李赵阿卜杜拉〇𠮷·", min_size=2, max_size=20))
def test_a_name_of_chinese_characters_is_taken_unless_its_dots_are_wrong(name: str) -> None:
    parts = name.split("·")
    is_right = all(parts) and sum(map(len, parts)) >= 2
    try:
        assert check_person_name(name) == name
    except FieldFault:
        assert not is_right
    else:
        assert is_right


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.integers(0, 10))
def test_a_mobile_number_is_read_wherever_it_is_spaced(number: str, cut: int) -> None:
    assert check_phone(f"+86 {number[:cut]} - {number[cut:]}") == number
