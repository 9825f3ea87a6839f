"""PROTOCOL.md against the code."""

import base64
import hashlib
import re
import struct
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync.backoff import MAXIMUM_BACKOFF_S
from sync.batch_limits import LARGEST_BATCH_BYTES, SMALLEST_BATCH_BYTES, TARGET_MS
from sync.envelope import decode_item, item_body, seal_item
from sync.events import ClockReading, OutboxEvent, parse_utc
from sync.framing import (
    BATCH_MEDIA_TYPE,
    MAXIMUM_BATCH_BYTES,
    MAXIMUM_BATCH_COUNT,
    decode_batch,
    encode_batch,
)
from sync.item import MAXIMUM_ITEM_BYTES, SignedItem, item_digest, sign_item
from sync.request_auth import MAXIMUM_SKEW_S
from sync.sealing import OpeningKey
from sync.signing import DeviceSigner, Purpose, Verifier, key_id_of

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "sync/PROTOCOL.md").read_text("utf-8")


def example(name: str) -> str:
    (found,) = re.findall(rf"```example:{name}\n(.*?)\n```", TEXT, re.DOTALL)
    return found


def test_example_is_what_the_code_makes():
    signer = DeviceSigner(bytes(range(32)))
    one = OutboxEvent(
        "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e",
        "r-0001",
        "service_request",
        1,
        {"receipt_number": "A07-000123-K", "form": {"说明": "本人办理"}},
        1,
    )
    reading = ClockReading(
        datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "b3c1f0de-0000-4000-8000-000000000001", 83211
    )
    item = sign_item(one, "dev-0007", 1, reading, signer)
    written = f"{example('header')}\n{example('body')}".encode() + bytes.fromhex(
        example("signature")
    )
    assert item == written
    assert signer.public_key.hex() == example("public-key")
    assert item_digest(item) == example("digest")
    assert encode_batch([item]) == bytes.fromhex(example("frame")) + item


def test_example_is_accepted_by_a_reader_that_knows_only_the_page():
    public_key = bytes.fromhex(example("public-key"))
    item = f"{example('header')}\n{example('body')}".encode() + bytes.fromhex(example("signature"))
    (received,) = decode_batch(bytes.fromhex(example("frame")) + item)
    decoded = SignedItem.decode(received)
    assert decoded.header.key == key_id_of(public_key)
    assert decoded.open(Verifier(public_key)).payload["form"] == {"说明": "本人办理"}


def test_sealed_example_is_read_by_a_reader_that_knows_only_the_page():
    """No code of ours: the libraries that the page names, and what it says of the bytes."""
    item = base64.b64decode(example("sealed-item").replace("\n", ""))
    version, suite, dictionary, sealing, key, event_id, seq, length = struct.unpack_from(
        ">BBI8s8s16sQB", item
    )
    device = item[47 : 47 + length]
    header, sealed = item[: 47 + length], item[47 + length :]
    assert header.hex() == example("sealed-header")
    assert (version, suite, seq, device) == (2, 1, 2, b"dev-0007")
    assert hashlib.sha256(item).hexdigest() == example("sealed-digest")
    opening = X25519PrivateKey.from_private_bytes(bytes.fromhex(example("opening-key")))
    public_key = bytes.fromhex(example("public-key"))
    assert sealing == hashlib.sha256(opening.public_key().public_bytes_raw()).digest()[:8]
    assert key == hashlib.sha256(public_key).digest()[:8]
    suite_1 = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    plain = suite_1.decrypt(sealed, opening, info=b"xianglin/v2/item\n" + header)
    packed, signature = plain[:-64], plain[-64:]
    assert signature.hex() == example("sealed-signature")
    signed = b"xianglin/v2/item\n" + header + packed
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    file = ROOT / "assets/dictionaries" / f"{dictionary}.zdict"
    shared = zstandard.ZstdCompressionDict(file.read_bytes())
    body = zstandard.ZstdDecompressor(dict_data=shared).decompress(packed)
    assert body.decode() == example("sealed-body")
    assert uuid.UUID(bytes=event_id).version == 7


def test_sealed_example_is_what_the_code_reads_and_signs():
    item = base64.b64decode(example("sealed-item").replace("\n", ""))
    opener = OpeningKey("x25519", bytes.fromhex(example("opening-key")))
    signer = DeviceSigner(bytes(range(32)))
    read = decode_item(item).open(
        {opener.key_id: opener}, {signer.key_id: Verifier(signer.public_key)}
    )
    one = OutboxEvent(
        read.id,
        read.subject,
        read.kind,
        read.schema_version,
        read.payload,
        read.priority,
        read.attachments,
    )
    clock = read.clock
    reading = ClockReading(
        parse_utc(clock.wall), clock.boot, clock.ms, parse_utc(clock.centre), clock.centre_age_ms
    )
    assert item_body(one, reading).decode() == example("sealed-body")
    again = seal_item(one, "dev-0007", 2, reading, signer, opener.sealing_key, 20260001)
    # Only the encapsulated key and what hangs on it differ from one sealing to the next.
    assert (len(again), again[:55]) == (len(item), item[:55])


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_stands_on_the_page(purpose: Purpose):
    assert f"`{purpose.value.decode().strip()}`" in TEXT


def test_limits_on_the_page_are_those_of_the_code():
    assert (MAXIMUM_ITEM_BYTES, MAXIMUM_BATCH_BYTES, LARGEST_BATCH_BYTES) == (
        64 * 1024,
        1024 * 1024,
        256 * 1024,
    )
    assert (TARGET_MS, SMALLEST_BATCH_BYTES) == (15_000, 4 * 1024)
    assert (MAXIMUM_BATCH_COUNT, MAXIMUM_SKEW_S, MAXIMUM_BACKOFF_S) == (100, 300, 900.0)
    assert BATCH_MEDIA_TYPE in TEXT
    for said in (
        "at most 64 KiB",
        "At most 100 items and 1 MiB",
        "256 KiB",
        "300 s",
        "15 minutes",
        "passes in 15 s",
        "4 KiB … 256 KiB",
    ):
        assert said in TEXT
