"""Corrections, proxies and other services at the centre: who decides, and what a decision then says and moves."""

import pytest

from sync.answers import Decision, DecisionState
from sync.central.decisions import DecisionMalformed, DecisionRefused
from sync.events import OutboxEvent
from tests.sync.sender import Sender
from tests.sync.sync_parts import Centre, event
from tests.sync.test_cli import run

DATABASES = ("sqlite", "postgresql")

ASK = DecisionState.NEEDS_CORRECTION
CLAIM = "513022195001010014"


@pytest.fixture(autouse=True)
def wide_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")


def application(centre: Centre, event_id: str) -> dict[str, object]:
    (found,) = (row for row in centre.admin.applications() if row["event_id"] == event_id)
    return found


def deliver(sender: Sender, *events: OutboxEvent, first: int = 1) -> None:
    items = [sender.item(first + place, one) for place, one in enumerate(events)]
    assert sender.outcomes(*items) == [("applied", "")] * len(events)


def decisions(sender: Sender) -> list[Decision]:
    return list(sender.transport.decisions(0).decisions)


def dates(sender: Sender) -> dict[str, str | None]:
    return {one.resident_id: one.certified_until for one in sender.transport.roster(0).upserts}


def claim(**payload: object) -> OutboxEvent:
    return event(service_id="pension.claim", **payload)


def asked(sender: Sender, centre: Centre, **payload: object) -> OutboxEvent:
    """An application that staff asked to correct."""
    first = claim(**payload)
    deliver(sender, first)
    centre.admin.decide(first.id, ASK, "photo", "银行卡照片不清楚", fields=("bank", "bank_page"))
    return first


def test_questions_at_fault_travel_with_the_decision(sender: Sender, centre: Centre):
    first = asked(sender, centre)
    (decision,) = decisions(sender)
    assert (decision.event_id, decision.state, decision.code) == (first.id, ASK, "photo")
    assert (decision.text, decision.fields) == ("银行卡照片不清楚", ("bank", "bank_page"))


def test_decision_without_questions_names_none(sender: Sender, centre: Centre):
    first = claim()
    deliver(sender, first)
    centre.admin.decide(first.id, ASK)
    (decision,) = decisions(sender)
    assert (decision.code, decision.text, decision.fields) == (
        "needs_correction",
        "请补充材料",
        (),
    )


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (DecisionState.DECIDED, {"fields": ("bank",)}),
        (ASK, {"fields": ("Bank",)}),
        (ASK, {"fields": ("赵桂兰",)}),
        (ASK, {"fields": ("a b",)}),
        (ASK, {"fields": tuple(f"q{n}" for n in range(21))}),
        (ASK, {"text": "长" * 401}),
        (ASK, {"code": "c" * 65}),
    ],
)
def test_malformed_decision_decides_nothing(
    state: DecisionState, more: dict, sender: Sender, centre: Centre
):
    first = claim()
    deliver(sender, first)
    with pytest.raises(DecisionMalformed):
        centre.admin.decide(first.id, state, **more)
    assert decisions(sender) == []


def test_correction_closes_the_application_that_it_mends(sender: Sender, centre: Centre):
    first = asked(sender, centre)
    second = claim(corrects=first.id)
    deliver(sender, second, first=2)
    old, new = application(centre, first.id), application(centre, second.id)
    assert (old["state"], old["corrected_by"]) == ("superseded", second.id)
    assert (new["state"], new["corrects"], new["flags"]) == ("in_review", first.id, "")
    # The kiosk closed it itself; there is nothing to tell any more.
    assert decisions(sender) == []
    with pytest.raises(DecisionRefused, match=second.id):
        centre.admin.decide(first.id)
    centre.admin.decide(second.id)
    (decision,) = decisions(sender)
    assert (decision.event_id, decision.state, decision.text) == (
        second.id,
        DecisionState.DECIDED,
        "已办结",
    )


def test_correction_that_comes_twice_is_one(sender: Sender, centre: Centre):
    first = asked(sender, centre)
    item = sender.item(2, claim(corrects=first.id))
    assert sender.outcomes(item) == [("applied", "")]
    assert sender.outcomes(item) == [("duplicate", "")]
    assert len(centre.admin.applications()) == 2


def test_correction_mends_also_when_the_centre_forgot_that_it_asked(sender: Sender, centre: Centre):
    """A restore from last night's backup takes the staff's question back, not the kiosk's answer to it."""
    first, second = claim(), None
    second = claim(corrects=first.id)
    deliver(sender, first, second)
    assert application(centre, first.id)["state"] == "superseded"


@pytest.mark.parametrize(
    "other", ["another person's", "of nobody", "its own", "decided", "corrected already"]
)
def test_correction_without_its_application_is_accepted_and_flagged(
    other: str, sender: Sender, centre: Centre
):
    first = asked(sender, centre)
    if other == "decided":
        centre.admin.decide(first.id)
    if other == "corrected already":
        deliver(sender, claim(corrects=first.id), first=2)
    before = application(centre, first.id)
    second = {
        "another person's": event("r-0002", service_id="pension.claim", corrects=first.id),
        "of nobody": claim(corrects="019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"),
        "its own": claim(event_id=CYCLE, corrects=CYCLE),
    }.get(other, claim(corrects=first.id))
    deliver(sender, second, first=3)
    new = application(centre, second.id)
    flag = "corrects-closed" if other in ("decided", "corrected already") else "corrects-unknown"
    assert (new["state"], new["corrects"], new["flags"]) == ("in_review", "", flag)
    assert application(centre, first.id) == before


CYCLE = "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"


def test_correction_is_never_decided_at_once(sender: Sender, centre: Centre):
    first = event(assurance=1)
    deliver(sender, first)
    centre.admin.decide(first.id, ASK)
    second = event(corrects=first.id)
    deliver(sender, second, first=2)
    assert application(centre, second.id)["state"] == "in_review"
    assert dates(sender)["r-0001"] == "2026-12-31"


def test_certification_by_proxy_moves_the_date_of_the_one_at_home_when_staff_decide(
    sender: Sender, centre: Centre
):
    one = event("r-0002", proxy={"resident_id": "r-0001", "reason": "bed_bound"})
    deliver(sender, one)
    row = application(centre, one.id)
    assert (row["state"], row["flags"], row["proxy_resident_id"]) == (
        "in_review",
        "proxy",
        "r-0001",
    )
    assert dates(sender)["r-0002"] == "2026-12-31"
    centre.admin.decide(one.id)
    assert (dates(sender)["r-0002"], dates(sender)["r-0001"]) == ("2027-11-23", "2026-12-31")
    (decision,) = decisions(sender)
    assert (decision.code, decision.text) == ("certified", "认证通过")


def test_certification_that_staff_refuse_moves_no_date(sender: Sender, centre: Centre):
    one = event("r-0002", proxy={"resident_id": "r-0001"})
    deliver(sender, one)
    centre.admin.decide(one.id, DecisionState.DECIDED, "refused", "没有通过，请本人来办")
    assert dates(sender)["r-0002"] == "2026-12-31"


def test_who_came_for_another_is_shown_to_the_eyes_that_need_it(
    sender: Sender, centre: Centre, capsys: pytest.CaptureFixture[str]
):
    proxy = {"resident_id": "", "citizen_id": CLAIM, "reason": "卧床"}
    deliver(sender, event("r-0002", proxy=proxy))
    assert run(centre.state_dir, "show") == 0
    plain = capsys.readouterr().out
    assert "proxy" in plain
    assert CLAIM not in plain
    assert "卧床" not in str(centre.admin.applications())
    assert run(centre.state_dir, "show", "--with-residents") == 0
    assert CLAIM in capsys.readouterr().out


def test_number_of_a_proxy_on_the_roster_is_not_kept(sender: Sender, centre: Centre):
    deliver(sender, event("r-0002", proxy={"resident_id": "r-0001", "citizen_id": CLAIM}))
    assert centre.admin.unlisted_people() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"corrects": 7},
        {"corrects": "x" * 65},
        {"proxy": "r-0001"},
        {"proxy": {"reason": "x" * 201}},
    ],
)
def test_payload_of_another_shape_is_refused(wrong: dict, sender: Sender):
    assert sender.outcomes(sender.item(1, claim(**wrong))) == [("rejected", "malformed")]


@pytest.mark.parametrize(
    "service_id", ["card.loss_report", "pension.contribution", "profile.update", "of.the_future"]
)
def test_other_services_wait_for_staff_and_are_told_as_done(
    service_id: str, sender: Sender, centre: Centre
):
    one = event(service_id=service_id, assurance=3, form={"ask": "card.status"})
    deliver(sender, one)
    assert decisions(sender) == []
    centre.admin.decide(one.id)
    (decision,) = decisions(sender)
    assert (decision.code, decision.text) == ("done", "已办结")
    assert dates(sender)["r-0001"] == "2026-12-31"


def test_staff_ask_for_a_correction_by_command(
    sender: Sender, centre: Centre, capsys: pytest.CaptureFixture[str]
):
    one = claim()
    deliver(sender, one)
    words = ("--needs-correction", "--field", "bank", "--field", "bank_page", "--text", "照片不清")
    assert run(centre.state_dir, "decide", one.id, *words) == 0
    assert capsys.readouterr().out == f"needs_correction {one.id}\n"
    (decision,) = decisions(sender)
    assert (decision.text, decision.fields) == ("照片不清", ("bank", "bank_page"))
    assert run(centre.state_dir, "decide", one.id, "--field", "bank") == 1
    assert capsys.readouterr().err.startswith("SYN-305: ")
