"""What a van takes, refuses, holds and gives back; it can read nothing."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.answers import PROTOCOL_V2, seal_answer
from sync.courier import ledger
from sync.courier.custody import read_custody, sign_custody
from sync.courier.errors import BundleRefused, MediumError, MediumTooSmall
from sync.courier.layout import CourierFolder
from sync.courier.medium import Folder
from sync.courier.report import DeliveryReport, ReportedBundle
from sync.courier.stored_bundle import StoredBundle
from sync.outbox import ItemState
from sync.signing import DeviceSigner, Purpose
from tests.courier.courier_parts import (
    VAN,
    CentreKeys,
    Site,
    Van,
    make_site,
    receiving,
)
from tests.sync.sync_parts import DEVICE, NOW, event

NAME, NUMBER, PHONE = "赵桂兰", "513022194803120641", "13800000000"


@pytest.fixture
def van(site: Site, tmp_path: Path) -> Van:
    return Van(tmp_path / "van", site.keys)


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[Site]:
    """A kiosk of another county."""
    with make_site(tmp_path / "other", CentreKeys()) as made:
        made.kiosk.append(event())
        yield made


def report(
    site: Site, days: int, *arrived: str, device: str = DEVICE, keys=None, is_complete: bool = True
) -> bytes:
    answer = DeliveryReport(
        protocol=PROTOCOL_V2,
        device=device,
        epoch="epoch-1",
        time=NOW + timedelta(days=days),
        floor=0,
        hwm=9,
        ranges=(),
        bundles=tuple(
            ReportedBundle(bundle=one, serial=1, is_complete=is_complete) for one in arrived
        ),
    )
    return seal_answer(answer, Purpose.DELIVERY_REPORT, (keys or site.keys).signer)


def put_report(place: Path, device: str, data: bytes) -> None:
    CourierFolder.at(place).make_reports().replace(f"{device}.json", data)


def test_van_takes_a_bundle_whole_and_the_kiosk_learns_who_has_it(
    site: Site, van: Van, medium: Path
):
    site.kiosk.append(event("r-0001"), event("r-0002"))
    done = site.export(medium)
    (taken,) = van.carrier().take_from(CourierFolder.at(medium)).bundles
    assert (taken.bundle, taken.device, taken.problem) == (done.bundle, DEVICE, "")
    assert (taken.is_new, taken.is_proven) == (True, True)
    stored = StoredBundle.load(CourierFolder.at(van.folder), done.bundle)
    assert stored.damaged_parts() == []
    before = site.queue()
    (receipt,) = receiving(site).take(CourierFolder.at(medium)).receipts
    assert (receipt.van, receipt.since) == (VAN, NOW)
    with site.kiosk.database.reading() as database:
        assert ledger.custody_of(database, 1) == (VAN, NOW)
        (entry,) = ledger.bundle_entries(database)
    assert (entry.custody_by, entry.custody_since, entry.open_items) == (VAN, NOW, 2)
    # In custody means: still here, still waiting, still sent when a link comes.
    assert site.queue() == before
    assert len(site.kiosk.ids(ItemState.QUEUED)) == 2
    with site.kiosk.database.reading() as database:
        assert len(site.kiosk.outbox.next_batch(database, 9, 10**6, site.kiosk.clock.read())) == 2


def test_taking_twice_carries_once_and_gives_the_same_receipt(site: Site, van: Van, medium: Path):
    site.kiosk.append(event())
    done = site.export(medium)
    van.carrier().take_from(CourierFolder.at(medium))
    path = medium / f"xianglin-courier/custody/{done.bundle}.{VAN}.json"
    first = path.read_bytes()
    van.clock.forward(3600)
    (taken,) = van.carrier().take_from(CourierFolder.at(medium)).bundles
    assert (taken.problem, taken.is_new) == ("", False)
    assert path.read_bytes() == first
    receiving(site).take(CourierFolder.at(medium))
    assert receiving(site).take(CourierFolder.at(medium)).receipts == []


def test_nothing_that_the_van_holds_tells_anything_and_its_keys_open_nothing(
    site: Site, van: Van, medium: Path
):
    form = {"姓名": NAME, "身份证": NUMBER, "电话": PHONE}
    ids = site.kiosk.append(*(event(f"r-000{number}", form=form) for number in range(1, 4)))
    site.item_part_bytes = 1500
    done = site.export(medium)
    van.carrier().take_from(CourierFolder.at(medium))
    secrets = [NAME, NUMBER, PHONE, "r-0001", "pension.life_certification", "A07-000123-K", "form"]
    secrets += ["service_request", "receipt_number", *ids, *(one.replace("-", "") for one in ids)]
    files = [path for path in van.folder.rglob("*") if path.is_file()]
    assert len(files) == done.parts + 2
    for path in files:
        held = path.read_bytes()
        for secret in secrets:
            for form_of in (
                secret.encode("utf-8"),
                secret.encode("gb18030"),
                secret.encode("utf-16-le"),
                json.dumps(secret)[1:-1].encode(),
            ):
                assert form_of not in held, path.name
        for one in ids:
            assert bytes.fromhex(one.replace("-", "")) not in held
    # Neither the van's signing seed nor a sealing key of its own.
    stored = StoredBundle.load(CourierFolder.at(van.folder), done.bundle)
    own = CentreKeys()
    own.key_id = site.keys.key_id
    for number in range(1, done.parts + 1):
        with pytest.raises(BundleRefused):
            list(stored.records(number, own.open))


def test_van_refuses_what_is_damaged_while_it_can_be_written_anew(
    site: Site, van: Van, medium: Path
):
    site.kiosk.append(event())
    done = site.export(medium)
    good = site.export(medium)
    part = medium / "xianglin-courier/bundles" / done.bundle / "part-0001.xlb"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 4
    part.write_bytes(data)
    visit = van.carrier().take_from(CourierFolder.at(medium))
    assert {one.bundle: one.problem for one in visit.bundles} == {
        done.bundle: "damaged",
        good.bundle: "",
    }
    assert CourierFolder.at(van.folder).bundle_ids() == [good.bundle]
    receipts = CourierFolder.at(medium).custody_files()
    assert [bundle for _, bundle in receipts] == [good.bundle]


def test_van_refuses_another_centres_bundle_and_a_forged_one(
    site: Site, other_site: Site, van: Van, medium: Path
):
    foreign = other_site.export(medium)
    site.kiosk.append(event())
    forged = site.export(medium)
    stored = StoredBundle.load(CourierFolder.at(medium), forged.bundle)
    path = medium / "xianglin-courier/bundles" / forged.bundle / "manifest.json"
    path.write_bytes(stored.manifest.sign(DeviceSigner.generate()))
    visit = van.carrier().take_from(CourierFolder.at(medium))
    assert {one.bundle: one.problem for one in visit.bundles} == {
        foreign.bundle: "foreign-centre",
        forged.bundle: "bad-signature",
    }
    assert CourierFolder.at(van.folder).bundle_ids() == []


def test_a_kiosk_without_a_certificate_is_carried_as_unproven(site: Site, van: Van, medium: Path):
    from dataclasses import replace

    from sync.courier.export import Exporter

    site.kiosk.append(event())
    identity = replace(site.identity, certificate=b"")
    exporter = Exporter(site.kiosk.database, identity, site.keys, site.kiosk.clock)
    exporter.export(CourierFolder.at(medium), "U盘")
    (taken,) = van.carrier().take_from(CourierFolder.at(medium)).bundles
    assert (taken.problem, taken.is_proven) == ("", False)
    stored = van.carrier().carried()[0]
    with pytest.raises(BundleRefused, match="no-certificate"):
        van.carrier().check(stored, is_proof_needed=True)


def test_a_kiosk_passes_over_the_bundles_of_others(site: Site, other_site: Site, medium: Path):
    other_site.export(medium)
    stored = CourierFolder.at(medium).bundle_ids()
    site.kiosk.append(event())
    site.export(medium)
    found = receiving(site).take(CourierFolder.at(medium))
    # Both are named dev-0007; only the ledger tells them apart, and the stranger's is left alone.
    assert (found.report, found.receipts) == (None, [])
    assert stored[0] in CourierFolder.at(medium).bundle_ids()


def test_receipts_that_are_forged_or_for_something_else_are_not_believed(
    site: Site, van: Van, medium: Path
):
    site.kiosk.append(event())
    done = site.export(medium)
    stored = StoredBundle.load(CourierFolder.at(medium), done.bundle)
    stranger = Van(van.folder, CentreKeys()).carrier().identity
    genuine = sign_custody(stored.signed, van.carrier().identity, NOW)
    custody = CourierFolder.at(medium).make_custody()
    wrong = {
        f"{done.bundle}.van-0002.json": sign_custody(stored.signed, stranger, NOW),
        f"{done.bundle}.van-0003.json": genuine[:-3],
        f"{done.bundle}.van-0004.json": b"x" * 5000,
        f"{done.bundle}.van-0005.json": genuine.replace(VAN.encode(), b"van-0009"),
    }
    for name, data in wrong.items():
        custody.replace(name, data)
    found = receiving(site).take(CourierFolder.at(medium))
    assert (len(found.refused), found.receipts) == (4, [])
    other = site.export(medium)
    custody.replace(f"{other.bundle}.{VAN}.json", genuine)
    assert receiving(site).take(CourierFolder.at(medium)).receipts == []
    assert read_custody(genuine, [site.keys.verifier]).device == DEVICE


def test_a_bundle_leaves_the_van_only_by_the_centres_word(site: Site, van: Van, medium: Path):
    site.kiosk.append(event())
    first, second = site.export(medium), site.export(medium)
    carrier = van.carrier()
    carrier.take_from(CourierFolder.at(medium))
    put_report(medium, DEVICE, report(site, 1, first.bundle, keys=CentreKeys()))
    put_report(medium, "dev-0008", report(site, 1, first.bundle, device=DEVICE))
    assert carrier.take_from(CourierFolder.at(medium)).reports_taken == 0
    assert len(carrier.carried()) == 2
    # A report about another device names the same bundle: not its word to give.
    carrier.take_report("dev-0009", report(site, 1, first.bundle, device="dev-0009"))
    assert len(carrier.carried()) == 2
    # Nor is a word of a part of it enough.
    carrier.take_report(DEVICE, report(site, 1, first.bundle, is_complete=False))
    assert len(carrier.carried()) == 2
    put_report(medium, DEVICE, report(site, 2, first.bundle))
    assert carrier.take_from(CourierFolder.at(medium)).reports_taken == 1
    assert [one.manifest.bundle for one in carrier.carried()] == [second.bundle]


def test_a_bundle_that_cannot_be_removed_whole_stays_listed_until_it_is(
    site: Site, van: Van, medium: Path, monkeypatch: pytest.MonkeyPatch
):
    """Else its parts would lie in the van for ever, and nobody would know of them."""
    site.kiosk.append(event())
    bundle = site.export(medium).bundle
    carrier = van.carrier()
    carrier.take_from(CourierFolder.at(medium))
    said = report(site, 1, bundle)
    honest = os.unlink

    def stuck(path, **names):
        if str(path).endswith(".xlb"):
            raise OSError(errno.EIO, "the disk fails")
        honest(path, **names)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", stuck)
        with pytest.raises(MediumError):
            carrier.take_report(DEVICE, said)
    assert [one.manifest.bundle for one in carrier.carried()] == [bundle]
    assert carrier.take_report(DEVICE, said) is None
    assert carrier.carried() == []
    assert list((van.folder / "xianglin-courier" / "bundles").iterdir()) == []


def test_only_newer_reports_replace_older_ones_in_van_and_on_medium(
    site: Site, van: Van, medium: Path
):
    carrier = van.carrier()
    put_report(medium, DEVICE, report(site, 2))
    assert carrier.take_from(CourierFolder.at(medium)).reports_taken == 1
    put_report(medium, DEVICE, report(site, 1))
    visit = carrier.take_from(CourierFolder.at(medium))
    assert (visit.reports_taken, visit.reports_given) == (0, 1)
    kept = carrier.report_of(CourierFolder.at(medium), DEVICE)
    assert kept is not None
    assert kept[1].time == NOW + timedelta(days=2)
    # What is no report of ours is not overwritten by the reading of it, and not carried on.
    put_report(medium, "dev-0008", b"{}")
    assert carrier.take_from(CourierFolder.at(medium)).reports_taken == 0


def test_a_van_without_room_says_so_and_keeps_what_it_has(
    site: Site, van: Van, medium: Path, monkeypatch: pytest.MonkeyPatch
):
    site.kiosk.append(event())
    site.export(medium)
    monkeypatch.setattr(Folder, "free_bytes", lambda _self: 1000)
    with pytest.raises(MediumTooSmall):
        van.carrier().take_from(CourierFolder.at(medium))
    assert van.carrier().carried() == []


def test_carried_bundles_go_on_to_another_medium(
    site: Site, van: Van, medium: Path, tmp_path: Path
):
    site.kiosk.append(event())
    done = site.export(medium)
    carrier = van.carrier()
    carrier.take_from(CourierFolder.at(medium))
    carrier.take_report(DEVICE, report(site, 1))
    shutil.rmtree(medium)
    target = tmp_path / "to-centre"
    target.mkdir()
    assert carrier.put_on(CourierFolder.at(target)) == 1
    assert carrier.put_on(CourierFolder.at(target)) == 0
    place = CourierFolder.at(target)
    assert StoredBundle.load(place, done.bundle).damaged_parts() == []
    assert place.reported_devices() == [DEVICE]


def test_a_bundle_that_was_named_in_the_moment_of_a_power_cut_is_found_again(
    site: Site, medium: Path
):
    site.kiosk.append(event())
    done = site.export(medium)
    with site.kiosk.database.transaction() as database:
        database.execute("UPDATE courier_bundle SET state='writing', manifest_digest='', size=0")
    receiving(site).take(CourierFolder.at(medium))
    with site.kiosk.database.reading() as database:
        (entry,) = ledger.bundle_entries(database)
    assert (entry.state, entry.size) == ("written", done.size)
