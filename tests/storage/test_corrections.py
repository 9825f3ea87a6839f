"""A request that the centre wants corrected: kept with its answers, mended once, then out of the way."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.attachment import Attachment
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.errors import AttachmentRefused
from kiosk.services.list_requests import ListRequests
from kiosk.services.store import RequestForm
from kiosk.storage.settlement import KioskSettlement
from sync.answers import Decision, DecisionState
from sync.identifiers import new_event_id
from tests.builders import STRANGER, World, life_certification, make_world, resident
from tests.storage.sent import sent, waiting
from tests.storage.states import EVIDENCE

ZHAO = resident()
NEIGHBOUR = dataclasses.replace(ZHAO, resident_id="r-0002", citizen_id=CitizenId(STRANGER))
BLURRED = Attachment("bank_page", "image/jpeg", b"blurred")
SHARP = Attachment("bank_page", "image/jpeg", b"sharp")
INVOICE = Attachment("invoices", "image/jpeg", b"an invoice")
ANSWERS = {"tier": 20000, "bank": {"bank": "乡村信用社", "tail": "0647"}, "agreed": True}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def submit(world: World, person: Resident | None = ZHAO, **more: object) -> ServiceRequest:
    form = more.pop("form", {"tier": 20000})
    number = person.citizen_id if person else CitizenId(STRANGER)
    return world.ports.submit_request.submit(
        new_event_id(),
        life_certification(),
        person,
        number,
        EVIDENCE,
        form,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def decide(
    world: World,
    request: ServiceRequest,
    state: DecisionState = DecisionState.NEEDS_CORRECTION,
    fields: tuple[str, ...] = ("bank", "bank_page"),
) -> None:
    decision = Decision(
        event_id=request.request_id,
        state=state,
        code="photo",
        text="银行卡照片不清楚",
        decided_at=world.clock.now(),
        fields=fields,
    )
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(world.store.outbox, world.clock).decided(raw, decision)


def listed(world: World) -> ListRequests:
    return ListRequests(world.store)


def get(world: World, request: ServiceRequest) -> ServiceRequest:
    found = listed(world).get(request.request_id)
    assert found is not None
    return found


def files(world: World, request: ServiceRequest) -> list[bytes]:
    with world.store.transaction() as transaction:
        return [one.content for one in transaction.attachments.of(request.request_id)]


def test_request_waits_for_its_correction_with_questions_and_answers(world: World) -> None:
    request = submit(world, answers=ANSWERS)
    assert listed(world).needing_correction(ZHAO) == ()
    decide(world, request)
    (waits,) = listed(world).needing_correction(ZHAO)
    assert (waits.request_id, waits.needs_correction) == (request.request_id, True)
    assert (waits.decision_text, waits.decision_fields) == (
        "银行卡照片不清楚",
        ("bank", "bank_page"),
    )
    assert listed(world).form_of(waits) == RequestForm(request.service_digest, ANSWERS)
    # The questions as they were, for a catalogue that was updated meanwhile.
    assert [row["digest"] for row in world.rows("definition")] == [request.service_digest]


def test_correction_takes_the_place_of_the_request(world: World) -> None:
    first = submit(world, answers=ANSWERS)
    decide(world, first)
    second = submit(world, answers={**ANSWERS, "tier": 50000}, corrects=get(world, first))
    assert second.corrects == first.request_id
    assert get(world, first).corrected_by == second.request_id
    assert not get(world, first).needs_correction
    assert listed(world).needing_correction(ZHAO) == ()
    assert listed(world).all_needing_correction() == ()
    assert [one.request_id for one in listed(world).newest_of(ZHAO)] == [second.request_id]
    assert listed(world).form_of(first) is None
    assert listed(world).form_of(second) == RequestForm(
        second.service_digest, {**ANSWERS, "tier": 50000}
    )
    assert sent(world, second.request_id).payload["corrects"] == first.request_id
    assert "corrects" not in sent(world, first.request_id).payload
    kinds = [row["kind"] for row in world.rows("audit")]
    assert kinds == [
        "request.accepted",
        "request.needs_correction",
        "request.corrected",
        "request.accepted",
    ]


def test_correction_of_a_correction_is_a_chain(world: World) -> None:
    first = submit(world)
    decide(world, first)
    second = submit(world, corrects=first)
    decide(world, second)
    assert [one.request_id for one in listed(world).needing_correction(ZHAO)] == [second.request_id]
    third = submit(world, corrects=second)
    assert (get(world, second).corrects, get(world, second).corrected_by) == (
        first.request_id,
        third.request_id,
    )


def test_correction_keeps_the_files_that_it_names_and_drops_the_others(world: World) -> None:
    first = submit(world, attachments=(BLURRED, INVOICE))
    decide(world, first)
    form: dict[str, object] = {
        "bank_page": [{"sha256": SHARP.sha256, "size": SHARP.size}],
        "invoices": [{"sha256": INVOICE.sha256, "size": INVOICE.size}],
    }
    second = submit(world, form=form, attachments=(SHARP,), corrects=first)
    assert sorted(files(world, second)) == [b"an invoice", b"sharp"]
    assert files(world, first) == []


def test_answers_and_files_are_forgotten_when_the_centre_has_decided(world: World) -> None:
    request = submit(world, answers=ANSWERS, attachments=(INVOICE,))
    other = submit(world, NEIGHBOUR, answers=ANSWERS, attachments=(INVOICE,))
    decide(world, request)
    assert files(world, request) == [b"an invoice"]
    decide(world, request, DecisionState.DECIDED, ())
    assert get(world, request).decision_fields == ()
    assert listed(world).form_of(request) is None
    assert files(world, request) == []
    # The same picture of another person's request stays.
    assert files(world, other) == [b"an invoice"]
    assert listed(world).form_of(other) is not None


def test_nothing_is_changed_when_a_correction_cannot_be_kept(world: World) -> None:
    first = submit(world, answers=ANSWERS, attachments=(INVOICE,))
    decide(world, first)
    tables = ("service_request", "request_form", "attachment", "outbox", "audit", "receipt_counter")
    before = {table: world.rows(table) for table in tables}
    too_large = Attachment("bank_page", "image/jpeg", bytes(400 * 1024 + 1))
    with pytest.raises(AttachmentRefused):
        submit(world, corrects=first, attachments=(too_large,))
    assert {table: world.rows(table) for table in tables} == before


def test_correction_is_accepted_when_the_centre_has_decided_meanwhile(world: World) -> None:
    first = submit(world, answers=ANSWERS)
    decide(world, first)
    asked = get(world, first)
    decide(world, first, DecisionState.DECIDED)
    second = submit(world, corrects=asked)
    assert get(world, first).state is RequestState.DECIDED
    assert get(world, first).corrected_by == ""
    assert second.corrects == first.request_id
    assert waiting(world) == 2


def test_second_correction_of_the_same_request_leaves_the_first_one_its_place(world: World) -> None:
    first = submit(world)
    decide(world, first)
    second = submit(world, corrects=first)
    third = submit(world, corrects=first)
    assert get(world, first).corrected_by == second.request_id
    assert third.corrects == first.request_id


def test_repeated_correction_is_one_request(world: World) -> None:
    first = submit(world)
    decide(world, first)
    same_id = new_event_id()
    both = [
        world.ports.submit_request.submit(
            same_id, life_certification(), ZHAO, ZHAO.citizen_id, EVIDENCE, {}, corrects=first
        )
        for _ in range(2)
    ]
    assert both[0] == both[1]
    assert waiting(world) == 2


def test_resident_sees_the_own_corrections_only(world: World) -> None:
    mine, theirs, strangers = submit(world), submit(world, NEIGHBOUR), submit(world, None)
    for number, request in enumerate((theirs, strangers, mine)):
        world.clock.forward(number)
        decide(world, request)
    assert [one.request_id for one in listed(world).needing_correction(ZHAO)] == [mine.request_id]
    nobody = dataclasses.replace(ZHAO, resident_id="")
    assert listed(world).needing_correction(nobody) == ()
    # Staff see all, the one that waits longest first.
    assert [one.request_id for one in listed(world).all_needing_correction()] == [
        theirs.request_id,
        strangers.request_id,
        mine.request_id,
    ]


def test_names_that_are_no_questions_are_passed_over(world: World) -> None:
    request = submit(world)
    decide(world, request, fields=("bank", "赵桂兰", "bank", "a b", "x" * 50, "invoices.2"))
    assert get(world, request).decision_fields == ("bank", "invoices.2")


def test_decision_of_a_centre_without_questions_names_none(world: World) -> None:
    request = submit(world)
    wire = {
        "event_id": request.request_id,
        "state": "needs_correction",
        "code": "photo",
        "text": "照片不清",
        "decided_at": "2026-11-23T09:00:00.000Z",
    }
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(world.store.outbox, world.clock).decided(raw, Decision.model_validate(wire))
    assert get(world, request).needs_correction
    assert get(world, request).decision_fields == ()


def test_answers_with_a_float_promise_nothing(world: World) -> None:
    with pytest.raises(ValueError, match="float"):
        submit(world, answers={"share": 0.5})
    assert world.rows("service_request") == []


def test_answers_are_not_shown_by_a_repr() -> None:
    form = RequestForm("d" * 64, {"phone": "13900000001"})
    assert "139" not in f"{form!r}{form}"
    assert repr(SHARP) == "Attachment(bank_page, image/jpeg, 5 bytes)"
