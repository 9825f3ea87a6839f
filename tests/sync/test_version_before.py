"""A kiosk of the version before meets this centre, and this kiosk meets a centre of the version before."""

import json

from pydantic import BaseModel, ConfigDict

from sync.answers import Decision, DecisionState, RosterResident
from tests.sync.sender import Sender
from tests.sync.sync_parts import REGION, Centre, Kiosk, event


class _Before(BaseModel):
    """How the version before read the wire: what it did not know was passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class DecisionBefore(_Before):
    event_id: str
    state: DecisionState
    code: str
    text: str
    decided_at: str


class ResidentBefore(_Before):
    resident_id: str
    citizen_id: str
    name: str
    region_code: str
    certified_until: str | None = None


def load_with_record(centre: Centre) -> None:
    person = {
        "resident_id": "r-0001",
        "citizen_id": "513022194803120641",
        "name": "赵桂兰",
        "region_code": REGION,
        "certified_until": "2026-12-31",
        "record": {"phone": "13900000001"},
    }
    assert centre.load({"residents": [person]}) == 1


def test_older_kiosk_reads_todays_roster_and_decisions(sender: Sender, centre: Centre):
    load_with_record(centre)
    one = event(assurance=1)
    assert sender.outcomes(sender.item(1, one)) == [("applied", "")]
    centre.admin.decide(one.id, DecisionState.NEEDS_CORRECTION, text="照片", fields=("bank",))
    (decision,) = sender.transport.decisions(0).decisions
    read = DecisionBefore.model_validate_json(json.dumps(decision.wire()))
    assert (read.event_id, read.state, read.text) == (one.id, "needs_correction", "照片")
    people = [one.wire() for one in sender.transport.roster(0).upserts]
    assert [ResidentBefore.model_validate(one).resident_id for one in people] == [
        "r-0002",
        "r-0003",
        "r-0001",
    ]


def test_todays_kiosk_reads_the_answers_of_an_older_centre():
    decision = Decision.model_validate(
        {
            "event_id": "e",
            "state": "needs_correction",
            "code": "photo",
            "text": "照片",
            "decided_at": "2026-11-23T08:00:00.000Z",
        }
    )
    assert decision.fields == ()
    resident = RosterResident.model_validate(
        {"resident_id": "r", "citizen_id": "c", "name": "n", "region_code": REGION}
    )
    assert resident.record is None


def test_record_reaches_the_kiosk_through_the_whole_exchange(
    kiosk: Kiosk, centre: Centre, transport
):
    load_with_record(centre)
    kiosk.engine(transport).run_once()
    records = {
        person.resident_id: person.record
        for page in kiosk.listener.pages
        for person in page.upserts
    }
    assert records == {"r-0001": {"phone": "13900000001"}, "r-0002": None, "r-0003": None}


def test_held_decision_keeps_its_questions(kiosk: Kiosk, centre: Centre, transport):
    (event_id,) = kiosk.append(event(assurance=1))
    engine = kiosk.engine(transport)
    engine.run_once()
    centre.admin.decide(event_id, DecisionState.NEEDS_CORRECTION, fields=("bank", "invoices.2"))
    kiosk.listener.fails_on = {event_id}
    engine.run_once()
    assert kiosk.listener.decisions == []
    kiosk.listener.fails_on = set()
    engine.run_once()
    assert [one.fields for one in kiosk.listener.decisions] == [("bank", "invoices.2")]
