"""The outside of a roster record: plain, canonical, bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import parse_canonical
from sync.roster_record import MAXIMUM_RECORD_BYTES, RecordFault, record_text


def nested(depth: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_record_is_written_canonically():
    record = {"phone": "13900000001", "bank": {"tail": "0647", "bank": "信用社"}, "known": None}
    assert (
        record_text(record)
        == '{"bank":{"bank":"信用社","tail":"0647"},"known":null,"phone":"13900000001"}'
    )


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ([], "record is no object"),
        ("{}", "record is no object"),
        (None, "record is no object"),
        ({"pension": {"monthly_fen": 215.5}}, "record.pension.monthly_fen is no whole number"),
        ({"list": [1, {"x": 1.0}]}, "record.list.1.x is no whole number"),
        ({"fen": 2**53}, "record.fen is too large a number"),
        ({"text": "\ud800"}, "record text holds a lone surrogate"),
        ({"key": {1: "x"}}, "record a key is not text"),
        ({"when": {"day": object()}}, "record object has no canonical form"),
        (nested(9), "record.a.a.a.a.a.a.a.a is nested too deeply"),
    ],
)
def test_what_cannot_be_carried_is_said_by_place(record: object, said: str):
    with pytest.raises(RecordFault) as caught:
        record_text(record)
    assert str(caught.value) == said


def test_place_does_not_repeat_a_key_that_could_be_a_name():
    with pytest.raises(RecordFault) as caught:
        record_text({"family": {"赵桂兰": 1.5}})
    assert str(caught.value) == "record.family.? is no whole number"


def test_limits_are_taken_to_the_last_byte_and_level():
    assert record_text(nested(8)).count("{") == 8
    fitting = {"a": "x" * (MAXIMUM_RECORD_BYTES - len('{"a":""}'))}
    assert len(record_text(fitting)) == 16_384
    with pytest.raises(RecordFault, match="larger than 16384 bytes"):
        record_text({"a": fitting["a"] + "x"})


def test_size_counts_bytes_and_not_characters():
    with pytest.raises(RecordFault, match="larger"):
        record_text({"a": "兰" * 5500})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def text_or_refusal(record: object) -> str:
    try:
        return record_text(record)
    except RecordFault as fault:
        return f"refused: {fault}"


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=6))
def test_record_comes_back_as_it_was_or_is_refused_by_name(record: dict[str, object]):
    text = text_or_refusal(record)
    if text.startswith("refused"):
        assert text.startswith("refused: record")
    else:
        assert parse_canonical(text.encode("utf-8")) == record
