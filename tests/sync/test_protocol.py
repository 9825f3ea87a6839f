"""PROTOCOL.md against the code."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.backoff import MAXIMUM_BACKOFF_S
from sync.batch_limits import LARGEST_BATCH_BYTES, SMALLEST_BATCH_BYTES, TARGET_MS
from sync.events import ClockReading, OutboxEvent
from sync.framing import (
    BATCH_MEDIA_TYPE,
    MAXIMUM_BATCH_BYTES,
    MAXIMUM_BATCH_COUNT,
    decode_batch,
    encode_batch,
)
from sync.item import MAXIMUM_ITEM_BYTES, SignedItem, item_digest, sign_item
from sync.request_auth import MAXIMUM_SKEW_S
from sync.signing import DeviceSigner, Purpose, Verifier, key_id_of

TEXT = (Path(__file__).parents[2] / "sync/PROTOCOL.md").read_text("utf-8")


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
