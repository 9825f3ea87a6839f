"""What each fault is about; only the centre's signed word on a record changes that record."""

import pytest

from sync.answers import EventResult, EventStatus, Problem
from sync.errors import (
    BatchTooLarge,
    ClockFault,
    DatabaseBusy,
    ListenerFailed,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    RateLimited,
    SenderBusy,
    ServerBusy,
    ServerFault,
    TimedOut,
    Unreachable,
)
from sync.outbox import ItemState, ParkReason
from sync.outcome import Outcome, outcome_of_error, outcome_of_status
from tests.sync.sync_parts import Kiosk, ScriptedTransport, answer_to, event

ERRORS = [
    (Unreachable("x"), Outcome.NETWORK),
    (TimedOut("x"), Outcome.NETWORK),
    (NotTheCentre("x"), Outcome.CAPTIVE),
    (ClockFault("x"), Outcome.CLOCK),
    (NotAuthorised("x"), Outcome.AUTH),
    (ProtocolMismatch("x"), Outcome.PROTOCOL),
    (RateLimited(30.0), Outcome.RATE_LIMIT),
    (ServerBusy(30.0), Outcome.BUSY),
    (ServerFault(30.0), Outcome.BUSY),
    (BatchTooLarge("x"), Outcome.SIZE),
    (SenderBusy("x"), Outcome.OWN),
    (DatabaseBusy("x"), Outcome.OWN),
    (ListenerFailed("x"), Outcome.OWN),
]


@pytest.mark.parametrize(("error", "outcome"), ERRORS, ids=lambda one: type(one).__name__)
def test_error_is_about_the_link_or_the_centre_and_never_about_a_record(error, outcome):
    assert outcome_of_error(error) is outcome
    assert not outcome.settles_record


@pytest.mark.parametrize(("error", "outcome"), ERRORS[:9], ids=lambda one: type(one).__name__)
def test_failed_exchange_leaves_every_event_as_it_was(kiosk: Kiosk, error, outcome):
    ids = kiosk.append(event("a"), event("b"))
    before = [kiosk.entry(one) for one in ids]

    def fail(batch_id, items):
        raise error

    report = kiosk.engine(ScriptedTransport(fail)).run_once()
    assert report.outcome is outcome
    assert [kiosk.entry(one) for one in ids] == before
    assert kiosk.listener.outcomes == []


@pytest.mark.parametrize(
    ("status", "outcome", "state"),
    [
        (EventStatus.APPLIED, Outcome.APPLIED, ItemState.ACKNOWLEDGED),
        (EventStatus.DUPLICATE, Outcome.DUPLICATE, ItemState.ACKNOWLEDGED),
        (EventStatus.REJECTED, Outcome.INVALID, ItemState.PARKED),
        (EventStatus.CONFLICT, Outcome.CONFLICT, ItemState.PARKED),
        (EventStatus.GONE, Outcome.GONE, ItemState.PARKED),
        (EventStatus.LATER, Outcome.LATER, ItemState.QUEUED),
    ],
)
def test_word_on_a_record_settles_that_record(kiosk: Kiosk, status, outcome, state):
    assert outcome_of_status(status) is outcome
    assert outcome.settles_record == (state is not ItemState.QUEUED)
    (event_id,) = kiosk.append(event())

    def answer(batch_id, items):
        return answer_to(batch_id, [EventResult(id=event_id, status=status)])

    kiosk.engine(ScriptedTransport(answer)).run_once()
    assert kiosk.ids(state) == [event_id]


def test_every_status_has_its_outcome():
    assert {outcome_of_status(status) for status in EventStatus} <= set(Outcome)


def test_centre_of_version_1_says_gone_as_a_reason_for_refusing(kiosk: Kiosk):
    (event_id,) = kiosk.append(event())
    gone = Problem(type="urn:xianglin:problem:gone")

    def answer(batch_id, items):
        return answer_to(
            batch_id, [EventResult(id=event_id, status=EventStatus.REJECTED, problem=gone)]
        )

    kiosk.engine(ScriptedTransport(answer)).run_once()
    assert kiosk.entry(event_id).park_reason is ParkReason.GONE
    with kiosk.database.transaction() as database:
        assert kiosk.outbox.retry(database, event_id) is False
