"""What a carrier, another device or a device that was taken over may do with items. All of it is refused by name."""

import dataclasses
import itertools
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.compression import NO_DICTIONARY, compress, known_dictionaries
from sync.envelope import SEAL_INFO, SealedHeader, SealedItem, decode_item, item_body, seal_item
from sync.errors import RejectedItem
from sync.events import AttachmentRef
from sync.framing import decode_batch, encode_batch
from sync.http_transport import HttpTransport
from sync.identifiers import new_event_id
from sync.keyring_store import KeyringStore
from sync.sealing import OpeningKey, SealingKey
from sync.signing import DeviceSigner, Purpose, Verifier
from tests.sync.sync_parts import (
    DEVICE,
    Centre,
    FakeClock,
    Kiosk,
    event,
    make_kiosk,
)

SIGNER, OTHER = DeviceSigner(bytes(range(32))), DeviceSigner(bytes(range(1, 33)))
OPENER, FOREIGN = OpeningKey("x25519", bytes([7]) * 32), OpeningKey("x25519", bytes([8]) * 32)
OPENERS = {OPENER.key_id: OPENER}
VERIFIERS = {SIGNER.key_id: Verifier(SIGNER.public_key)}
READING = FakeClock().read()
NEWEST = known_dictionaries()[-1]
EVENT = dataclasses.replace(
    event(), attachments=(AttachmentRef("ab" * 32, 1234, "image/jpeg", bytes(range(16))),)
)
ITEM = seal_item(EVENT, DEVICE, 1, READING, SIGNER, OPENER.sealing_key)
REASONS = {
    "malformed",
    "too-large",
    "bad-seal",
    "bad-signature",
    "unknown-sealing-key",
    "unknown-device-key",
    "unknown-dictionary",
}


def refusal(encoded: bytes) -> str:
    """Why an item is refused; fails when it is taken."""
    with pytest.raises(RejectedItem) as caught:
        decode_item(encoded).open(OPENERS, VERIFIERS)
    assert caught.value.reason in REASONS
    return caught.value.reason


def make(
    packed: bytes,
    *,
    signer: DeviceSigner = SIGNER,
    key: SealingKey = OPENER.sealing_key,
    seq: int = 1,
    event_id: str | None = None,
    device: str = DEVICE,
    dictionary: int = NO_DICTIONARY,
    purpose: Purpose = Purpose.SEALED_ITEM,
    key_id: str | None = None,
) -> bytes:
    """An item by hand, around any bytes: what somebody who holds a device's key could make."""
    header = SealedHeader(
        dictionary, key.key_id, key_id or signer.key_id, event_id or new_event_id(), seq, device
    ).encode()
    signature = signer.sign(purpose, header + packed)
    return header + key.seal(SEAL_INFO + header, packed + signature)


def packed(**changes: object) -> bytes:
    """The compressed body of an event, with members changed."""
    body = json.loads(item_body(EVENT, READING))
    body.update(changes)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return compress(text.encode())


def test_hand_made_item_is_taken_when_nothing_is_wrong():
    assert decode_item(make(packed())).open(OPENERS, VERIFIERS).subject == "r-0001"


def test_item_cut_at_any_byte_is_refused():
    for length in range(len(ITEM)):
        assert refusal(ITEM[:length]) in ("malformed", "bad-seal")
    assert refusal(ITEM + b"\0") == "bad-seal"


def test_item_with_any_byte_changed_is_refused():
    found = set()
    for place, mask in itertools.product(range(len(ITEM)), (0x01, 0x20, 0x80)):
        changed = bytearray(ITEM)
        changed[place] ^= mask
        found.add(refusal(bytes(changed)))
    assert found == {"malformed", "bad-seal", "unknown-sealing-key"}


@settings(max_examples=200)
@given(st.data())
def test_mutated_item_is_taken_only_when_it_is_the_same(data):
    place = data.draw(st.integers(0, len(ITEM) - 1))
    end = data.draw(st.integers(place, min(len(ITEM), place + 40)))
    mutated = ITEM[:place] + data.draw(st.binary(max_size=40)) + ITEM[end:]
    if mutated != ITEM:
        refusal(mutated)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_refused(data: bytes, is_marked: bool):
    refusal(b"\x02\x01" + data if is_marked else data)


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from([NO_DICTIONARY, NEWEST, 99]))
def test_any_signed_bytes_are_refused(data: bytes, dictionary: int):
    """Even a device that was taken over cannot bring the centre to anything but a refusal."""
    assert refusal(make(data, dictionary=dictionary)) in (
        *("malformed", "too-large"),
        "unknown-dictionary",
    )


@settings(max_examples=40)
@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists))
def test_any_signed_json_is_refused(value):
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert refusal(make(compress(text))) == "malformed"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""},
        {"subject": "s" * 129},
        {"schema": 0},
        {"priority": 10},
        {"priority": True},
        {"payload": []},
        {"more": 1},
        {"id": "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"},
        {"clock": {}},
        {"clock": {"wall": "x", "boot": "b", "ms": -1, "centre": None, "centre_age_ms": None}},
        {"attachments": [{"sha256": "ab" * 32, "size": 1, "media": "a/b", "key": "x" * 22}]},
        {"attachments": [{"sha256": "AB" * 32, "size": 1, "media": "a/b", "key": "A" * 22}]},
        {"attachments": [{"sha256": "ab" * 32, "size": -1, "media": "a/b", "key": "A" * 22}]},
        {"attachments": [{"sha256": "ab" * 32, "size": 1, "media": "a/b"}]},
        {"attachments": [json.loads(item_body(EVENT, READING))["attachments"][0]] * 33},
    ],
)
def test_signed_body_of_another_shape_is_refused(changes: dict[str, object]):
    assert refusal(make(packed(**changes))) == "malformed"


def test_signed_body_in_another_spelling_is_refused():
    body = json.loads(item_body(EVENT, READING))
    spaced = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    unsorted = json.dumps(dict(reversed(body.items())), separators=(",", ":")).encode()
    assert [refusal(make(compress(text))) for text in (spaced, unsorted)] == ["malformed"] * 2


def bombs() -> Iterator[bytes]:
    yield zstandard.ZstdCompressor().compress(bytes(1 << 20))  # says so
    maker = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    yield maker.compress(bytes(1 << 24)) + maker.flush()  # says nothing
    maker = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    yield maker.compress(b"{}") + maker.flush()  # harmless, and says nothing


def test_signed_bombs_are_not_unpacked():
    assert [refusal(make(bomb)) for bomb in bombs()] == ["too-large"] * 3


def test_wrong_dictionary_is_refused():
    body = item_body(EVENT, READING)
    assert refusal(make(compress(body, NEWEST), dictionary=NO_DICTIONARY)) == "malformed"
    assert refusal(make(compress(body), dictionary=99)) == "unknown-dictionary"


def test_item_signed_by_another_is_refused():
    # With the right key's name, with its own name, and for another purpose.
    assert refusal(make(packed(), signer=OTHER, key_id=SIGNER.key_id)) == "bad-signature"
    assert refusal(make(packed(), signer=OTHER)) == "unknown-device-key"
    assert refusal(make(packed(), purpose=Purpose.ITEM)) == "bad-signature"


def test_item_sealed_to_another_centre_is_refused():
    assert refusal(make(packed(), key=FOREIGN.sealing_key)) == "unknown-sealing-key"
    # With the right key's name in front of it.
    item = bytearray(make(packed(), key=FOREIGN.sealing_key))
    item[6:14] = bytes.fromhex(OPENER.key_id)
    assert refusal(bytes(item)) == "bad-seal"


def test_body_under_another_header_is_refused():
    """Neither another id or number of the same device, nor another device, can be put before sealed bytes."""
    first, second = (make(packed(), seq=seq) for seq in (1, 2))
    head = len(first) - len(SealedItem.decode(first).sealed)
    assert refusal(first[:head] + second[head:]) == "bad-seal"
    assert refusal(first.replace(DEVICE.encode(), b"dev-0008", 1)) == "bad-seal"


def test_opened_item_sealed_anew_under_another_header_is_refused():
    """Somebody at the centre, or with its key, cannot give a device's words another number."""
    item = SealedItem.decode(make(packed()))
    plain = OPENER.open(item.info, item.sealed)
    header = item.header._replace(seq=2).encode()
    again = header + OPENER.sealing_key.seal(SEAL_INFO + header, plain)
    assert refusal(again) == "bad-signature"


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20))
def test_items_of_any_bytes_are_carried_as_they_are(items: list[bytes]):
    assert list(decode_batch(encode_batch(items))) == items


@pytest.fixture
def kiosk(tmp_path: Path, centre: Centre) -> Iterator[Kiosk]:
    with make_kiosk(tmp_path / "kiosk", SIGNER, centre.admin.centre_public_key()) as made:
        centre.enrol(made.signer)
        yield made


@pytest.fixture
def transport(centre: Centre, kiosk: Kiosk) -> Iterator[HttpTransport]:
    made = centre.transport(kiosk.signer)
    kiosk.engine(made).run_once()
    yield made
    made.close()


def sealing_key(kiosk: Kiosk, transport: HttpTransport) -> SealingKey:
    with kiosk.database.reading() as database:
        found = KeyringStore(transport.trust.anchor).read(database)
    assert found is not None
    return found.sealing_key


def sent(transport: HttpTransport, items: list[bytes]) -> dict[str, tuple[str, str]]:
    answer = transport.send_batch(str(uuid.uuid4()), items)
    return {
        one.id: (one.status.value, one.problem.code if one.problem else "")
        for one in answer.results
    }


def test_hostile_items_poison_no_batch(kiosk: Kiosk, transport: HttpTransport):
    key = sealing_key(kiosk, transport)
    numbers = itertools.count(1)

    def item(data: bytes, **changes: object) -> bytes:
        return make(data, **{"key": key, "seq": next(numbers), **changes})

    bomb = next(bombs())
    whole = item(packed())
    flipped = bytearray(item(packed()))
    flipped[-1] ^= 1
    hostile: list[tuple[bytes, tuple[str, str]]] = [
        (item(bomb), ("rejected", "too-large")),
        (item(packed(), dictionary=99), ("rejected", "unknown-dictionary")),
        (item(compress(item_body(EVENT, READING), NEWEST)), ("rejected", "malformed")),
        (item(packed(), signer=OTHER, key_id=SIGNER.key_id), ("rejected", "bad-signature")),
        (item(packed(), key=FOREIGN.sealing_key), ("rejected", "unknown-sealing-key")),
        (item(packed(), device="dev-0008"), ("rejected", "foreign-device")),
        (item(packed(subject="")), ("rejected", "malformed")),
        (item(packed(kind="unheard-of")), ("rejected", "unknown-kind")),
        (bytes(flipped), ("rejected", "bad-seal")),
        (whole[:60], ("rejected", "malformed")),
    ]
    good = [item(packed()) for _ in range(2)]
    batch = [good[0], *(one for one, _ in hostile), good[1]]
    found = sent(transport, batch)
    expected = {id_of(one): outcome for one, outcome in hostile}
    expected |= {id_of(one): ("applied", "") for one in good}
    assert found == expected
    # And it says the same the next time: a refused event is judged anew, a known one is known.
    again = sent(transport, batch)
    assert again == expected | {id_of(one): ("duplicate", "") for one in good}


def id_of(encoded: bytes) -> str:
    return str(uuid.UUID(bytes=encoded[22:38]))


def test_item_replayed_by_another_device_is_refused(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    item = make(packed(), key=sealing_key(kiosk, transport))
    centre.enrol(OTHER, "dev-0008", "B08")
    other = centre.transport(OTHER, "dev-0008")
    assert list(sent(other, [item]).values()) == [("rejected", "foreign-device")]
    other.close()
    assert list(sent(transport, [item]).values()) == [("applied", "")]


def test_sealed_item_is_no_item_of_version_1(kiosk: Kiosk, transport: HttpTransport):
    """The routes of the version before stay as they are."""
    item = make(packed(), key=sealing_key(kiosk, transport))
    transport._protocol_for = lambda _items: 1  # type: ignore[method-assign]
    assert list(sent(transport, [item]).values()) == [("rejected", "malformed")]
