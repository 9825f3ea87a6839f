"""A server on a real socket that answers whatever a test likes, and a transport that asks it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from sync.answers import BatchAnswer, seal_answer
from sync.engine import SyncReport
from sync.errors import SyncError
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner, Purpose
from tests.sync.sync_parts import DEVICE, NOW, Kiosk

CENTRE = DeviceSigner(bytes(range(32)))
ITEMS = [b"item"]
JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html"
PROBLEM = "Content-Type: application/problem+json"

Answerer = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def answering(answer: Answerer, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that reads a request and lets the test write whatever it likes.

    Args:
        context: to speak TLS with; None speaks plainly.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def wrapped(plain: socket.socket) -> socket.socket:
        return plain if context is None else context.wrap_socket(plain, server_side=True)

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                if stop.is_set():
                    return
                with wrapped(connection) as spoken:
                    answer(spoken, read_request(spoken))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        # Wakes the accept that may be waiting.
        with contextlib.suppress(OSError):
            socket.create_connection(listener.getsockname(), 1).close()
        thread.join(10)
        listener.close()
        assert not thread.is_alive()


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return received
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(status: str, body: bytes = b"", *headers: str) -> Answerer:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return lambda connection, _: connection.sendall(
        "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    )


@contextlib.contextmanager
def transport_to(url: str, deadline_s: float = 5.0) -> Iterator[HttpTransport]:
    made = HttpTransport(url, DEVICE, DeviceSigner.generate(), CENTRE.public_key, 2.0, deadline_s)
    try:
        yield made
    finally:
        made.close()


def failure_of(answer: Answerer, deadline_s: float = 5.0) -> SyncError:
    with answering(answer) as url, transport_to(url, deadline_s) as transport:
        with pytest.raises(SyncError) as caught:
            transport.send_batch("batch-1", ITEMS)
        return caught.value


def run_upward(kiosk: Kiosk, transport: HttpTransport) -> SyncReport:
    """One run that only sends: its report then tells of this one exchange."""
    engine = kiosk.engine(transport)
    engine._phases = lambda: [engine._pusher.run]
    return engine.run_once()


def batch_answer(
    batch: str = "batch-1", signer: DeviceSigner = CENTRE, device: str = DEVICE, protocol: int = 1
) -> bytes:
    answer = BatchAnswer(
        protocol=protocol, batch=batch, device=device, epoch="e", hwm=1, time=NOW, results=()
    )
    return seal_answer(answer, Purpose.BATCH_ANSWER, signer)


def failure_of_while(answer: Answerer, deadline_s: float, done: threading.Event) -> SyncError:
    with answering(answer) as url, transport_to(url, deadline_s) as transport:
        with pytest.raises(SyncError) as caught:
            transport.send_batch("batch-1", ITEMS)
        done.set()
        return caught.value


@contextlib.contextmanager
def meeting(
    listener: socket.socket, meet: Callable[[socket.socket, threading.Event], object]
) -> Iterator[str]:
    """A server that takes one caller after the other; the event says that it is over."""
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            with contextlib.suppress(OSError):
                peer, _ = listener.accept()
                with peer:
                    meet(peer, is_over)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        is_over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(listener.getsockname(), 1).close()
        thread.join(10)
        listener.close()
        assert not thread.is_alive()
