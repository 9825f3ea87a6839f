"""Staff answer for a person whose proofs do not suffice: by number, in person, and two where money goes."""

from pathlib import Path

import pytest

from kiosk.domain.catalogue import Catalogue, parse_definition
from kiosk.errors import StorageFull
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Begin,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    Decline,
    UseCitizenNumber,
)
from kiosk.flows.navigator import Navigator
from kiosk.flows.page_model import PageModel
from tests.builders import SERVICE_FILE, ZHAO, World, make_world
from tests.flows.certify import BY_NUMBER, walk_on
from tests.flows.outcome_parts import (
    FIRST,
    NO_WAY,
    SECOND,
    audited,
    choices,
    proof_line,
    sent,
    whole_payload,
)
from tests.flows.walk import walk


@pytest.fixture
def money(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A kiosk with a service that asks where money goes, and two staff members."""
    text = (SERVICE_FILE.parent / "allowance.elderly.json").read_text("utf-8")
    with make_world(tmp_path, catalogue=Catalogue((parse_definition(text, "allowance"),))) as made:
        made.add_staff(FIRST.number, FIRST.pin)
        made.add_staff(SECOND.number, SECOND.pin)
        yield made


def money_visit(world: World) -> tuple[Navigator, PageModel]:
    navigator = world.navigator()
    navigator.start()
    page = walk_on(
        navigator,
        Begin(),
        ChooseService("allowance.elderly"),
        UseCitizenNumber(),
        CitizenNumberTyped(ZHAO),
        Confirm(),
        Decline(),
        Decline(),
    )
    return navigator, page


def test_staff_attest_for_one_who_has_no_proof_left_and_the_centre_decides(staffed: World) -> None:
    navigator = staffed.navigator()
    page = walk(navigator, *BY_NUMBER, *NO_WAY)
    assert (page.prompt.id, choices(page)) == (
        "notice.no_way_left",
        ["staff_attests", "register_first"],
    )
    navigator.act(Choose("staff_attests"))
    page = navigator.act(FIRST)
    assert isinstance(page, pages.AttestPage)
    assert (page.masked_name, page.prompt.values["number"]) == ("赵*兰", "2041")
    page = navigator.act(Confirm())
    assert (page.prompt.id, choices(page)) == ("notice.attested", ["go_on"])
    page = walk_on(navigator, Choose("go_on"), Answered("self"))
    assert proof_line(page) == "工号2041证明"
    page = navigator.act(Confirm())
    assert isinstance(page, pages.ReceiptPage)
    assert page.is_provisional
    assert sent(staffed) == {
        "assurance": 1,
        "is_provisional": True,
        "evidence": {
            "factors": [],
            "outcome": "provisional",
            "attestation": {
                "staff": ["2041"],
                "at": "2026-11-23T08:00:00.000+00:00",
                "missing": ["face_declined", "no_card"],
            },
        },
    }
    kinds = [kind for kind, _ in audited(staffed, "staff.signed", "identity", "request")]
    assert kinds == ["staff.signed_in", "identity.attested", "request.accepted"]
    ((_, details),) = audited(staffed, "request.accepted")
    assert '"attested_by":"2041"' in str(details)


def test_name_of_nobody_travels_with_an_attestation(staffed: World) -> None:
    navigator = staffed.navigator()
    walk(navigator, *BY_NUMBER, *NO_WAY)
    walk_on(navigator, Choose("staff_attests"), FIRST, Confirm(), Choose("go_on"))
    walk_on(navigator, Answered("self"), Confirm())
    said = str(whole_payload(staffed))
    assert '"staff"' in said.replace("'", '"')
    assert "赵桂兰" not in said
    assert FIRST.pin not in said


def test_two_different_staff_members_attest_where_money_goes(money: World) -> None:
    navigator, page = money_visit(money)
    assert choices(page) == ["staff_attests", "register_first"]
    page = walk_on(navigator, Choose("staff_attests"), FIRST, Confirm())
    assert (type(page), page.prompt.id) == (pages.StaffSignInPage, "staff.sign_in.second")
    assert navigator.act(FIRST).prompt.id == "staff.sign_in.same"
    page = navigator.act(SECOND)
    assert isinstance(page, pages.AttestPage)
    page = navigator.act(Confirm())
    assert page.prompt.id == "notice.attested"
    assert [details for _, details in audited(money, "identity.attested")] == [
        '{"number":1,"service":"allowance.elderly","staff":"2041"}',
        '{"number":2,"service":"allowance.elderly","staff":"2043"}',
    ]
    form = navigator.act(Choose("go_on"))
    assert not isinstance(form, pages.NoticePage) or form.prompt.id.startswith("form.")


def test_one_staff_member_alone_cannot_attest_where_money_goes(money: World) -> None:
    navigator, _ = money_visit(money)
    walk_on(navigator, Choose("staff_attests"), FIRST, Confirm())
    page = navigator.act(Decline())
    # Still not proved; the way of one who has no staff stays open.
    assert choices(page) == ["staff_attests", "register_first"]
    assert navigator._visit.evidence.attestation is not None
    assert not navigator._visit.is_sure


def test_attestation_is_not_offered_where_too_few_can_sign_in(tmp_path: Path) -> None:
    text = (SERVICE_FILE.parent / "allowance.elderly.json").read_text("utf-8")
    with make_world(tmp_path, catalogue=Catalogue((parse_definition(text, "x"),))) as made:
        made.add_staff(FIRST.number, FIRST.pin)
        _, page = money_visit(made)
        assert choices(page) == ["register_first"]


def test_page_of_an_attestation_that_is_found_again_asks_for_the_pin_anew(staffed: World) -> None:
    navigator = staffed.navigator()
    walk(navigator, *BY_NUMBER, *NO_WAY)
    walk_on(navigator, Choose("staff_attests"), FIRST)
    found_again = navigator._step
    navigator.act(Confirm())
    navigator._step = found_again
    assert isinstance(navigator.act(Confirm()), pages.StaffSignInPage)
    assert len(audited(staffed, "identity.attested")) == 1


def test_attestation_ends_with_the_person(staffed: World) -> None:
    navigator = staffed.navigator()
    walk(navigator, *BY_NUMBER, *NO_WAY)
    walk_on(navigator, Choose("staff_attests"), FIRST, Confirm())
    page = walk(navigator, *BY_NUMBER, (Confirm(), pages.ConsentPage))
    assert page.prompt.id == "consent"
    assert navigator._visit.evidence.attestation is None


def test_attestation_is_not_said_when_it_cannot_be_written_down(
    staffed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    navigator = staffed.navigator()
    walk(navigator, *BY_NUMBER, *NO_WAY)
    walk_on(navigator, Choose("staff_attests"), FIRST)

    def full(*_: object, **__: object) -> None:
        raise StorageFull("no room")

    monkeypatch.setattr("kiosk.services.attest.Attest._audit", full)
    assert navigator.act(Confirm()).prompt.id == "notice.not_saved"
    assert navigator._visit.evidence.attestation is None
