"""The hand-over in the local network: both prove themselves, nobody in between, cut anywhere."""

import contextlib
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sync.courier import ledger, van_server
from sync.courier.errors import BundleRefused, HandoverFailed
from sync.courier.handover import HandedOver, Handover
from sync.courier.lan_tls import client_context
from sync.courier.layout import CourierFolder
from sync.courier.stored_bundle import StoredBundle
from sync.courier.van_client import VanClient
from sync.courier.van_server import VanServer
from sync.opening_key import opening_keys_of
from sync.outbox import ItemState
from sync.pull_parcel import ParcelReader, write_parcel
from sync.signing import DeviceSigner
from tests.courier.courier_parts import VAN, CentreKeys, Site, Van, receiving
from tests.sync.sync_parts import DEVICE, NOW, event

HOST = "127.0.0.1"


@dataclass
class Meeting:
    """A kiosk and a van in one network."""

    site: Site
    van: Van
    server: VanServer

    def client(self, **changes) -> VanClient:
        values = {
            "host": HOST,
            "port": self.server.port,
            "identity": self.site.identity,
            "certifiers": [self.site.keys.verifier],
            "timeout_s": 5.0,
        }
        return VanClient(**{**values, **changes})

    def visit(self, **changes) -> HandedOver:
        spool = self.site.folder / "spool"
        handover = Handover(self.site.exporter(), receiving(self.site), spool)
        with self.client(**changes) as client:
            return handover.visit(client)

    def carried(self) -> list[StoredBundle]:
        return self.van.carrier().carried()

    def spooled(self) -> list[str]:
        return CourierFolder.at(self.site.folder / "spool").bundle_ids()


@contextlib.contextmanager
def serving(site: Site, van: Van) -> Iterator[Meeting]:
    with VanServer(van.carrier(), (HOST, 0), b"the keyring").running() as server:
        yield Meeting(site, van, server)


@pytest.fixture
def meeting(site: Site, tmp_path: Path) -> Iterator[Meeting]:
    with serving(site, Van(tmp_path / "van", site.keys)) as made:
        yield made


def test_kiosk_hands_over_and_the_van_signs_for_it(meeting: Meeting):
    ids = meeting.site.kiosk.append(*(event(f"r-000{n}") for n in range(5)))
    done = meeting.visit()
    assert (done.van, done.bundles, done.items) == (VAN, 1, 5)
    (stored,) = meeting.carried()
    assert stored.damaged_parts() == []
    assert meeting.spooled() == []
    assert meeting.site.kiosk.ids(ItemState.QUEUED) == ids
    with meeting.site.kiosk.database.reading() as database:
        assert ledger.custody_of(database, 3) == (VAN, NOW)


def test_what_a_van_carries_is_not_handed_over_again_but_new_events_are(meeting: Meeting):
    meeting.site.kiosk.append(event("r-0001"), event("r-0002"))
    meeting.visit()
    assert meeting.visit().bundles == 0
    meeting.site.kiosk.append(event("r-0002"))
    done = meeting.visit()
    # The one with a new event comes whole, so that the order holds whichever bundle arrives first.
    assert (done.bundles, done.items) == (1, 2)


def test_reports_come_back_on_the_same_connection_before_anything_is_handed_over(meeting: Meeting):
    from tests.courier.test_settle import report, span

    meeting.site.kiosk.append(*(event(f"r-000{n}") for n in range(5)))
    meeting.van.carrier().take_report(DEVICE, report(meeting.site, span(meeting.site, 1, 3)))
    done = meeting.visit()
    assert done.report is not None
    assert (done.report.acknowledged, done.items) == (3, 2)


def test_a_report_that_cannot_be_believed_keeps_nothing_from_being_handed_over(meeting: Meeting):
    meeting.site.kiosk.append(event())
    CourierFolder.at(meeting.van.folder).put_report(DEVICE, b"nonsense")
    done = meeting.visit()
    assert (done.report, done.bundles) == (None, 1)


def test_the_van_hands_a_parcel_to_whom_it_is_for(meeting: Meeting):
    CourierFolder.at(meeting.van.folder).put_parcel("dev-0001", b"another's")
    with meeting.client() as client:
        assert client.parcel() is None
    CourierFolder.at(meeting.van.folder).put_parcel(DEVICE, write_parcel([b"no page"]))
    with meeting.client() as client:
        assert client.parcel() == write_parcel([b"no page"])


def test_a_parcel_that_cannot_be_believed_keeps_nothing_from_being_handed_over(meeting: Meeting):
    meeting.site.kiosk.append(event())
    CourierFolder.at(meeting.van.folder).put_parcel(DEVICE, write_parcel([b"no page"]))
    kiosk = meeting.site.kiosk
    parcels = ParcelReader(
        kiosk.database, [], DEVICE, opening_keys_of([kiosk.signer]), {}, kiosk.clock
    )
    spool = meeting.site.folder / "spool"
    handover = Handover(meeting.site.exporter(), receiving(meeting.site), spool, parcels=parcels)
    with meeting.client() as client:
        done = handover.visit(client)
    assert done.unpacked is not None
    assert (done.unpacked.problem, done.bundles) == ("not-the-centre", 1)


def test_the_van_hands_the_keyring_on(meeting: Meeting):
    with meeting.client() as client:
        assert client.keyring() == b"the keyring"


@pytest.mark.parametrize("calls", [1, 2, 3, 5])
def test_a_hand_over_that_breaks_off_goes_on_with_the_next_visit(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch, calls: int
):
    monkeypatch.setattr("sync.courier.handover.MAXIMUM_PIECE_BYTES", 1000)
    meeting.site.item_part_bytes = 1500
    meeting.site.kiosk.append(*(event(f"r-000{n}") for n in range(6)))
    real, sent = VanClient.put_piece, [0]

    def cut(self: VanClient, *piece: object):
        sent[0] += 1
        answer = real(self, *piece)
        if sent[0] == calls:
            self.close()
            raise HandoverFailed("out of reach")
        return answer

    monkeypatch.setattr(VanClient, "put_piece", cut)
    with pytest.raises(HandoverFailed):
        meeting.visit()
    assert meeting.carried() == []
    (spooled,) = meeting.spooled()
    done = meeting.visit()
    assert (done.bundles, done.items) == (1, 6)
    assert [one.manifest.bundle for one in meeting.carried()] == [spooled]
    stored = meeting.carried()[0]
    pieces = sum(-(-part.size // 1000) for part in stored.manifest.parts)
    assert sent[0] == pieces, "a piece was sent twice"


def test_a_receipt_that_was_lost_is_asked_for_again(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
):
    meeting.site.kiosk.append(event())
    with monkeypatch.context() as patch:
        patch.setattr(VanClient, "custody", lambda *_: (_ for _ in ()).throw(HandoverFailed("cut")))
        with pytest.raises(HandoverFailed):
            meeting.visit()
    assert len(meeting.carried()) == 1
    assert meeting.visit().bundles == 1
    with meeting.site.kiosk.database.reading() as database:
        assert ledger.custody_of(database, 1) == (VAN, NOW)


def test_a_part_that_was_damaged_on_the_way_or_on_the_vans_disk_comes_again(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
):
    meeting.site.kiosk.append(event())
    real, sent = VanClient.put_piece, [0]

    def damage_first(self: VanClient, bundle: str, number: int, offset: int, piece: bytes):
        sent[0] += 1
        wrong = bytes([piece[0] ^ 1]) + piece[1:]
        return real(self, bundle, number, offset, wrong if sent[0] == 1 else piece)

    monkeypatch.setattr(VanClient, "put_piece", damage_first)
    assert meeting.visit().bundles == 1
    assert sent[0] == 2
    assert meeting.carried()[0].damaged_parts() == []


def test_a_van_of_another_centre_gets_nothing(site: Site, tmp_path: Path):
    site.kiosk.append(event())
    with serving(site, Van(tmp_path / "van", CentreKeys())) as meeting:
        with pytest.raises(HandoverFailed, match="another centre"):
            meeting.visit()
        assert not (site.folder / "spool").exists()


def test_somebody_who_shows_the_vans_certificate_without_its_key_gets_nothing(
    site: Site, tmp_path: Path
):
    """A machine in between: genuine certificate of the van, channel of its own."""
    van = Van(tmp_path / "van", site.keys)
    thief = replace(van.carrier().identity, signer=DeviceSigner.generate())
    server = VanServer(van.carrier(identity=thief), (HOST, 0))
    with server.running():
        meeting = Meeting(site, van, server)
        with pytest.raises(HandoverFailed, match="not its own"):
            meeting.client().__enter__()


def test_what_a_kiosk_proves_to_one_van_is_worth_nothing_at_another(
    meeting: Meeting, tmp_path: Path
):
    """A van that passes a kiosk's proof on to another van: the channel is another."""
    from sync.courier.lan_auth import Exchange, prove

    other = Van(tmp_path / "other-van", meeting.site.keys)
    with serving(meeting.site, other) as elsewhere, elsewhere.client() as victim:
        with meeting.client() as client:
            stolen = prove(
                meeting.site.identity,
                Exchange(client._channel, victim._nonce, "GET", "/v2/report", b""),
            )
        status, _ = victim._exchange("GET", "/v2/report", b"", {"Authorization": stolen}, 9000)
        assert status == 401


@pytest.mark.parametrize("wrong", ["nonce", "method", "path", "body", "signer", "centre", "none"])
def test_requests_that_are_not_the_kiosks_own_are_refused(meeting: Meeting, wrong: str):
    from sync.courier.lan_auth import Exchange, prove

    with meeting.client() as client:
        identity = meeting.site.identity
        exchange = Exchange(client._channel, client._nonce, "POST", "/v2/bundles", b"{}")
        changes: dict[str, object] = {
            "nonce": "x" * 32,
            "method": "PUT",
            "path": "/v2/report",
            "body": b"[]",
        }
        if wrong in changes:
            exchange = replace(exchange, **{wrong: changes[wrong]})
        if wrong == "signer":
            identity = replace(identity, signer=DeviceSigner.generate())
        if wrong == "centre":
            identity = CentreKeys().identity(DEVICE, meeting.site.kiosk.signer)
        header = {} if wrong == "none" else {"Authorization": prove(identity, exchange)}
        status, _ = client._exchange("POST", "/v2/bundles", b"{}", header, 9000)
    assert status == 401


def test_a_kiosk_can_hand_over_and_ask_for_its_own_only(meeting: Meeting, medium: Path):
    meeting.site.kiosk.append(event())
    bundle = meeting.site.export(medium).bundle
    manifest = StoredBundle.load(CourierFolder.at(medium), bundle).signed.encoded
    other = meeting.site.keys.identity("dev-0008", DeviceSigner.generate(), "A08")
    with meeting.client(identity=other) as client:
        with pytest.raises(BundleRefused, match="bad-signature"):
            client.announce(manifest)
        assert client.report() is None
    meeting.visit()
    with meeting.client(identity=other) as client, pytest.raises(HandoverFailed):
        client.custody(meeting.carried()[0].manifest.bundle)


def test_a_kiosk_or_van_without_a_certificate_says_so(site: Site, tmp_path: Path):
    van = Van(tmp_path / "van", site.keys)
    with pytest.raises(HandoverFailed):
        VanServer(van.carrier(identity=replace(van.carrier().identity, certificate=b"")))
    client = VanClient(HOST, 9, replace(site.identity, certificate=b""), [site.keys.verifier])
    with pytest.raises(HandoverFailed):
        client.__enter__()


def test_a_van_without_room_says_so(meeting: Meeting, monkeypatch: pytest.MonkeyPatch):
    meeting.site.kiosk.append(event())
    monkeypatch.setattr("sync.courier.carrier.RESERVE_BYTES", 2**60)
    carrier = meeting.van.carrier(reserve_bytes=2**60)
    monkeypatch.setattr(meeting.server._incoming.__class__, "carrier", carrier, raising=False)
    with pytest.raises(BundleRefused, match="no-room"):
        meeting.visit()


def test_strangers_who_stay_silent_or_drip_lose_their_place(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(van_server, "TIMEOUT_S", 0.6)
    monkeypatch.setattr(van_server, "MAXIMUM_CONNECTIONS", 2)
    site.kiosk.append(event())
    with serving(site, Van(tmp_path / "van", site.keys)) as meeting:
        silent = [socket.create_connection((HOST, meeting.server.port)) for _ in range(2)]
        with pytest.raises(HandoverFailed):
            meeting.visit()
        for one in silent:
            one.settimeout(5)
            assert one.recv(1) == b"", "the van keeps a silent stranger"
            one.close()
        assert meeting.visit().bundles == 1


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v2/bundles", {"Content-Length": "99999999"}, 413),
        ("POST", "/v2/bundles", {"Content-Length": "-1"}, 413),
        ("PUT", "/v2/bundles/../../etc/passwd/parts/1?offset=0", {}, 401),
        ("GET", "/", {}, 401),
        ("DELETE", "/v2/bundles", {}, 501),
    ],
)
def test_odd_requests_are_refused_before_anything_is_read(
    meeting: Meeting, method: str, path: str, headers: dict[str, str], status: int
):
    connection = http.client.HTTPSConnection(
        HOST, meeting.server.port, timeout=5, context=client_context()
    )
    connection.request(method, path, headers=headers)
    assert connection.getresponse().status == status
    connection.close()


def test_older_tls_is_refused(meeting: Meeting):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection((HOST, meeting.server.port), timeout=5) as raw,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(raw)


def test_a_van_that_drips_its_answer_is_cut_off(site: Site, tmp_path: Path):
    """Bytes keep coming, so no single read times out; the total time does."""
    from sync.courier.lan_tls import server_context

    van = Van(tmp_path / "van", site.keys)
    context, _ = server_context(van.signer)
    listener = socket.create_server((HOST, 0))
    stop = threading.Event()

    def drip() -> None:
        raw, _ = listener.accept()
        with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            while not stop.wait(0.1):
                secured.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    client = VanClient(
        HOST, listener.getsockname()[1], site.identity, [site.keys.verifier], timeout_s=0.3
    )
    try:
        with pytest.raises(HandoverFailed, match="broke off"):
            client.__enter__()
    finally:
        stop.set()
        thread.join()
        listener.close()


def test_the_tls_key_is_the_vans_device_key_and_is_not_left_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from sync.courier.lan_tls import peer_key, server_context

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    signer = DeviceSigner.generate()
    _, certificate = server_context(signer)
    assert peer_key(certificate) == signer.public_key
    assert list(tmp_path.iterdir()) == []


def test_hello_tells_strangers_who_the_van_is_and_no_more(meeting: Meeting):
    connection = http.client.HTTPSConnection(
        HOST, meeting.server.port, timeout=5, context=client_context()
    )
    connection.request("GET", "/v2/hello")
    said = json.loads(connection.getresponse().read())
    connection.close()
    assert set(said) == {"v", "certificate", "nonce"}
