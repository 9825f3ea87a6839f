import io
import uuid

import pytest

from sync.courier.errors import BundleRefused
from sync.courier.records import Record, RecordKind, read_records
from sync.courier.sealed_part import (
    FRAME_BYTES,
    TAG_BYTES,
    PartName,
    PartSealer,
    open_part,
    part_overhead,
    sealed_size,
)
from tests.courier.courier_parts import CentreKeys

KEYS = CentreKeys()
NAME = PartName(uuid.UUID(int=7), 3)
OVERHEAD = part_overhead(KEYS)


def sealed(plain: bytes, piece: int = 1000) -> bytes:
    sealer = PartSealer(NAME, KEYS)
    ready = [sealer.add(plain[at : at + piece]) for at in range(0, len(plain), piece)]
    return b"".join([*ready, sealer.finish()])


def opened(data: bytes, name: PartName = NAME, keys: CentreKeys = KEYS) -> bytes:
    return b"".join(open_part(io.BytesIO(data).read, name, keys.open))


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 200_000])
def test_what_is_sealed_opens_and_has_the_size_that_was_planned(size: int):
    plain = bytes(range(256)) * (size // 256 + 1)
    data = sealed(plain[:size], piece=7777)
    assert opened(data) == plain[:size]
    assert len(data) == sealed_size(size, OVERHEAD)


def test_every_damaged_byte_of_the_head_and_of_each_frame_is_found():
    data = sealed(b"x" * (FRAME_BYTES + 10))
    places = [*range(0, OVERHEAD, 41), OVERHEAD, OVERHEAD + FRAME_BYTES + TAG_BYTES, len(data) - 1]
    for place in places:
        wrong = bytearray(data)
        wrong[place] ^= 1
        with pytest.raises(BundleRefused):
            opened(bytes(wrong))


def test_a_part_that_is_cut_continued_or_reordered_does_not_open():
    frame = FRAME_BYTES + TAG_BYTES
    data = sealed(b"a" * FRAME_BYTES + b"b" * FRAME_BYTES + b"c")
    head, first, second, last = (
        data[:OVERHEAD],
        data[OVERHEAD : OVERHEAD + frame],
        data[OVERHEAD + frame : OVERHEAD + 2 * frame],
        data[OVERHEAD + 2 * frame :],
    )
    for wrong in (
        data[: OVERHEAD // 2],
        head,
        head + first,
        head + first + second,
        head + second + first + last,
        data + b"\x00",
        data + last,
    ):
        with pytest.raises(BundleRefused):
            opened(wrong)


def test_a_part_opens_only_as_itself_and_only_for_the_centre():
    data = sealed(b"text")
    for name in (PartName(NAME.bundle, 2), PartName(uuid.UUID(int=8), 3)):
        with pytest.raises(BundleRefused):
            opened(data, name)
    with pytest.raises(BundleRefused):
        opened(data, keys=CentreKeys())
    assert b"text" not in data


def test_records_come_back_however_the_bytes_are_cut():
    records = [Record(RecordKind.ITEM, b"a" * 300), Record(RecordKind.CHUNK, b"b" * 9_000)] * 3
    plain = b"".join(record.encoded() for record in records)
    for piece in (1, 299, 4_096, 10**6):
        cut = (plain[at : at + piece] for at in range(0, len(plain), piece))
        assert list(read_records(cut)) == records


@pytest.mark.parametrize(
    "wrong",
    [
        bytes([1]) + (2**32 - 1).to_bytes(4, "big"),
        bytes([1]) + (64 * 1024 + 1).to_bytes(4, "big"),
        bytes([2]) + (2**31).to_bytes(4, "big"),
        bytes([1]) + bytes(4),
        bytes([9]) + (1).to_bytes(4, "big") + b"x",
        bytes([1]) + (5).to_bytes(4, "big") + b"1234",
        b"\x01\x00",
    ],
)
def test_impossible_records_are_refused_before_anything_is_gathered(wrong: bytes):
    def endless():
        yield wrong
        # More than this would be the gathering that must not happen.
        yield from () if len(wrong) < 5 else (b"",)

    with pytest.raises(BundleRefused):
        list(read_records(endless()))
