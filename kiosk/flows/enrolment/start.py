"""The beginning of an enrolment: who it is, by card or number, and the staff member's own look at the person."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.domain.citizen_id import CitizenId, InvalidCitizenId
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Action,
    CardPresented,
    CitizenNumberTyped,
    Confirm,
    Decline,
    UseCitizenNumber,
)
from kiosk.flows.enrolment.review import nobody_there
from kiosk.flows.enrolment.steps import next_part
from kiosk.flows.flow import Destination, Step
from kiosk.flows.notices import Way
from kiosk.flows.pages import AttestPage, CitizenNumberPage, IdentifyPage
from kiosk.flows.staff_sign_in import StaffSignInStep, sign_out
from kiosk.flows.verification import readable_id
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.enrol_at_kiosk import Enrolment
from kiosk.services.ports import DeviceState


def enrol_step(staff: str, ports: VisitPorts) -> Step:
    """Where the staff desk leads: the card when there is a reader, else the keypad at once."""
    has_reader = ports.card_reader.state() is DeviceState.READY
    return EnrolWhoStep(staff) if has_reader else EnrolNumberStep(staff)


def enrol_entry() -> StaffSignInStep:
    """A PIN for each enrolment: a machine that staff have left enrols nobody."""
    return StaffSignInStep(lambda _visit, ports, number: enrol_step(number, ports))


@dataclass(frozen=True, slots=True)
class EnrolWhoStep:
    """Put the card of whoever is to be enrolled on the reader, or type the number."""

    staff: str
    prompt_id: str = "enrol.who"

    def page(self, visit: Visit, ports: VisitPorts) -> IdentifyPage:
        """The card picture and the keypad."""
        return IdentifyPage(Prompt(self.prompt_id))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Read the card or change to the keypad."""
        if isinstance(action, UseCitizenNumber):
            return Destination(EnrolNumberStep(self.staff))
        if not isinstance(action, CardPresented):
            raise FlowError(f"enrolment does not offer {type(action).__name__}")
        read = readable_id(ports, action.card.citizen_id)
        if read is None:
            return Destination(EnrolWhoStep(self.staff, "card.unreadable"), replaces=True)
        return Destination(_looked_up(visit, ports, self.staff, read, has_card=True))


@dataclass(frozen=True, slots=True)
class EnrolNumberStep:
    """Type the number of whoever is to be enrolled."""

    staff: str
    prompt_id: str = "enrol.number"

    def page(self, visit: Visit, ports: VisitPorts) -> CitizenNumberPage:
        """The keypad."""
        is_again = self.prompt_id != "enrol.number"
        return CitizenNumberPage(Prompt(self.prompt_id), is_rejected=is_again)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Check the number and look it up."""
        if not isinstance(action, CitizenNumberTyped):
            raise FlowError(f"keypad does not offer {type(action).__name__}")
        try:
            number = ports.find_resident.parse(action.number)
        except InvalidCitizenId as error:
            again = EnrolNumberStep(self.staff, f"citizen_number.{error.fault.value}")
            return Destination(again, replaces=True)
        return Destination(_looked_up(visit, ports, self.staff, number))


def _looked_up(
    visit: Visit, ports: VisitPorts, staff: str, number: CitizenId, *, has_card: bool = False
) -> Step:
    visit.forget_person()
    visit.citizen_id, visit.resident = number, ports.find_resident.find(number)
    if visit.resident is None:
        return nobody_there("enrol.not_on_roster", Way("retry_number", enrol_step(staff, ports)))
    return EnrolConfirmStep(staff, has_card)


@dataclass(frozen=True, slots=True)
class EnrolConfirmStep:
    """Staff compare the person with the identity card: everything else rests on this look."""

    staff: str
    has_card: bool
    """Their card was on the reader: it need not be laid there again."""

    def page(self, visit: Visit, ports: VisitPorts) -> AttestPage:
        """The masked person."""
        if visit.resident is None:
            raise FlowError("no resident to confirm")
        name = visit.resident.masked_name
        prompt = Prompt("enrol.confirm", {"name": name}, is_personal=True)
        return AttestPage(prompt, name, visit.resident.citizen_id.masked)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Yes begins; no asks again who it is."""
        if isinstance(action, Confirm):
            if not sign_out(visit, self.staff):
                return Destination(enrol_entry(), replaces=True)
            visit.enrolment = Enrolment(self.staff, has_card=self.has_card or None)
            return Destination(next_part(visit, ports))
        if isinstance(action, Decline):
            visit.forget_person()
            return Destination(enrol_step(self.staff, ports), replaces=True)
        raise FlowError(f"confirm does not offer {type(action).__name__}")
