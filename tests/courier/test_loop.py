"""The whole loop: kiosk, medium or van, centre, report, kiosk; and the network racing with it."""

import itertools
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sync.courier import ledger
from sync.courier.layout import CourierFolder
from sync.courier.stored_bundle import StoredBundle
from sync.outbox import ItemState
from tests.courier.courier_parts import CentreKeys, Loop, Van
from tests.sync.sync_parts import DEVICE, event


def test_what_a_stick_carries_is_applied_and_the_report_settles_it(loop: Loop):
    ids = loop.site.kiosk.append(*(event(f"r-000{1 + number % 3}") for number in range(9)))
    loop.export()
    (outcome,) = loop.intake()
    assert (outcome.is_complete, dict(outcome.statuses)) == (True, {"applied": 9})
    loop.report()
    brought = loop.bring()
    assert (brought.acknowledged, brought.parked, brought.requeued) == (9, 0, 0)
    assert loop.site.kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    with loop.site.kiosk.database.reading() as database:
        (entry,) = ledger.bundle_entries(database)
    assert (entry.open_items, entry.arrived_at is not None) == (0, True)
    assert loop.export() == ""


def test_taking_a_bundle_in_twice_applies_nothing_twice(loop: Loop):
    loop.site.kiosk.append(*(event() for _ in range(5)))
    first, second = loop.export(), loop.export()
    loop.intake(first)
    assert loop.intake(first)[0].is_known
    (again,) = loop.intake(second)
    assert dict(again.statuses) == {"duplicate": 5}
    assert len(loop.applied()) == 5


def test_any_path_may_deliver_first(online_loop: Loop):
    """Each order of: the stick reaches the centre, the network sends, a report comes back."""
    loop = online_loop
    steps = {
        "stick": loop.intake,
        "network": loop.network,
        "report": lambda: (loop.report(), loop.bring()),
    }
    for order in itertools.permutations(steps):
        ids = loop.site.kiosk.append(*(event(f"r-000{1 + number % 3}") for number in range(4)))
        shutil.rmtree(loop.medium / "xianglin-courier", ignore_errors=True)
        loop.export()
        for step in order:
            steps[step]()
        loop.report()
        loop.bring()
        applied = [one for one, _ in loop.applied()]
        assert sorted(set(applied)) == sorted(applied), order
        assert set(ids) <= set(applied), order
        assert loop.site.kiosk.ids(ItemState.QUEUED) == [], order
        assert loop.site.kiosk.ids(ItemState.PARKED) == [], order
    settled = [one.id for one in loop.site.kiosk.listener.outcomes]
    assert sorted(settled) == sorted(applied)


def on_stick(loop: Loop, bundles: list[str]) -> list[str]:
    """Those that can still be carried: an export removes what the centre is known to have."""
    there = CourierFolder.at(loop.medium).bundle_ids()
    return [bundle for bundle in bundles if bundle in there]


def test_random_trips_lose_nothing_and_keep_each_persons_order(online_loop: Loop):  # noqa: C901
    loop = online_loop
    # Of the run's own seed (pytest-randomly prints it), so a failure can be seen again.
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    loop.site.item_part_bytes = 3000
    appended: dict[str, list[str]] = {}
    waiting: list[str] = []
    for _ in range(40):
        match chance.choice(["append", "append", "export", "arrive", "report", "network", "lose"]):
            case "append":
                subject = f"r-000{chance.randrange(1, 4)}"
                appended.setdefault(subject, []).extend(loop.site.kiosk.append(event(subject)))
            case "export":
                waiting += [loop.export()] if loop.site.kiosk.ids(ItemState.QUEUED) else []
            case "arrive" if carried := on_stick(loop, waiting):
                # Late, early, again.
                loop.intake(chance.choice(carried))
            case "report":
                loop.report()
            case "network":
                if chance.random() < 0.3:
                    loop.network()
            case "lose" if waiting:
                waiting.remove(chance.choice(waiting))
            case _:
                pass
        if chance.random() < 0.4:
            loop.bring()
    if loop.site.kiosk.ids(ItemState.QUEUED):
        loop.intake(loop.export())
    loop.report()
    loop.bring()
    applied = [one for one, _ in loop.applied()]
    assert len(applied) == len(set(applied)), f"seed {seed}"
    for subject, ids in appended.items():
        of_one = [one for one in applied if one in ids]
        assert of_one == ids, f"seed {seed}: {subject} is not in order"
    assert loop.site.kiosk.ids(ItemState.QUEUED) == [], f"seed {seed}"


def test_a_damaged_part_costs_only_what_is_in_it(loop: Loop):
    loop.site.item_part_bytes = 1200
    ids = loop.site.kiosk.append(*(event(f"r-000{1 + number % 3}") for number in range(9)))
    bundle = loop.export()
    part = loop.medium / "xianglin-courier/bundles" / bundle / "part-0002.xlb"
    data = bytearray(part.read_bytes())
    data[-1] ^= 1
    part.write_bytes(data)
    (outcome,) = loop.intake()
    assert (outcome.damaged, outcome.problem) == ([2], "damaged")
    loop.report()
    brought = loop.bring()
    # One person's events were in that part; they wait, all others are through.
    assert brought.acknowledged == 6
    left = loop.site.kiosk.ids(ItemState.QUEUED)
    assert left == ids[1::3]
    loop.intake(loop.export())
    loop.report()
    assert loop.bring().acknowledged == 3


def test_what_the_centre_refuses_comes_back_as_parked_with_its_reason(loop: Loop):
    good, odd = loop.site.kiosk.append(event("r-0001"), event("r-0002", kind="unheard_of"))
    loop.export()
    (outcome,) = loop.intake()
    assert dict(outcome.statuses) == {"applied": 1, "rejected": 1}
    loop.report()
    assert (brought := loop.bring()).parked == 1, brought
    assert loop.site.kiosk.entry(odd).last_error_code == "unknown-kind"
    assert loop.site.kiosk.ids(ItemState.ACKNOWLEDGED) == [good]


def test_an_item_that_cannot_be_kept_is_reported_by_its_digest(loop: Loop):
    (event_id,) = loop.site.kiosk.append(event())
    with loop.site.kiosk.database.transaction() as database:
        # As after a flipped bit in memory before the item was written.
        item = bytearray(database.execute("SELECT item FROM outbox").fetchone()[0])
        item[-1] ^= 1
        import hashlib

        digest = hashlib.sha256(item).hexdigest()
        database.execute("UPDATE outbox SET item = ?, digest = ?", [bytes(item), digest])
    loop.export()
    assert dict(loop.intake()[0].statuses) == {"rejected": 1}
    loop.report()
    assert loop.bring().parked == 1
    assert loop.site.kiosk.entry(event_id).last_error_code == "bad-seal"


@pytest.mark.parametrize("problem", ["unknown-device", "device-disabled", "bad-signature"])
def test_bundles_of_devices_that_may_not_deliver_are_refused(loop: Loop, problem: str):
    loop.site.kiosk.append(event())
    loop.export()
    match problem:
        case "device-disabled":
            loop.centre.admin.disable_device(DEVICE)
        case "unknown-device":
            path = (
                loop.medium
                / "xianglin-courier/bundles"
                / CourierFolder.at(loop.medium).bundle_ids()[0]
            )
            stored = StoredBundle.load(CourierFolder.at(loop.medium), path.name)
            other = stored.manifest.model_copy(update={"device": "dev-0099"})
            (path / "manifest.json").write_bytes(other.sign(loop.site.kiosk.signer))
        case "bad-signature":
            from sync.signing import DeviceSigner

            loop.centre.enrol(DeviceSigner.generate())
    (outcome,) = loop.intake()
    assert (outcome.problem, outcome.statuses) == (problem, {})
    assert loop.applied() == []


def test_a_bundle_sealed_to_another_centre_is_refused(loop: Loop):
    loop.site.kiosk.append(event())
    loop.site.keys = CentreKeys()
    loop.export()
    (outcome,) = loop.intake()
    assert outcome.problem == "damaged"
    assert loop.applied() == []


def test_parts_that_were_exchanged_between_bundles_do_not_open(loop: Loop):
    loop.site.kiosk.append(event())
    first = loop.export()
    loop.site.kiosk.append(event())
    second = loop.export()
    bundles = loop.medium / "xianglin-courier/bundles"
    shutil.copy(bundles / first / "part-0001.xlb", bundles / second / "part-0001.xlb")
    stored = StoredBundle.load(CourierFolder.at(loop.medium), second)
    assert stored.damaged_parts() == [1]


def test_a_centre_that_was_restored_gets_again_what_it_lost_by_the_next_report(
    loop: Loop, tmp_path: Path
):
    loop.site.kiosk.append(*(event() for _ in range(3)))
    loop.export()
    loop.intake()
    loop.report()
    loop.bring()
    from sqlalchemy import delete

    from sync.central import tables

    with loop.database.writing() as connection:
        # What came after the backup is gone.
        connection.execute(delete(tables.application))
        connection.execute(delete(tables.inbox))
        connection.execute(delete(tables.event_key).where(tables.event_key.c.seq > 1))
    loop.centre.admin.renew_epoch()
    loop.site.kiosk.append(event())
    loop.intake(loop.export())
    loop.report()
    brought = loop.bring()
    assert (brought.is_new_epoch, brought.requeued, brought.acknowledged) == (True, 2, 1)
    loop.intake(loop.export())
    loop.report()
    assert loop.bring().acknowledged == 2
    assert [seq for _, seq in sorted(loop.applied(), key=lambda one: one[1])] == [1, 2, 3, 4]


def test_van_brings_bundle_and_report(loop: Loop, tmp_path: Path):
    ids = loop.site.kiosk.append(event(), event())
    loop.export()
    van = Van(tmp_path / "van", loop.site.keys)
    van.carrier().take_from(CourierFolder.at(loop.medium))
    at_centre = tmp_path / "at-centre"
    at_centre.mkdir()
    van.carrier().put_on(CourierFolder.at(at_centre))
    loop.intake(place=at_centre)
    loop.report(place=at_centre)
    van.carrier().take_from(CourierFolder.at(at_centre))
    assert van.carrier().carried() == []
    visit = van.carrier().take_from(CourierFolder.at(loop.medium))
    assert visit.reports_given == 1
    assert loop.bring().acknowledged == 2
    assert loop.site.kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def with_photo(loop: Loop, content: bytes) -> str:
    """An event that names a photo, as a request does."""
    from sync.blob_shelf import BlobShelf
    from sync.events import AttachmentRef

    one = event()
    with loop.site.kiosk.database.transaction() as database:
        blob = BlobShelf(database).put(one.id, content, "image/jpeg", loop.site.kiosk.clock.wall)
        ref = AttachmentRef(blob.sha256, blob.size, "image/jpeg", blob.secret)
        loop.site.kiosk.outbox.append(database, replace(one, attachments=(ref,)))
    return blob.name


def test_photos_travel_behind_their_events_and_the_report_settles_them(loop: Loop):
    from sync.central.blobs import content_of

    small, large = b"a small photo", bytes(range(256)) * 700
    names = [with_photo(loop, large), with_photo(loop, small), with_photo(loop, large)]
    assert names[0] == names[2]
    loop.site.part_bytes = 100_000
    bundle = loop.export()
    manifest = StoredBundle.load(CourierFolder.at(loop.medium), bundle).manifest
    assert (manifest.items, manifest.chunks) == (3, 4)
    assert len(manifest.parts) == 4, "one of items, three of chunks"
    (outcome,) = loop.intake()
    assert (outcome.is_complete, outcome.files) == (True, 2)
    with loop.database.reading() as connection:
        assert content_of(connection, DEVICE, names[0]) == large
        assert content_of(connection, DEVICE, names[1]) == small
    loop.report()
    brought = loop.bring()
    assert (brought.acknowledged, brought.files) == (3, 2)
    assert loop.site.kiosk.rows("SELECT DISTINCT state FROM blob") == [("delivered",)]
    assert loop.export() == ""


def test_photos_wait_for_the_next_trip_when_only_their_events_fit(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
):
    from sync.courier.errors import MediumTooSmall
    from sync.courier.medium import Folder

    with_photo(loop, b"small" * 100)
    with_photo(loop, bytes(500_000))
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "free_bytes", lambda _self: 130_000)
        with pytest.raises(MediumTooSmall):
            loop.site.export(loop.medium)
        done = loop.site.export(loop.medium, is_partial_allowed=True)
    assert (done.items, done.files, done.files_left) == (2, 1, 1)
    loop.intake(done.bundle)
    loop.report()
    loop.bring()
    done = loop.site.export(loop.medium)
    assert (done.items, done.files) == (0, 1)
    assert loop.intake(done.bundle)[0].files == 1


def test_a_damaged_part_of_photos_costs_only_these(loop: Loop):
    with_photo(loop, bytes(10_000))
    bundle = loop.export()
    part = loop.medium / "xianglin-courier/bundles" / bundle / "part-0002.xlb"
    part.write_bytes(part.read_bytes()[:-1])
    (outcome,) = loop.intake()
    assert (outcome.damaged, dict(outcome.statuses)) == ([2], {"applied": 1})
    loop.report()
    assert (brought := loop.bring()).acknowledged == 1, brought
    assert loop.site.kiosk.rows("SELECT state FROM blob") == [("queued",)]


def test_a_photo_that_the_disk_damaged_keeps_no_other_here(
    loop: Loop, caplog: pytest.LogCaptureFixture
):
    with_photo(loop, bytes(70_000))
    with_photo(loop, b"good")
    with loop.site.kiosk.database.transaction() as database:
        database.execute("DELETE FROM blob_chunk WHERE number = 1")
    bundle = loop.export()
    assert "damaged" in caplog.text
    (outcome,) = loop.intake(bundle)
    assert outcome.files == 1
    loop.report()
    assert loop.bring().files == 1


def test_photos_that_a_van_carries_are_not_written_again_when_only_news_is_wanted(loop: Loop):
    with_photo(loop, b"photo")
    bundle = loop.export()
    with loop.site.kiosk.database.transaction() as database:
        ledger.note_custody(database, bundle, "van-0001", loop.site.kiosk.clock.wall, b"")
    assert loop.site.export(loop.medium, only_new=True) is None
    assert loop.site.export(loop.medium).files == 1


def test_a_stick_keeps_what_has_not_arrived_and_loses_what_has(loop: Loop):
    loop.site.kiosk.append(event("r-0001"))
    first = loop.export()
    loop.intake(first)
    loop.report()
    loop.bring()
    loop.site.kiosk.append(event("r-0002"))
    second = loop.export()
    assert CourierFolder.at(loop.medium).bundle_ids() == [second]
    loop.site.kiosk.append(event("r-0003"))
    third = loop.export()
    assert CourierFolder.at(loop.medium).bundle_ids() == sorted([second, third])
    # Settled by the network, without any report.
    for event_id in loop.site.kiosk.ids(ItemState.QUEUED):
        with loop.site.kiosk.database.transaction() as database:
            loop.site.kiosk.outbox.acknowledge(database, event_id, 1, loop.site.kiosk.clock.wall)
    loop.export()
    assert CourierFolder.at(loop.medium).bundle_ids() == []
