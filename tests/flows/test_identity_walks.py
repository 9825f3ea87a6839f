"""However the check of a person goes: no dead end, and what is said of it is what happened.

The walks are the same each time; ``XIANGLIN_WALKS_SEED`` draws others.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    AskHelp,
    Begin,
    CallStaff,
    CardPresented,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    Decline,
    FaceCheckUnavailable,
    FaceNotAccepted,
    GoBack,
    OtherWay,
    PinTyped,
    StaffTyped,
    UseCitizenNumber,
)
from kiosk.flows.home import PROGRESS_TILE
from kiosk.flows.navigator import Navigator
from tests.builders import STRANGER, ZHAO, World, card, make_world
from tests.flows.certify import MATCH
from tests.flows.outcome_parts import FIRST, SECOND, UNKNOWN, whole_payload
from tests.flows.walker import Walker

CATALOGUE = load_catalogue()
SERVICES = ("pension.life_certification", "pension.claim", "pension.payment_enquiry", PROGRESS_TILE)
WALKS = 120
STEPS = 25
STEPS_TO_THE_END = 80
ENDS = (pages.ReceiptPage, pages.AnswerPage, pages.ProgressPage, pages.WelcomePage)
LAST_NOTICES = {"notice.needs_proof_for_progress", "answer.unknown"}

OFFERED: dict[type[pages.PageModel], tuple[Action, ...]] = {
    pages.IdentifyPage: (CardPresented(card()), UseCitizenNumber()),
    pages.CitizenNumberPage: (CitizenNumberTyped(ZHAO),),
    pages.ConfirmPersonPage: (Confirm(), Confirm(), Confirm(), Decline()),
    pages.ConsentPage: (Confirm(), Decline()),
    pages.FaceCheckPage: (
        MATCH,
        UNKNOWN,
        UNKNOWN,
        OtherWay(),
        FaceCheckUnavailable("KSK-301"),
        FaceNotAccepted(3),
    ),
    pages.CardPage: (CardPresented(card()), CardPresented(card(STRANGER)), Decline()),
    pages.PinPage: (PinTyped("123456"), PinTyped("000000"), Decline()),
    pages.StaffSignInPage: (FIRST, SECOND, StaffTyped("2041", "000001"), GoBack()),
    pages.AttestPage: (Confirm(), Confirm(), Decline(), AskHelp()),
    pages.HelpPage: (GoBack(), CallStaff(), CallStaff()),
}
"""What somebody may do on the pages of the check."""

ONWARD: dict[type[pages.PageModel], Action] = {
    pages.IdentifyPage: UseCitizenNumber(),
    pages.CitizenNumberPage: CitizenNumberTyped(ZHAO),
    pages.ConfirmPersonPage: Confirm(),
    pages.ConsentPage: Decline(),
    pages.FaceCheckPage: OtherWay(),
    pages.CardPage: Decline(),
    pages.PinPage: Decline(),
    pages.AttestPage: GoBack(),
    pages.HelpPage: GoBack(),
}
"""What one does who has nothing to prove with, and nobody to ask."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, catalogue=CATALOGUE) as made:
        made.add_staff(FIRST.number, FIRST.pin)
        made.add_staff(SECOND.number, SECOND.pin)
        yield made


def wander(random: Random, walker: Walker, page: pages.PageModel) -> Action:
    """Anything that the page offers."""
    if random.random() < 0.08:
        return AskHelp()
    if random.random() < 0.08 and page.can_go_back:
        return GoBack()
    if type(page) in OFFERED:
        return random.choice(OFFERED[type(page)])
    if isinstance(page, pages.NoticePage):
        # The end of the visit counts as a choice where there is no other.
        return Choose(random.choice(page.choices).choice_id) if page.choices else GoBack()
    return walker.answer(page)


def straight_on(walker: Walker, page: pages.PageModel) -> Action:
    """To the end without any proof."""
    if isinstance(page, pages.StaffSignInPage):
        return Decline() if page.can_leave else GoBack()
    if type(page) in ONWARD:
        return ONWARD[type(page)]
    if is_of_staff(page):
        return Choose("go_on") if page.prompt.id.endswith(".done") else GoBack()
    if isinstance(page, pages.NoticePage):
        ids = [choice.choice_id for choice in page.choices]
        for wanted in ("register_first", "ask_centre", "go_on_anyway", "go_on"):
            if wanted in ids:
                return Choose(wanted)
        return Choose(ids[-1])
    return walker.answer(page)


def is_of_staff(page: pages.PageModel) -> bool:
    return isinstance(page, pages.NoticePage) and page.prompt.id.startswith("staff.")


def is_end(page: pages.PageModel) -> bool:
    is_last = isinstance(page, pages.NoticePage) and not page.choices and not is_of_staff(page)
    return isinstance(page, ENDS) or is_last or page.prompt.id in LAST_NOTICES


def go(
    navigator: Navigator, page: pages.PageModel, steps: int, choose: Callable[..., Action]
) -> pages.PageModel:
    for _ in range(steps):
        if is_end(page):
            return page
        if isinstance(page, pages.ServicesPage):
            page = navigator.act(ChooseService(SERVICES[0]))
            continue
        page = navigator.act(choose(page))
        assert page.prompt.id not in ("notice.error", "notice.not_saved")
        assert navigator.words(page.prompt).reading
    return page


def check_what_is_said(world: World) -> None:
    """The newest request says what the audit log says, and money was attested by two."""
    payload = whole_payload(world)
    evidence, outcome = payload["evidence"], payload["evidence"]["outcome"]
    service = CATALOGUE.find(payload["service_id"])
    assert service is not None
    is_proved = outcome in ("verified", "second_factor")
    # A proxy's request, and one whose service wants more than proofs can show, are provisional whatever is proved.
    assert payload["is_provisional"] or is_proved
    if is_proved and payload["resident_id"] and "proxy" not in payload:
        assert payload["is_provisional"] is (service.assurance > payload["assurance"])
    if outcome == "provisional":
        staff = evidence["attestation"]["staff"]
        assert len(set(staff)) == len(staff)
        assert len(staff) >= (2 if service.moves_money else 1)
        audited = [
            str(row["details"]) for row in world.rows("audit") if row["kind"] == "identity.attested"
        ]
        assert all(any(number in line for line in audited) for number in staff)
    if is_proved:
        assert payload["assurance"] >= 2
        assert "refused_by" not in evidence


@pytest.mark.parametrize("part", range(4))
def test_no_check_of_a_person_is_a_dead_end(world: World, part: int) -> None:
    seed = f"{os.environ.get('XIANGLIN_WALKS_SEED', '5')} {part}"
    random = Random(seed)
    seen: set[str] = set()
    for number in range(WALKS // 4):
        try:
            seen |= one_visit(world, random)
        except BaseException as error:
            error.add_note(f"seed {seed!r}, walk {number}")
            raise
        world.clock.forward(random.choice((60, 3600, 30 * 3600)))
        world.reader.tries_left = 3
    assert len(seen) >= 2


def one_visit(world: World, random: Random) -> set[str]:
    """Wander, then go straight on to an end; gives the outcomes of what was submitted."""
    walker, navigator = Walker(random), world.navigator()
    world.reader.card = card() if random.random() < 0.7 else None
    before = len(world.rows("outbox"))
    navigator.start()
    navigator.act(Begin())
    page = navigator.act(ChooseService(random.choice(SERVICES)))
    page = go(navigator, page, random.randrange(STEPS), lambda shown: wander(random, walker, shown))
    page = go(navigator, page, STEPS_TO_THE_END, lambda shown: straight_on(walker, shown))
    assert is_end(page), f"still at {page.page_id} {page.prompt.id}"
    if isinstance(page, pages.NoticePage):
        assert page.prompt.id in LAST_NOTICES or page.prompt.id.startswith(
            ("form.", "notice.already")
        )
    if len(world.rows("outbox")) == before:
        return set()
    check_what_is_said(world)
    return {str(whole_payload(world)["evidence"]["outcome"])}
