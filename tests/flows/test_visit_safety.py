"""What must hold however a visit goes wrong: nobody meets another's visit, nothing is accepted twice."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kiosk.domain.service_request import RequestState
from kiosk.errors import StorageBusy
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    Decline,
    FaceAccepted,
    FaceNotAccepted,
    GoBack,
    OtherWay,
    PinTyped,
    UseCitizenNumber,
)
from kiosk.flows.home import PROGRESS_TILE
from kiosk.flows.navigator import Navigator
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW, ZHAO, World, card
from tests.flows.walk import walk

SERVICE = ChooseService("pension.life_certification")
MATCH = FaceAccepted(0.31, "dlib-resnet-v1", 0.38)
BY_CARD = (
    (Begin(), pages.ServicesPage),
    (SERVICE, pages.IdentifyPage),
    (CardPresented(card()), pages.ConfirmPersonPage),
)
BY_NUMBER = (
    (Begin(), pages.ServicesPage),
    (SERVICE, pages.IdentifyPage),
    (UseCitizenNumber(), pages.CitizenNumberPage),
    (CitizenNumberTyped(ZHAO), pages.ConfirmPersonPage),
)
TO_FACE = ((Confirm(), pages.ConsentPage), (Confirm(), pages.FaceCheckPage))
TO_RECEIPT = (
    (MATCH, pages.ChoicePage),
    (Answered("self"), pages.FormReviewPage),
    (Confirm(), pages.ReceiptPage),
)


@dataclass
class MoodyRequests:
    """The real list of requests, until it is told to be busy."""

    inner: object
    is_busy: bool = False

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        if self.is_busy:
            raise StorageBusy("another process holds the database")
        return getattr(self.inner, name)


@contextlib.contextmanager
def moody(world: World) -> Iterator[tuple[Navigator, MoodyRequests]]:
    requests = MoodyRequests(world.ports.list_requests)
    yield Navigator(replace(world.ports, list_requests=requests)), requests


def test_receipt_stays_a_receipt_when_the_database_cannot_be_read_behind_it(world: World) -> None:
    with moody(world) as (navigator, requests):
        receipt = walk(navigator, *BY_CARD, *TO_FACE, *TO_RECEIPT)
        requests.is_busy = True
        assert navigator.current() == receipt
        assert navigator.peek() == receipt


def test_failed_page_is_tried_again_and_never_leads_into_anothers_visit(world: World) -> None:
    with moody(world) as (navigator, requests):
        walk(navigator, *BY_CARD, *TO_FACE, *TO_RECEIPT)
        navigator.act(GoBack())
        requests.is_busy = True
        page = navigator.act(ChooseService(PROGRESS_TILE))
        assert page.prompt.id == "notice.error"
        requests.is_busy = False
        assert isinstance(navigator.act(Choose("retry")), pages.ProgressPage)


def test_peek_changes_nothing_when_the_page_cannot_be_made(world: World) -> None:
    with moody(world) as (navigator, requests):
        walk(navigator, *BY_CARD, *TO_FACE, *TO_RECEIPT)
        navigator.act(GoBack())
        navigator.act(ChooseService(PROGRESS_TILE))
        requests.is_busy = True
        assert navigator.peek() is None
        requests.is_busy = False
        assert isinstance(navigator.peek(), pages.ProgressPage)


def test_failure_behind_the_commit_is_no_refusal(world: World, caplog) -> None:  # type: ignore[no-untyped-def]
    def fail() -> None:
        raise StorageBusy("just now")

    submit = replace(world.ports.submit_request, on_accepted=fail)
    navigator = Navigator(replace(world.ports, submit_request=submit))
    walk(navigator, *BY_CARD, *TO_FACE, *TO_RECEIPT)
    assert len(world.rows("outbox")) == 1
    assert "after the acceptance" in caplog.text
    caplog.clear()


def test_confirming_the_same_review_twice_is_one_request(world: World) -> None:
    navigator = world.navigator()
    walk(
        navigator,
        *BY_CARD,
        *TO_FACE,
        (MATCH, pages.ChoicePage),
        (Answered("self"), pages.FormReviewPage),
    )
    review = navigator._step
    first = navigator.act(Confirm())
    navigator._step = review
    second = navigator.act(Confirm())
    assert isinstance(first, pages.ReceiptPage)
    assert isinstance(second, pages.ReceiptPage)
    assert first.receipt_number == second.receipt_number
    assert len(world.rows("outbox")) == 1
    assert len(world.rows("service_request")) == 1


def test_stranger_has_two_rounds_of_tries_and_no_more(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_NUMBER, *TO_FACE, (FaceNotAccepted(3), pages.NoticePage))
    assert isinstance(navigator.act(GoBack()), pages.ConsentPage)
    assert isinstance(navigator.act(Confirm()), pages.FaceCheckPage)
    navigator.act(FaceNotAccepted(3))
    assert isinstance(navigator.act(GoBack()), pages.ConsentPage)
    assert isinstance(navigator.act(Confirm()), pages.CardPage)


def test_card_that_is_found_after_all_opens_the_way_to_its_pin(world: World) -> None:
    navigator = world.navigator()
    walk(
        navigator,
        *BY_NUMBER,
        (Confirm(), pages.ConsentPage),
        (Decline(), pages.CardPage),
        (Decline(), pages.NoticePage),
        (GoBack(), pages.CardPage),
    )
    world.reader.card = card()
    assert isinstance(navigator.act(CardPresented(card())), pages.PinPage)
    assert isinstance(navigator.act(PinTyped("123456")), pages.ChoicePage)


def test_verified_request_is_found_behind_a_provisional_one(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_CARD, *TO_FACE, *TO_RECEIPT)
    world.clock.forward(60)
    walk(
        navigator,
        *BY_NUMBER,
        (Confirm(), pages.FaceCheckPage),
        (OtherWay(), pages.CardPage),
        (Decline(), pages.NoticePage),
        (Choose("register_first"), pages.ChoicePage),
        (Answered("self"), pages.FormReviewPage),
        (Confirm(), pages.ReceiptPage),
    )
    page = walk(navigator, *BY_CARD, (Confirm(), pages.NoticePage))
    assert page.prompt.id == "notice.already_open"


def test_decided_request_does_not_stand_in_the_way_of_the_next_year(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_CARD, *TO_FACE, *TO_RECEIPT)
    with world.store.transaction() as transaction:
        (request,) = transaction.requests.newest_of("r-0001", 1)
        done = request.decided(RequestState.DECIDED, "certified", "认证通过", world.clock.now())
        transaction.requests.update(done)
    walk(navigator, *BY_CARD, (Confirm(), pages.FaceCheckPage), *TO_RECEIPT)


def test_resident_is_served_however_old_the_roster_is(world: World) -> None:
    """A roster that nobody renewed for a year is a word to staff; a resident is never sent away for it."""
    with world.store.transaction() as transaction:
        SqliteResidents(transaction.database).set_as_of((NOW - timedelta(days=400)).isoformat())
    receipt = walk(world.navigator(), *BY_CARD, *TO_FACE, *TO_RECEIPT)
    assert isinstance(receipt, pages.ReceiptPage)
    assert len(world.rows("outbox")) == 1


def test_dead_clock_calls_no_resident_unborn(world: World) -> None:
    with world.store.transaction() as transaction:
        SqliteResidents(transaction.database).set_as_of(NOW.isoformat())
    world.clock.wall = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    page = walk(world.navigator(), *BY_CARD)
    assert isinstance(page, pages.ConfirmPersonPage)
