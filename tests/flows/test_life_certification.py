import json

import pytest

from kiosk.domain.service_request import RequestState
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Answered,
    AskHelp,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    Decline,
    Finish,
    GoBack,
    TimedOut,
    UseCitizenNumber,
)
from kiosk.flows.home import PROGRESS_TILE
from kiosk.flows.pages import (
    ChoicePage,
    CitizenNumberPage,
    ConfirmPersonPage,
    ConsentPage,
    FormReviewPage,
    HelpPage,
    IdentifyPage,
    NoticePage,
    ProgressPage,
    ReceiptPage,
    RequestStage,
    ServicesPage,
    WelcomePage,
)
from tests.builders import STRANGER, ZHAO, World, card, resident
from tests.faults.full_disk import lift_page_limit, limit_pages, submit_until_full
from tests.flows.certify import BY_CARD, BY_NUMBER, MATCH, SERVICE, TO_FACE
from tests.flows.walk import walk


def test_visit_ends_with_a_receipt_when_card_and_face_agree(world: World) -> None:
    navigator = world.navigator()
    page = walk(
        navigator,
        *BY_CARD,
        *TO_FACE,
        (MATCH, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    assert isinstance(page, ReceiptPage)
    assert (page.stage, page.is_provisional, page.receipt_number[:11]) == (
        RequestStage.ACCEPTED,
        False,
        "A07-000001-",
    )
    (request,) = world.rows("service_request")
    (event,) = world.rows("outbox")
    kinds = [row["kind"] for row in world.rows("audit")]
    assert request["request_id"] == event["id"]
    assert kinds == ["consent.granted", "request.accepted"]


def test_seven_pages_at_most_from_tile_to_receipt_when_the_card_is_there(world: World) -> None:
    pages = [
        *BY_CARD[1:],
        *TO_FACE,
        (MATCH, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    ]
    assert len(pages) <= 7


def test_person_unknown_to_the_roster_is_served_first_and_the_number_travels(world: World) -> None:
    walk(
        world.navigator(),
        *BY_NUMBER[:3],
        (CitizenNumberTyped(STRANGER), NoticePage),
        (Choose("register_first"), ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    (row,) = world.rows("outbox")
    body = json.loads(bytes(row["item"]).split(b"\n", 1)[1][:-64])  # type: ignore[arg-type]
    assert body["payload"]["citizen_id"] == STRANGER
    assert row["subject"] == "unlisted-1"


def test_known_persons_number_and_name_never_travel(world: World) -> None:
    walk(
        world.navigator(),
        *BY_CARD,
        *TO_FACE,
        (MATCH, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    (row,) = world.rows("outbox")
    item = bytes(row["item"])  # type: ignore[arg-type]
    assert ZHAO.encode() not in item
    assert "赵".encode() not in item


def test_no_page_shows_the_whole_name_or_number(world: World) -> None:
    navigator = world.navigator()
    seen = [navigator.start()]
    for action in (
        Begin(),
        SERVICE,
        CardPresented(card()),
        Confirm(),
        Confirm(),
        MATCH,
        Answered("self"),
        Confirm(),
    ):
        seen.append(navigator.act(action))
    text = repr(seen)
    assert ZHAO not in text
    assert "赵桂兰" not in text
    assert "赵*兰" in text


def test_second_request_is_spared_while_the_first_is_open(world: World) -> None:
    navigator = world.navigator()
    walk(
        navigator,
        *BY_CARD,
        *TO_FACE,
        (MATCH, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    page = walk(
        navigator, *BY_CARD, (Confirm(), NoticePage), (Choose("see_progress"), ProgressPage)
    )
    assert isinstance(page, ProgressPage)
    assert [line.stage for line in page.requests] == [RequestStage.ACCEPTED]
    assert len(world.rows("outbox")) == 1


def test_progress_needs_one_proof_so_that_a_number_alone_shows_nothing(world: World) -> None:
    enquiry = ((Begin(), ServicesPage), (ChooseService(PROGRESS_TILE), IdentifyPage))
    page = walk(
        world.navigator(),
        *enquiry,
        (CardPresented(card()), ConfirmPersonPage),
        (Confirm(), ProgressPage),
    )
    assert page.prompt.id == "request_progress.none"
    walk(
        world.navigator(),
        *enquiry,
        (UseCitizenNumber(), CitizenNumberPage),
        (CitizenNumberTyped(ZHAO), ConfirmPersonPage),
        (Confirm(), ConsentPage),
    )


def test_progress_follows_the_centres_answer(world: World) -> None:
    navigator = world.navigator()
    walk(
        navigator,
        *BY_CARD,
        *TO_FACE,
        (MATCH, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    with world.store.transaction() as transaction:
        (request,) = transaction.requests.newest_of("r-0001", 1)
        decided = request.decided(RequestState.DECIDED, "certified", "认证通过", world.clock.now())
        transaction.requests.update(decided)
    page = navigator.current()
    assert isinstance(page, ReceiptPage)
    assert (page.stage, page.prompt.id) == (RequestStage.DECIDED, "receipt.decided")


def test_resident_certified_for_long_is_told_and_may_go_on(world: World) -> None:
    from datetime import date

    world.add_resident(resident(certified_until=date(2027, 12, 31)))
    page = walk(
        world.navigator(),
        *BY_CARD,
        *TO_FACE,
        (MATCH, NoticePage),
        (Choose("go_on_anyway"), ChoicePage),
        (Answered("self"), FormReviewPage),
    )
    assert page.prompt.id == "review"


def test_no_forgets_the_person_and_asks_again(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_CARD, (Decline(), IdentifyPage))
    with pytest.raises(FlowError):
        navigator.act(Confirm())


def test_back_keeps_the_choice_and_help_comes_back_to_the_page(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_NUMBER, (AskHelp(), HelpPage), (GoBack(), ConfirmPersonPage))
    assert isinstance(navigator.act(GoBack()), CitizenNumberPage)
    assert isinstance(navigator.act(GoBack()), IdentifyPage)
    assert isinstance(navigator.act(GoBack()), ServicesPage)


def test_back_from_the_services_ends_the_visit(world: World) -> None:
    walk(world.navigator(), (Begin(), ServicesPage), (GoBack(), WelcomePage))


def test_verified_person_is_not_asked_again_within_the_visit(world: World) -> None:
    navigator = world.navigator()
    walk(
        navigator,
        *BY_CARD,
        *TO_FACE,
        (MATCH, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    assert isinstance(navigator.act(GoBack()), ServicesPage)
    assert isinstance(navigator.act(ChooseService(PROGRESS_TILE)), ProgressPage)


@pytest.mark.parametrize("end", [Finish(), TimedOut()])
def test_nothing_of_the_visit_is_left_when_it_ends(world: World, end: Finish | TimedOut) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_CARD, *TO_FACE, (MATCH, ChoicePage), (Answered("self"), FormReviewPage))
    token = navigator.visit_token
    assert isinstance(navigator.act(end), WelcomePage)
    assert navigator.visit_token == token + 1
    assert ZHAO not in repr(vars(navigator))
    assert navigator.face_check() is None
    assert isinstance(
        walk(navigator, (Begin(), ServicesPage), (SERVICE, IdentifyPage)), IdentifyPage
    )


def test_nothing_is_promised_when_the_disk_is_full(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_CARD, *TO_FACE, (MATCH, ChoicePage), (Answered("self"), FormReviewPage))
    # As on a full disk the file cannot grow, and other requests have used what was free inside it.
    limit_pages(world, 0)
    submit_until_full(world)
    tables = ("service_request", "outbox", "audit", "receipt_block", "consent")
    before = {table: world.rows(table) for table in tables}
    for _ in range(3):
        page = navigator.act(Confirm())
        assert isinstance(page, NoticePage)
        assert page.prompt.id == "notice.not_saved"
        assert {table: world.rows(table) for table in tables} == before
        assert isinstance(navigator.act(Choose("retry")), FormReviewPage)
    lift_page_limit(world)
    page = navigator.act(Confirm())
    assert isinstance(page, ReceiptPage)
    requests = world.rows("service_request")
    assert len(requests) == len(before["service_request"]) + 1
    assert page.receipt_number in [row["receipt_number"] for row in requests]
