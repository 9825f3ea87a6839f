"""Who are you: card or number, roster, and the person's own yes."""

from dataclasses import dataclass, replace

from accessibility.prompt import Prompt
from kiosk.domain.citizen_id import CitizenId, InvalidCitizenId
from kiosk.domain.identity_policy import Factor
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Action,
    CardPresented,
    CitizenNumberTyped,
    Confirm,
    Decline,
    UseCitizenNumber,
)
from kiosk.flows.biometric_limits import note_limits
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.start import register_first
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.pages import CitizenNumberPage, ConfirmPersonPage, IdentifyPage, Progress
from kiosk.flows.practice import PracticeCardStep
from kiosk.flows.verification import next_step
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.ports import Card, DeviceState

WHO = Progress(1, 4)


def first_identify_step(ports: VisitPorts) -> Step:
    """The card when there is a reader, else the keypad at once; in practice the invented card."""
    if ports.practice is not None:
        return PracticeCardStep()
    return IdentifyStep() if ports.card_reader.state() is DeviceState.READY else CitizenNumberStep()


@dataclass(frozen=True, slots=True)
class IdentifyStep:
    """Put the card on the reader, or ask for the keypad."""

    prompt_id: str = "identify"

    def page(self, visit: Visit, ports: VisitPorts) -> IdentifyPage:
        """The card picture and the other way."""
        has_reader = ports.card_reader.state() is DeviceState.READY
        return IdentifyPage(Prompt(self.prompt_id), has_reader, progress=WHO)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Read the card or change to the keypad."""
        if isinstance(action, CardPresented):
            return _card_read(visit, ports, action.card)
        if isinstance(action, UseCitizenNumber):
            return Destination(CitizenNumberStep())
        raise FlowError(f"identify does not offer {type(action).__name__}")


def _card_read(visit: Visit, ports: VisitPorts, card: Card) -> Destination:
    try:
        citizen_id = ports.find_resident.parse(card.citizen_id)
    except InvalidCitizenId:
        return Destination(IdentifyStep("card.unreadable"), replaces=True)
    destination = _looked_up(visit, ports, citizen_id)
    visit.evidence = replace(visit.evidence, factors=visit.evidence.factors | {Factor.CARD})
    visit.card_number = card.card_number
    return destination


@dataclass(frozen=True, slots=True)
class CitizenNumberStep:
    """Type the number; a wrong one says what is wrong and stays for correction."""

    prompt_id: str = "citizen_number"

    def page(self, visit: Visit, ports: VisitPorts) -> CitizenNumberPage:
        """The keypad."""
        return CitizenNumberPage(
            Prompt(self.prompt_id), is_rejected=self.prompt_id != "citizen_number", progress=WHO
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Check the number and look it up. A card laid down meanwhile is welcome."""
        if isinstance(action, CardPresented):
            return _card_read(visit, ports, action.card)
        if not isinstance(action, CitizenNumberTyped):
            raise FlowError(f"keypad does not offer {type(action).__name__}")
        try:
            citizen_id = ports.find_resident.parse(action.number)
        except InvalidCitizenId as error:
            return Destination(
                CitizenNumberStep(f"citizen_number.{error.fault.value}"), replaces=True
            )
        return _looked_up(visit, ports, citizen_id)


def _looked_up(visit: Visit, ports: VisitPorts, citizen_id: CitizenId) -> Destination:
    visit.forget_person()
    visit.citizen_id = citizen_id
    visit.resident = ports.find_resident.find(citizen_id)
    if visit.resident is None:
        ways = [Way("retry_number", CitizenNumberStep())]
        if not visit.is_progress_enquiry:
            ways.append(register_first(visit, ports))
        return Destination(NoticeStep(Prompt("notice.not_on_roster"), tuple(ways), progress=WHO))
    note_limits(visit, ports)
    visit.face_template = ports.face_template(visit.resident.resident_id)
    if ports.voice is not None:
        visit.voice_template = ports.voice.template(visit.resident.resident_id)
    return Destination(ConfirmPersonStep())


@dataclass(frozen=True, slots=True)
class ConfirmPersonStep:
    """Is this you: the name and number, masked."""

    def page(self, visit: Visit, ports: VisitPorts) -> ConfirmPersonPage:
        """The masked person."""
        if visit.resident is None:
            raise FlowError("no resident to confirm")
        name = visit.resident.masked_name
        return ConfirmPersonPage(
            Prompt("confirm_person", {"name": name}, is_personal=True),
            name,
            visit.resident.citizen_id.masked,
            progress=WHO,
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Yes leads to the proofs; no forgets the person."""
        if isinstance(action, Confirm):
            visit.evidence = replace(visit.evidence, has_claim=True)
            return Destination(next_step(visit, ports))
        if isinstance(action, Decline):
            visit.forget_person()
            return Destination(first_identify_step(ports), clears_history=True)
        raise FlowError(f"confirm does not offer {type(action).__name__}")
