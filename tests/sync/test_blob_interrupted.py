"""Files whose upload is cut anywhere, or whose other side dies: they go on where the centre stands."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from kiosk.demo.link import LinkSwitch
from kiosk.demo.world import start_centre, stop_centre, wait_for_centre
from sync.blob_cipher import SEALED_CHUNK_BYTES
from sync.blob_messages import MAXIMUM_PIECE_BYTES
from sync.central import tables
from sync.central.tables_blobs import blob as blob_table
from sync.central.tables_blobs import blob_chunk, blob_claim
from sync.errors import BatchTooLarge, TimedOut, Unreachable
from sync.http_transport import HttpTransport
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
    own_centre,
    run_until_quiet,
)
from tests.sync.sync_parts import DEVICE, Centre, Kiosk, make_centre, make_kiosk

SHARES = True


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
