"""Every fault of a link, over real TLS sockets and through the engine: named for what it is, and no record changed."""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from sync.connectivity import LinkState
from sync.engine import SyncReport
from sync.http_transport import MAXIMUM_ANSWER_BYTES, HttpTransport
from tests.sync.certificates import Authority, server_context
from tests.sync.lying_server import (
    CENTRE,
    HTML,
    JSON,
    Answerer,
    answering,
    batch_answer,
    meeting,
    reply,
    run_upward,
)
from tests.sync.sync_parts import DEVICE, Kiosk, event

DEADLINE_S = 0.6

OFFLINE, CAPTIVE = LinkState.OFFLINE, LinkState.CAPTIVE
CUT, NOT_OURS, BUSY, SLOW, FAULT = "SYN-101", "SYN-102", "SYN-103", "SYN-105", "SYN-106"


@dataclass(frozen=True)
class Fault:
    """What the other side does, and what the kiosk must make of it."""

    name: str
    answer: Answerer
    code: str
    link: LinkState = OFFLINE


def raw(*parts: bytes) -> Answerer:
    """These bytes, then the end of the connection."""
    return lambda connection, _: connection.sendall(b"".join(parts))


def drip(before: bytes) -> Answerer:
    """A byte now and then, for longer than anybody waits."""

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(before)
        pause = threading.Event()
        for _ in range(100):
            connection.sendall(b"x")
            pause.wait(0.05)

    return answer


def repeat(before: bytes, piece: bytes, times: int) -> Answerer:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(before)
        for _ in range(times):
            connection.sendall(piece)

    return answer


def silence(connection: socket.socket, _: bytes) -> None:
    """Takes everything and says nothing."""
    connection.settimeout(4)
    connection.recv(1)


def reset(connection: socket.socket, _: bytes) -> None:
    """As a firewall does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


OK = b"HTTP/1.1 200 OK\r\n" + JSON.encode() + b"\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SIGNED = batch_answer()
BOMB = gzip.compress(bytes(64 * 1024 * 1024), 9)
NOISE = bytes(Random(4).randrange(256) for _ in range(5000))

FAULTS = (
    Fault("302", reply("302 Found", b"", "Location: /login"), NOT_OURS, CAPTIVE),
    Fault("307", reply("307 Temporary Redirect", b"", "Location: /"), NOT_OURS, CAPTIVE),
    Fault("200 with HTML", reply("200 OK", b"<html>", HTML), NOT_OURS, CAPTIVE),
    Fault("200 with HTML called JSON", reply("200 OK", b"<html>", JSON), NOT_OURS, CAPTIVE),
    Fault("200 with nothing", reply("200 OK", b"", JSON), NOT_OURS, CAPTIVE),
    Fault("200 with an old answer", reply("200 OK", SIGNED, JSON), NOT_OURS, CAPTIVE),
    Fault("204", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), NOT_OURS, CAPTIVE),
    Fault("206", reply("206 Partial Content", SIGNED, JSON), NOT_OURS, CAPTIVE),
    Fault("404 with HTML", reply("404 Not Found", b"<html>", HTML), NOT_OURS, CAPTIVE),
    Fault("511", reply("511 Network Authentication Required", b"", HTML), NOT_OURS, CAPTIVE),
    Fault("503", reply("503 Service Unavailable", b"", HTML), BUSY),
    Fault("502 with HTML", reply("502 Bad Gateway", b"<html>", HTML), BUSY),
    Fault("500 with HTML", reply("500 Internal Server Error", b"<html>", HTML), FAULT),
    Fault("520 of a middlebox", reply("520 Unknown", b"<html>", HTML), FAULT),
    Fault("closed without a word", raw(b""), CUT),
    Fault("reset", reset, CUT),
    Fault("silence", silence, SLOW),
    Fault("dripping status line", drip(b"HTTP/1.1 200"), SLOW),
    Fault("dripping header", drip(OK + b"X-Long: "), SLOW),
    Fault("dripping body", drip(OK + b"Content-Length: 90000\r\n\r\n"), SLOW),
    Fault("dripping chunk", drip(CHUNKED + b"ff\r\n"), SLOW),
    # http.client reads any number of these, so only the total time ends it.
    Fault("endless 100", drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 500 + b"HTTP/1.1 1"), SLOW),
    Fault("garbage for a status line", raw(NOISE), CUT),
    Fault("garbage for a chunk", raw(CHUNKED, b"zz\r\n", NOISE), CUT),
    Fault("negative chunk", raw(CHUNKED, b"-5\r\nhello"), CUT),
    Fault("chunk beyond any memory", raw(CHUNKED, b"f" * 40 + b"\r\n" + b"x" * 1000), CUT),
    Fault("length of 5000 digits", raw(OK, b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nx"), CUT),
    Fault("negative length", raw(OK, b"Content-Length: -7\r\n\r\nx"), NOT_OURS, CAPTIVE),
    Fault("two lengths", raw(OK, b"Content-Length: 7\r\nContent-Length: 9\r\n\r\nx"), CUT),
    Fault("status beyond numbers", raw(b"HTTP/1.1 99999999999999999999 OK\r\n\r\n"), CUT),
    Fault("chunk that never ends", raw(CHUNKED, b"ffffffff\r\n", b"x" * 1000), CUT),
    Fault("line of a header without end", repeat(OK + b"X: ", b"x" * 65536, 40), CUT),
    Fault("thousands of headers", repeat(OK, b"X-A: b\r\n" * 1000, 20), CUT),
    Fault(
        "body larger than any answer",
        repeat(OK + b"\r\n", b"x" * 65536, MAXIMUM_ANSWER_BYTES // 65536 + 40),
        NOT_OURS,
        CAPTIVE,
    ),
    Fault(
        "body that is announced larger than any answer",
        raw(OK, b"Content-Length: 99999999999\r\n\r\n"),
        NOT_OURS,
        CAPTIVE,
    ),
    Fault(
        "compressed bomb",
        reply("200 OK", BOMB, JSON, "Content-Encoding: gzip"),
        NOT_OURS,
        CAPTIVE,
    ),
    Fault(
        "compressed garbage",
        reply("200 OK", NOISE, JSON, "Content-Encoding: gzip"),
        CUT,
    ),
    *(
        Fault(
            f"cut at {share} %",
            raw(OK, b"Content-Length: %d\r\n\r\n" % len(SIGNED), SIGNED[: len(SIGNED) * share // 100]),
            CUT,
        )
        for share in (0, 1, 50, 99)
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def context(authority: Authority) -> ssl.SSLContext:
    return server_context(authority.server())


@contextlib.contextmanager
def transport_of(kiosk: Kiosk, url: str, authority: Authority) -> Iterator[HttpTransport]:
    made = HttpTransport(
        url, DEVICE, kiosk.signer, CENTRE.public_key, 2.0, DEADLINE_S, str(authority.path)
    )
    try:
        yield made
    finally:
        made.close()


def queue_of(kiosk: Kiosk) -> list[tuple]:
    """All that a fault of the link may not change."""
    return [
        *kiosk.rows("SELECT * FROM outbox ORDER BY seq"),
        *kiosk.rows("SELECT * FROM sync_cursor"),
        *kiosk.rows("SELECT * FROM settled_row"),
    ]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_named_and_changes_no_record(
    kiosk: Kiosk, authority: Authority, context: ssl.SSLContext, fault: Fault
):
    kiosk.append(event("r-0001"), event("r-0002"))
    before = queue_of(kiosk)
    report = run_against(kiosk, fault.answer, authority, context)
    assert (report.error_code, report.link) == (fault.code, fault.link)
    assert queue_of(kiosk) == before
    assert kiosk.listener.outcomes == []


@pytest.mark.parametrize(
    ("asked", "followed"),
    [("99999", 900.0), ("-5", None), ("1e9", None), ("٣٠", None), ("9" * 5000, 900.0), ("30", 30.0)],
)  # fmt: skip
def test_retry_after_is_a_wish_that_is_bounded(
    kiosk: Kiosk, authority: Authority, context: ssl.SSLContext, asked: str, followed: float | None
):
    kiosk.append(event())
    before = queue_of(kiosk)
    lines = f"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: {asked}\r\n\r\n"
    report = run_against(kiosk, raw(lines.encode()), authority, context)
    assert (report.error_code, report.retry_after_s) == (BUSY, followed)
    assert queue_of(kiosk) == before


def test_server_that_does_not_read_is_left(kiosk: Kiosk, authority: Authority):
    """Slow loris, the other way round: the kiosk's own batch does not get out."""
    kiosk.append(*(event(f"r-{n}", form={"说明": "字" * 15000}) for n in range(5)))
    before = queue_of(kiosk)
    with (
        unread(server_context(authority.server())) as url,
        transport_of(kiosk, url, authority) as transport,
    ):
        report = run_upward(kiosk, transport)
    assert (report.error_code, report.link) == (SLOW, OFFLINE)
    assert queue_of(kiosk) == before


def run_against(
    kiosk: Kiosk, answer: Answerer, authority: Authority, context: ssl.SSLContext
) -> SyncReport:
    with (
        answering(answer, context) as url,
        transport_of(kiosk, url, authority) as transport,
    ):
        return run_upward(kiosk, transport)


@contextlib.contextmanager
def unread(context: ssl.SSLContext) -> Iterator[str]:
    """A server that shakes hands and then reads nothing; its window is as small as it can be."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def wait(peer: socket.socket, is_over: threading.Event) -> None:
        with context.wrap_socket(peer, server_side=True):
            is_over.wait(5)

    with meeting(listener, wait) as url:
        yield url
