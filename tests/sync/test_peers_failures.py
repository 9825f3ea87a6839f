"""How other systems lost or hid what people had handed in, read in their code; each line is a test of ours.

Each test names the system and what its code does.
"""

from random import Random

import pytest

from sync.answers import DeviceState, EventResult, EventStatus, Problem
from sync.backoff import FullJitterBackoff
from sync.errors import ProtocolMismatch, RejectedItem, Unreachable
from sync.item import SignedItem
from sync.outbox import ItemState, ParkReason
from sync.signing import DeviceSigner
from tests.sync.sync_parts import (
    DEVICE,
    NOW,
    Kiosk,
    ScriptedTransport,
    answer_to,
    event,
    make_kiosk,
)


def ids_of(items) -> list[str]:
    return [SignedItem.decode(item).header.id for item in items]


def applied(batch_id, items):
    return answer_to(
        batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids_of(items)]
    )


def rejecting(*refused: str):
    """A centre that refuses some events for good."""
    problem = Problem(type="urn:xianglin:problem:unknown-kind", title="no such service here")

    def answer(batch_id, items):
        results = [
            EventResult(id=one, status=EventStatus.REJECTED, problem=problem)
            if one in refused
            else EventResult(id=one, status=EventStatus.APPLIED)
            for one in ids_of(items)
        ]
        return answer_to(batch_id, results)

    return answer


def test_mosip_skips_every_second_page_of_a_shrinking_list_but_one_pass_sends_all(kiosk: Kiosk):
    """RC PacketUploadServiceImpl: OFFSET paging over a set that shrinks as its rows change state."""
    ids = kiosk.append(*(event(f"r-{number}") for number in range(35)))
    transport = ScriptedTransport(applied)
    engine = kiosk.engine(transport)
    engine._pusher._limits.count = 10
    engine.run_once()
    assert [one for batch in transport.sent for one in ids_of(batch)] == ids
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def test_mosip_bounds_the_time_on_one_of_three_branches_but_nothing_is_sent_before_it_is_due(
    kiosk: Kiosk,
):
    """RC's query reads A or B or (C and time): on two of three ways the time does not count."""
    new, deferred, behind, again, parked = kiosk.append(
        event("r-1"), event("r-2"), event("r-2"), event("r-3"), event("r-4")
    )
    with kiosk.database.transaction() as database:
        now = kiosk.clock.read()
        kiosk.outbox.defer(database, deferred, 600.0, now, "later", "busy")
        # Acknowledged once, lost by the centre, and deferred; refused, queued again by staff, and deferred.
        kiosk.outbox.acknowledge(database, again, 1, NOW)
        kiosk.outbox.requeue(database, 0, ())
        kiosk.outbox.defer(database, again, 600.0, now, "later", "busy")
        kiosk.outbox.park(database, parked, "unknown-kind", "", NOW)
        assert kiosk.outbox.retry(database, parked)
        kiosk.outbox.defer(database, parked, 600.0, now, "later", "busy")
    transport = ScriptedTransport(applied)
    engine = kiosk.engine(transport)
    for seconds, sent in ((0, [new]), (599, []), (1, [deferred, behind, again, parked])):
        transport.sent.clear()
        kiosk.clock.forward(seconds)
        engine.run_once()
        assert sorted(one for batch in transport.sent for one in ids_of(batch)) == sorted(sent)


def test_mosip_sets_an_error_after_success_but_success_is_success(kiosk: Kiosk):
    """RC PacketSynchServiceImpl.syncPacket: the error is set whatever the answer was."""
    (event_id,) = kiosk.append(event())
    with kiosk.database.transaction() as database:
        kiosk.outbox.defer(database, event_id, 0.0, kiosk.clock.read(), "later", "busy")
    report = kiosk.engine(ScriptedTransport(applied)).run_once()
    entry = kiosk.entry(event_id)
    assert (report.error_code, report.outcome, report.acknowledged) == ("", None, 1)
    assert (entry.last_error_code, entry.last_error_text, entry.park_reason) == ("", "", None)


def test_mosip_asks_for_the_state_of_nothing_but_every_delivered_event_is_compared(kiosk: Kiosk):
    """ARC PacketServiceImpl.syncAllPacketStatus: the list of the request is never filled, and answers never come."""
    ids = kiosk.append(*(event(f"r-{number}") for number in range(6)))
    kiosk.engine(ScriptedTransport(applied)).run_once()
    for lost in range(1, len(ids) + 1):
        state = DeviceState(
            protocol=1, device=DEVICE, epoch="epoch-1", time=NOW, nonce="n", hwm=6, gaps=((lost, lost),)
        )  # fmt: skip
        again = ScriptedTransport(applied, state=state)
        kiosk.engine(again).run_once()
        assert [ids_of(batch) for batch in again.sent] == [[ids[lost - 1]]]


def test_pretix_deletes_what_is_refused_but_it_is_kept_and_can_be_shown(kiosk: Kiosk):
    """PX uploadQueuedCalls, uploadCheckins: any 4xx deletes the queued item, "nothing we can do"."""
    bad, good = kiosk.append(event("a"), event("b"))
    kiosk.engine(ScriptedTransport(rejecting(bad))).run_once()
    entry = kiosk.entry(bad)
    assert (entry.state, entry.park_reason) == (ItemState.PARKED, ParkReason.REFUSED)
    assert (entry.last_error_code, entry.last_error_text) == ("unknown-kind", "no such service here")  # fmt: skip
    assert entry.size > 0
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [good]


def test_pretix_deletes_on_any_4xx_but_a_4xx_of_the_whole_batch_changes_no_event(kiosk: Kiosk):
    ids = kiosk.append(event("a"), event("b"))

    def not_found(batch_id, items):
        raise ProtocolMismatch("404")

    engine = kiosk.engine(ScriptedTransport(not_found))
    for _ in range(20):
        kiosk.clock.forward(900)
        engine.run_once()
    assert kiosk.ids(ItemState.QUEUED) == ids
    assert {kiosk.entry(one).attempts for one in ids} == {0}


def test_pretix_stops_at_one_bad_receipt_but_poison_blocks_nobody(kiosk: Kiosk):
    """PX uploadReceipts, uploadClosings: one answer that is not 201 throws, and all behind it waits for ever."""
    ids = kiosk.append(*(event(f"r-{number}") for number in range(9)))
    poison = ids[0]
    kiosk.engine(ScriptedTransport(rejecting(poison))).run_once()
    assert kiosk.ids(ItemState.PARKED) == [poison]
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids[1:]


def test_opencrvs_waits_for_36_hours_but_the_wait_is_capped_and_drawn_by_chance():
    """CRVS retryDelay: max(10 s, 2^n s), where a cap was surely meant."""
    backoff = FullJitterBackoff(Random(3))
    waits = [backoff.delay_s(attempt) for attempt in range(17, 400)]
    assert max(waits) <= 900.0
    assert len({round(wait) for wait in waits}) > 200


def test_opencrvs_forgets_a_rejected_item_at_reload_but_it_survives_a_restart_and_shows_why(
    tmp_path,
):
    """CRVS shouldDehydrateMutation: a mutation with a 4xx is not kept, and is gone after reload."""
    signer = DeviceSigner.generate()
    with make_kiosk(tmp_path, signer) as kiosk:
        (event_id,) = kiosk.append(event())
        kiosk.engine(ScriptedTransport(rejecting(event_id))).run_once()
    with make_kiosk(tmp_path, signer) as kiosk:
        entry = kiosk.entry(event_id)
        assert (entry.state, entry.last_error_code) == (ItemState.PARKED, "unknown-kind")
        assert (entry.last_error_text, entry.settled_at) == ("no such service here", NOW)
        with kiosk.database.transaction() as database:
            assert kiosk.outbox.retry(database, event_id)
        assert kiosk.engine(ScriptedTransport(applied)).run_once().acknowledged == 1


@pytest.mark.parametrize("names_it", [False, True])
def test_simple_marks_what_changed_during_the_push_but_it_stays_pending(
    kiosk: Kiosk, names_it: bool
):
    """SIM SyncCoordinator.push: after the loop all rows that wait are done, also those edited meanwhile."""
    (parked,) = kiosk.append(event("parked"))
    with kiosk.database.transaction() as database:
        kiosk.outbox.park(database, parked, "unknown-kind", "", NOW)
    kiosk.append(event("a"))
    meanwhile: list[str] = []

    def slow(batch_id, items):
        if not meanwhile:
            # While the batch is under way a resident is served, and staff press "retry".
            meanwhile.extend(kiosk.append(event("a"), event("b")))
            with kiosk.database.transaction() as database:
                assert kiosk.outbox.retry(database, parked)
            named = [*ids_of(items), *([*meanwhile, parked] if names_it else [])]
            return answer_to(
                batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in named]
            )
        raise Unreachable("the link is gone")

    report = kiosk.engine(ScriptedTransport(slow)).run_once()
    assert report.acknowledged == 1
    assert sorted(kiosk.ids(ItemState.QUEUED)) == sorted([*meanwhile, parked])


def test_simple_marks_by_id_but_other_bytes_under_the_id_stay_pending(kiosk: Kiosk):
    """What is acknowledged are the bytes that were sent, not whatever the row holds by then."""
    (event_id,) = kiosk.append(event())

    def replaced(batch_id, items):
        with kiosk.database.transaction() as database:
            database.execute("UPDATE outbox SET digest = ?", ["0" * 64])
        return applied(batch_id, items)

    report = kiosk.engine(ScriptedTransport(replaced)).run_once(lambda: kiosk.entry(event_id).digest == "0" * 64)  # fmt: skip
    assert report.acknowledged == 0
    assert kiosk.ids(ItemState.QUEUED) == [event_id]
    assert kiosk.listener.outcomes == []


def test_commcare_skips_what_is_too_large_but_it_is_refused_before_anything_is_promised(
    kiosk: Kiosk,
):
    """CC addPartToEntity: an oversized part is passed over, and the form is reported as sent."""
    with pytest.raises(RejectedItem, match="64 KiB"):
        kiosk.append(event(form={"x": "字" * 30_000}))
    assert kiosk.rows("SELECT count(*) FROM outbox") == [(0,)]
