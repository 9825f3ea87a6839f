"""Sealed items: what goes in comes out, and nothing else is taken."""

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.compression import NO_DICTIONARY
from sync.envelope import SealedItem, decode_item, readable_id, seal_item
from sync.errors import RejectedItem, SealError
from sync.events import AttachmentRef, ClockReading
from sync.item import SignedItem, sign_item
from sync.sealing import HYBRID, KEMS, OpeningKey, SealingKey
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import DEVICE, NOW, event

SIGNER = DeviceSigner(bytes(range(32)))
OPENER = OpeningKey("x25519", bytes(range(1, 33)))
OPENERS = {OPENER.key_id: OPENER}
VERIFIERS = {SIGNER.key_id: Verifier(SIGNER.public_key)}
READING = ClockReading(NOW, "b3c1f0de-0000-4000-8000-000000000001", 5)


def sealed(one=None, seq: int = 1, **changes) -> bytes:
    told = {"device": DEVICE, "signer": SIGNER, "sealing_key": OPENER.sealing_key}
    told |= changes
    return seal_item(one or event(), seq=seq, reading=READING, **told)


@pytest.mark.parametrize("kem", KEMS)
def test_sealed_bytes_open_with_their_key_and_info_only(kem: str):
    opener, other = OpeningKey.generate(kem), OpeningKey.generate(kem)
    closed = opener.sealing_key.seal(b"info", b"plain")
    assert opener.open(b"info", closed) == b"plain"
    assert OpeningKey(kem, opener.secret()).open(b"info", closed) == b"plain"
    for key, info, data in (
        (other, b"info", closed),
        (opener, b"other", closed),
        (opener, b"info", closed[:-1]),
        (opener, b"info", b""),
    ):
        with pytest.raises(SealError):
            key.open(info, data)


@pytest.mark.parametrize(("kem", "public"), [("x25519", bytes(31)), ("rot13", bytes(32))])
def test_key_of_another_form_is_refused(kem: str, public: bytes):
    with pytest.raises(SealError):
        SealingKey(kem, public)
    with pytest.raises(SealError):
        OpeningKey(kem, public)


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31)])
def test_key_of_low_order_is_not_sealed_to(public: bytes):
    with pytest.raises(SealError):
        SealingKey("x25519", public).seal(b"", b"plain")


def test_secret_is_not_shown():
    assert OPENER.secret().hex() not in repr(OPENER)
    assert repr(bytes(16)) not in repr(AttachmentRef("a" * 64, 1, "image/jpeg", bytes(16)))


payloads = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    max_size=5,
)
references = st.builds(
    AttachmentRef,
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.integers(0, 2**40),
    st.sampled_from(["image/jpeg", "application/pdf"]),
    st.binary(min_size=16, max_size=16),
)


@settings(max_examples=50)
@given(payloads, st.lists(references, max_size=3), st.integers(1, 2**53 - 1))
def test_event_comes_out_as_it_went_in(payload, attachments, seq):
    one = dataclasses.replace(event(), payload=payload, attachments=tuple(attachments))
    item = decode_item(sealed(one, seq))
    assert isinstance(item, SealedItem)
    header = item.header
    assert (header.id, header.device, header.seq) == (one.id, DEVICE, seq)
    body = item.open(OPENERS, VERIFIERS)
    assert (body.id, body.device, body.seq, body.subject, body.kind, body.priority) == (
        *(one.id, DEVICE, seq),
        *(one.subject, one.kind, one.priority),
    )
    assert (body.payload, body.attachments) == (payload, tuple(attachments))


def test_clocks_come_out_with_the_centres_time():
    reading = dataclasses.replace(
        READING, centre_at=NOW - timedelta(hours=1), centre_age_ms=3_600_000
    )
    item = seal_item(event(), DEVICE, 1, reading, SIGNER, OPENER.sealing_key)
    clock = decode_item(item).open(OPENERS, VERIFIERS).clock
    assert (clock.wall, clock.boot, clock.ms) == ("2026-11-23T08:00:00.000Z", "b3c1f0de", 5)
    assert (clock.centre, clock.centre_age_ms) == ("2026-11-23T07:00:00.000Z", 3_600_000)


def test_first_byte_tells_the_versions_apart():
    one = event()
    before = sign_item(one, DEVICE, 1, READING, SIGNER)
    assert isinstance(decode_item(before), SignedItem)
    assert decode_item(before).open(VERIFIERS[SIGNER.key_id]).payload == one.payload
    assert isinstance(decode_item(sealed(one)), SealedItem)
    with pytest.raises(RejectedItem):
        decode_item(b"\x03" + sealed(one)[1:])


def test_id_is_readable_when_nothing_else_is():
    one = event()
    assert readable_id(sealed(one)[:60]) == one.id
    assert readable_id(sealed(one)[:30]) is None


def test_nothing_personal_is_seen_from_outside():
    item = sealed(event(subject="r-0001", citizen_id="513022194803120641"))
    for text in (b"r-0001", b"513022194803120641", b"service_request", "本人办理".encode()):
        assert text not in item


def test_items_of_one_event_differ_but_open_alike():
    one = event()
    first, second = sealed(one), sealed(one)
    assert first != second
    assert decode_item(first).digest != decode_item(second).digest


@pytest.mark.parametrize(
    "changes",
    [{"device": "dorf 7"}, {"device": ""}, {"device": "d" * 65}, {"device": "乡邻"}, {"seq": 0}],
)
def test_what_has_no_place_in_an_item_is_refused(changes):
    with pytest.raises(RejectedItem):
        sealed(**changes)


def test_payload_over_the_limit_or_without_canonical_form_is_refused():
    with pytest.raises(RejectedItem) as caught:
        sealed(event(note="x" * 70_000))
    assert caught.value.reason == "too-large"
    with pytest.raises(RejectedItem):
        sealed(event(amount=1.5))


def test_items_are_sealed_to_x25519_only():
    with pytest.raises(SealError):
        sealed(sealing_key=OpeningKey.generate(HYBRID).sealing_key)


def test_item_without_a_dictionary_is_read():
    item = sealed(dictionary=NO_DICTIONARY)
    assert decode_item(item).open(OPENERS, VERIFIERS).subject == "r-0001"
