"""However somebody wanders through a service: no dead end, no lost answer, no unhandled error."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random, getrandbits

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.identity_policy import Assurance, Evidence, Factor
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord
from kiosk.domain.service_request import ServiceRequest
from kiosk.flows import pages
from kiosk.flows.actions import GoBack
from kiosk.flows.flow import Destination
from kiosk.flows.form.start import service_start
from kiosk.flows.navigator import Navigator
from kiosk.flows.visit_ports import VisitPorts
from tests.builders import make_world, resident
from tests.flows.walker import Walker
from tests.people import KNOWN_PEOPLE

CATALOGUE = load_catalogue()
SERVICES = CATALOGUE.services()
ENDS = (pages.ReceiptPage, pages.AnswerPage)
MOST_STEPS_TO_THE_END = 90
WALKS = 10_000
PARTS = 4
"""Of all walks, so that two cores share them."""


@dataclass
class MemorySubmit:
    """Accepts requests without a disk: what is under test is the way there."""

    accepted: list[dict[str, object]] = field(default_factory=list)

    def submit(
        self, request_id: str, service: ServiceDefinition, *arguments: object, **_more: object
    ) -> ServiceRequest:
        self.accepted.append({"service": service.id, "form": arguments[3]})
        return ServiceRequest(
            request_id, "r-0001", service.id, service.version, service.digest, "A07-000001-Q",
            datetime(2026, 11, 23, 8, 0, tzinfo=UTC), Assurance.VERIFIED, False,
        )  # fmt: skip


@dataclass
class NoRequests:
    """Nothing was asked for before."""

    def newest_of(self, *_: object, **__: object) -> tuple[()]:
        return ()

    def needing_correction(self, *_: object) -> tuple[()]:
        return ()

    def get(self, _: str) -> None:
        return None


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitPorts]:
    with make_world(tmp_path_factory.mktemp("walks"), catalogue=CATALOGUE) as world:
        yield replace(world.ports, list_requests=NoRequests())  # type: ignore[arg-type]


def begun(
    ports: VisitPorts, service: ServiceDefinition, record: ResidentRecord, *, is_proved: bool
) -> tuple[Navigator, MemorySubmit, pages.PageModel]:
    """A visit that stands at the first page of a service."""
    submit = MemorySubmit()
    navigator = Navigator(replace(ports, submit_request=submit))  # type: ignore[arg-type]
    visit = navigator._visit
    person = resident(record=record)
    if service.assurance:
        visit.citizen_id, visit.resident = person.citizen_id, person
        factors = frozenset((Factor.CARD, Factor.FACE)) if is_proved else frozenset()
        visit.evidence = Evidence(has_claim=True, factors=factors)
    visit.service = service
    page = navigator._go(Destination(service_start(visit, navigator._ports)))
    return navigator, submit, page


def finish(navigator: Navigator, walker: Walker, page: pages.PageModel) -> pages.PageModel:
    """Answer rightly until the end."""
    for _ in range(MOST_STEPS_TO_THE_END):
        if isinstance(page, ENDS) or not _has_way_on(page):
            return page
        page = navigator.act(walker.answer(page))
        say_once(navigator, page)
    raise AssertionError(f"no end: still at {page.page_id} {page.prompt.id}")


def _has_way_on(page: pages.PageModel) -> bool:
    return not (isinstance(page, pages.NoticePage) and not page.choices)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_ends_in_a_dead_end_or_loses_an_answer(ports: VisitPorts, part: int) -> None:
    # Other walks each time, as pytest-randomly seeds the global generator; its seed stands at the top of the run.
    seeds = Random(f"{getrandbits(48)} {part}")
    for _ in range(WALKS // PARTS):
        seed = seeds.getrandbits(48)
        try:
            walk_through(ports, seed)
        except BaseException as error:
            error.add_note(f"again: walk_through(ports, {seed})")
            raise


def walk_through(ports: VisitPorts, seed: int) -> None:
    """One visit to one service by one person, to its end."""
    random = Random(seed)
    walker = Walker(random)
    service = random.choice(SERVICES)
    record = random.choice((*(person.record for person in KNOWN_PEOPLE), NO_RECORD))
    navigator, submit, page = begun(ports, service, record, is_proved=random.random() < 0.8)
    for _ in range(random.randrange(12)):
        if isinstance(page, (*ENDS, pages.ServicesPage, pages.WelcomePage)) or not _has_way_on(
            page
        ):
            break
        page = wander(navigator, walker, page, random.random())
    if isinstance(page, pages.ServicesPage | pages.WelcomePage):
        return
    page = finish(navigator, walker, page)
    if isinstance(page, pages.ReceiptPage):
        form = submit.accepted[-1]["form"]
        assert isinstance(form, dict)
        assert "answers" in form


def wander(
    navigator: Navigator, walker: Walker, page: pages.PageModel, mood: float
) -> pages.PageModel:
    """One step: back, a wrong answer, a right one."""
    form = navigator._visit.form
    before = dict(form.given) if form else {}
    if mood < 0.2 and navigator._history:
        page = navigator.act(GoBack())
    else:
        page = navigator.act(walker.whim(page) if mood < 0.5 else walker.answer(page))
    after = navigator._visit.form
    if after is not None and after.definition is (form and form.definition):
        assert before.keys() <= after.given.keys(), "an answer was lost"
    assert page.prompt.id not in ("notice.error", "notice.not_saved")
    say_once(navigator, page)
    return page


_SAID: set[str] = set()


def say_once(navigator: Navigator, page: pages.PageModel) -> None:
    """Every page that anybody can reach has words for its prompt, with all values."""
    if page.prompt.id not in _SAID:
        assert navigator.words(page.prompt).reading
        _SAID.add(page.prompt.id)
