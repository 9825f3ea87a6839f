"""What was not delivered, in one file: whole, checked, and readable by the centre alone."""

import errno
import hashlib
import os
import stat
from io import BytesIO
from pathlib import Path

import pytest

from sync.courier.errors import MediumDamaged, MediumFull, MediumUnusable
from sync.courier.medium import Folder
from sync.errors import RejectedItem
from sync.queue_export import MAGIC, read_queue, write_queue
from tests.sync.sync_parts import NOW, Kiosk, event


@pytest.fixture
def queue(kiosk: Kiosk) -> Kiosk:
    """Sealed items in three states and one that is not sealed."""
    waiting, parked, delivered, unsealed = kiosk.append(*(event(f"r-{n}") for n in range(4)))
    with kiosk.database.transaction() as database:
        for number, one in enumerate((waiting, parked, delivered)):
            database.execute(
                "UPDATE outbox SET item = ? WHERE id = ?", [b"\x02" + bytes([number]) * 400, one]
            )
        kiosk.outbox.park(database, parked, "unknown-kind", "", NOW)
        kiosk.outbox.acknowledge(database, delivered, 1, NOW)
    assert unsealed
    return kiosk


def test_file_holds_what_was_not_delivered_and_is_sealed(queue: Kiosk, tmp_path: Path):
    told: list[int] = []
    done = write_queue(queue.database, Folder.at(tmp_path), "queue.bin", told.append)
    path = tmp_path / "queue.bin"
    assert (done.count, done.unsealed, sum(told)) == (2, 1, 3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (done.size, done.sha256) == (
        path.stat().st_size,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    assert list(read_queue(BytesIO(path.read_bytes()))) == [
        b"\x02" + bytes([n]) * 400 for n in (0, 1)
    ]
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_long_queue_is_written_page_by_page(kiosk: Kiosk, tmp_path: Path):
    kiosk.append(*(event(f"r-{number}") for number in range(405)))
    with kiosk.database.transaction() as database:
        database.execute("UPDATE outbox SET item = CAST(x'0201' || seq AS BLOB)")
    done = write_queue(kiosk.database, Folder.at(tmp_path), "queue.bin")
    assert done.count == 405
    items = list(read_queue(BytesIO((tmp_path / "queue.bin").read_bytes())))
    assert items == [b"\x02\x01%d" % seq for seq in range(1, 406)]


def test_empty_queue_is_a_file_too(kiosk: Kiosk, tmp_path: Path):
    assert write_queue(kiosk.database, Folder.at(tmp_path), "queue.bin").count == 0
    assert list(read_queue(BytesIO((tmp_path / "queue.bin").read_bytes()))) == []


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_is_there_already_is_left_alone(queue: Kiosk, tmp_path: Path, kind: str):
    place = tmp_path / "queue.bin"
    if kind == "file":
        place.write_bytes(b"mine")
    elif kind == "link":
        place.symlink_to(tmp_path / "nowhere")
    else:
        place.mkdir()
    before = os.lstat(place)
    with pytest.raises(MediumUnusable):
        write_queue(queue.database, Folder.at(tmp_path), "queue.bin")
    assert os.lstat(place).st_ino == before.st_ino
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", ["../queue", "a/b", "", ".", "a\nb", "-x"])
def test_name_that_is_none_is_refused(queue: Kiosk, tmp_path: Path, name: str):
    with pytest.raises(MediumUnusable):
        write_queue(queue.database, Folder.at(tmp_path), name)


def test_full_medium_is_said_and_no_half_file_is_left(
    queue: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    folder = tmp_path / "medium"
    folder.mkdir()
    monkeypatch.setattr("sync.courier.medium.os.fsync", full)
    with pytest.raises(MediumFull):
        write_queue(queue.database, Folder.at(folder), "queue.bin")
    monkeypatch.undo()
    assert list(folder.iterdir()) == []


def test_medium_that_gives_back_other_bytes_is_said(
    queue: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "medium"
    folder.mkdir()

    def flip(path: str, *_: object) -> None:
        part = folder / ".queue.bin.part"
        data = bytearray(part.read_bytes())
        data[20] = 1
        part.write_bytes(data)

    monkeypatch.setattr("sync.courier.medium.drop_from_cache", flip)
    with pytest.raises(MediumDamaged):
        write_queue(queue.database, Folder.at(folder), "queue.bin")
    assert list(folder.iterdir()) == []


def test_changed_or_cut_file_is_refused(queue: Kiosk, tmp_path: Path):
    write_queue(queue.database, Folder.at(tmp_path), "queue.bin")
    whole = (tmp_path / "queue.bin").read_bytes()
    for place in (3, len(MAGIC) + 1, len(MAGIC) + 40, len(whole) - 40, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 0x40
        with pytest.raises(RejectedItem):
            list(read_queue(BytesIO(bytes(changed))))
    for cut in range(len(whole)):
        with pytest.raises(RejectedItem):
            list(read_queue(BytesIO(whole[:cut])))
    with pytest.raises(RejectedItem):
        list(read_queue(BytesIO(whole + b"x")))
