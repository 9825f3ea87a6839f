"""A van with the internet: bundles up in pieces, reports down, cut anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from sync.central.opening_keys import note_opening_key
from sync.courier.deliver import Deliverer
from sync.courier.errors import BundleRefused
from sync.courier.layout import CourierFolder
from sync.courier.link import CourierLink
from sync.courier.messages import MAXIMUM_PIECE_BYTES
from sync.courier.stored_bundle import StoredBundle
from sync.errors import NotAuthorised, ProtocolMismatch, TimedOut, Unreachable
from sync.opening_key import opening_key_of
from sync.outbox import ItemState
from sync.pull_parcel import read_parcel
from sync.sealed_page import PageHeader, read_header
from tests.courier.courier_parts import VAN, CentreKeys, Loop, Van
from tests.sync.sync_parts import DEVICE, OTHER_REGION, REGION, event


@dataclass
class Road:
    """A van between a kiosk and the centre."""

    loop: Loop
    van: Van
    link: CourierLink

    def deliverer(self) -> Deliverer:
        return Deliverer(self.van.carrier(), self.link)

    def load(self) -> str:
        """The kiosk exports, the van takes."""
        bundle = self.loop.export()
        self.van.carrier().take_from(CourierFolder.at(self.loop.medium))
        return bundle

    def hand_back(self) -> None:
        self.van.carrier().take_from(CourierFolder.at(self.loop.medium))


def make_link(loop: Loop, van: Van) -> CourierLink:
    return CourierLink(
        loop.centre.url, VAN, van.signer, loop.centre.admin.centre_public_key(), total_deadline_s=20
    )


@pytest.fixture
def road(online_loop: Loop, tmp_path: Path) -> Iterator[Road]:
    loop = online_loop
    van = Van(tmp_path / "van", loop.site.keys)
    loop.centre.admin.enrol_device(VAN, "B01", REGION, van.signer.public_key)
    link = make_link(loop, van)
    yield Road(loop, van, link)
    link.close()


def test_van_delivers_and_brings_the_report_back(road: Road):
    road.loop.site.item_part_bytes = 1500
    ids = road.loop.site.kiosk.append(*(event(f"r-000{1 + n % 3}") for n in range(12)))
    road.load()
    seen: list[tuple[int, int]] = []
    done = road.deliverer().run(lambda at, total: seen.append((at, total)))
    assert (done.complete, done.refused, done.reports) == (1, {}, 1)
    assert seen[-1][0] == seen[-1][1]
    # The report names the bundle, so it has left the van.
    assert road.van.carrier().carried() == []
    road.hand_back()
    assert road.loop.bring().acknowledged == 12
    assert road.loop.site.kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    assert len(road.loop.applied()) == 12


def tell_opening_key(road: Road) -> None:
    """As a kiosk does when it is set up."""
    key = opening_key_of(road.loop.site.kiosk.signer).sealing_key
    note_opening_key(road.loop.centre.admin._database, DEVICE, key)


def parcel_pages(road: Road) -> list[PageHeader]:
    """What the van carries for the kiosk; it can read no more of it than this."""
    keys = {road.loop.site.keys.signer.key_id: road.loop.site.keys.verifier}
    data = road.van.carrier().here().parcel(DEVICE)
    return [read_header(page, keys) for page in read_parcel(data)] if data else []


def test_van_brings_what_a_kiosk_without_a_link_would_read(road: Road):
    road.loop.site.kiosk.append(event())
    road.load()
    # The centre cannot seal to a kiosk whose key it does not know; all else goes on.
    done = road.deliverer().run()
    assert (done.complete, done.reports, done.parcels) == (1, 1, 0)
    tell_opening_key(road)
    assert road.deliverer().run().parcels == 1
    pages = parcel_pages(road)
    assert [(one.device, one.feed) for one in pages] == [
        (DEVICE, feed) for feed in ("roster", "catalogue", "decisions")
    ]
    # It was decided at once, so the decision is on its way already.
    assert pages[-1].cursor > 0
    road.hand_back()
    assert CourierFolder.at(road.loop.medium).parcel(DEVICE) == road.van.carrier().here().parcel(
        DEVICE
    )


def test_parcel_that_does_not_come_is_no_fault_of_the_delivery(
    road: Road, monkeypatch: pytest.MonkeyPatch
):
    road.loop.site.kiosk.append(event())
    road.load()
    tell_opening_key(road)

    def fail(device: str) -> bytes:
        raise TimedOut("slow")

    monkeypatch.setattr(road.link, "parcel", fail)
    done = road.deliverer().run()
    assert (done.complete, done.reports, done.parcels) == (1, 1, 0)
    monkeypatch.setattr(road.link, "parcel", lambda device: b"nonsense")
    assert road.deliverer().run().parcels == 0
    assert parcel_pages(road) == []


def test_a_delivery_that_is_cut_goes_on_where_it_was(road: Road, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sync.courier.deliver.MAXIMUM_PIECE_BYTES", 700)
    road.loop.site.item_part_bytes = 1500
    road.loop.site.kiosk.append(*(event(f"r-000{1 + n % 3}") for n in range(9)))
    bundle = road.load()
    stored = StoredBundle.load(CourierFolder.at(road.van.folder), bundle)
    needed = sum(-(-part.size // 700) for part in stored.manifest.parts)
    real, sent = CourierLink.put_piece, [0]

    def cut_every_third(self: CourierLink, *piece: object):
        sent[0] += 1
        answer = real(self, *piece)
        if sent[0] % 3 == 0:
            # It has arrived; only the answer is lost.
            raise Unreachable("cut")
        return answer

    monkeypatch.setattr(CourierLink, "put_piece", cut_every_third)
    runs = 0
    while road.van.carrier().carried() and runs < 50:
        runs += 1
        try:
            road.deliverer().run()
        except Unreachable:
            continue
    assert sent[0] == needed, "a piece was sent twice, or one was left out"
    assert len(road.loop.applied()) == 9


def test_the_same_bundle_by_two_vans_and_a_stick_is_applied_once(road: Road, tmp_path: Path):
    road.loop.site.kiosk.append(*(event() for _ in range(4)))
    road.load()
    other = Van(tmp_path / "other-van", road.loop.site.keys)
    other.carrier().take_from(CourierFolder.at(road.loop.medium))
    road.loop.intake()
    for van in (road.van, other):
        done = Deliverer(van.carrier(), road.link).run()
        assert done.complete == 1
        assert van.carrier().carried() == []
    assert len(road.loop.applied()) == 4


def test_a_part_that_the_way_damaged_is_sent_again(road: Road, monkeypatch: pytest.MonkeyPatch):
    road.loop.site.kiosk.append(event())
    road.load()
    real, sent = CourierLink.put_piece, [0]

    def damage_first(self: CourierLink, bundle: str, number: int, offset: int, piece: bytes):
        sent[0] += 1
        wrong = bytes([piece[0] ^ 1]) + piece[1:]
        return real(self, bundle, number, offset, wrong if sent[0] == 1 else piece)

    monkeypatch.setattr(CourierLink, "put_piece", damage_first)
    assert road.deliverer().run().complete == 1
    assert sent[0] == 2


def test_what_the_vans_disk_damaged_is_said_and_holds_up_no_other(road: Road):
    road.loop.site.kiosk.append(event())
    bad = road.load()
    road.loop.site.kiosk.append(event())
    road.load()
    part = road.van.folder / "xianglin-courier/bundles" / bad / "part-0001.xlb"
    data = bytearray(part.read_bytes())
    data[-1] ^= 1
    part.write_bytes(data)
    done = road.deliverer().run()
    assert (done.complete, done.refused) == (1, {bad: "damaged"})


def test_bundles_of_strangers_and_of_switched_off_kiosks_are_refused_with_the_reason(road: Road):
    road.loop.site.kiosk.append(event())
    bundle = road.load()
    road.loop.centre.admin.disable_device(DEVICE)
    assert road.deliverer().run().refused == {bundle: "device-disabled"}
    assert road.loop.applied() == []
    assert len(road.van.carrier().carried()) == 1


def test_a_van_that_is_not_enrolled_delivers_nothing(road: Road, tmp_path: Path):
    road.loop.site.kiosk.append(event())
    road.load()
    stranger = Van(road.van.folder, road.loop.site.keys)
    link = make_link(road.loop, stranger)
    with pytest.raises(NotAuthorised):
        Deliverer(road.van.carrier(), link).run()
    link.close()
    assert road.loop.applied() == []


def test_reports_go_to_vans_that_have_to_do_with_the_device(road: Road):
    road.loop.site.kiosk.append(event())
    road.loop.intake(road.loop.export())
    assert road.link.reported_devices("").devices == (DEVICE,)
    assert road.link.reported_devices(DEVICE).devices == ()
    other = Van(road.van.folder, road.loop.site.keys)
    road.loop.centre.admin.enrol_device("van-0002", "B02", "110101001001", other.signer.public_key)
    away = CourierLink(
        road.loop.centre.url, "van-0002", other.signer, road.loop.centre.admin.centre_public_key()
    )
    assert away.reported_devices("").devices == ()
    with pytest.raises(ProtocolMismatch):
        away.delivery_report(DEVICE)
    tell_opening_key(road)
    with pytest.raises(ProtocolMismatch):
        away.parcel(DEVICE)
    # It has brought something of that kiosk since.
    bundle = CourierFolder.at(road.loop.medium).bundle_ids()[0]
    stored = StoredBundle.load(CourierFolder.at(road.loop.medium), bundle)
    away.announce(bundle, stored.signed.encoded)
    assert away.reported_devices("").devices == (DEVICE,)
    assert away.delivery_report(DEVICE)
    assert away.parcel(DEVICE)
    away.close()
    assert OTHER_REGION[:6] == REGION[:6]


@pytest.mark.parametrize(
    ("method", "path", "body", "media_type", "status"),
    [
        ("POST", "/v2/bundles", b"{}", "application/vnd.xianglin.manifest+json", 401),
        ("POST", "/v2/bundles", b"{}", "text/plain", 415),
        ("POST", "/v2/bundles", b"x" * 600_000, "application/vnd.xianglin.manifest+json", 413),
        ("PUT", "/v2/bundles/x/parts/1?offset=0", b"x", "application/octet-stream", 422),
        (
            "PUT",
            f"/v2/bundles/{'0' * 8}-0000-4000-8000-{'0' * 12}/parts/1?offset=0",
            b"x" * (MAXIMUM_PIECE_BYTES + 1),
            "application/octet-stream",
            413,
        ),
        ("GET", "/v2/delivery-reports/..%2f..", b"", "", 404),
        ("GET", "/v2/delivery-reports", b"", "", 401),
    ],
)
def test_requests_are_bounded_and_authenticated(
    road: Road, method: str, path: str, body: bytes, media_type: str, status: int
):
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Content-Type": media_type} if media_type else {}
        answer = session.request(
            method, road.loop.centre.url + path, data=body, headers=headers, timeout=10
        )
    assert answer.status_code == status


def test_pieces_that_do_not_fit_change_nothing(road: Road):
    road.loop.site.kiosk.append(event())
    bundle = road.load()
    stored = StoredBundle.load(CourierFolder.at(road.van.folder), bundle)
    size = stored.manifest.parts[0].size
    assert (answer := road.link.announce(bundle, stored.signed.encoded)).part == 1, answer
    for number, offset, piece in ((2, 0, b"x"), (1, 5, b"x"), (1, 0, b"")):
        answer = road.link.put_piece(bundle, number, offset, piece)
        assert (answer.part, answer.offset) == (1, 0)
    with pytest.raises(ProtocolMismatch):
        road.link.put_piece(bundle, 1, 0, b"x" * (size + 1))
    with pytest.raises(ProtocolMismatch):
        road.link.announce(bundle, b"{}")
    assert road.deliverer().run().complete == 1


def test_a_bundle_whose_parts_are_sealed_to_nobody_here_is_refused_for_good(road: Road):
    keys = CentreKeys(road.loop.site.keys.signer)
    road.loop.site.keys = keys
    road.loop.site.kiosk.append(event())
    bundle = road.load()
    assert road.deliverer().run().refused == {bundle: "unknown-key"}
    with pytest.raises(BundleRefused):
        list(road.van.carrier().carried()[0].records(1, CentreKeys().open))
