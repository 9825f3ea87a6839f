"""A request that the centre sends back opens at the question at fault, and becomes a linked new request."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.domain.service_request import RequestState, ServiceRequest
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
    Finish,
    TurnPage,
    UseCitizenNumber,
)
from kiosk.flows.home import PROGRESS_TILE
from kiosk.flows.navigator import Navigator
from tests.builders import ZHAO, World, card, citizen_number, make_world, resident
from tests.people import PENSIONER

MATCH = FaceAccepted(0.31, "dlib-resnet-v1", 0.38)
BROTHER = citizen_number("19510827", "113")


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, catalogue=load_catalogue()) as world:
        world.add_resident(resident(record=PENSIONER.record))
        yield world


def act(navigator: Navigator, *actions: object) -> pages.PageModel:
    page = navigator.current()
    for action in actions:
        page = navigator.act(action)  # type: ignore[arg-type]
    return page


def sign_in(navigator: Navigator, service_id: str) -> pages.PageModel:
    navigator.start()
    page = act(navigator, Begin(), ChooseService(service_id), CardPresented(card()), Confirm())
    if isinstance(page, pages.ConsentPage):
        page = navigator.act(Confirm())
    return navigator.act(MATCH) if isinstance(page, pages.FaceCheckPage) else page


def to_the_end(navigator: Navigator) -> pages.ReceiptPage:
    page = navigator.current()
    while isinstance(page, pages.FormReviewPage) and page.page_number < page.page_count:
        page = navigator.act(TurnPage())
    page = navigator.act(Confirm())
    assert isinstance(page, pages.ReceiptPage)
    return page


def reimburse(navigator: Navigator) -> None:
    sign_in(navigator, "medical.reimbursement")
    page = act(navigator, Answered("t-1"), Answered("later"))
    assert isinstance(page, pages.FormReviewPage)
    to_the_end(navigator)
    navigator.act(Finish())


def send_back(kiosk: World, text: str, *fields: str) -> ServiceRequest:
    with kiosk.store.transaction() as transaction:
        (request,) = transaction.requests.newest_of("r-0001", 1)
        at = datetime(2026, 11, 24, tzinfo=UTC)
        back = request.decided(RequestState.NEEDS_CORRECTION, "incomplete", text, at, fields)
        transaction.requests.update(back)
    return back


def test_correction_opens_at_the_question_at_fault_and_links_the_new_request(kiosk: World) -> None:
    navigator = kiosk.navigator()
    reimburse(navigator)
    old = send_back(kiosk, "总金额和发票对不上", "total")
    page = sign_in(navigator, PROGRESS_TILE)
    assert page.prompt.id == "correction.offer"
    assert "总金额和发票对不上" in kiosk.ports.words(page.prompt).sentence
    page = navigator.act(Choose("correct_now"))
    if isinstance(page, pages.ConsentPage | pages.FaceCheckPage):
        page = (
            navigator.act(MATCH)
            if isinstance(page, pages.FaceCheckPage)
            else act(navigator, Confirm(), MATCH)
        )
    assert isinstance(page, pages.DigitsPage)
    assert (page.place_key, page.value) == ("total", "6243.80")
    page = navigator.act(Answered("6200"))
    assert isinstance(page, pages.FormReviewPage)
    to_the_end(navigator)
    new, before = kiosk.rows("service_request")[1], kiosk.rows("service_request")[0]
    rows = {row["request_id"]: row for row in (new, before)}
    assert rows[old.request_id]["corrected_by"] not in ("", None)
    (event,) = [row for row in kiosk.rows("outbox") if row["id"] != old.request_id]
    body = json.loads(bytes(event["item"]).split(b"\n", 1)[1][:-64])  # type: ignore[arg-type]
    assert body["payload"]["corrects"] == old.request_id
    assert body["payload"]["form"]["answers"]["total"] == 620_000
    assert body["payload"]["form"]["answers"]["treatment"] == "t-1"
    assert sign_in(navigator, PROGRESS_TILE).prompt.id != "correction.offer"


def test_correction_can_wait_and_what_one_came_for_goes_on(kiosk: World) -> None:
    navigator = kiosk.navigator()
    reimburse(navigator)
    send_back(kiosk, "发票不清楚", "papers")
    page = sign_in(navigator, "card.electronic")
    assert page.prompt.id == "correction.offer"
    page = navigator.act(Choose("correct_later"))
    assert not isinstance(page, pages.NoticePage)


def test_faulty_place_that_the_definition_does_not_have_harms_nothing(kiosk: World) -> None:
    navigator = kiosk.navigator()
    reimburse(navigator)
    send_back(kiosk, "请重报", "nonsense", "papers", "'; DROP TABLE x")
    sign_in(navigator, "card.electronic")
    page = navigator.act(Choose("correct_now"))
    assert isinstance(page, pages.FilesPage)


def test_nobody_is_told_of_a_correction_who_only_typed_the_number(kiosk: World) -> None:
    navigator = kiosk.navigator()
    reimburse(navigator)
    send_back(kiosk, "发票不清楚", "papers")
    navigator.start()
    page = act(
        navigator,
        Begin(),
        ChooseService("card.loss_report"),
        UseCitizenNumber(),
        CitizenNumberTyped(ZHAO),
        Confirm(),
    )
    assert page.prompt.id != "correction.offer"
    assert "发票不清楚" not in repr(page)


def certify_for(navigator: Navigator, number: str) -> None:
    sign_in(navigator, "pension.life_certification")
    page = navigator.act(Answered("other"))
    while not isinstance(page, pages.FormReviewPage):
        if isinstance(page, pages.DigitsPage):
            page = navigator.act(Answered(number))
        elif isinstance(page, pages.TextPage):
            page = navigator.act(Answered("钱德福"))
        elif isinstance(page, pages.PhotoPage):
            page = navigator.act(Decline())
        else:
            pytest.fail(page.page_id)
    to_the_end(navigator)


def payload(kiosk: World) -> dict[str, object]:
    (row,) = kiosk.rows("outbox")
    body: dict[str, dict[str, object]] = json.loads(bytes(row["item"]).split(b"\n", 1)[1][:-64])  # type: ignore[arg-type]
    return body["payload"]


def test_proxy_certifies_the_other_person_and_never_themselves(kiosk: World) -> None:
    brother = resident(number=BROTHER)
    kiosk.add_resident(
        type(brother)(
            "r-0002", brother.citizen_id, "钱德福", brother.region_code, None, brother.as_of
        )
    )
    certify_for(kiosk.navigator(), BROTHER)
    sent = payload(kiosk)
    assert sent["resident_id"] == "r-0002"
    assert sent["is_provisional"] is True
    assert sent["proxy"] == {"resident_id": "r-0001", "reason": "卧床起不来"}


def test_proxy_for_somebody_unlisted_is_not_taken_for_the_proxys_own(kiosk: World) -> None:
    certify_for(kiosk.navigator(), BROTHER)
    sent = payload(kiosk)
    assert sent["resident_id"] == ""
    assert sent["citizen_id"] == BROTHER
    assert sent["is_provisional"] is True
    form = sent["form"]
    assert isinstance(form, dict)
    assert form["proxy"] == {"resident_id": "r-0001"}


def test_clock_that_runs_back_blocks_what_turns_on_the_date_and_says_why(kiosk: World) -> None:
    navigator = kiosk.navigator()
    reimburse(navigator)
    kiosk.clock.forward(-3 * 24 * 3600)
    bound = next(service for service in kiosk.ports.catalogue.services() if service.is_date_bound)
    page = sign_in(navigator, bound.id)
    assert page.prompt.id == "notice.clock_behind"
    free = sign_in(navigator, "card.electronic")
    assert free.prompt.id != "notice.clock_behind"


def test_names_of_the_family_are_masked_when_the_roster_gave_them(kiosk: World) -> None:
    navigator = kiosk.navigator()
    page = sign_in(navigator, "pension.death_benefit")
    assert isinstance(page, pages.ChoicePage)
    deceased = next(one for one in PENSIONER.record.family if one.died_on is not None)
    seen = repr(page)
    page = navigator.act(Answered(deceased.citizen_id))
    page = navigator.act(Answered("later"))
    while isinstance(page, pages.FormReviewPage) and page.page_number < page.page_count:
        seen += repr(page) + "".join(line.value for line in page.lines)
        page = navigator.act(TurnPage())
    seen += "".join(line.value for line in page.lines)  # type: ignore[attr-defined]
    assert deceased.name not in seen
    assert deceased.citizen_id not in seen.replace(f"value='{deceased.citizen_id}'", "")
    assert f"{deceased.name[0]}*" in seen
