"""The centre's answers move a request forward once, whatever comes twice, late, or for an unknown event."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain.attachment import Attachment
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.services.store import RequestForm
from kiosk.storage.settlement import KioskSettlement, unlisted_subject
from sync.answers import Decision, DecisionState, EventResult, EventStatus, Problem
from sync.http_failures import PROBLEM_PREFIX
from tests.builders import NOW, STRANGER, ZHAO, World, make_world
from tests.storage.states import submit

LATER = NOW + timedelta(hours=3)
MUCH_LATER = NOW + timedelta(days=2)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


@pytest.fixture
def accepted(world: World) -> ServiceRequest:
    submit(world)
    return newest(world)


def newest(world: World) -> ServiceRequest:
    with world.store.transaction() as transaction:
        return transaction.requests.newest_of("r-0001", 1)[0]


def kinds(world: World) -> list[object]:
    return [row["kind"] for row in world.rows("audit")]


def answer(world: World, event_id: str, status: EventStatus, at=NOW, problem=None) -> None:  # type: ignore[no-untyped-def]
    result = EventResult(id=event_id, status=status, problem=problem)
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(world.store.outbox, world.clock).settled(raw, event_id, result, at)


def decide(
    world: World, event_id: str, state: DecisionState = DecisionState.DECIDED, at=LATER, text="通过"
) -> None:  # type: ignore[no-untyped-def]
    decision = Decision(event_id=event_id, state=state, code="certified", text=text, decided_at=at)
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(world.store.outbox, world.clock).decided(raw, decision)


@pytest.mark.parametrize("status", [EventStatus.APPLIED, EventStatus.DUPLICATE])
def test_request_is_delivered_once_when_the_answer_comes_twice(
    status: EventStatus, world: World, accepted: ServiceRequest
) -> None:
    answer(world, accepted.request_id, status, LATER)
    first = newest(world)
    answer(world, accepted.request_id, EventStatus.DUPLICATE, MUCH_LATER)
    assert (first.state, first.delivered_at) == (RequestState.DELIVERED, LATER)
    assert newest(world) == first
    assert kinds(world) == ["request.accepted", "request.delivered"]


def test_request_is_decided_once_when_the_decision_comes_twice(
    world: World, accepted: ServiceRequest
) -> None:
    answer(world, accepted.request_id, EventStatus.APPLIED)
    decide(world, accepted.request_id)
    first = newest(world)
    decide(world, accepted.request_id, at=MUCH_LATER, text="不通过")
    assert (first.state, first.decided_at, first.decision_text) == (
        RequestState.DECIDED,
        LATER,
        "通过",
    )
    assert newest(world) == first
    assert kinds(world) == ["request.accepted", "request.delivered", "request.decided"]


def test_decision_stays_when_the_delivery_is_answered_after_it(
    world: World, accepted: ServiceRequest
) -> None:
    decide(world, accepted.request_id)
    decided = newest(world)
    answer(world, accepted.request_id, EventStatus.DUPLICATE, MUCH_LATER)
    assert (decided.state, decided.delivered_at) == (RequestState.DECIDED, LATER)
    assert newest(world) == decided


def test_final_decision_stays_when_an_older_correction_comes_after_it(
    world: World, accepted: ServiceRequest
) -> None:
    decide(world, accepted.request_id)
    decide(world, accepted.request_id, DecisionState.NEEDS_CORRECTION, NOW)
    assert newest(world).state is RequestState.DECIDED


def test_decision_follows_when_a_correction_was_asked_for(
    world: World, accepted: ServiceRequest
) -> None:
    decide(world, accepted.request_id, DecisionState.NEEDS_CORRECTION, text="照片不清")
    assert newest(world).state is RequestState.NEEDS_CORRECTION
    answer(world, accepted.request_id, EventStatus.APPLIED)
    assert newest(world).state is RequestState.NEEDS_CORRECTION
    decide(world, accepted.request_id, at=MUCH_LATER)
    assert newest(world).state is RequestState.DECIDED


@pytest.mark.parametrize("status", [EventStatus.REJECTED, EventStatus.CONFLICT])
def test_request_stays_visible_and_says_why_when_the_centre_refuses_its_event(
    status: EventStatus, world: World, accepted: ServiceRequest
) -> None:
    problem = Problem(type="urn:problem:" + "x" * 150)
    answer(world, accepted.request_id, status, problem=problem)
    answer(world, accepted.request_id, status)
    assert newest(world) == accepted
    assert kinds(world)[1:] == ["request.parked", "request.parked"]
    details = [str(row["details"]) for row in world.rows("audit")]
    assert f'"problem":"{"x" * 80}"' in details[1]
    assert f'"problem":"{status.value}"' in details[2]
    # Staff send it again, and now the centre takes it.
    answer(world, accepted.request_id, EventStatus.APPLIED, LATER)
    assert newest(world).state is RequestState.DELIVERED


@pytest.mark.parametrize("status", [EventStatus.GONE, EventStatus.REJECTED])
def test_what_was_kept_for_a_correction_goes_when_the_centre_has_erased_the_event(
    status: EventStatus, world: World, accepted: ServiceRequest
) -> None:
    """Version 1 has no word of its own: it rejects with the code ``gone``."""
    request_id = accepted.request_id
    with world.store.transaction() as transaction:
        transaction.attachments.add(request_id, Attachment("x", "image/jpeg", b"photo"), NOW)
        transaction.requests.save_form(request_id, RequestForm("d" * 64, {"for_whom": "self"}))
        transaction.database.execute("UPDATE outbox SET state = 'parked', park_reason = 'gone'")
    answer(world, request_id, status, problem=Problem(type=PROBLEM_PREFIX + "gone"))
    assert world.rows("request_form") == []
    for table in ("attachment", "blob", "blob_claim", "blob_chunk"):
        assert world.rows(table) == []
    assert newest(world) == accepted
    assert kinds(world)[-1] == "request.parked"


def test_nothing_changes_when_the_centre_says_later(world: World, accepted: ServiceRequest) -> None:
    answer(world, accepted.request_id, EventStatus.LATER)
    assert newest(world) == accepted
    assert kinds(world) == ["request.accepted"]


def test_nothing_changes_when_the_event_is_not_of_this_kiosk(
    world: World, accepted: ServiceRequest
) -> None:
    for status in EventStatus:
        answer(world, "0199-unknown", status)
    decide(world, "0199-unknown")
    decide(world, "", DecisionState.NEEDS_CORRECTION)
    assert newest(world) == accepted
    assert kinds(world) == ["request.accepted"]


def test_pseudonym_is_stable_keyed_and_hides_the_number() -> None:
    person, key = CitizenId(STRANGER), b"k" * 32
    subject = unlisted_subject(key, person)
    assert subject == unlisted_subject(key, person)
    assert subject != unlisted_subject(b"l" * 32, person)
    assert subject != unlisted_subject(key, CitizenId(ZHAO))
    assert subject == "unlisted-" + subject[-24:]
    assert STRANGER[6:14] not in subject
