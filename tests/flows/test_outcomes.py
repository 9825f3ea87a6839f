"""Each way in which the check of a person can end: what the person sees and what the centre is told."""

from dataclasses import replace
from datetime import timedelta

from kiosk.domain.identity_policy import Assurance, Factor
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Begin,
    Choose,
    Confirm,
    Decline,
    GoBack,
    PinTyped,
)
from kiosk.flows.navigator import Navigator
from tests.builders import World, card
from tests.flows.certify import BY_CARD, BY_NUMBER, MATCH, TO_FACE, walk_on
from tests.flows.outcome_parts import (
    FIRST,
    NO_WAY,
    TO_DESK,
    TO_RECEIPT,
    audited,
    choices,
    proof_line,
    sent,
)
from tests.flows.walk import walk


def test_face_that_suffices_alone_is_verified_without_a_second_proof(world: World) -> None:
    judged = replace(world.ports, judge=lambda _scores, *, is_live: Assurance.VERIFIED)
    navigator = Navigator(judged)
    alone = replace(MATCH, worst=0.33, is_live=True)
    walk(navigator, *BY_NUMBER, *TO_FACE, (alone, pages.ChoicePage))
    assert proof_line(navigator.act(Answered("self"))) == "人脸"
    assert isinstance(navigator.act(Confirm()), pages.ReceiptPage)
    found = sent(world)
    assert found["evidence"]["outcome"] == "verified"
    assert (found["assurance"], found["is_provisional"]) == (2, False)
    ((_, details),) = audited(world, "request.accepted")
    assert '"outcome":"verified"' in str(details)


def test_face_and_card_are_verified_by_second_factor(world: World) -> None:
    navigator = world.navigator()
    page = walk(navigator, *BY_CARD, *TO_FACE, (MATCH, pages.ChoicePage), TO_RECEIPT[0])
    assert proof_line(page) == "社保卡、人脸"
    assert isinstance(navigator.act(Confirm()), pages.ReceiptPage)
    evidence = sent(world)["evidence"]
    assert evidence["outcome"] == "second_factor"
    assert set(evidence) == {"factors", "face", "outcome"}
    assert not sent(world)["is_provisional"]


def exempted(world: World) -> Navigator:
    """A visit in which staff have recorded that there is no face to look at."""
    navigator = world.navigator()
    page = walk(
        navigator, *BY_NUMBER, (Confirm(), pages.ConsentPage), *TO_DESK, (FIRST, pages.NoticePage)
    )
    assert choices(page) == ["attest_now", "face_exempt"]
    page = navigator.act(Choose("face_exempt"))
    assert (page.prompt.id, page.prompt.values["name"]) == ("staff.face_exempt", "赵*兰")
    assert navigator.act(Choose("do")).prompt.id == "staff.face_exempt.done"
    return navigator


def test_face_that_cannot_be_modelled_is_recorded_once_and_never_asked_for_again(
    staffed: World,
) -> None:
    navigator = exempted(staffed)
    assert isinstance(navigator.act(Choose("go_on")), pages.CardPage)
    # The consent page is not behind 返回 either.
    assert isinstance(navigator.act(GoBack()), pages.ServicesPage)
    staffed.clock.forward(timedelta(days=400).total_seconds())
    page = walk(staffed.navigator(), *BY_NUMBER, (Confirm(), pages.CardPage), NO_WAY[2])
    assert page.prompt.id == "notice.not_modelled"
    assert choices(page) == ["staff_attests", "register_first"]
    assert audited(staffed, "biometric") == [
        ("biometric.exempted", '{"factor":"face","staff":"2041"}')
    ]


def test_request_of_such_a_person_says_so_and_card_with_pin_is_as_good_as_ever(
    staffed: World,
) -> None:
    exempted(staffed)
    navigator = staffed.navigator()
    walk(navigator, *BY_NUMBER, (Confirm(), pages.CardPage), NO_WAY[2])
    page = walk_on(navigator, Choose("register_first"), Answered("self"))
    assert proof_line(page) == "不看脸，等工作人员核实"
    assert isinstance(navigator.act(Confirm()), pages.ReceiptPage)
    assert sent(staffed)["evidence"] == {
        "factors": [],
        "outcome": "cannot_be_modelled",
        "exempt": ["face"],
    }
    staffed.reader.card = card()
    page = walk(
        staffed.navigator(),
        *BY_CARD,
        (Confirm(), pages.PinPage),
        (PinTyped("123456"), pages.ChoicePage),
        TO_RECEIPT[0],
    )
    assert proof_line(page) == "社保卡、密码"


def test_staff_lift_it_again(staffed: World) -> None:
    exempted(staffed)
    navigator = staffed.navigator()
    page = walk(
        navigator, *BY_NUMBER, (Confirm(), pages.CardPage), *TO_DESK, (FIRST, pages.NoticePage)
    )
    assert choices(page) == ["attest_now", "face_lift"]
    assert navigator.act(Choose("face_lift")).prompt.id == "staff.face_lift"
    assert navigator.act(Choose("do")).prompt.id == "staff.face_lift.done"
    assert isinstance(navigator.act(Choose("go_on")), pages.ConsentPage)
    assert [kind for kind, _ in audited(staffed, "biometric")] == [
        "biometric.exempted",
        "biometric.exemption_lifted",
    ]
    assert staffed.rows("biometric_exemption") == []


def test_not_proved_is_taken_in_all_the_same_and_says_so(world: World) -> None:
    navigator = world.navigator()
    page = walk(navigator, *BY_NUMBER, *NO_WAY)
    assert choices(page) == ["register_first"]
    page = walk_on(navigator, Choose("register_first"), Answered("self"))
    assert proof_line(page) == "等工作人员核实"
    assert isinstance(navigator.act(Confirm()), pages.ReceiptPage)
    assert sent(world) == {
        "assurance": 1,
        "is_provisional": True,
        "evidence": {"factors": [], "outcome": "refused"},
    }


def test_staff_who_say_that_it_is_somebody_else_close_no_way(staffed: World) -> None:
    navigator = staffed.navigator()
    walk(navigator, *BY_NUMBER, *NO_WAY)
    page = walk_on(navigator, Choose("staff_attests"), FIRST, Decline())
    assert page.prompt.id == "notice.not_this_person"
    assert choices(page) == ["identify_again", "register_first"]
    assert audited(staffed, "identity") == [
        ("identity.refused", '{"service":"pension.life_certification","staff":"2041"}')
    ]
    walk_on(navigator, Choose("register_first"), Answered("self"), Confirm())
    assert sent(staffed)["evidence"] == {
        "factors": [],
        "outcome": "refused",
        "refused_by": "2041",
    }


def test_what_staff_denied_is_not_proved_by_card_and_pin_afterwards(staffed: World) -> None:
    """Also then the request is taken in, but a person decides."""
    navigator = staffed.navigator()
    staffed.reader.card = card()
    walk(navigator, *BY_CARD, (Confirm(), pages.ConsentPage), *TO_DESK, (FIRST, pages.NoticePage))
    page = walk_on(navigator, Choose("attest_now"), Decline())
    assert page.prompt.id == "notice.not_this_person"
    assert navigator._visit.evidence.factors == {Factor.CARD}
    assert not navigator._visit.evidence.may_be_shown
    page = walk_on(navigator, Choose("register_first"), Answered("self"), Confirm())
    assert isinstance(page, pages.ReceiptPage)
    assert page.is_provisional


def test_desk_has_nothing_to_do_before_somebody_is_there(staffed: World) -> None:
    page = walk(
        staffed.navigator(), (Begin(), pages.ServicesPage), *TO_DESK, (FIRST, pages.NoticePage)
    )
    assert (page.prompt.id, choices(page)) == ("staff.desk.nobody", [])


def test_desk_is_not_found_behind_back(staffed: World) -> None:
    navigator = exempted(staffed)
    assert isinstance(navigator.act(GoBack()), pages.ServicesPage)
