"""Links that lie, drip, cut and redirect: a real socket on the other side, the real transport on ours."""

import contextlib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import requests
import urllib3.exceptions

from sync.answers import BatchAnswer, EventResult, EventStatus, ProbeAnswer, seal_answer
from sync.connectivity import LinkState
from sync.errors import (
    BatchTooLarge,
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    RateLimited,
    ServerBusy,
    ServerFault,
    SyncError,
    TimedOut,
    Unreachable,
)
from sync.http_failures import error_of_exception
from sync.http_transport import MAXIMUM_ANSWER_BYTES, HttpTransport
from sync.item import SignedItem
from sync.outbox import ItemState
from sync.signing import DeviceSigner, Purpose
from tests.sync.lying_server import (
    CENTRE,
    HTML,
    ITEMS,
    JSON,
    PROBLEM,
    answering,
    batch_answer,
    failure_of,
    failure_of_while,
    read_request,
    reply,
    transport_to,
)
from tests.sync.sync_parts import DEVICE, NOW, Kiosk, event


def test_signed_answer_is_taken(kiosk: Kiosk):
    with answering(reply("200 OK", batch_answer(), JSON)) as url, transport_to(url) as transport:
        assert transport.send_batch("batch-1", ITEMS).hwm == 1


@pytest.mark.parametrize(
    ("status", "body", "header", "kind"),
    [
        ("200 OK", b"<html>Log in</html>", HTML, NotTheCentre),
        ("200 OK", b"<html>Log in</html>", JSON, NotTheCentre),
        ("200 OK", b'{"ok":true}', JSON, NotTheCentre),
        ("200 OK", b"[" * 100_000, JSON, NotTheCentre),
        ("201 Created", batch_answer(), JSON, NotTheCentre),
        ("302 Found", b"", "Location: http://127.0.0.1:1/login", NotTheCentre),
        ("307 Temporary Redirect", b"", "Location: /v1/batches", NotTheCentre),
        ("511 Network Authentication Required", b"<html>", HTML, NotTheCentre),
        ("401 Unauthorized", b"<html>", HTML, NotTheCentre),
        ("401 Unauthorized", b"{}", PROBLEM, NotAuthorised),
        ("403 Forbidden", b"{}", PROBLEM, NotAuthorised),
        ("400 Bad Request", b"{}", PROBLEM, ProtocolMismatch),
        ("404 Not Found", b"{}", PROBLEM, ProtocolMismatch),
        ("404 Not Found", b"<html>", HTML, NotTheCentre),
        ("413 Content Too Large", b"<html>", HTML, BatchTooLarge),
        ("429 Too Many Requests", b"", HTML, RateLimited),
        ("503 Service Unavailable", b"", HTML, ServerBusy),
        ("500 Internal Server Error", b"<html>", HTML, ServerFault),
        ("520 Whatever", b"<html>", HTML, ServerFault),
    ],
)
def test_answer_is_classified(status: str, body: bytes, header: str, kind: type[SyncError]):
    assert type(failure_of(reply(status, body, header))) is kind


def test_redirect_is_never_followed():
    asked: list[bytes] = []

    def note(connection: socket.socket, request: bytes) -> None:
        asked.append(request)
        reply("302 Found", b"", "Location: /elsewhere")(connection, request)

    failure_of(note)
    assert len(asked) == 1


def test_answer_signed_by_another_key_is_not_the_centres():
    forged = batch_answer(signer=DeviceSigner.generate())
    assert type(failure_of(reply("200 OK", forged, JSON))) is NotTheCentre


def test_answer_with_a_changed_letter_is_not_the_centres():
    changed = batch_answer().replace(b'\\"hwm\\":1', b'\\"hwm\\":2')
    assert changed != batch_answer()
    assert type(failure_of(reply("200 OK", changed, JSON))) is NotTheCentre


def test_answer_signed_for_another_purpose_is_not_the_centres():
    answer = BatchAnswer(
        protocol=1, batch="batch-1", device=DEVICE, epoch="e", hwm=1, time=NOW, results=()
    )
    other = seal_answer(answer, Purpose.ROSTER, CENTRE)
    assert type(failure_of(reply("200 OK", other, JSON))) is NotTheCentre


def test_replayed_answer_of_another_batch_is_refused():
    assert type(failure_of(reply("200 OK", batch_answer("batch-0"), JSON))) is NotTheCentre


def test_answer_to_another_device_is_refused():
    answer = batch_answer(device="dev-0008")
    assert type(failure_of(reply("200 OK", answer, JSON))) is NotTheCentre


def test_centre_of_another_version_is_a_mismatch():
    assert type(failure_of(reply("200 OK", batch_answer(protocol=2), JSON))) is ProtocolMismatch


def test_answer_cut_short_is_no_answer():
    body = batch_answer()

    def cut(connection: socket.socket, _: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[: len(body) // 2])

    assert type(failure_of(cut)) is Unreachable


def test_chunked_answer_cut_short_is_no_answer():
    def cut(connection: socket.socket, _: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + b"20\r\n" + b"x" * 10)

    assert type(failure_of(cut)) is Unreachable


def test_connection_closed_without_a_word_is_no_answer():
    assert type(failure_of(lambda connection, _: None)) is Unreachable


def test_port_without_a_listener_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with transport_to(f"http://127.0.0.1:{port}") as transport, pytest.raises(Unreachable):
        transport.send_batch("batch-1", ITEMS)


@pytest.mark.parametrize("part", ["header", "body", "body before a close"])
def test_dripping_answer_is_cut_at_the_total_time(part: str):
    has_ended = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n"
        ends = {"header": b"X-Long: ", "body": b"\r\n"}
        connection.sendall(head + ends.get(part, b"Connection: close\r\n\r\n"))
        with contextlib.suppress(OSError):
            while not has_ended.wait(0.05):
                connection.sendall(b"x")

    started = time.monotonic()
    try:
        error = failure_of_while(drip, 0.5, has_ended)
    finally:
        has_ended.set()
    assert type(error) is TimedOut
    assert time.monotonic() - started < 3.0


def test_silent_server_is_cut_at_the_total_time():
    done = threading.Event()
    error = failure_of_while(lambda connection, _: done.wait(5) and None, 0.4, done)
    assert type(error) is TimedOut


@pytest.mark.parametrize("is_announced", [True, False])
def test_endless_answer_is_refused(is_announced: bool):
    def flood(connection: socket.socket, _: bytes) -> None:
        length = f"Content-Length: {MAXIMUM_ANSWER_BYTES * 10}\r\n" if is_announced else ""
        connection.sendall(f"HTTP/1.1 200 OK\r\n{JSON}\r\n{length}\r\n".encode())
        for _ in range(MAXIMUM_ANSWER_BYTES // 65536 + 50):
            connection.sendall(b"x" * 65536)

    assert type(failure_of(flood, 10.0)) is NotTheCentre


def test_retry_after_is_bounded_to_a_quarter_of_an_hour():
    error = failure_of(reply("503 Service Unavailable", b"", "Retry-After: 99999"))
    assert isinstance(error, ServerBusy)
    assert error.retry_after_s == 900.0


def test_environment_does_not_change_the_transport(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """REQUESTS_CA_BUNDLE, a proxy and ~/.netrc each replaced something of a default session."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    asked: list[bytes] = []

    def note(connection: socket.socket, request: bytes) -> None:
        asked.append(request)
        reply("200 OK", batch_answer(), JSON)(connection, request)

    with answering(note) as url, transport_to(url) as transport:
        transport.send_batch("batch-1", ITEMS)
    assert b"\r\nAuthorization: Xianglin-Device " in asked[0]


def test_link_is_used_again_for_the_next_request():
    """One connection, several answers: a village's link pays a handshake once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                for _ in range(2):
                    read_request(connection)
                    body = batch_answer()
                    head = f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
                    connection.sendall(head.encode() + body)

        thread = threading.Thread(target=serve)
        thread.start()
        with transport_to(f"http://127.0.0.1:{listener.getsockname()[1]}") as transport:
            transport.send_batch("batch-1", ITEMS)
            transport.send_batch("batch-1", ITEMS)
        thread.join(5)
        assert not thread.is_alive()


def test_close_ends_the_connection_also_while_an_earlier_failure_is_remembered():
    """The frames of an exception hold the pool; without a word of ours its socket stayed open behind them."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        transport_to(f"http://127.0.0.1:{listener.getsockname()[1]}") as transport,
    ):
        ended: list[bytes] = []

        def serve() -> None:
            listener.accept()[0].close()
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                read_request(connection)
                body = batch_answer()
                head = f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)
                ended.append(connection.recv(1))

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(Unreachable) as remembered:
            transport.send_batch("batch-1", ITEMS)
        transport.send_batch("batch-1", ITEMS)
        transport.close()
        thread.join(4)
        assert ended == [b""]
        assert remembered.value is not None


def test_answer_to_an_old_question_is_refused():
    probe = ProbeAnswer(protocol=1, nonce="another-nonce", time=NOW)
    body = seal_answer(probe, Purpose.PROBE, CENTRE)
    with (
        answering(reply("200 OK", body, JSON)) as url,
        transport_to(url) as transport,
        pytest.raises(NotTheCentre),
    ):
        transport.probe()


@pytest.mark.parametrize(
    ("code", "kind"), [(9, ClockFault), (10, ClockFault), (18, NotTheCentre), (62, NotTheCentre)]
)
def test_certificate_out_of_its_dates_is_a_fault_of_the_clock(code: int, kind: type[SyncError]):
    cause = ssl.SSLCertVerificationError("certificate verify failed")
    cause.verify_code = code
    # As requests hands it on: the cause is an argument of an argument.
    wrapped = requests.exceptions.SSLError(urllib3.exceptions.SSLError(cause))
    assert type(error_of_exception(wrapped)) is kind


@pytest.mark.parametrize(
    "url",
    [
        "http://centre.example",
        "http://10.0.0.1:8470",
        "ftp://127.0.0.1",
        "https://user:word@centre.example",
        "https://",
        "centre.example",
    ],
)
def test_unsafe_url_is_refused(url: str):
    with pytest.raises(ValueError, match=r"URL|http"):
        HttpTransport(url, DEVICE, CENTRE, CENTRE.public_key)


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://[::1]:1", "https://centre.example/x/"]
)
def test_safe_url_is_taken(url: str):
    HttpTransport(url, DEVICE, CENTRE, CENTRE.public_key).close()


def test_captive_portal_changes_nothing_in_the_queue(kiosk: Kiosk):
    (event_id,) = kiosk.append(event())
    page = reply("200 OK", b"<html>Welcome to the county's free network</html>", HTML)
    with answering(page) as url, transport_to(url) as transport:
        report = kiosk.engine(transport).run_once()
    assert (report.link, report.error_code) == (LinkState.CAPTIVE, "SYN-102")
    assert kiosk.ids(ItemState.QUEUED) == [event_id]
    assert kiosk.listener.outcomes == []


def test_answers_of_the_right_centre_after_a_portal_are_taken(kiosk: Kiosk):
    (event_id,) = kiosk.append(event())

    def honest(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET"):
            reply("302 Found", b"", "Location: /login")(connection, request)
            return
        target = request.split(b" ", 2)[1].decode()
        batch = target.partition("batch=")[2]
        item = request.partition(b"\r\n\r\n")[2][4:]
        answer = BatchAnswer(
            protocol=1,
            batch=batch,
            device=DEVICE,
            epoch="e",
            hwm=1,
            time=datetime.now(UTC),
            results=(
                EventResult(id=SignedItem.decode(item).header.id, status=EventStatus.APPLIED),
            ),
        )
        reply("200 OK", seal_answer(answer, Purpose.BATCH_ANSWER, CENTRE), JSON)(
            connection, request
        )

    with answering(honest) as url, transport_to(url) as transport:
        report = kiosk.engine(transport).run_once()
    # The portal comes back for the pulls; what was settled stays settled.
    assert report.acknowledged == 1
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [event_id]


def test_nonces_of_requests_are_unlike():
    seen: list[bytes] = []

    def note(connection: socket.socket, request: bytes) -> None:
        seen.append(
            next(line for line in request.split(b"\r\n") if line.startswith(b"Authorization"))
        )
        reply("503 Busy", b"")(connection, request)

    with answering(note) as url, transport_to(url) as transport:
        for _ in range(3):
            with pytest.raises(ServerBusy):
                transport.decisions(0)
    assert all(first != second for first, second in pairwise(seen))
