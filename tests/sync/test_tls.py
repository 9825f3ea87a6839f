"""TLS for real: our own authority, certificates at fault, handshakes at fault, and what the environment would change.

Every fault is told by its name and changes no record of the queue.
"""

import contextlib
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.connectivity import LinkState
from sync.engine import SyncReport
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from tests.sync.certificates import Authority, server_context
from tests.sync.lying_server import (
    CENTRE,
    JSON,
    answering,
    batch_answer,
    meeting,
    reply,
    run_upward,
)
from tests.sync.sync_parts import DEVICE, Centre, Kiosk, event
from tests.sync.tls_front import TlsFront

DAY = timedelta(days=1)
CLOCK = ("SYN-104", LinkState.CLOCK_FAULT)
NOT_OURS = ("SYN-102", LinkState.CAPTIVE)
CUT = ("SYN-101", LinkState.OFFLINE)
SLOW = ("SYN-105", LinkState.OFFLINE)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def run_once(
    kiosk: Kiosk, url: str, trusted: Path | None, public_key: bytes = CENTRE.public_key
) -> SyncReport:
    transport = HttpTransport(
        url, DEVICE, kiosk.signer, public_key, 2.0, 1.0, str(trusted) if trusted else None
    )
    try:
        return run_upward(kiosk, transport)
    finally:
        transport.close()


def outcome(kiosk: Kiosk, url: str, trusted: Path | None) -> tuple[str, LinkState]:
    """How one run ends, after making sure that the queue is as it was."""
    kiosk.append(event("r-0001"), event("r-0002"))
    before = kiosk.rows("SELECT * FROM outbox ORDER BY seq")
    report = run_once(kiosk, url, trusted)
    assert kiosk.rows("SELECT * FROM outbox ORDER BY seq") == before
    assert kiosk.listener.outcomes == []
    return report.error_code, report.link


@pytest.mark.parametrize(
    ("begins_in", "ends_in"), [(DAY, 2 * DAY), (-2 * DAY, -DAY)], ids=["not yet valid", "expired"]
)
def test_certificate_out_of_its_dates_points_to_the_clock(
    kiosk: Kiosk, authority: Authority, begins_in: timedelta, ends_in: timedelta
):
    context = server_context(authority.server(begins_in, ends_in))
    with answering(reply("200 OK", batch_answer(), JSON), context) as url:
        assert outcome(kiosk, url, authority.path) == CLOCK


@pytest.mark.parametrize("kind", ["self-signed", "of another authority", "of another host"])
def test_certificate_of_somebody_else_is_not_the_centres(
    kiosk: Kiosk, authority: Authority, tmp_path: Path, kind: str
):
    """As a captive portal or an inspecting proxy shows."""
    shown = {
        "self-signed": lambda: authority.server(is_self_signed=True),
        "of another authority": lambda: Authority(tmp_path).server(),
        "of another host": lambda: authority.server(host="portal.example"),
    }[kind]()
    with answering(reply("200 OK", batch_answer(), JSON), server_context(shown)) as url:
        assert outcome(kiosk, url, authority.path) == NOT_OURS


def test_shipped_list_does_not_trust_our_own_authority(kiosk: Kiosk, authority: Authority):
    context = server_context(authority.server())
    with answering(reply("200 OK", batch_answer(), JSON), context) as url:
        assert outcome(kiosk, url, None) == NOT_OURS


def test_old_tls_is_not_spoken(kiosk: Kiosk, authority: Authority):
    context = server_context(authority.server())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with answering(reply("200 OK", batch_answer(), JSON), context) as url:
        assert outcome(kiosk, url, authority.path) == NOT_OURS


# A record header that announces much; a fatal alert; what no TLS ever is.
_RECORD = b"\x16\x03\x03\x40\x00"
HANDSHAKES = {
    "cut at once": (lambda peer: None, CUT),
    "cut after the hello": (lambda peer: peer.recv(4096), CUT),
    "cut in a record": (lambda peer: (peer.recv(4096), peer.sendall(_RECORD + b"\2" * 90)), CUT),
    "alert": (lambda peer: (peer.recv(4096), peer.sendall(b"\x15\x03\x03\0\2\2\x28")), NOT_OURS),
    "plain HTTP": (
        lambda peer: (peer.recv(4096), peer.sendall(b"HTTP/1.1 302 Found\r\n\r\n")),
        NOT_OURS,
    ),
    "noise": (lambda peer: (peer.recv(4096), peer.sendall(bytes(range(256)) * 9)), NOT_OURS),
    "silence": (lambda peer: (peer.recv(4096), peer.settimeout(3), peer.recv(1)), SLOW),
}


@pytest.mark.parametrize("name", HANDSHAKES)
def test_handshake_that_fails_is_named(kiosk: Kiosk, authority: Authority, name: str):
    behave, expected = HANDSHAKES[name]
    with shaking(behave) as url:
        assert outcome(kiosk, url, authority.path) == expected


def test_dripping_handshake_is_cut_at_the_total_time(kiosk: Kiosk, authority: Authority):
    done = threading.Event()

    def drip(peer: socket.socket) -> None:
        peer.recv(4096)
        peer.sendall(_RECORD)
        while not done.wait(0.05):
            peer.sendall(b"\2")

    started = time.monotonic()
    with shaking(drip) as url:
        try:
            assert outcome(kiosk, url, authority.path) == SLOW
        finally:
            done.set()
    assert time.monotonic() - started < 4.0


@contextlib.contextmanager
def shaking(behave: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server that does not get as far as a request."""

    def meet(peer: socket.socket, _is_over: threading.Event) -> None:
        peer.settimeout(3)
        behave(peer)

    with meeting(socket.create_server(("127.0.0.1", 0)), meet) as url:
        yield url


TRAPS = {
    "bundle that is not there": {"REQUESTS_CA_BUNDLE": "{folder}/none", "CURL_CA_BUNDLE": "{folder}/none"},
    "bundle of somebody else": {"REQUESTS_CA_BUNDLE": "{theirs}", "CURL_CA_BUNDLE": "{theirs}"},
    "OpenSSL's own": {"SSL_CERT_FILE": "{theirs}", "SSL_CERT_DIR": "{folder}"},
    "netrc": {"NETRC": "{netrc}", "HOME": "{folder}"},
    "proxies": {
        name: "http://127.0.0.1:1"
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    },
    "key log": {"SSLKEYLOGFILE": "{folder}/keys.log"},
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_environment_changes_nothing(
    kiosk: Kiosk,
    centre: Centre,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trap: str,
):
    """Each of these replaced something of a default session: certificates, Authorization, the way."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    places = {"folder": tmp_path, "theirs": Authority(tmp_path).path, "netrc": netrc}
    for name, value in TRAPS[trap].items():
        monkeypatch.setenv(name, value.format(**places))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    centre.enrol(kiosk.signer)
    (event_id,) = kiosk.append(event())
    front = TlsFront(authority.server(), lambda: centre.url)
    try:
        key = centre.admin.centre_public_key()
        report = run_once(kiosk, front.url, authority.path, key)
    finally:
        front.close()
    assert (report.error_code, report.acknowledged) == ("", 1)
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [event_id]
    assert not (tmp_path / "keys.log").exists()
