"""TLS for real: certificates made here, a server that speaks it, and one that drips its handshake."""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.answers import ProbeAnswer, seal_answer
from sync.errors import ClockFault, NotTheCentre, SyncError, TimedOut
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner, Purpose
from tests.sync.sync_parts import DEVICE

CENTRE = DeviceSigner(bytes(range(32)))


@dataclass
class Certificate:
    """A self-signed certificate and its key in one PEM file."""

    path: Path


def make_certificate(folder: Path, begins_in: timedelta, ends_in: timedelta) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "centre under test")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins_in)
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{certificate.serial_number}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(path)


@contextlib.contextmanager
def tls_server(certificate: Certificate) -> Iterator[str]:
    """Answers one signed probe over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        with contextlib.suppress(OSError):
            plain, _ = listener.accept()
            plain.settimeout(10)
            with plain, context.wrap_socket(plain, server_side=True) as connection:
                nonce = connection.recv(65536).split(b"nonce=")[1].split(b" ")[0].decode()
                answer = ProbeAnswer(protocol=1, nonce=nonce, time=datetime.now(UTC))
                body = seal_answer(answer, Purpose.PROBE, CENTRE)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(12)
        listener.close()
        assert not thread.is_alive()


def probe(url: str, ca_bundle: Path | None, deadline_s: float = 5.0) -> ProbeAnswer:
    transport = HttpTransport(
        url,
        DEVICE,
        DeviceSigner.generate(),
        CENTRE.public_key,
        2.0,
        deadline_s,
        str(ca_bundle) if ca_bundle else None,
    )
    try:
        return transport.probe()
    finally:
        transport.close()


def test_centre_with_its_own_authority_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nothing"))
    good = make_certificate(tmp_path, -timedelta(days=1), timedelta(days=1))
    with tls_server(good) as url:
        assert probe(url, good.path).protocol == 1


@pytest.mark.parametrize(
    ("begins_in", "ends_in"),
    [
        (timedelta(days=1), timedelta(days=2)),
        (-timedelta(days=2), -timedelta(days=1)),
    ],
    ids=["not yet valid", "expired"],
)
def test_certificate_out_of_its_dates_points_to_the_clock(tmp_path: Path, begins_in, ends_in):
    bad = make_certificate(tmp_path, begins_in, ends_in)
    with tls_server(bad) as url, pytest.raises(ClockFault):
        probe(url, bad.path)


def test_certificate_of_another_authority_is_not_the_centres(tmp_path: Path):
    """As a captive portal or an inspecting proxy shows."""
    theirs = make_certificate(tmp_path, -timedelta(days=1), timedelta(days=1))
    ours = make_certificate(tmp_path, -timedelta(days=1), timedelta(days=1))
    with tls_server(theirs) as url, pytest.raises(NotTheCentre):
        probe(url, ours.path)


def test_plain_answer_on_the_tls_port_is_not_the_centres():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with pytest.raises(SyncError) as caught:
            probe(f"https://127.0.0.1:{listener.getsockname()[1]}", None)
    finally:
        thread.join(10)
        listener.close()
    assert type(caught.value) is NotTheCentre


def test_dripping_handshake_is_cut_at_the_total_time():
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                # A record header that announces much, then a byte now and then.
                connection.sendall(b"\x16\x03\x03\x40\x00")
                while not done.wait(0.05):
                    connection.sendall(b"\x02")

    thread = threading.Thread(target=serve)
    thread.start()
    started = time.monotonic()
    try:
        with pytest.raises(TimedOut):
            probe(f"https://127.0.0.1:{listener.getsockname()[1]}", None, 0.5)
    finally:
        done.set()
        thread.join(10)
        listener.close()
    assert time.monotonic() - started < 3.0
