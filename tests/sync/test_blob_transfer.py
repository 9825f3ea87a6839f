"""Files over real HTTP: in pieces, resumed from wherever either side stopped, whole or not at all."""

import contextlib
import dataclasses
import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from kiosk.demo.link import LinkSwitch
from kiosk.demo.world import start_centre, stop_centre, wait_for_centre
from sync.blob_cipher import SEALED_CHUNK_BYTES
from sync.blob_messages import MAXIMUM_PIECE_BYTES, BlobState
from sync.blob_queue import MAXIMUM_ATTEMPTS, BlobQueue
from sync.blob_shelf import BlobShelf
from sync.central import blobs as central_blobs
from sync.central import tables
from sync.central.tables_blobs import blob as blob_table
from sync.central.tables_blobs import blob_chunk, blob_claim
from sync.errors import BatchTooLarge, RateLimited, TimedOut, Unreachable
from sync.events import AttachmentRef, OutboxEvent
from sync.http_transport import HttpTransport
from sync.identifiers import new_event_id
from sync.signing import DeviceSigner
from tests.sync.file_parts import (
    Files,
    Wrapped,
    accept,
    at_centre,
    blob_of,
    content_of_size,
    counts,
    know_keys,
    put,
)
from tests.sync.sync_parts import DEVICE, Centre, Kiosk, make_centre, make_kiosk

PHOTO = content_of_size(150_000)
SMALL = content_of_size(20_000, seed=2)


@pytest.fixture
def centre(shared_centre: Centre) -> Centre:
    return shared_centre


@pytest.fixture
def kiosk(sealing_kiosk: Kiosk) -> Kiosk:
    return sealing_kiosk


@pytest.fixture
def transport(sealed_transport: HttpTransport) -> HttpTransport:
    return sealed_transport


@pytest.fixture
def files(kiosk: Kiosk, transport: HttpTransport) -> Files:
    return Files(kiosk, Wrapped(transport))


def run_until_quiet(kiosk: Kiosk, files: Files, runs: int = 40) -> None:
    """Runs with the waits between them, until nothing waits."""
    for _ in range(runs):
        files.run()
        if not counts(kiosk).waiting:
            return
        kiosk.clock.forward(16 * 60)


def sealed_of(kiosk: Kiosk, content: bytes) -> bytes:
    rows = kiosk.rows(
        "SELECT sealed FROM blob_chunk JOIN blob USING (blob_no) WHERE name = ? ORDER BY number",
        blob_of(kiosk, content).name,
    )
    return b"".join(row[0] for row in rows)


def held_at(centre: Centre, kiosk: Kiosk) -> list[int]:
    mine = select(blob_table.c.held).where(blob_table.c.device == kiosk.outbox.device_id)
    with centre.admin._database.reading() as connection:
        return [row[0] for row in connection.execute(mine)]


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


class Cut(Wrapped):
    """Cuts the line in the middle of a request's body, or behind it, at chosen pieces."""

    def __init__(self, inner: HttpTransport, link: LinkSwitch, is_answer_lost: bool) -> None:
        super().__init__(inner)
        self.link, self.is_answer_lost = link, is_answer_lost
        self.left = 3

    def put_blob(self, name, offset, piece):
        if self.left and self.is_answer_lost:
            self.left -= 1
            self.link.lose_next_answer()
        return super().put_blob(name, offset, piece)


@pytest.fixture
def link(centre: Centre) -> Iterator[LinkSwitch]:
    host, port = centre.url.removeprefix("http://").split(":")
    switch = LinkSwitch((host, int(port)), is_up=True)
    yield switch
    switch.down()
    switch.close()


@pytest.fixture
def linked(kiosk: Kiosk, centre: Centre, link: LinkSwitch) -> Iterator[HttpTransport]:
    made = HttpTransport(
        f"http://127.0.0.1:{link.port}",
        kiosk.outbox.device_id,
        kiosk.signer,
        centre.admin.centre_public_key(),
        total_deadline_s=5.0,
    )
    yield made
    made.close()


def test_answers_that_are_lost_cost_nothing_twice(
    kiosk: Kiosk, centre: Centre, link: LinkSwitch, linked: HttpTransport
) -> None:
    """The centre has the piece and the kiosk cannot know: it asks, and goes on behind it."""
    cut = Cut(linked, link, is_answer_lost=True)
    files = Files(kiosk, cut)
    accept(kiosk, cut, PHOTO)
    run_until_quiet(kiosk, files)
    assert cut.left == 0
    assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO
    offsets = [offset for _, offset, _ in cut.pieces]
    assert offsets == sorted(set(offsets))


@pytest.mark.parametrize("after", [0, 1, 700, 30_000, SEALED_CHUNK_BYTES - 1])
def test_line_cut_inside_a_piece_is_resumed_where_the_centre_stands(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport, after: int
) -> None:
    """A relay that passes so many bytes of the body and then closes both sides."""
    accept(kiosk, transport, PHOTO)
    with cutting_relay(centre, after) as port:
        cut = HttpTransport(
            f"http://127.0.0.1:{port}",
            kiosk.outbox.device_id,
            kiosk.signer,
            centre.admin.centre_public_key(),
        )
        files = Files(kiosk, Wrapped(cut))
        files.sender.speed.piece_bytes = MAXIMUM_PIECE_BYTES
        assert files.run().file_error == Unreachable.code
        assert held_at(centre, kiosk) == [0]
        kiosk.clock.forward(16 * 60)
        assert files.run().files_delivered == 1
        cut.close()
    assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO


class cutting_relay:  # noqa: N801  (reads as a verb)
    """Relays connections; the first PUT is cut after so many bytes of its body."""

    def __init__(self, centre: Centre, after: int) -> None:
        host, port = centre.url.removeprefix("http://").split(":")
        self.target, self.after, self.is_done = (host, int(port)), after, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self) -> int:
        self.thread.start()
        return int(self.listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.is_over = True
        socket.create_connection(self.listener.getsockname(), 1).close()
        self.thread.join(10)
        self.listener.close()

    is_over = False

    def _serve(self) -> None:
        import contextlib

        while True:
            near, _ = self.listener.accept()
            if self.is_over:
                near.close()
                return
            with near, contextlib.suppress(OSError), socket.create_connection(self.target) as far:
                near.settimeout(5)
                far.settimeout(5)
                self._relay(near, far)

    def _relay(self, near, far) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            request = b""
            while True:
                for key, _ in selector.select(5):
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    if key.fileobj is near and not self.is_done:
                        request += data
                        head, _, body = request.partition(b"\r\n\r\n")
                        if b"PUT " in head and len(body) > self.after:
                            far.sendall(data[: len(data) - (len(body) - self.after)])
                            self.is_done = True
                            return
                        if b"PUT " not in head and body:
                            request = b""
                    key.data.sendall(data)


@contextlib.contextmanager
def own_centre(
    folder: Path, *, is_sealing: bool = True
) -> Iterator[tuple[Kiosk, Centre, HttpTransport]]:
    """A centre that a test may break, with a kiosk."""
    with make_centre(folder / "own") as centre:
        key = centre.admin.centre_public_key()
        with make_kiosk(folder / "kiosk", None, key) as kiosk:
            if is_sealing:
                know_keys(kiosk, centre)
            centre.enrol(kiosk.signer)
            transport = centre.transport(kiosk.signer)
            # Without the exchange of keys: a test says itself when the kiosk learns them.
            kiosk.is_sealing = False
            yield kiosk, centre, transport
            transport.close()


class _Killed(BaseException):
    """The kiosk's process ends here: nothing after this line happens."""


class Fatal(Wrapped):
    """The centre takes the second piece, and the kiosk dies before the answer."""

    def put_blob(self, name, offset, piece):
        answer = super().put_blob(name, offset, piece)
        if len(self.pieces) == 2:
            raise _Killed
        return answer


def test_upload_goes_on_after_both_sides_died(tmp_path: Path) -> None:
    with own_centre(tmp_path) as (kiosk, first, inner):
        transport = Fatal(inner)
        accept(kiosk, transport, PHOTO)
        with pytest.raises(_Killed):
            Files(kiosk, transport).run()
        (held,) = held_at(first, kiosk)
        assert kiosk.rows("SELECT held FROM blob")[0][0] < held < len(PHOTO)
        signer, key = kiosk.signer, first.admin.centre_public_key()
    with (
        make_centre(tmp_path / "own") as second,
        make_kiosk(tmp_path / "kiosk", signer, key) as again,
    ):
        transport = Wrapped(second.transport(signer))
        assert Files(again, transport).run().files_delivered == 1
        assert transport.pieces[0][1] == held
        assert at_centre(second, blob_of(again, PHOTO)) == PHOTO
        transport.close()


def test_centre_that_is_killed_between_commit_and_answer_has_what_it_took(tmp_path: Path) -> None:
    """A process of its own, ended by SIGKILL at its third piece."""
    state = tmp_path / "own"
    with own_centre(tmp_path) as (kiosk, centre, transport):
        accept(kiosk, transport, PHOTO)
        signer, key = kiosk.signer, centre.admin.centre_public_key()
    process = start_centre(state, {"XIANGLIN_CENTRAL_FAULT": "kill-after-commit:3"})
    try:
        host, port = wait_for_centre(state, process)
        with make_kiosk(tmp_path / "kiosk", signer, key) as kiosk:
            doomed = HttpTransport(f"http://{host}:{port}", DEVICE, signer, key)
            files = Files(kiosk, Wrapped(doomed))
            assert files.run().file_error == Unreachable.code
            assert process.wait(20) != 0
            doomed.close()
            sent = [(offset, length) for _, offset, length in files.transport.pieces]
            with make_centre(state) as centre:
                assert held_at(centre, kiosk) == [sum(sent[-1])]
                again = Wrapped(centre.transport(signer))
                assert Files(kiosk, again).run().files_delivered == 1
                assert again.pieces[0][1] == sum(sent[-1])
                assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO
                again.close()
    finally:
        stop_centre(process)


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


def test_centre_that_was_set_back_is_asked_and_gets_again_what_it_lost(tmp_path: Path) -> None:
    with own_centre(tmp_path) as (kiosk, centre, transport):
        set_back(kiosk, centre, transport)


def set_back(kiosk: Kiosk, centre: Centre, transport: HttpTransport) -> None:
    files = Files(kiosk, transport)
    accept(kiosk, transport, PHOTO)
    files.run()
    with centre.admin._database.writing() as connection:
        for table in (blob_chunk, blob_claim, blob_table, tables.event_key, tables.inbox):
            connection.execute(delete(table))
        connection.execute(delete(tables.application))
        connection.execute(update(tables.device).values(hwm=0))
    centre.admin.renew_epoch()
    assert kiosk.engine(transport).run_once().requeued == 1
    assert counts(kiosk).waiting == 1
    kiosk.engine(transport).run_once()
    assert files.run().files_delivered == 1
    assert at_centre(centre, blob_of(kiosk, PHOTO)) == PHOTO


@pytest.mark.parametrize("error", [BatchTooLarge("too large"), TimedOut("slow")])
def test_piece_that_does_not_pass_is_tried_smaller(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport, error: Exception
) -> None:
    """A proxy that takes 2 KiB at most, and a link that brings no more within the deadline."""

    class Narrow(Wrapped):
        def put_blob(self, name, offset, piece):
            if len(piece) > 2048:
                raise error
            return super().put_blob(name, offset, piece)

    files = Files(kiosk, Narrow(transport))
    accept(kiosk, transport, SMALL)
    run_until_quiet(kiosk, files, runs=200)
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
