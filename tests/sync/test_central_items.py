"""The centre by itself: what it makes of items and how it decides."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.answers import DecisionState, EventStatus
from sync.central.decisions import DecisionRefused, one_year_after
from sync.central.effects import Handler
from sync.central.handlers import HANDLERS
from sync.item import sign_item
from tests.sync.sender import Sender
from tests.sync.sync_parts import DEVICE, Centre, FakeClock, event

DATABASES = ("sqlite", "postgresql")

ROOT = Path(__file__).parents[2]


def test_item_sent_twice_is_applied_once(sender: Sender, centre: Centre):
    item = sender.item(1)
    first, second = sender.send(item), sender.send(item)
    assert [first.results[0].status, second.results[0].status] == [
        EventStatus.APPLIED,
        EventStatus.DUPLICATE,
    ]
    assert first.results[0].server_seq == second.results[0].server_seq
    assert len(centre.admin.applications()) == 1


def test_item_twice_in_one_batch_is_applied_once(sender: Sender, centre: Centre):
    item = sender.item(1)
    assert sender.outcomes(item, item) == [("applied", ""), ("duplicate", "")]
    assert len(centre.admin.applications()) == 1


def test_id_with_other_bytes_is_a_conflict_and_overwrites_nothing(sender: Sender, centre: Centre):
    one = event()
    changed = event(event_id=one.id, receipt_number="A07-000124-X")
    assert sender.outcomes(sender.item(1, one)) == [("applied", "")]
    assert sender.outcomes(sender.item(2, changed)) == [("conflict", "id-reused")]
    (application,) = centre.admin.applications()
    assert application["receipt_number"] == "A07-000123-K"


def test_sequence_number_with_another_id_is_a_cloned_device(sender: Sender, centre: Centre):
    assert sender.outcomes(sender.item(1)) == [("applied", "")]
    assert sender.outcomes(sender.item(1), sender.item(2)) == [
        ("conflict", "cloned-device"),
        ("applied", ""),
    ]
    assert len(centre.admin.applications()) == 2


def test_one_bad_item_poisons_no_other(sender: Sender, centre: Centre):
    good = sender.item(4)
    broken = bytearray(sender.item(5))
    broken[-70] ^= 1
    foreign = sender.item(6, device="dev-0008")
    assert sender.outcomes(
        sender.item(1, event(kind="unheard_of")),
        sender.item(2, event(schema_version=9)),
        sender.item(3, event(assurance="high")),
        bytes(broken),
        foreign,
        good,
    ) == [
        ("rejected", "unknown-kind"),
        ("rejected", "unknown-schema"),
        ("rejected", "malformed"),
        ("rejected", "bad-signature"),
        ("rejected", "foreign-device"),
        ("applied", ""),
    ]
    assert len(centre.admin.applications()) == 1


def test_item_of_a_future_form_is_rejected_by_its_name(sender: Sender):
    future = sender.item(1).replace(b'"seal":"none"', b'"seal":"hpke"', 1)
    assert sender.outcomes(future) == [("rejected", "malformed")]


def test_item_without_a_readable_name_is_left_out_of_the_answer(sender: Sender):
    assert sender.outcomes(b"garbage", sender.item(1)) == [("applied", "")]


def test_rejected_event_is_judged_anew_when_the_centre_has_learnt_its_kind(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
):
    item = sender.item(1, event(kind="new_kind"))
    assert sender.outcomes(item) == [("rejected", "unknown-kind")]
    learnt = {**HANDLERS, ("new_kind", 1): HANDLERS["service_request", 1]}
    monkeypatch.setattr("sync.central.handlers.HANDLERS", learnt)
    assert sender.outcomes(item) == [("applied", "")]
    assert sender.outcomes(item) == [("duplicate", "")]


def test_handler_with_a_bug_asks_to_come_later_and_holds_only_its_subject(
    sender: Sender, centre: Centre, monkeypatch: pytest.MonkeyPatch
):
    whole = HANDLERS["service_request", 1]

    def broken(intake, arrivals):
        whole.apply(intake, arrivals)
        raise LookupError("a bug")

    table = {**HANDLERS, ("broken", 1): Handler(whole.read, broken)}
    monkeypatch.setattr("sync.central.handlers.HANDLERS", table)
    assert sender.outcomes(
        sender.item(1, event("a", kind="broken")),
        sender.item(2, event("a")),
        sender.item(3, event("b")),
    ) == [("later", "not-now"), ("later", "not-now"), ("applied", "")]
    assert len(centre.admin.applications()) == 1


def test_state_tells_the_high_water_mark_and_the_gaps(sender: Sender):
    sender.send(sender.item(1), sender.item(4), sender.item(5), sender.item(9))
    state = sender.transport.device_state()
    assert (state.hwm, state.gaps) == (9, ((2, 3), (6, 8)))


def test_state_of_a_new_device_is_empty(sender: Sender):
    state = sender.transport.device_state()
    assert (state.hwm, state.gaps) == (0, ())


@pytest.mark.parametrize(
    "proof", [{"assurance": 0}, {"assurance": 1}, {"assurance": 2, "is_provisional": True}]
)
def test_provisional_request_waits_for_a_person(sender: Sender, centre: Centre, proof: dict):
    one = event(**proof)
    sender.send(sender.item(1, one))
    assert sender.transport.decisions(0).decisions == ()
    centre.admin.decide(one.id)
    (decision,) = sender.transport.decisions(0).decisions
    assert (decision.event_id, decision.state, decision.text) == (
        one.id,
        DecisionState.DECIDED,
        "认证通过",
    )
    dates = {
        person.resident_id: person.certified_until for person in sender.transport.roster(0).upserts
    }
    assert dates["r-0001"] == "2027-11-23"


def test_person_whom_the_roster_does_not_know_waits_for_a_person(sender: Sender, centre: Centre):
    sender.send(
        sender.item(1, event("unlisted-1", resident_id="", citizen_id="513022194803120647"))
    )
    assert [row["state"] for row in centre.admin.applications()] == ["in_review"]


def test_correction_is_asked_for_and_then_decided(sender: Sender, centre: Centre):
    one = event(assurance=1)
    sender.send(sender.item(1, one))
    centre.admin.decide(one.id, DecisionState.NEEDS_CORRECTION, "photo", "照片不清楚")
    first = sender.transport.decisions(0)
    assert [(one.state, one.code) for one in first.decisions] == [
        (DecisionState.NEEDS_CORRECTION, "photo")
    ]
    centre.admin.decide(one.id)
    second = sender.transport.decisions(first.cursor)
    assert [one.state for one in second.decisions] == [DecisionState.DECIDED]
    assert sender.transport.decisions(second.cursor).decisions == ()


def test_decision_is_made_once(sender: Sender, centre: Centre):
    one = event()
    sender.send(sender.item(1, one))
    with pytest.raises(DecisionRefused):
        centre.admin.decide(one.id)
    with pytest.raises(DecisionRefused):
        centre.admin.decide("unknown")


def test_old_request_never_moves_the_date_back(sender: Sender):
    sender.send(sender.item(2, event()))
    old = FakeClock(datetime(2026, 3, 1, tzinfo=UTC)).read()
    sender.send(sign_item(event(), DEVICE, 1, old, sender.signer))
    dates = {
        person.resident_id: person.certified_until for person in sender.transport.roster(0).upserts
    }
    assert dates["r-0001"] == "2027-11-23"


def test_year_of_a_leap_day_ends_on_the_twenty_eighth():
    from datetime import date

    assert one_year_after(date(2024, 2, 29)) == date(2025, 2, 28)
    assert one_year_after(date(2026, 11, 23)) == date(2027, 11, 23)
