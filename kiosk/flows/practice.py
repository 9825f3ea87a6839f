"""Practice: any service with invented people; nothing of it is real, and it ends by itself."""

from dataclasses import dataclass
from typing import Protocol

from accessibility.prompt import Prompt
from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.form import unmet_requirements
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, CardPresented, Choose
from kiosk.flows.flow import Destination, Step
from kiosk.flows.page_model import ChoiceButton, PageModel, Progress
from kiosk.flows.pages import NoticePage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.ports import Card

WHO = Progress(1, 4)
LAY_CARD = ChoiceButton("lay_practice_card", "choice.lay_practice_card", "card")


class PracticeBook(Protocol):
    """What practice remembers: which services were done, and when it ends."""

    @property
    def people(self) -> tuple[Card, ...]:
        """The cards of the invented people."""

    def is_over(self) -> bool:
        """Whether the time for practice is up."""

    def done(self) -> int:
        """How many different services were practised."""

    def mark_done(self, service_id: str) -> None:
        """Remember that a service was practised to its end."""


@dataclass(frozen=True, slots=True)
class PracticeCardStep:
    """A card to lay down with a touch: real cards have no business in practice."""

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """What would be done with a card, and the button that does it."""
        return NoticePage(Prompt("practice.card"), "card", (LAY_CARD,), progress=WHO)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Go on as with a card of an invented person whom the service is for."""
        # The sign-in leads here in practice; from here it goes on as ever.
        from kiosk.flows.sign_in import IdentifyStep  # noqa: PLC0415

        if not isinstance(action, Choose) or action.choice_id != LAY_CARD.choice_id:
            raise FlowError(f"practice does not take {type(action).__name__}")
        card = fitting_card(visit.service, ports)
        return IdentifyStep().take(visit, ports, CardPresented(card))


def fitting_card(service: ServiceDefinition | None, ports: VisitPorts) -> Card:
    """The card of the first invented person whom the service is for.

    Raises:
        FlowError: this is no practice.
    """
    book = ports.practice
    if book is None:
        raise FlowError("this is no practice")
    for card in book.people:
        if service is None or not _is_refused(service, card, ports):
            return card
    return book.people[0]


def _is_refused(service: ServiceDefinition, card: Card, ports: VisitPorts) -> bool:
    # Facts need a visit: this one is thrown away.
    from kiosk.domain.identity_policy import Evidence, Factor  # noqa: PLC0415
    from kiosk.flows.form.facts import form_scope  # noqa: PLC0415

    citizen_id = ports.find_resident.parse(card.citizen_id)
    imagined = Visit(
        citizen_id=citizen_id,
        resident=ports.find_resident.find(citizen_id),
        evidence=Evidence(has_claim=True, factors=frozenset({Factor.CARD})),
    )
    return bool(unmet_requirements(service, form_scope(imagined, ports)))


@dataclass(frozen=True, slots=True)
class PracticeOverStep:
    """The time is up: say so kindly; the only way is the end."""

    def page(self, visit: Visit, ports: VisitPorts) -> PageModel:
        """How much was practised."""
        done = ports.practice.done() if ports.practice else 0
        prompt = Prompt("practice.over", {"done": str(done)}, is_personal=False)
        return NoticePage(prompt, "practice", (), can_go_back=False)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Only the end leads on; it is the navigator's."""
        raise FlowError(f"practice is over, it does not take {type(action).__name__}")


def over_or(step: Step, ports: VisitPorts) -> Step:
    """The end of practice in place of any other step once the time is up."""
    return PracticeOverStep() if ports.practice is not None and ports.practice.is_over() else step
