"""Files of requests: bounded, encrypted, in order, gone when asked."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.attachment import Attachment
from kiosk.errors import AttachmentRefused
from kiosk.storage.database import DATABASE_FILE
from tests.builders import NOW, World, make_world

LARGEST = 409_600


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def picture(content: bytes, field: str = "invoices") -> Attachment:
    return Attachment(field, "image/jpeg", content)


def add(world: World, request_id: str, *pictures: Attachment) -> None:
    with world.store.transaction() as transaction:
        for one in pictures:
            transaction.attachments.add(request_id, one, NOW)


def of(world: World, request_id: str) -> list[Attachment]:
    with world.store.transaction() as transaction:
        return list(transaction.attachments.of(request_id))


def test_files_come_back_in_their_order(world: World) -> None:
    pictures = [picture(b"2"), picture(b"1"), picture(b"3", "discharge_note")]
    add(world, "0199-1", *pictures)
    assert of(world, "0199-1") == pictures
    assert of(world, "0199-2") == []
    (row, *_) = world.rows("attachment")
    assert (row["size"], row["sha256"]) == (1, hashlib.sha256(b"2").hexdigest())


def test_same_file_counts_once_for_a_question_and_stands_for_each_request(world: World) -> None:
    add(world, "0199-1", picture(b"x"), picture(b"x"), picture(b"x", "discharge_note"))
    add(world, "0199-2", picture(b"x"))
    assert len(of(world, "0199-1")) == 2
    with world.store.transaction() as transaction:
        transaction.attachments.erase("0199-1")
    assert of(world, "0199-1") == []
    assert of(world, "0199-2") == [picture(b"x")]


@pytest.mark.parametrize("size", [0, LARGEST + 1])
def test_file_of_an_impossible_size_is_refused(size: int, world: World) -> None:
    with pytest.raises(AttachmentRefused):
        add(world, "0199-1", picture(bytes(size)))
    assert of(world, "0199-1") == []


def test_twenty_files_of_the_largest_size_are_kept_and_one_more_is_refused(world: World) -> None:
    pictures = [picture(bytes([number]) * LARGEST) for number in range(21)]
    add(world, "0199-1", *pictures[:20])
    with pytest.raises(AttachmentRefused):
        add(world, "0199-1", pictures[20])
    assert of(world, "0199-1") == pictures[:20]
    # The one that is there already is not one more.
    add(world, "0199-1", pictures[7])
    # Another request has its own twenty.
    add(world, "0199-2", pictures[20])


def test_no_file_on_the_disk_shows_a_picture(tmp_path: Path) -> None:
    content = bytes(range(256)) * 100
    with make_world(tmp_path) as world:
        add(world, "0199-1", picture(content))
        written = [path.read_bytes() for path in (tmp_path / "state").glob(f"{DATABASE_FILE}*")]
        assert len(written) >= 2
        assert not any(content[:64] in data for data in written)
        assert of(world, "0199-1")[0].content == content
