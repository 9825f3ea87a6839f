"""The quick reading of canonical JSON against a slow one: the same bytes are taken, and nothing else."""

import json
import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync import canonical
from sync.canonical import CanonicalError, Reader, canonical_json, parse_canonical
from sync.envelope import item_body
from sync.events import ClockReading
from tests.sync.sync_parts import NOW, event

# Texts that look like numbers are read past the quick way, and keys beyond U+FFFF are sorted otherwise by UTF-16.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [",1.5,", ":9007199254740993", "[-1e5]", "\U00010000", "￿", '\u2028\x7f\x00\x1f/\\"']
)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.sampled_from([2**53 - 1, -(2**53) + 1, 10**15])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
pieces = st.sampled_from(
    [
        *(bytes([one]) for one in b'10- ,:"{}[]'),
        *(b".5", b"e1", b"E1", b"\\u0041", b"\\/", b"\\n", b"\\ud800", b"\xff", b"\xed\xa0\x80"),
        *(b"9007199254740992", b"null", b"1" * 400),
    ]
)


def refuse(text: str) -> object:
    raise ValueError(text)


def is_canonical(data: bytes) -> bool:
    """By the standard library and the writer."""
    try:
        value = json.loads(data.decode("utf-8"), parse_float=refuse, parse_constant=refuse)
        return canonical_json(value) == data
    except (ValueError, RecursionError):
        return False


def is_read(data: bytes) -> bool:
    try:
        value = parse_canonical(data)
    except CanonicalError:
        return False
    assert canonical_json(value) == data
    return True


@given(values, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), pieces), max_size=2))
@example({"": 10**16}, [])
@example({"￿": 1, "\U00010000": 2}, [])
def test_changed_text_is_read_only_when_it_is_canonical(value, changes):
    try:
        data = canonical_json(value)
    except CanonicalError:
        data = json.dumps(value).encode()
    for place, dropped, piece in changes:
        begin = place % (len(data) + 1)
        data = data[:begin] + piece + data[begin + dropped :]
    assert is_read(data) is is_canonical(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1.5}',
        b'{"a":[1,2.0]}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":1e5}',
        b"1.5",
        b"[1.5]",
        b'{"a":123456789012345678901234567890}',
        '{"\U00010000":1,"￿":2}'.encode(),
        b'{"a":' * 33 + b'{"a":1}' + b"}" * 33,
    ],
)
def test_number_order_and_depth_are_looked_at_where_the_bytes_come_out_the_same(data):
    assert not is_canonical(data)
    assert not is_read(data)


def test_a_type_decides_too():
    class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        b: int = msgspec.field(name="a")
        a: str = msgspec.field(name="b")

    reader = Reader(Pair, Pair)
    assert reader.read(b'{"a":1,"b":"x"}') == Pair(1, "x")
    for wrong in (b'{"b":"x","a":1}', b'{"a":1.0,"b":"x"}', b'{"a":true,"b":"x"}', b'{"a":1}'):
        with pytest.raises(CanonicalError):
            reader.read(wrong)


def test_what_kiosks_send_is_read_without_a_look_at_each_value(monkeypatch):
    reading = ClockReading(NOW, "boot-1", 2**40, NOW, 5)
    usual = item_body(event(), reading)
    assert re.search(rb":[0-9]{2}\.[0-9]{3}Z", usual)

    def look(*_):
        raise AssertionError("looked at each value")

    monkeypatch.setattr(canonical, "_check_parsed", look)
    assert canonical_json(parse_canonical(usual)) == usual
    with pytest.raises(AssertionError, match="looked at each value"):
        parse_canonical(b'{"a":[1.5]}')
