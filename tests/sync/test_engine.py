"""The engine's rules, with answers that no honest centre would give."""

import pytest

from sync.answers import (
    Decision,
    DecisionPage,
    DecisionState,
    DeviceState,
    EventResult,
    EventStatus,
    Problem,
)
from sync.connectivity import LinkState
from sync.errors import (
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    ServerBusy,
    TimedOut,
    Unreachable,
)
from sync.outbox import ItemState
from tests.sync.sync_parts import (
    DEVICE,
    NOW,
    Kiosk,
    ScriptedTransport,
    all_applied,
    answer_to,
    event,
    ids_of,
)


def test_one_run_sends_every_pending_event_when_many_wait(kiosk: Kiosk):
    ids = kiosk.append(*(event(f"r-{number}") for number in range(35)))
    transport = ScriptedTransport(all_applied)
    engine = kiosk.engine(transport)
    engine._pusher._limits.count = 10
    report = engine.run_once()
    assert (report.sent, report.acknowledged) == (35, 35)
    assert [len(batch) for batch in transport.sent] == [10, 10, 10, 5]
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def test_unnamed_event_stays_queued_and_is_sent_by_the_next_run(kiosk: Kiosk):
    named, unnamed, behind = kiosk.append(event("a"), event("b"), event("b"))

    def partial(batch_id, items):
        return answer_to(batch_id, [EventResult(id=named, status=EventStatus.APPLIED)])

    transport = ScriptedTransport(partial)
    report = kiosk.engine(transport).run_once()
    assert (report.acknowledged, report.unanswered) == (1, 2)
    assert len(transport.sent) == 1
    assert kiosk.ids(ItemState.QUEUED) == [unnamed, behind]
    transport.on_batch = all_applied
    assert kiosk.engine(transport).run_once().acknowledged == 2


def test_answer_about_an_event_that_was_not_sent_changes_nothing(kiosk: Kiosk):
    first, held = kiosk.append(event("a"), event("b"))
    with kiosk.database.transaction() as database:
        kiosk.outbox.defer(database, held, 600, kiosk.clock.read(), "x", "")

    def too_much(batch_id, items):
        return answer_to(
            batch_id,
            [EventResult(id=one, status=EventStatus.APPLIED) for one in (first, held, "unknown")],
        )

    report = kiosk.engine(ScriptedTransport(too_much)).run_once()
    assert report.acknowledged == 1
    assert kiosk.ids(ItemState.QUEUED) == [held]


def test_event_named_twice_is_settled_once(kiosk: Kiosk):
    (event_id,) = kiosk.append(event())

    def twice(batch_id, items):
        return answer_to(
            batch_id,
            [
                EventResult(id=event_id, status=EventStatus.APPLIED),
                EventResult(id=event_id, status=EventStatus.REJECTED),
            ],
        )

    kiosk.engine(ScriptedTransport(twice)).run_once()
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [event_id]
    assert len(kiosk.listener.outcomes) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (EventStatus.APPLIED, ItemState.ACKNOWLEDGED),
        (EventStatus.DUPLICATE, ItemState.ACKNOWLEDGED),
        (EventStatus.CONFLICT, ItemState.PARKED),
        (EventStatus.REJECTED, ItemState.PARKED),
        (EventStatus.GONE, ItemState.PARKED),
        (EventStatus.LATER, ItemState.QUEUED),
    ],
)
def test_status_decides_where_an_event_goes(kiosk: Kiosk, status, state):
    (event_id,) = kiosk.append(event())
    problem = Problem(type="urn:xianglin:problem:why", title="because")

    def answer(batch_id, items):
        return answer_to(batch_id, [EventResult(id=event_id, status=status, problem=problem)])

    kiosk.engine(ScriptedTransport(answer)).run_once()
    assert kiosk.ids(state) == [event_id]
    told = [] if status is EventStatus.LATER else [status]
    assert [outcome.status for outcome in kiosk.listener.outcomes] == told
    if state is not ItemState.ACKNOWLEDGED:
        entry = kiosk.entry(event_id)
        assert (entry.last_error_code, entry.last_error_text) == ("why", "because")


def test_parked_event_holds_up_nobody(kiosk: Kiosk):
    bad, good = kiosk.append(event("a"), event("b"))

    def answer(batch_id, items):
        return answer_to(
            batch_id,
            [
                EventResult(id=bad, status=EventStatus.REJECTED),
                EventResult(id=good, status=EventStatus.APPLIED),
            ],
        )

    report = kiosk.engine(ScriptedTransport(answer)).run_once()
    assert (report.parked, report.acknowledged) == (1, 1)


def test_later_without_end_waits_a_quarter_of_an_hour_at_most(kiosk: Kiosk):
    (event_id,) = kiosk.append(event())

    def later(batch_id, items):
        return answer_to(
            batch_id,
            [EventResult(id=event_id, status=EventStatus.LATER, retry_after_s=99_999)],
        )

    transport = ScriptedTransport(later)
    engine = kiosk.engine(transport)
    engine.run_once()
    kiosk.clock.forward(899)
    engine.run_once()
    assert len(transport.sent) == 1
    kiosk.clock.forward(2)
    engine.run_once()
    assert len(transport.sent) == 2


def test_listener_that_fails_on_one_event_loses_no_other(kiosk: Kiosk):
    ids = kiosk.append(event("a"), event("b"), event("c"))
    kiosk.listener.fails_on = {ids[1]}
    transport = ScriptedTransport(all_applied)
    engine = kiosk.engine(transport)
    report = engine.run_once()
    assert (report.acknowledged, report.deferred, report.error_code) == (2, 1, "SYN-501")
    assert kiosk.ids(ItemState.QUEUED) == [ids[1]]
    assert kiosk.rows("SELECT id FROM settled_row ORDER BY id") == [(ids[0],), (ids[2],)]
    kiosk.listener.fails_on.clear()
    kiosk.clock.forward(61)
    assert engine.run_once().acknowledged == 1
    assert kiosk.ids(ItemState.QUEUED) == []


def test_answer_given_twice_settles_once(kiosk: Kiosk):
    kiosk.append(event())
    transport = ScriptedTransport(all_applied)
    engine = kiosk.engine(transport)
    with kiosk.database.reading() as database:
        batch = kiosk.outbox.next_batch(database, 10, 10**6, kiosk.clock.read())
    engine.run_once()
    from sync.settlement import Settlement, Tally

    again = all_applied("x", [pending.item for pending in batch])
    with kiosk.database.transaction() as database:
        Settlement(kiosk.outbox, kiosk.listener).apply(
            database, batch, again, kiosk.clock.read(), Tally()
        )
    assert len(kiosk.listener.outcomes) == 1
    assert kiosk.rows("SELECT count(*) FROM settled_row") == [(1,)]


@pytest.mark.parametrize(
    ("error", "link"),
    [
        (Unreachable("x"), LinkState.OFFLINE),
        (NotTheCentre("x"), LinkState.CAPTIVE),
        (ClockFault("x"), LinkState.CLOCK_FAULT),
        (NotAuthorised("x"), LinkState.NOT_AUTHORISED),
    ],
)
def test_link_that_fails_ends_the_run_and_changes_no_event(kiosk: Kiosk, error, link):
    kiosk.append(event("a"), event("b"))

    def fail(batch_id, items):
        raise error

    transport = ScriptedTransport(fail)
    report = kiosk.engine(transport).run_once()
    assert (report.link, report.error_code) == (link, error.code)
    assert transport.asked == []
    assert len(kiosk.ids(ItemState.QUEUED)) == 2


@pytest.mark.parametrize(
    ("error", "link"),
    [
        (TimedOut("x"), LinkState.OFFLINE),
        (ProtocolMismatch("x"), LinkState.PROTOCOL_MISMATCH),
    ],
)
def test_upload_that_link_or_centre_cannot_take_does_not_stop_the_feeds(kiosk: Kiosk, error, link):
    kiosk.append(event("a"), event("b"))

    def fail(batch_id, items):
        raise error

    transport = ScriptedTransport(fail)
    report = kiosk.engine(transport).run_once()
    assert (report.link, report.error_code) == (link, error.code)
    assert transport.asked == ["decisions", "roster"]
    assert len(kiosk.ids(ItemState.QUEUED)) == 2


def test_busy_centre_is_still_asked_for_decisions_and_roster(kiosk: Kiosk):
    kiosk.append(event())

    def busy(batch_id, items):
        raise ServerBusy(30.0)

    transport = ScriptedTransport(busy)
    report = kiosk.engine(transport).run_once()
    assert transport.asked == ["decisions", "roster"]
    assert (report.link, report.retry_after_s, report.error_code) == (
        LinkState.ONLINE,
        30.0,
        "SYN-103",
    )


def test_pull_that_fails_leaves_what_was_pushed(kiosk: Kiosk):
    kiosk.append(event())

    def fail(what):
        raise Unreachable("x")

    report = kiosk.engine(ScriptedTransport(all_applied, on_pull=fail)).run_once()
    assert (report.acknowledged, report.link) == (1, LinkState.OFFLINE)


def _page(*event_ids: str, cursor: int = 7) -> DecisionPage:
    return DecisionPage(
        protocol=1,
        device=DEVICE,
        epoch="epoch-1",
        time=NOW,
        nonce="n",
        decisions=tuple(
            Decision(
                event_id=one,
                state=DecisionState.DECIDED,
                code="certified",
                text="认证通过",
                decided_at=NOW,
            )
            for one in event_ids
        ),
        cursor=cursor,
        more=False,
    )


def test_decision_that_fails_is_held_and_offered_again_and_others_pass(kiosk: Kiosk):
    transport = ScriptedTransport(all_applied, page=_page("one", "two"))
    kiosk.listener.fails_on = {"one"}
    engine = kiosk.engine(transport)
    report = engine.run_once()
    assert (report.decisions, report.error_code) == (1, "SYN-501")
    assert kiosk.rows("SELECT value FROM sync_cursor WHERE name = 'decisions'") == [("7",)]
    transport.page = None
    kiosk.listener.fails_on.clear()
    engine.run_once()
    assert [decision.event_id for decision in kiosk.listener.decisions] == ["two", "one"]
    assert kiosk.rows("SELECT count(*) FROM held_decision") == [(0,)]


def test_roster_page_that_fails_is_asked_for_again(kiosk: Kiosk):
    kiosk.listener.fails_on = {"roster"}
    transport = ScriptedTransport(all_applied, page=_page("one"))
    report = kiosk.engine(transport).run_once()
    assert (report.decisions, report.error_code) == (1, "SYN-501")
    assert kiosk.rows("SELECT value FROM sync_cursor WHERE name = 'roster'") == []


def test_run_stops_between_batches_when_told(kiosk: Kiosk):
    kiosk.append(*(event(f"r-{number}") for number in range(4)))
    transport = ScriptedTransport(all_applied)
    engine = kiosk.engine(transport)
    engine._pusher._limits.count = 1
    engine.run_once(lambda: len(transport.sent) >= 2)
    assert (len(transport.sent), transport.asked) == (2, [])


def test_events_that_a_restored_centre_lost_are_sent_again(kiosk: Kiosk):
    transport = ScriptedTransport(all_applied)
    engine = kiosk.engine(transport)
    ids = kiosk.append(*(event(f"r-{number}") for number in range(4)))
    engine.run_once()
    transport.page = _page("one", cursor=9)
    engine.run_once()
    transport.page = None
    transport.epoch = "epoch-2"
    transport.state = DeviceState(
        protocol=1, device=DEVICE, epoch="epoch-2", time=NOW, nonce="n", hwm=3, gaps=((2, 2),)
    )
    transport.sent.clear()
    transport.on_batch = lambda batch_id, items: answer_to(
        batch_id,
        [EventResult(id=one, status=EventStatus.APPLIED) for one in ids_of(items)],
        epoch="epoch-2",
    )
    report = engine.run_once()
    assert report.requeued == 2
    assert ids_of(transport.sent[0]) == [ids[1], ids[3]]
    assert kiosk.rows("SELECT value FROM sync_cursor WHERE name = 'decisions'") == [("0",)]
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    assert engine.run_once().requeued == 0
