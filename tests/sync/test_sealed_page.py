"""A page opens for the device that it is for, and for nobody with anything that the centre did not sign."""

import hashlib
import struct
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import zstandard

from sync.canonical import canonical_json
from sync.errors import FeedUnusable, NotTheCentre, SyncError
from sync.opening_key import opening_key_of, opening_keys_of
from sync.sealed_page import (
    MAXIMUM_PLAIN_BYTES,
    FeedPage,
    PageHeader,
    compress,
    open_page,
    pack,
    seal_page,
)
from sync.signing import DeviceSigner, Purpose, Verifier

CENTRE, KIOSK, OTHER = (DeviceSigner(bytes([number]) * 32) for number in (1, 2, 3))
VERIFIERS = {CENTRE.key_id: Verifier(CENTRE.public_key)}
ROWS = [{"resident_id": "r-1", "name": "赵桂兰"}]
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def header(**changes: object) -> PageHeader:
    values = {
        "protocol": 2,
        "device": "dev-0007",
        "epoch": "e",
        "time": AT,
        "feed": "roster",
        "scope": "e:513022104203",
        "after": 3,
        "cursor": 9,
        "more": False,
        "as_of": AT,
        "size": len(pack(ROWS, ["r-2"])),
        "nonce": "q83vEjRWeJA9x1Qm",
    }
    return PageHeader.model_validate({**values, **changes})


def sealed(packed: bytes | None = None, signer: DeviceSigner = CENTRE, **changes: object) -> bytes:
    content = compress(pack(ROWS, ["r-2"])) if packed is None else packed
    return seal_page(header(**changes), content, signer, opening_key_of(KIOSK).sealing_key)


def opened(page: bytes, device: str = "dev-0007", signer: DeviceSigner = KIOSK) -> FeedPage:
    return open_page(page, device, opening_keys_of([signer]), VERIFIERS)


def test_page_comes_out_as_it_went_in():
    page = sealed()
    found = opened(page)
    assert (found.header, found.upserts, found.tombstones) == (header(), tuple(ROWS), ("r-2",))
    assert found.wire_bytes == len(page)
    assert "赵桂兰".encode() not in page
    assert "赵" not in repr(found)


def test_header_is_in_clear_and_holds_no_data_of_anybody():
    page = sealed()
    assert canonical_json(header().wire()) in page
    assert b"r-1" not in page
    assert b"r-2" not in page


def test_opening_key_is_the_same_after_a_restart_and_another_for_each_device():
    assert opening_key_of(KIOSK).key_id == opening_key_of(DeviceSigner(KIOSK.seed())).key_id
    assert opening_key_of(KIOSK).key_id != opening_key_of(OTHER).key_id
    assert opening_key_of(KIOSK).secret() != KIOSK.seed()
    # Fixed for ever: what is on its way to a device must open after an update.
    digest = hashlib.sha256(opening_key_of(DeviceSigner(bytes(32))).sealing_key.public)
    assert digest.hexdigest()[:16] == "e105795d64d9b3c4"


def test_no_bit_can_be_changed():
    page = sealed()
    for place in Random(20261123).sample(range(len(page)), 60):
        changed = bytearray(page)
        changed[place] ^= 1 << place % 8
        with pytest.raises(NotTheCentre):
            opened(bytes(changed))


def test_page_cut_anywhere_is_refused():
    page = sealed()
    for end in range(0, len(page), 7):
        with pytest.raises(NotTheCentre):
            opened(page[:end])
    with pytest.raises(NotTheCentre):
        opened(page + b"\0")


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (sealed(signer=OTHER), NotTheCentre),
        (sealed(device="dev-0008"), NotTheCentre),
        (b"<html>please log in</html>" * 20, NotTheCentre),
    ],
    ids=["unsigned", "another device's", "a captive portal's"],
)
def test_page_of_somebody_or_for_somebody_else_is_not_the_centres(page, error):
    with pytest.raises(error):
        opened(page)


def test_page_sealed_to_the_key_before_is_unusable_and_says_nothing():
    with pytest.raises(FeedUnusable, match="another key"):
        opened(sealed(), signer=OTHER)


def test_signature_of_an_item_or_answer_is_none_of_a_page():
    page = sealed()
    unsigned = page[:-64]
    for purpose in Purpose:
        if purpose is not Purpose.PAGE:
            with pytest.raises(NotTheCentre):
                opened(unsigned + CENTRE.sign(purpose, unsigned))


def bomb(size: int, *, says: bool) -> bytes:
    return zstandard.ZstdCompressor(level=19, write_content_size=says).compress(bytes(size))


@pytest.mark.parametrize(
    ("packed", "size"),
    [
        (bomb(200_000_000, says=True), MAXIMUM_PLAIN_BYTES),
        (bomb(200_000_000, says=False), MAXIMUM_PLAIN_BYTES),
        (compress(pack(ROWS, [])) * 2, len(pack(ROWS, []))),
        (compress(b"[]"), 2),
        (compress(b'{"tombstones":[],"upserts":[1]}'), 31),
        (compress(b'{"tombstones":[1],"upserts":[]}'), 31),
        (compress(b'{"tombstones":[], "upserts":[]}'), 31),
        (compress(b"[" * 100_000), 100_000),
        (compress(pack(ROWS, []))[:-3], len(pack(ROWS, []))),
        (b"", 0),
    ],
)
def test_content_of_no_page_is_refused_before_it_takes_room(packed: bytes, size: int):
    """The centre itself would have to sign these: a fault of its, or a key that was stolen."""
    with pytest.raises(FeedUnusable):
        opened(sealed(packed, size=size))


def test_header_of_another_version_or_without_bounds_is_refused():
    for changes in ({"protocol": 3}, {"after": -1}, {"size": MAXIMUM_PLAIN_BYTES + 1}):
        wire = {**header().wire(), **changes}
        text = canonical_json(wire)
        opener = opening_key_of(KIOSK)
        ids = bytes.fromhex(CENTRE.key_id), bytes.fromhex(opener.key_id)
        head = struct.pack(">2sBB8s8sH", b"XP", 2, 1, *ids, len(text)) + text
        unsigned = head + opener.sealing_key.seal(b"xianglin/v2/page\n" + head, compress(b"{}"))
        with pytest.raises(FeedUnusable):
            opened(unsigned + CENTRE.sign(Purpose.PAGE, unsigned))


def test_error_says_nothing_of_the_content(tmp_path: Path):
    with pytest.raises(SyncError) as caught:
        opened(sealed(compress('{"upserts":"赵桂兰"}'.encode()), size=25))
    assert "赵" not in str(caught.value)
