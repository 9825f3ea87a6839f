"""Files over real HTTP: in pieces, resumed from wherever either side stopped, whole or not at all."""

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sync.blob_messages import BlobState
from sync.blob_queue import MAXIMUM_ATTEMPTS, BlobQueue
from sync.blob_shelf import BlobShelf
from sync.central import blobs as central_blobs
from sync.central.tables_blobs import blob_chunk
from sync.errors import RateLimited
from sync.events import AttachmentRef, OutboxEvent
from sync.http_transport import HttpTransport
from sync.identifiers import new_event_id
from sync.signing import DeviceSigner
from tests.sync.file_parts import (
    PHOTO,
    SMALL,
    Files,
    Wrapped,
    accept,
    at_centre,
    blob_of,
    counts,
    held_at,
    know_keys,
    own_centre,
    put,
    run_until_quiet,
    sealed_of,
)
from tests.sync.sync_parts import Centre, Kiosk

SHARES = True


@pytest.fixture
def files(kiosk: Kiosk, transport: HttpTransport) -> Files:
    return Files(kiosk, Wrapped(transport))


def test_file_arrives_whole_and_is_marked_delivered(
    kiosk: Kiosk, centre: Centre, files: Files
) -> None:
    accept(kiosk, files.transport, PHOTO)
    tally = files.run()
    assert (tally.files_delivered, tally.file_error, tally.has_more_files) == (1, "", False)
    assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO
    assert counts(kiosk).waiting == 0
    assert files.run().answers == 0


def test_small_files_go_first(kiosk: Kiosk, centre: Centre, files: Files) -> None:
    accept(kiosk, files.transport, PHOTO, SMALL)
    files.run()
    first, *_, last = [name for name, _, _ in files.transport.pieces]
    assert (first, last) == (blob_of(kiosk, SMALL).name, blob_of(kiosk, PHOTO).name)


def test_file_waits_until_the_centre_has_its_event(
    kiosk: Kiosk, centre: Centre, files: Files
) -> None:
    put(kiosk, PHOTO)
    assert files.run().answers == 0
    assert files.transport.questions == []


def test_file_of_two_events_goes_up_once(kiosk: Kiosk, centre: Centre, files: Files) -> None:
    accept(kiosk, files.transport, PHOTO)
    assert files.run().files_delivered == 1
    sent = len(files.transport.pieces)
    accept(kiosk, files.transport, PHOTO)
    assert counts(kiosk).waiting == 1
    assert files.run().files_delivered == 1
    assert len(files.transport.pieces) == sent


def test_files_of_an_unsealed_event_are_named_afterwards_and_arrive(tmp_path: Path) -> None:
    """A photo that was taken before the kiosk knew the centre's keys."""
    with own_centre(tmp_path, is_sealing=False) as (kiosk, centre, transport):
        event_id = accept(kiosk, transport, PHOTO, SMALL)
        files = Files(kiosk, transport)
        tally = files.run()
        assert (tally.answers, counts(kiosk).waiting) == (0, 2)
        assert kiosk.engine(transport).counts().waiting == 0
        know_keys(kiosk, centre)
        assert files.run().has_more_files
        assert not files.run().has_more_files
        assert kiosk.engine(transport).run_once().acknowledged == 1
        assert files.run().files_delivered == 2
        listed = centre.admin.files(event_id)
        assert [(one.size, one.is_complete) for one in listed] == [
            (len(PHOTO), True),
            (len(SMALL), True),
        ]
        assert [row["attachments_missing"] for row in centre.admin.applications()] == [0]
        with kiosk.database.transaction() as database:
            BlobShelf(database).release(event_id)
        assert kiosk.rows("SELECT * FROM blob_chunk") == []


def test_files_that_belong_to_nothing_are_refused_by_the_centre(tmp_path: Path) -> None:
    with own_centre(tmp_path) as (kiosk, _, transport):
        mine = accept(kiosk, transport, SMALL)
        ref = AttachmentRef("ab" * 32, 5, "image/jpeg", bytes(16))
        wrong = [
            late(mine, subject="r-0002", files=(ref,)),
            late(new_event_id(), files=(ref,)),
            late(mine),
            late("nonsense", files=(ref,)),
            late(mine, files=(dataclasses.replace(ref, size=0),)),
            late(mine, files=(dataclasses.replace(ref, size=2**32),)),
            late(mine, files=(dataclasses.replace(ref, media_type="a\0/b"),)),
        ]
        kiosk.append(*wrong)
        report = kiosk.engine(transport).run_once()
        assert (report.parked, report.acknowledged) == (len(wrong), 0)


def late(event_id: str, subject: str = "r-0001", files: tuple[AttachmentRef, ...] = ()):
    return OutboxEvent(new_event_id(), subject, "attachments", 1, {"event_id": event_id}, 1, files)


def test_piece_that_came_before_changes_nothing_and_a_gap_is_never_made(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
) -> None:
    accept(kiosk, transport, PHOTO)
    sealed, name = sealed_of(kiosk, PHOTO), blob_of(kiosk, PHOTO).name
    assert transport.put_blob(name, 0, sealed[:1000]).blob.held == 1000
    again = transport.put_blob(name, 0, sealed[:1000])
    assert (again.blob.held, again.problem) == (1000, None)
    for offset, piece in ((2000, sealed[2000:2500]), (500, sealed[500:1500]), (10**9, b"x")):
        refused = transport.put_blob(name, offset, piece)
        assert refused.blob.held == 1000
        assert refused.problem is not None
    assert transport.put_blob(name, 1000, b"").problem.code == "wrong-size"
    beyond = transport.put_blob(name, 1000, bytes(len(sealed)))
    assert (beyond.blob.held, beyond.problem.code) == (1000, "wrong-size")
    for start in range(1000, len(sealed), 50_000):
        done = transport.put_blob(name, start, sealed[start : start + 50_000])
    assert done.blob.state is BlobState.COMPLETE
    assert transport.put_blob(name, 5, b"late").blob.state is BlobState.COMPLETE
    assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO


def test_file_that_no_applied_event_declares_is_not_taken(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
) -> None:
    put(kiosk, PHOTO)
    name = blob_of(kiosk, PHOTO).name
    refused = transport.put_blob(name, 0, b"x")
    assert (refused.blob.state, refused.problem.code) == (BlobState.UNKNOWN, "unknown-blob")
    assert transport.lacking_blobs([name, name]).blobs[0].state is BlobState.UNKNOWN
    assert held_at(centre, kiosk) == []


def test_file_of_one_device_is_not_taken_from_another(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
) -> None:
    accept(kiosk, transport, PHOTO)
    other = DeviceSigner.generate()
    centre.enrol(other, "dev-stranger", "Z08")
    stranger = centre.transport(other, "dev-stranger")
    name = blob_of(kiosk, PHOTO).name
    assert stranger.put_blob(name, 0, b"x").blob.state is BlobState.UNKNOWN
    stranger.close()
    assert held_at(centre, kiosk) == [0]


class Spoiling(Wrapped):
    """Changes a byte of a file's pieces, so many times."""

    def __init__(self, inner: HttpTransport, name: str, times: int) -> None:
        super().__init__(inner)
        self.name, self.times = name, times

    def put_blob(self, name, offset, piece):
        if self.times and name == self.name:
            self.times -= 1
            piece = piece[:-1] + bytes([piece[-1] ^ 1])
        return super().put_blob(name, offset, piece)


def test_file_with_wrong_bytes_is_dropped_and_sent_again_from_the_start(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
) -> None:
    accept(kiosk, transport, PHOTO)
    files = Files(kiosk, Spoiling(transport, blob_of(kiosk, PHOTO).name, times=1))
    assert files.run().files_delivered == 0
    assert held_at(centre, kiosk) == [0]
    mine = blob_chunk.c.device == kiosk.outbox.device_id
    with centre.admin._database.reading() as connection:
        assert connection.execute(select(func.count()).where(mine)).scalar() == 0
    run_until_quiet(kiosk, files)
    assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO


def test_file_that_never_comes_right_is_parked_and_others_go_on(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
) -> None:
    event_id = accept(kiosk, transport, PHOTO, SMALL)
    spoiling = Spoiling(transport, blob_of(kiosk, PHOTO).name, times=10**6)
    files = Files(kiosk, spoiling)
    run_until_quiet(kiosk, files)
    assert (counts(kiosk).parked, counts(kiosk).waiting) == (1, 0)
    assert at_centre(centre, blob_of(kiosk, SMALL)) == SMALL
    (row,) = kiosk.rows("SELECT attempts, last_error_code FROM blob WHERE state = 'parked'")
    assert row == (MAXIMUM_ATTEMPTS, "blob-damaged")
    spoiling.times = 0
    with kiosk.database.transaction() as database:
        (parked,) = BlobQueue(database).parked()
        assert (parked.event_id, parked.size) == (event_id, len(PHOTO))
        assert BlobQueue(database).retry(event_id) == 1
    assert files.run().files_delivered == 1


def test_chunk_lost_on_the_device_parks_the_file_only(
    kiosk: Kiosk, centre: Centre, files: Files
) -> None:
    accept(kiosk, files.transport, PHOTO, SMALL)
    with kiosk.database.transaction() as database:
        database.execute("DELETE FROM blob_chunk WHERE number = 1")
    run_until_quiet(kiosk, files)
    assert (counts(kiosk).waiting, counts(kiosk).parked) == (0, 1)
    assert at_centre(centre, blob_of(kiosk, SMALL)) == SMALL


def test_flood_of_one_device_is_refused(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(central_blobs, "MAXIMUM_DAILY_BYTES", 10_000)
    files = Files(kiosk, transport)
    accept(kiosk, transport, PHOTO)
    tally = files.run()
    assert (tally.file_error, tally.files_delivered) == (RateLimited.code, 0)
    assert 10_000 < held_at(centre, kiosk)[0] < len(PHOTO)
