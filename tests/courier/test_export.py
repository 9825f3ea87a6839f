import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from sync.courier import ledger
from sync.courier.errors import BundleRefused, NothingSealable
from sync.courier.export import Exporter
from sync.courier.layout import CourierFolder
from sync.courier.manifest import MAXIMUM_MANIFEST_BYTES, SignedManifest
from sync.courier.merkle import merkle_root
from sync.courier.stored_bundle import StoredBundle
from sync.signing import DeviceSigner, Verifier
from tests.courier.courier_parts import CentreKeys, Site, items_in
from tests.sync.sync_parts import DEVICE, event


def test_what_waits_stands_on_the_medium_byte_for_byte_and_the_queue_is_as_it_was(
    site: Site, medium: Path
):
    for number in range(30):
        site.kiosk.append(event(f"r-{number % 7:04d}"))
    before = site.queue()
    site.item_part_bytes = 4_000
    done = site.export(medium)
    assert (done.items, done.left, done.serial) == (30, 0, 1)
    assert site.queue() == before
    sent = {bytes(row[0]) for row in site.kiosk.rows("SELECT item FROM outbox")}
    assert set(items_in(site, medium, done.bundle)) == sent
    stored = StoredBundle.load(CourierFolder.at(medium), done.bundle)
    assert len(stored.manifest.parts) == done.parts > 3
    assert stored.damaged_parts() == []
    assert site.progress[-1][0] == site.progress[-1][1]
    assert [done for done, _ in site.progress] == sorted(done for done, _ in site.progress)


def test_manifest_is_signed_and_says_nothing_about_events_or_people(site: Site, medium: Path):
    ids = site.kiosk.append(event("r-0001"), event("r-0002"))
    done = site.export(medium)
    folder = medium / "xianglin-courier/bundles" / done.bundle
    text = (folder / "manifest.json").read_text("utf-8")
    stored = StoredBundle.load(CourierFolder.at(medium), done.bundle)
    stored.signed.check(Verifier(site.kiosk.signer.public_key))
    stored.signed.check_by_certificate([site.keys.verifier])
    for secret in (*ids, "r-0001", "A07-000123-K", "pension", "service_request"):
        assert secret not in text
    manifest = stored.manifest
    assert (manifest.items, manifest.first_seq, manifest.last_seq, manifest.floor) == (2, 1, 2, 1)
    leaves = [b"\x01" + item for item in items_in(site, medium, done.bundle)]
    assert manifest.root == merkle_root(leaves).hex()
    digest = hashlib.sha256((folder / "part-0001.xlb").read_bytes()).hexdigest()
    assert [part.sha256 for part in manifest.parts] == [digest]


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_files_are_for_their_owner_only(site: Site, medium: Path):
    site.kiosk.append(event())
    site.export(medium)
    for path in (medium / "xianglin-courier").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_items_of_one_person_stay_together_and_in_order(site: Site, medium: Path):
    for number in range(60):
        site.kiosk.append(event(f"r-{number % 6:04d}"))
    site.item_part_bytes = 5_000
    done = site.export(medium)
    order = {bytes(item): seq for seq, item in site.kiosk.rows("SELECT seq, item FROM outbox")}
    seqs = [order[item] for item in items_in(site, medium, done.bundle)]
    for rest in range(6):
        of_one = [seq for seq in seqs if seq % 6 == rest]
        assert of_one == sorted(of_one)


def test_a_manifest_that_was_changed_or_is_another_devices_is_refused(site: Site, medium: Path):
    site.kiosk.append(event())
    done = site.export(medium)
    path = medium / "xianglin-courier/bundles" / done.bundle / "manifest.json"
    data = path.read_bytes()
    signed = SignedManifest.parse(data)
    stranger = DeviceSigner.generate()
    with pytest.raises(BundleRefused, match="bad-signature"):
        signed.check(Verifier(stranger.public_key))
    with pytest.raises(BundleRefused, match="foreign-centre"):
        signed.check_by_certificate([CentreKeys().verifier])
    # Signed by a stranger who shows the device's genuine certificate.
    forged = SignedManifest.parse(signed.manifest.sign(stranger))
    with pytest.raises(BundleRefused, match="bad-signature"):
        forged.check_by_certificate([site.keys.verifier])
    for place in range(0, len(data), 23):
        wrong = bytearray(data)
        wrong[place] ^= 1
        with pytest.raises(BundleRefused):
            SignedManifest.parse(bytes(wrong)).check_by_certificate([site.keys.verifier])


@pytest.mark.parametrize(
    "change",
    [
        {"parts": [{"size": 2**50, "sha256": "0" * 64}]},
        {"parts": [{"size": 0, "sha256": "0" * 64}]},
        {"parts": [{"size": 1, "sha256": "0" * 64}] * 4097},
        {"parts": []},
        {"items": 2**41},
        {"bundle": "../../../../etc/cron.d/x"},
        {"created": "yesterday"},
        {"first_seq": 9, "last_seq": 8},
        {"device": "a" * 65},
        {"unknown": 1},
        {"v": 2},
    ],
)
def test_impossible_manifests_are_refused(site: Site, medium: Path, change: dict[str, object]):
    from sync.courier.documents import sign_document
    from sync.signing import Purpose

    site.kiosk.append(event())
    done = site.export(medium)
    good = StoredBundle.load(CourierFolder.at(medium), done.bundle).manifest
    value = {**good.model_dump(mode="json"), **change}
    signer = site.kiosk.signer
    with pytest.raises(BundleRefused):
        SignedManifest.parse(sign_document(value, Purpose.BUNDLE_MANIFEST, signer))


def test_a_huge_manifest_is_not_read(site: Site, medium: Path):
    site.kiosk.append(event())
    done = site.export(medium)
    path = medium / "xianglin-courier/bundles" / done.bundle / "manifest.json"
    with path.open("r+b") as file:
        file.truncate(MAXIMUM_MANIFEST_BYTES * 1000)
    with pytest.raises(BundleRefused, match="incomplete"):
        StoredBundle.load(CourierFolder.at(medium), done.bundle)
    nested = b'{"key":' + b"[" * 100_000
    with pytest.raises(BundleRefused, match="malformed"):
        SignedManifest.parse(nested)


def test_nothing_is_written_without_a_key_of_the_centre(site: Site, medium: Path):
    site.kiosk.append(event())
    exporter = Exporter(site.kiosk.database, site.identity, None, site.kiosk.clock)
    with pytest.raises(NothingSealable):
        exporter.export(CourierFolder.at(medium), "U盘")
    assert list(medium.iterdir()) == []


def test_nothing_is_written_when_nothing_waits(site: Site, medium: Path):
    assert site.export(medium) is None
    assert list(medium.iterdir()) == []


def test_a_medium_full_of_other_files_is_left_as_it_is(site: Site, medium: Path):
    for name in ("照片.jpg", "autorun.inf", ".hidden", "xianglin-courier.old"):
        (medium / name).write_bytes(name.encode())
    (medium / "xianglin-courier/bundles/notes").mkdir(parents=True)
    (medium / "xianglin-courier/bundles/notes/mine.txt").write_text("别删")
    (medium / "xianglin-courier/bundles/readme.txt").write_text("x")
    before = {path: path.read_bytes() for path in medium.rglob("*") if path.is_file()}
    site.kiosk.append(event())
    first, second = site.export(medium), site.export(medium)
    assert CourierFolder.at(medium).bundle_ids() == sorted([first.bundle, second.bundle])
    assert all(path.read_bytes() == content for path, content in before.items())


def test_ledger_says_what_was_written_where_and_counts_on(site: Site, medium: Path):
    site.kiosk.append(event(), event())
    site.export(medium)
    site.kiosk.append(event())
    done = site.export(medium)
    with site.kiosk.database.reading() as database:
        newest, oldest = ledger.bundle_entries(database)
        assert ledger.manifest_digest_of(database, "unknown") is None
    assert (newest.serial, newest.items, newest.open_items, newest.state) == (2, 3, 3, "written")
    assert (oldest.serial, oldest.items, oldest.label) == (1, 2, "U盘")
    assert newest.size == done.size
    manifest = StoredBundle.load(CourierFolder.at(medium), done.bundle).manifest
    assert json.loads(manifest.model_dump_json())["serial"] == 2
    assert manifest.device == DEVICE
