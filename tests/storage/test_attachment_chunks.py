"""Sealed chunks in the kiosk's database: stored once, counted right, gone in time, and taken over from the version before."""

import hashlib
import io
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlcipher3.dbapi2 import IntegrityError
from sqlite_utils.migrations import Migrations

import kiosk.storage.database as storage
from kiosk.domain.attachment import Attachment
from kiosk.errors import AttachmentRefused, StorageDamaged
from kiosk.storage.attachments import SqliteAttachments
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from sync.blob_cipher import CHUNK_BYTES, blob_name
from sync.blob_queue import BlobQueue
from sync.blob_shelf import BlobShelf
from sync.sqlcipher import EncryptedDatabase
from tests.builders import NOW, World, make_world


def photo(seed: int, side: int = 320) -> bytes:
    """A JPEG that does not compress well, as a camera's."""
    dots = random.Random(seed).randbytes(side * side * 3)
    written = io.BytesIO()
    Image.frombytes("RGB", (side, side), dots).save(written, "JPEG", quality=85)
    return written.getvalue()


PHOTO, OTHER = photo(1), photo(2)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def add(world: World, request_id: str, content: bytes, field: str = "invoices") -> None:
    with world.store.transaction() as transaction:
        transaction.attachments.add(request_id, Attachment(field, "image/jpeg", content), NOW)


def erase(world: World, request_id: str) -> None:
    with world.store.transaction() as transaction:
        transaction.attachments.erase(request_id)


def deliver(world: World, content: bytes) -> bool:
    with world.store.transaction() as transaction:
        shelf = BlobShelf(transaction.database)
        blob = shelf.find(hashlib.sha256(content).hexdigest())
        assert blob is not None
        return shelf.delivered(blob.name, NOW)


def states(world: World) -> list[str]:
    return [row["state"] for row in world.rows("blob")]


def test_file_of_two_requests_is_stored_once_and_only_sealed(world: World) -> None:
    assert len(PHOTO) > CHUNK_BYTES
    add(world, "0199-1", PHOTO)
    before = world.rows("blob_chunk")
    add(world, "0199-2", PHOTO)
    add(world, "0199-2", PHOTO, "discharge_note")
    assert world.rows("blob_chunk") == before
    assert len(world.rows("blob_claim")) == 2
    assert not any(PHOTO[100:164] in row["sealed"] for row in before)


def test_chunks_stay_until_the_last_request_is_decided_and_the_centre_has_the_file(
    world: World,
) -> None:
    add(world, "0199-1", PHOTO)
    add(world, "0199-2", PHOTO)
    assert deliver(world, PHOTO)
    erase(world, "0199-1")
    assert states(world) == ["delivered"]
    erase(world, "0199-2")
    for table in ("blob", "blob_chunk", "blob_claim", "attachment"):
        assert world.rows(table) == []


def test_decided_request_keeps_undelivered_chunks_for_the_centre_only(world: World) -> None:
    add(world, "0199-1", PHOTO)
    erase(world, "0199-1")
    assert world.rows("attachment") == []
    assert states(world) == ["queued"]
    assert len(world.rows("blob_chunk")) > 1
    assert deliver(world, PHOTO)
    assert world.rows("blob_chunk") == []


def test_mosip_forgets_files_that_it_failed_to_delete_but_here_row_and_file_go_together(
    world: World,
) -> None:
    """RC RegPacketStatusServiceImpl.delete: logs that a file could not be deleted, and deletes its row all the same."""
    add(world, "0199-1", PHOTO)
    deliver(world, PHOTO)
    tables = ("attachment", "blob", "blob_chunk", "blob_claim")
    before = {table: world.rows(table) for table in tables}
    assert len(before["blob_chunk"]) > 1
    with world.store.transaction() as transaction:
        transaction.database.execute(
            "CREATE TRIGGER stuck BEFORE DELETE ON blob_chunk WHEN OLD.number = 1 "
            "BEGIN SELECT RAISE(ABORT, 'the disk fails'); END"
        )
    with pytest.raises(IntegrityError, match="the disk fails"):
        erase(world, "0199-1")
    assert {table: world.rows(table) for table in tables} == before
    with world.store.transaction() as transaction:
        transaction.database.execute("DROP TRIGGER stuck")
    erase(world, "0199-1")
    assert {table: world.rows(table) for table in tables} == {table: [] for table in tables}


def test_file_that_comes_again_after_delivery_is_asked_for_again_and_not_written_again(
    world: World,
) -> None:
    add(world, "0199-1", PHOTO)
    deliver(world, PHOTO)
    before = world.rows("blob_chunk")
    add(world, "0199-2", PHOTO)
    assert states(world) == ["queued"]
    assert world.rows("blob_chunk") == before


def test_old_files_go_only_when_no_request_may_open_them_and_the_centre_knows_of_them(
    world: World,
) -> None:
    add(world, "0199-1", PHOTO)
    add(world, "0199-2", OTHER)
    erase(world, "0199-1")
    with world.store.transaction() as transaction:
        shelf = BlobShelf(transaction.database)
        # A kiosk that was never connected has promised to hand them over, however long that takes.
        assert shelf.erase_older(NOW + timedelta(days=9999)) == 0
        for row in list(transaction.database["blob"].rows):
            BlobQueue(transaction.database).progressed(row["name"], 0, NOW)
        assert shelf.erase_older(NOW) == 0
        assert shelf.erase_older(NOW + timedelta(seconds=1)) == 1
    assert [row["sha256"] for row in world.rows("blob")] == [hashlib.sha256(OTHER).hexdigest()]


def test_any_piece_is_the_slice_of_all_chunks(world: World) -> None:
    add(world, "0199-1", PHOTO)
    whole = b"".join(row["sealed"] for row in world.rows("blob_chunk"))
    with world.store.transaction() as transaction:
        shelf = BlobShelf(transaction.database)
        blob = shelf.find(hashlib.sha256(PHOTO).hexdigest())
        assert blob is not None
        assert blob.sealed_bytes == len(whole)
        edge = CHUNK_BYTES + 16
        for offset in (0, 1, edge - 1, edge, edge + 1, len(whole) - 1):
            for length in (1, 2, 1000, edge, 3 * edge):
                assert shelf.piece(blob, offset, length) == whole[offset : offset + length]


def test_chunk_that_is_damaged_or_gone_is_said_and_never_shown(world: World) -> None:
    add(world, "0199-1", PHOTO)
    with world.store.transaction() as transaction:
        transaction.database.execute("DELETE FROM blob_chunk WHERE number = 1")
        with pytest.raises(StorageDamaged):
            transaction.attachments.of("0199-1")


def test_refused_file_leaves_no_chunk(world: World) -> None:
    with pytest.raises(AttachmentRefused):
        add(world, "0199-1", bytes(400 * 1024 + 1))
    assert world.rows("blob_chunk") == []


@pytest.fixture
def version_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the version whose ``attachment`` rows hold whole files."""
    before = Migrations("kiosk")
    before._migrations.extend(KIOSK_MIGRATIONS._migrations[:4])
    assert before._migrations[-1].name == "0004_drafts"
    with monkeypatch.context() as patch:
        patch.setattr(storage, "KIOSK_MIGRATIONS", before)
        database = open_kiosk_database(tmp_path / "state", "file")
    rows = [
        ("0199-1", "invoices", PHOTO),
        ("0199-1", "discharge_note", OTHER),
        ("0199-2", "invoices", PHOTO),
    ]
    with database.transaction() as raw:
        for request_id, field, content in rows:
            raw.execute(
                "INSERT INTO attachment (sha256, request_id, field, media_type, bytes, size, created_at) "
                "VALUES (?, ?, ?, 'image/jpeg', ?, ?, '2026-11-23T08:00:00.000+00:00')",
                [hashlib.sha256(content).hexdigest(), request_id, field, content, len(content)],
            )
    database.close()
    return tmp_path / "state"


def opened(state: Path) -> EncryptedDatabase:
    return open_kiosk_database(state, "file")


def test_photos_of_the_version_before_are_sealed_and_open_as_they_were(
    version_before: Path,
) -> None:
    database = opened(version_before)
    try:
        with database.reading() as raw:
            kept = SqliteAttachments(raw)
            assert [(one.field, one.content) for one in kept.of("0199-1")] == [
                ("invoices", PHOTO),
                ("discharge_note", OTHER),
            ]
            assert [one.content for one in kept.of("0199-2")] == [PHOTO]
            assert "bytes" not in raw["attachment"].columns_dict
            assert not raw["attachment_whole"].exists()
            blobs = list(raw["blob"].rows)
            claims = raw["blob_claim"].count
        for blob in blobs:
            assert blob["state"] == "queued"
            assert blob["name"] == blob_name(blob["secret"], blob["sha256"])
        assert (len(blobs), claims) == (2, 3)
        assert database.check_integrity() == []
    finally:
        database.close()


def test_nothing_is_changed_when_sealing_breaks_off(
    version_before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import kiosk.storage.migration_0005 as migration

    with monkeypatch.context() as patch:

        def broken(*_: object) -> Iterator[bytes]:
            yield b"half"
            raise ArithmeticError("power")

        patch.setattr(migration, "seal_file", broken)
        with pytest.raises(ArithmeticError):
            opened(version_before)
    database = opened(version_before)
    try:
        with database.reading() as raw:
            assert [one.content for one in SqliteAttachments(raw).of("0199-2")] == [PHOTO]
    finally:
        database.close()
