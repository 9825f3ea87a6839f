"""Delivery reports at the kiosk: every report that can come, in every order."""

import base64
import itertools
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from sync import centre_clock, cursors
from sync.answers import PROTOCOL_V2, EventStatus, Problem, seal_answer
from sync.blob_retention import KEEP
from sync.courier import ledger
from sync.courier.documents import sign_document
from sync.courier.errors import ReportRefused
from sync.courier.report import (
    MAXIMUM_REPORT_BYTES,
    DeliveryReport,
    ReportedBundle,
    ReportedRange,
    ReportedRefusal,
)
from sync.courier.settle import ReportOutcome, ReportSettlement
from sync.http_failures import PROBLEM_PREFIX
from sync.outbox import ItemState
from sync.signing import DeviceSigner, Purpose
from tests.courier.courier_parts import CentreKeys, Site
from tests.sync.file_parts import put
from tests.sync.sync_parts import DEVICE, NOW, event

LATER = NOW + timedelta(days=2)
REFUSED = Problem(type=PROBLEM_PREFIX + "unknown-kind", title="x")


def settlement(site: Site) -> ReportSettlement:
    kiosk, keys = site.kiosk, site.keys
    return ReportSettlement(
        kiosk.database,
        kiosk.outbox,
        kiosk.listener,
        kiosk.clock,
        DEVICE,
        {keys.signer.key_id: keys.verifier},
        together=3,
    )


def span(site: Site, first: int, last: int, status: str = "applied", **changes) -> ReportedRange:
    """What an honest centre says of some of the kiosk's events."""
    rows = site.kiosk.rows("SELECT digest FROM outbox WHERE seq BETWEEN ? AND ?", first, last)
    digests = b"".join(bytes.fromhex(row[0])[:16] for row in rows)
    values = {
        "first": first,
        "last": last,
        "status": EventStatus(status),
        "digests": base64.b64encode(digests).decode(),
    }
    return ReportedRange(**{**values, **changes})


def report(
    site: Site, *ranges: ReportedRange, signer: DeviceSigner | None = None, **changes
) -> bytes:
    values = {
        "protocol": PROTOCOL_V2,
        "device": DEVICE,
        "epoch": "epoch-1",
        "time": LATER,
        "floor": 0,
        "hwm": 99,
        "ranges": ranges,
    }
    answer = DeliveryReport(**{**values, **changes})
    return seal_answer(answer, Purpose.DELIVERY_REPORT, signer or site.keys.signer)


def take(site: Site, *ranges: ReportedRange, **changes) -> ReportOutcome:
    return settlement(site).take(report(site, *ranges, **changes))


@pytest.fixture
def filled(site: Site) -> Site:
    site.kiosk.append(*(event(f"r-{number % 3:04d}") for number in range(10)))
    return site


def acknowledged(site: Site) -> list[int]:
    return [row[0] for row in site.kiosk.rows("SELECT seq FROM outbox WHERE state='acknowledged'")]


def test_what_a_report_names_is_settled_and_nothing_else(filled: Site):
    outcome = take(filled, span(filled, 1, 4), span(filled, 6, 6, "rejected", problem=REFUSED))
    assert (outcome.acknowledged, outcome.parked, outcome.requeued) == (4, 1, 0)
    assert acknowledged(filled) == [1, 2, 3, 4]
    (parked,) = filled.kiosk.ids(ItemState.PARKED)
    entry = filled.kiosk.entry(parked)
    assert (entry.seq, entry.last_error_code) == (6, "unknown-kind")
    assert len(filled.kiosk.ids(ItemState.QUEUED)) == 5
    assert [one.id for one in filled.kiosk.listener.outcomes] == [
        row[0] for row in filled.kiosk.rows("SELECT id FROM outbox WHERE seq IN (1,2,3,4,6)")
    ]
    # The listener's own rows committed with it.
    assert filled.kiosk.rows("SELECT count(*) FROM settled_row") == [(5,)]


def test_time_of_a_report_is_remembered_as_one_that_has_been(filled: Site):
    """A kiosk without a link hears the time in no other way; an older report takes nothing back."""
    for told in (LATER, LATER - timedelta(days=1)):
        take(filled, time=told)
        with filled.kiosk.database.reading() as database:
            reading = centre_clock.ClockSource(filled.kiosk.clock).read(database)
        assert (reading.centre_at, reading.centre_age_ms) == (LATER, None)


def test_the_same_report_twice_changes_nothing_more(filled: Site):
    data = report(filled, span(filled, 1, 4), span(filled, 6, 6, "rejected", problem=REFUSED))
    settlement(filled).take(data)
    before = filled.queue()
    outcome = settlement(filled).take(data)
    assert (outcome.is_new, outcome.acknowledged, outcome.parked, outcome.requeued) == (
        False,
        0,
        0,
        0,
    )
    assert filled.queue() == before


def test_reports_in_every_order_end_alike(filled: Site):
    """Cumulative: whichever comes last or never, nothing is taken back."""
    made = [
        report(filled, span(filled, 1, 3), time=LATER),
        report(filled, span(filled, 1, 6), time=LATER + timedelta(days=1)),
        report(filled, span(filled, 1, 6), span(filled, 8, 9), time=LATER + timedelta(days=2)),
    ]
    for order in itertools.permutations(made):
        filled.kiosk.database._connection.execute(
            "UPDATE outbox SET state='queued', settled_at=NULL, server_seq=NULL"
        )
        filled.kiosk.database._connection.execute("DELETE FROM courier_report")
        for data in order:
            settlement(filled).take(data)
        assert acknowledged(filled) == [1, 2, 3, 4, 5, 6, 8, 9]


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("other-device", lambda s: report(s, span(s, 1, 4), device="dev-0008")),
        ("other-centre", lambda s: report(s, span(s, 1, 4), signer=CentreKeys().signer)),
        ("bad-signature", lambda s: report(s, span(s, 1, 4)).replace(b"epoch-1", b"epoch-2")),
        ("malformed", lambda s: report(s, span(s, 1, 4), protocol=3)),
        ("malformed", lambda s: b"x" * (MAXIMUM_REPORT_BYTES + 1)),
        ("bad-signature", lambda s: b"<html>"),
        ("bad-signature", lambda s: b""),
        ("bad-signature", lambda s: b"[" * 100_000),
    ],
)
def test_what_is_not_the_centres_for_this_device_settles_nothing(
    filled: Site, reason: str, make: Callable[[Site], bytes]
):
    before = filled.queue()
    with pytest.raises(ReportRefused) as caught:
        settlement(filled).take(make(filled))
    assert caught.value.reason == reason
    assert filled.queue() == before


def test_an_answer_for_another_purpose_is_no_report(filled: Site):
    made = json.loads(report(filled, span(filled, 1, 4)))
    signature = filled.keys.signer.sign(Purpose.BATCH_ANSWER, made["signed"].encode())
    made["signature"] = base64.b64encode(signature).decode()
    with pytest.raises(ReportRefused, match="bad-signature"):
        settlement(filled).take(json.dumps(made).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"last": 5},
        {"first": 0},
        {"first": 4, "last": 1},
        {"digests": "A"},
        {"digests": ""},
        {"last": 2**53 - 1},
        {"status": "perhaps"},
    ],
)
def test_impossible_ranges_are_refused_whole(filled: Site, changes: dict[str, object]):
    value = json.loads(json.loads(report(filled, span(filled, 1, 4), span(filled, 6, 9)))["signed"])
    value["ranges"][1].update({"first": 1, "last": 4, "digests": value["ranges"][0]["digests"]})
    value["ranges"][1].update(changes)
    with pytest.raises(ReportRefused, match="malformed"):
        settlement(filled).take(sign_document(value, Purpose.DELIVERY_REPORT, filled.keys.signer))
    assert acknowledged(filled) == []


def test_an_event_under_our_number_with_other_bytes_is_an_alarm_and_not_ours(filled: Site):
    """A copied disk: the centre holds the other machine's event 3."""
    good = span(filled, 1, 5)
    data = bytearray(base64.b64decode(good.digests))
    data[2 * 16] ^= 1
    outcome = take(filled, span(filled, 1, 5, digests=base64.b64encode(bytes(data)).decode()))
    assert (outcome.acknowledged, outcome.parked) == (4, 1)
    (parked,) = filled.kiosk.ids(ItemState.PARKED)
    assert filled.kiosk.entry(parked).last_error_code == "cloned-device"


def test_an_item_that_the_centre_could_not_keep_is_parked_by_its_digest(filled: Site):
    (digest,) = filled.kiosk.rows("SELECT digest FROM outbox WHERE seq = 7")[0]
    refusal = ReportedRefusal(digest=digest[:32], status=EventStatus.REJECTED, problem=REFUSED)
    outcome = take(filled, refusals=(refusal,))
    assert outcome.parked == 1
    assert filled.kiosk.entry(filled.kiosk.ids(ItemState.PARKED)[0]).seq == 7


def test_files_of_a_refused_event_go_in_their_time_from_the_later_of_all_that_was_signed(
    filled: Site,
):
    put(filled.kiosk, b"a photo")
    (seq,) = filled.kiosk.rows("SELECT max(seq) FROM outbox")[0]
    with filled.kiosk.database.transaction() as database:
        centre_clock.note(database, LATER + KEEP, filled.kiosk.clock.read())
    refused = span(filled, seq, seq, "rejected", problem=REFUSED)
    for days, left in ((0, 1), (KEEP.days + 1, 1), (2 * KEEP.days, 1), (2 * KEEP.days + 1, 0)):
        take(filled, refused, time=LATER + timedelta(days=days))
        assert filled.kiosk.rows("SELECT count(*) FROM blob_chunk") == [(left,)]


def test_an_old_report_parks_nothing_that_staff_have_queued_again(filled: Site):
    data = report(filled, span(filled, 6, 6, "rejected", problem=REFUSED))
    settlement(filled).take(data)
    (parked,) = filled.kiosk.ids(ItemState.PARKED)
    with filled.kiosk.database.transaction() as database:
        assert filled.kiosk.outbox.retry(database, parked)
    assert settlement(filled).take(data).parked == 0
    assert filled.kiosk.ids(ItemState.PARKED) == []


def test_an_event_that_was_parked_is_settled_when_the_centre_has_it_after_all(filled: Site):
    take(filled, span(filled, 6, 6, "rejected", problem=REFUSED))
    outcome = take(filled, span(filled, 6, 6), time=LATER + timedelta(days=1))
    assert outcome.acknowledged == 1
    assert acknowledged(filled) == [6]


def test_a_centre_that_was_set_back_silently_gets_again_what_it_lost(filled: Site):
    take(filled, span(filled, 1, 9))
    feeds = (cursors.DECISIONS, cursors.ROSTER, cursors.CATALOGUE)
    with filled.kiosk.database.transaction() as database:
        for feed in feeds:
            cursors.store(database, feed, 7)
    outcome = take(filled, span(filled, 1, 4), time=LATER + timedelta(days=1))
    assert outcome.requeued == 5
    # Its numbers were set back as well.
    with filled.kiosk.database.reading() as database:
        assert [cursors.read_cursor(database, feed) for feed in feeds] == [0, 0, 0]
    assert acknowledged(filled) == [1, 2, 3, 4]
    assert len(filled.kiosk.ids(ItemState.QUEUED)) == 6


def test_silence_below_the_floor_and_about_what_is_newer_than_the_report_is_no_loss(filled: Site):
    take(filled, span(filled, 1, 5))
    with filled.kiosk.database.transaction() as database:
        (event_id,) = database.execute("SELECT id FROM outbox WHERE seq = 9").fetchone()
        # Over the network, after the report was written.
        filled.kiosk.outbox.acknowledge(database, event_id, 1, LATER + timedelta(days=3))
    outcome = take(filled, span(filled, 4, 5), floor=4, time=LATER + timedelta(days=1))
    assert outcome.requeued == 0
    assert acknowledged(filled) == [1, 2, 3, 4, 5, 9]


def test_a_new_life_of_the_centre_gets_again_what_it_does_not_name(filled: Site):
    take(filled, span(filled, 1, 9))
    with filled.kiosk.database.transaction() as database:
        cursors.store(database, cursors.DECISIONS, 40)
    outcome = take(filled, span(filled, 1, 4), epoch="epoch-2", time=LATER + timedelta(days=1))
    assert (outcome.is_new_epoch, outcome.requeued) == (True, 5)
    assert acknowledged(filled) == [1, 2, 3, 4]
    with filled.kiosk.database.reading() as database:
        assert cursors.read_text(database, cursors.EPOCH) == "epoch-2"
        assert cursors.read_cursor(database, cursors.DECISIONS) == 0


def test_a_report_older_than_the_change_of_epoch_settles_nothing(filled: Site):
    old = report(filled, span(filled, 1, 9))
    # The change was heard over the network.
    with filled.kiosk.database.transaction() as database:
        cursors.store(database, cursors.EPOCH, "epoch-1")
        cursors.store(database, cursors.EPOCH, "epoch-2")
    with pytest.raises(ReportRefused, match="old-epoch"):
        settlement(filled).take(old)
    assert acknowledged(filled) == []


def test_a_report_of_a_life_that_came_and_went_unheard_settles_nothing(filled: Site):
    take(filled, span(filled, 1, 2), time=LATER)
    between = report(filled, span(filled, 1, 9), epoch="epoch-0", time=LATER - timedelta(hours=1))
    with pytest.raises(ReportRefused, match="old-epoch"):
        settlement(filled).take(between)
    # The same when the newer word came over the network.
    with filled.kiosk.database.transaction() as database:
        database.execute("DELETE FROM courier_report")
        centre_clock.note(database, LATER, filled.kiosk.clock.read())
    with pytest.raises(ReportRefused, match="old-epoch"):
        settlement(filled).take(between)
    assert acknowledged(filled) == [1, 2]


def test_a_new_life_whose_report_is_silent_below_a_floor_gets_all_of_that_again(filled: Site):
    take(filled, span(filled, 1, 9))
    outcome = take(
        filled, span(filled, 6, 9), epoch="epoch-2", floor=6, time=LATER + timedelta(days=1)
    )
    assert outcome.requeued == 5
    assert acknowledged(filled) == [6, 7, 8, 9]


def test_a_listener_that_fails_holds_up_no_other_and_the_report_can_come_again(filled: Site):
    (third,) = filled.kiosk.rows("SELECT id FROM outbox WHERE seq = 3")[0]
    filled.kiosk.listener.fails_on.add(third)
    outcome = take(filled, span(filled, 1, 9))
    assert outcome.has_listener_failed
    assert acknowledged(filled) == [1, 2, 4, 5, 6, 7, 8, 9]
    filled.kiosk.listener.fails_on.clear()
    assert take(filled, span(filled, 1, 9)).acknowledged == 1


def test_bundles_that_arrived_are_noted_and_no_longer_in_custody(filled: Site, medium):
    done = filled.export(medium)
    with filled.kiosk.database.transaction() as database:
        ledger.note_custody(database, done.bundle, "van-0001", NOW, b"")
    take(
        filled,
        bundles=(ReportedBundle(bundle=done.bundle, serial=1, is_complete=False),),
    )
    with filled.kiosk.database.reading() as database:
        assert ledger.custody_of(database, 3) == ("van-0001", NOW)
        assert ledger.count_carried(database) == 10
    filled.kiosk.append(event("r-0009"))
    with filled.kiosk.database.transaction() as database:
        # A second van has it too, and the newest event is with nobody.
        ledger.note_custody(database, done.bundle, "van-0002", NOW, b"")
        assert ledger.count_carried(database) == 10
        filled.kiosk.outbox.park(database, filled.kiosk.ids(ItemState.QUEUED)[0], "x", "", NOW)
        assert ledger.count_carried(database) == 9
    arrived = ReportedBundle(bundle=done.bundle, serial=1, is_complete=True)
    take(filled, span(filled, 1, 10), bundles=(arrived,), time=LATER + timedelta(days=1))
    with filled.kiosk.database.reading() as database:
        assert ledger.custody_of(database, 3) is None
        assert ledger.count_carried(database) == 0
        (entry,) = ledger.bundle_entries(database)
    assert (entry.open_items, entry.arrived_at) == (0, LATER + timedelta(days=1))
