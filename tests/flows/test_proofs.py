"""Every way to prove who one is, and where each that fails leads: never to a dead end."""

import pytest

from kiosk.flows.actions import (
    Answered,
    Begin,
    CardPresented,
    Choose,
    CitizenNumberTyped,
    Confirm,
    Decline,
    FaceCheckUnavailable,
    FaceNotAccepted,
    OtherWay,
    PinTyped,
)
from kiosk.flows.pages import (
    CardPage,
    ChoicePage,
    CitizenNumberPage,
    ConfirmPersonPage,
    ConsentPage,
    FormReviewPage,
    IdentifyPage,
    NoticePage,
    PinPage,
    ReceiptPage,
    ServicesPage,
)
from kiosk.services.ports import DeviceState
from tests.builders import STRANGER, ZHAO, World, card, make_world
from tests.flows.certify import BY_CARD, BY_NUMBER, MATCH, SERVICE, TO_FACE, walk_on
from tests.flows.walk import walk


def test_number_and_face_ask_for_the_card_because_a_face_alone_is_one_proof(world: World) -> None:
    walk(
        world.navigator(),
        *BY_NUMBER,
        *TO_FACE,
        (MATCH, CardPage),
        (CardPresented(card()), ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )


def test_refusing_the_face_check_leads_to_card_and_pin_with_equal_service(world: World) -> None:
    world.reader.card = card()
    page = walk(
        world.navigator(),
        *BY_CARD,
        (Confirm(), ConsentPage),
        (Decline(), PinPage),
        (PinTyped("123456"), ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    assert isinstance(page, ReceiptPage)
    assert not page.is_provisional
    assert [row["kind"] for row in world.rows("audit")] == ["consent.refused", "request.accepted"]


def test_wrong_pin_says_how_many_tries_are_left_and_then_another_way(world: World) -> None:
    world.reader.card = card()
    navigator = world.navigator()
    page = walk(
        navigator,
        *BY_CARD,
        (Confirm(), ConsentPage),
        (Decline(), PinPage),
        (PinTyped("000000"), PinPage),
    )
    assert (page.prompt.id, page.prompt.values["tries"]) == ("pin.wrong", "2")
    assert navigator.act(PinTyped("12")).prompt.id == "pin.wrong_length"
    assert world.reader.tries_left == 2
    navigator.act(PinTyped("000000"))
    page = navigator.act(PinTyped("000000"))
    assert page.prompt.id == "notice.pin_locked"
    assert isinstance(page, NoticePage)
    assert [choice.choice_id for choice in page.choices] == ["use_face"]
    notice = walk_on(navigator, Choose("use_face"), Decline())
    assert notice.prompt.id == "notice.no_way_left"
    receipt = walk_on(navigator, Choose("register_first"), Answered("self"), Confirm())
    assert isinstance(receipt, ReceiptPage)
    assert receipt.is_provisional


def test_face_that_does_not_match_is_offered_the_next_way(world: World) -> None:
    world.reader.card = card()
    page = walk(
        world.navigator(),
        *BY_CARD,
        *TO_FACE,
        (FaceNotAccepted(3), NoticePage),
        (Choose("use_pin"), PinPage),
        (PinTyped("123456"), ChoicePage),
        (Answered("self"), FormReviewPage),
    )
    assert page.prompt.id == "review"


def test_broken_camera_is_no_dead_end(world: World) -> None:
    page = walk(
        world.navigator(), *BY_NUMBER, *TO_FACE, (FaceCheckUnavailable("KSK-301"), NoticePage)
    )
    assert page.prompt.id == "notice.face_unavailable"
    assert [choice.choice_id for choice in page.choices] == ["use_card"]  # type: ignore[union-attr]


def test_other_way_leaves_the_camera_page_at_once(world: World) -> None:
    walk(world.navigator(), *BY_NUMBER, *TO_FACE, (OtherWay(), CardPage))


def test_person_without_card_is_registered_first_and_decided_later(world: World) -> None:
    page = walk(
        world.navigator(),
        *BY_NUMBER,
        *TO_FACE,
        (MATCH, CardPage),
        (Decline(), NoticePage),
        (Choose("register_first"), ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    assert isinstance(page, ReceiptPage)
    assert page.is_provisional
    assert page.prompt.id == "receipt.provisional"


def test_somebody_elses_card_is_not_a_proof(world: World) -> None:
    page = walk(
        world.navigator(),
        *BY_NUMBER,
        *TO_FACE,
        (MATCH, CardPage),
        (CardPresented(card(STRANGER)), CardPage),
    )
    assert page.prompt.id == "card.other_person"


def test_card_taken_away_before_the_pin_is_asked_for_again(world: World) -> None:
    page = walk(
        world.navigator(),
        *BY_CARD,
        (Confirm(), ConsentPage),
        (Decline(), PinPage),
        (PinTyped("123456"), CardPage),
    )
    assert page.prompt.id == "card"


@pytest.mark.parametrize(
    ("typed", "prompt_id"),
    [
        ("", "citizen_number.wrong_length"),
        (ZHAO[:-1] + ("1" if ZHAO[-1] != "1" else "2"), "citizen_number.wrong_check_digit"),
        ("99" + ZHAO[2:], "citizen_number.unknown_region"),
        (ZHAO[:6] + "19481399" + ZHAO[14:], "citizen_number.impossible_date"),
    ],
)
def test_wrong_number_stays_on_the_keypad_and_says_why(
    world: World, typed: str, prompt_id: str
) -> None:
    page = walk(world.navigator(), *BY_NUMBER[:3], (CitizenNumberTyped(typed), CitizenNumberPage))
    assert page.prompt.id == prompt_id


def test_unreadable_card_is_asked_for_again(world: World) -> None:
    page = walk(world.navigator(), *BY_CARD[:2], (CardPresented(card("12345")), IdentifyPage))
    assert page.prompt.id == "card.unreadable"


def test_keypad_comes_at_once_when_there_is_no_reader(world: World) -> None:
    world.reader.device_state = DeviceState.ABSENT
    page = walk(
        world.navigator(),
        (Begin(), ServicesPage),
        (SERVICE, CitizenNumberPage),
        (CitizenNumberTyped(ZHAO), ConfirmPersonPage),
        *TO_FACE,
        (MATCH, NoticePage),
    )
    assert page.prompt.id == "notice.no_way_left"


def test_kiosk_without_camera_asks_for_card_and_pin(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with make_world(tmp_path, has_camera=False) as world:
        world.reader.card = card()
        walk(
            world.navigator(),
            *BY_CARD,
            (Confirm(), PinPage),
            (PinTyped("123456"), ChoicePage),
            (Answered("self"), FormReviewPage),
        )


def test_person_without_template_is_not_asked_for_a_face(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with make_world(tmp_path, has_template=False) as world:
        walk(world.navigator(), *BY_NUMBER, (Confirm(), CardPage))
