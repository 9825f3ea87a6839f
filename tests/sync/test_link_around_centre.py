"""A real centre behind a proxy that loses, cuts, repeats and delays: what is committed is never applied again."""

import socket
import struct
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from sync.answers import EventStatus
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from tests.sync.certificates import Authority, server_context
from tests.sync.lying_server import Answerer, answering
from tests.sync.sync_parts import DEVICE, Centre, Kiosk, event

Forward = Callable[[bytes], bytes]


def forward_to(centre: Centre) -> Forward:
    """Send a request on and give the whole answer."""
    url = urlsplit(centre.url)

    def forward(request: bytes) -> bytes:
        told = request.replace(b"Connection: keep-alive", b"Connection: close")
        with socket.create_connection((url.hostname, url.port), 5) as link:
            link.sendall(told)
            answer = b""
            while piece := link.recv(65536):
                answer += piece
        return answer

    return forward


class Proxy:
    """Does one thing to each batch while ``is_bad``; hands on everything else."""

    def __init__(
        self, centre: Centre, bad: Callable[[Forward, socket.socket, bytes], None]
    ) -> None:
        self._forward = forward_to(centre)
        self._bad = bad
        self.is_bad = True

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        if self.is_bad and request.startswith(b"POST"):
            self._bad(self._forward, connection, request)
        else:
            connection.sendall(self._forward(request))


def cut_at(place: float) -> Callable[[Forward, socket.socket, bytes], None]:
    """The answer as far as a share of it."""

    def cut(forward: Forward, connection: socket.socket, request: bytes) -> None:
        answer = forward(request)
        connection.sendall(answer[: int(len(answer) * place)])

    return cut


def cut_in_the_last_byte(forward: Forward, connection: socket.socket, request: bytes) -> None:
    connection.sendall(forward(request)[:-1])


def lose(forward: Forward, connection: socket.socket, request: bytes) -> None:
    """Committed, and nobody hears of it."""
    forward(request)


def reset(forward: Forward, connection: socket.socket, request: bytes) -> None:
    forward(request)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer_as_busy(forward: Forward, connection: socket.socket, request: bytes) -> None:
    """A gateway that ran out of patience while the centre committed."""
    forward(request)
    connection.sendall(b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n")


def repeat(forward: Forward, connection: socket.socket, request: bytes) -> None:
    """The proxy's own retry; the second answer is the one that arrives."""
    forward(request)
    connection.sendall(forward(request))


def change_a_byte(forward: Forward, connection: socket.socket, request: bytes) -> None:
    answer = bytearray(forward(request))
    answer[-20] ^= 1
    connection.sendall(bytes(answer))


LOSSES = {
    "response lost after the commit": (lose, "SYN-101"),
    "connection reset after the commit": (reset, "SYN-101"),
    "504 after the commit": (answer_as_busy, "SYN-103"),
    "request repeated by the proxy": (repeat, "SYN-201"),
    "answer changed by a bit": (change_a_byte, "SYN-102"),
    "cut in the status line": (cut_at(0.02), "SYN-101"),
    "cut in the headers": (cut_at(0.12), "SYN-101"),
    "cut in the body": (cut_at(0.7), "SYN-101"),
    "cut in the last byte": (cut_in_the_last_byte, "SYN-101"),
}


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("name", LOSSES)
def test_what_was_committed_and_lost_is_acknowledged_later_and_applied_once(
    kiosk: Kiosk, centre: Centre, authority: Authority, name: str
):
    bad, code = LOSSES[name]
    centre.enrol(kiosk.signer)
    ids = kiosk.append(event("r-0001"), event("r-0002"), event("r-0001"))
    before = kiosk.rows("SELECT * FROM outbox ORDER BY seq")
    proxy: Answerer = Proxy(centre, bad)
    with answering(proxy, server_context(authority.server())) as url:
        transport = HttpTransport(
            url, DEVICE, kiosk.signer, centre.admin.centre_public_key(), 2.0, 5.0,
            str(authority.path),
        )  # fmt: skip
        try:
            engine = kiosk.engine(transport)
            report = engine.run_once()
            assert (report.error_code, report.acknowledged) == (code, 0)
            assert kiosk.rows("SELECT * FROM outbox ORDER BY seq") == before
            # The centre has them all the same.
            assert applied(centre) == sorted(ids)
            proxy.is_bad = False
            report = engine.run_once()
        finally:
            transport.close()
    assert (report.error_code, report.acknowledged) == ("", 3)
    assert {one.status for one in kiosk.listener.outcomes} == {EventStatus.DUPLICATE}
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    assert applied(centre) == sorted(ids)


def applied(centre: Centre) -> list[str]:
    return sorted(row["event_id"] for row in centre.admin.applications())
