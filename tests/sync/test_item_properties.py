"""Hypothesis on the bytes: round trips, and that no changed byte is ever accepted."""

import struct
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import RejectedItem
from sync.events import ClockReading, OutboxEvent
from sync.framing import decode_batch, encode_batch
from sync.identifiers import event_id_bytes, is_event_id, new_event_id
from sync.item import SignedItem, sign_item
from sync.signing import DeviceSigner, Purpose, Verifier
from tests.sync.sync_parts import DEVICE, NOW, event

SIGNER = DeviceSigner(bytes(range(32)))
VERIFIER = Verifier(SIGNER.public_key)
READING = ClockReading(NOW, "boot-1", 5)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_canonical_json_is_read_back(value):
    assert parse_canonical(canonical_json(value)) == value


@given(st.dictionaries(texts, values, max_size=6))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value):
    turned = dict(reversed(value.items()))
    assert canonical_json(turned) == canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'"\\u4e2d"',
        b"\xff",
        b"9007199254740992",
        b"[" * 5000,
        b"",
    ],
)
def test_other_spellings_of_json_are_refused(data: bytes):
    with pytest.raises(CanonicalError):
        parse_canonical(data)


def test_reading_stops_where_writing_would() -> None:
    within, beyond = b"[" * 32 + b"]" * 32, b"[" * 34 + b"]" * 34
    assert canonical_json(parse_canonical(within)) == within
    for data in (beyond, b"[" * 100_000, b'{"a":' * 34 + b"1" + b"}" * 34, b"9" * 5000):
        with pytest.raises(CanonicalError):
            parse_canonical(data)
    wide = b"[" + b",".join([b"[]"] * 100) + b"]"
    assert canonical_json(parse_canonical(wide)) == wide


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: 2}, b"x", "\ud800", 2**53, object()])
def test_value_without_canonical_form_is_refused(value):
    with pytest.raises(CanonicalError):
        canonical_json({"x": value})


@given(st.dictionaries(texts, values, max_size=5), st.integers(1, 2**40), texts.filter(bool))
def test_item_is_read_back(payload, seq, subject):
    one = OutboxEvent(new_event_id(), subject, "service_request", 1, payload, 1)
    body = SignedItem.decode(sign_item(one, DEVICE, seq, READING, SIGNER)).open(VERIFIER)
    assert (body.id, body.seq, body.subject, body.payload) == (one.id, seq, subject, payload)


ITEM = sign_item(event(event_id="019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"), DEVICE, 1, READING, SIGNER)


def _is_accepted(encoded: bytes) -> bool:
    try:
        SignedItem.decode(encoded).open(VERIFIER)
    except RejectedItem:
        return False
    return True


def test_no_item_with_a_changed_byte_is_accepted():
    assert _is_accepted(ITEM)
    for place in range(len(ITEM)):
        for change in (0x01, 0x20, 0x80):
            changed = bytearray(ITEM)
            changed[place] ^= change
            assert not _is_accepted(bytes(changed)), place


@settings(max_examples=300)
@given(st.data())
def test_no_mutated_item_is_accepted(data):
    place = data.draw(st.integers(0, len(ITEM) - 1))
    end = data.draw(st.integers(place, min(len(ITEM), place + 40)))
    mutated = ITEM[:place] + data.draw(st.binary(max_size=40)) + ITEM[end:]
    assert _is_accepted(mutated) == (mutated == ITEM)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_as_an_item_without_a_crash(data):
    assert not _is_accepted(data)


def test_signature_for_another_purpose_is_not_an_item():
    signed = ITEM[:-64]
    assert not _is_accepted(signed + SIGNER.sign(Purpose.REQUEST, signed))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"codec":"json"', b'"codec":"zstd"'),
        (b'"dictionary":null', b'"dictionary":7'),
        (b'"seal":"none"', b'"seal":"hpke"'),
        (b'"v":1', b'"v":2'),
        (b'"attachments":[]', b'"attachments":["a"]'),
    ],
)
def test_unknown_value_of_a_reserved_place_is_refused_even_when_signed(old: bytes, new: bytes):
    signed = ITEM[:-64].replace(old, new, 1)
    assert signed != ITEM[:-64]
    assert not _is_accepted(signed + SIGNER.sign(Purpose.ITEM, signed))


def test_header_and_body_that_disagree_are_refused_even_when_signed():
    signed = ITEM[:-64].replace(b'"seq":1', b'"seq":2', 1)
    assert not _is_accepted(signed + SIGNER.sign(Purpose.ITEM, signed))


@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=100))
def test_batch_is_split_into_what_was_joined(items):
    assert list(decode_batch(encode_batch(items))) == items


@given(st.binary(max_size=400))
def test_any_bytes_are_split_or_refused(data):
    try:
        items = decode_batch(data)
    except RejectedItem:
        return
    assert encode_batch(items) == data


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        struct.pack(">I", 0),
        struct.pack(">I", 5) + b"four",
        struct.pack(">I", 65537) + b"x" * 65537,
        struct.pack(">I", 0xFFFFFFFF),
        (struct.pack(">I", 1) + b"x") * 101,
        (struct.pack(">I", 65536) + b"x" * 65536) * 16,
    ],
    ids=["empty", "half-length", "zero", "short", "item-limit", "huge", "count", "batch-limit"],
)
def test_batch_outside_the_limits_is_refused(body: bytes):
    with pytest.raises(RejectedItem):
        decode_batch(body)


@pytest.mark.parametrize("items", [[b"x" * 65537], [b"x"] * 101, [b"x" * 65536] * 16, [b""]])
def test_batch_outside_the_limits_is_never_made(items):
    with pytest.raises(RejectedItem):
        encode_batch(items)


def test_event_ids_are_unlike_and_of_version_seven():
    ids = {new_event_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(is_event_id(one) and one[14] == "7" for one in ids)
    one = "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"
    assert event_id_bytes(one) == uuid.UUID(one).bytes
    others = (
        one.upper(),
        f"{{{one}}}",
        one.replace("-", ""),
        one[:-1],
        f"{one} ",
        f" {one}",
        one.replace("-", "–"),
    )
    assert not any(is_event_id(other) for other in others)
