"""What staff can do at the machine once they have signed in."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from accessibility.prompt import Prompt
from kiosk.domain.identity_policy import Factor
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose
from kiosk.flows.attestation import AttestStep, can_attest
from kiosk.flows.flow import Destination, Step
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.page_model import ChoiceButton, PageModel
from kiosk.flows.pages import NoticePage
from kiosk.flows.staff_sign_in import StaffSignInStep, sign_out
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

Deed: TypeAlias = Literal["exempt", "lift", "wake"]


def staff_entry() -> StaffSignInStep:
    """From the help page to the desk."""
    return StaffSignInStep(lambda _visit, _ports, number: StaffDeskStep(number))


@dataclass(frozen=True, slots=True)
class StaffDeskStep:
    """A list of what can be done now, as the visit stands."""

    staff: str

    def page(self, visit: Visit, ports: VisitPorts) -> PageModel:
        """One button for each."""
        return self._notice(visit, ports).page(visit, ports)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Go there; 返回 leads to where the visit was, never to the desk."""
        return self._notice(visit, ports).take(visit, ports, action)

    def _notice(self, visit: Visit, ports: VisitPorts) -> NoticeStep:
        ways = desk_ways(visit, ports, self.staff)
        name = "staff.desk" if ways else "staff.desk.nobody"
        prompt = Prompt(name, {"number": self.staff}, is_personal=False)
        return NoticeStep(prompt, ways, icon="staff")


def desk_ways(visit: Visit, ports: VisitPorts, staff: str) -> tuple[Way, ...]:
    """What can be done for the person who is signed in; at most five fit."""
    if visit.resident is None or not visit.evidence.has_claim:
        return ()
    ways = []
    given = visit.evidence.attestation
    if can_attest(visit, ports) and (given is None or staff not in given.staff):
        ways.append(Way("attest_now", AttestStep(staff)))
    if ports.limits is not None:
        is_exempt = Factor.FACE in visit.evidence.exempt
        deed: Deed = "lift" if is_exempt else "exempt"
        ways.append(Way(f"face_{deed}", StaffDeedStep(staff, deed)))
        if Factor.FACE in visit.resting and not is_exempt:
            ways.append(Way("face_wake", StaffDeedStep(staff, "wake")))
    return tuple(ways)


@dataclass(frozen=True, slots=True)
class StaffDeedStep:
    """Never ask for this face again, ask for it after all, or end a rest; nothing is done before a second touch."""

    staff: str
    deed: Deed

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """For whom, and one button."""
        if visit.resident is None:
            raise FlowError("nobody to do this for")
        name = {"name": visit.resident.masked_name}
        button = ChoiceButton("do", f"choice.face_{self.deed}", f"face_{self.deed}")
        return NoticePage(Prompt(f"staff.{self.deed}", name), "person", (button,))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Do it and go on with what the person came for."""
        is_done = isinstance(action, Choose) and action.choice_id == "do"
        if not is_done or visit.resident is None or ports.limits is None:
            raise FlowError(f"the desk does not offer {type(action).__name__}")
        if not sign_out(visit, self.staff):
            return Destination(staff_entry(), replaces=True)
        person, limits = visit.resident.resident_id, ports.limits
        exempt = visit.evidence.exempt
        if self.deed == "wake":
            limits.wake(person, Factor.FACE, self.staff)
            visit.resting -= {Factor.FACE}
            visit.has_face_failed, visit.face_rounds = False, 0
        elif self.deed == "exempt":
            limits.exempt(person, Factor.FACE, self.staff)
            visit.evidence = replace(visit.evidence, exempt=exempt | {Factor.FACE})
        else:
            limits.lift(person, Factor.FACE, self.staff)
            visit.evidence = replace(visit.evidence, exempt=exempt - {Factor.FACE})
        go_on = Way("go_on", _onward(visit, ports))
        done = NoticeStep(Prompt(f"staff.{self.deed}.done"), (go_on,), icon="check")
        # A page that asks for the face must not be found behind 返回.
        return Destination(done, clears_history=True)


def _onward(visit: Visit, ports: VisitPorts) -> Step:
    # Home offers the way to here, and from here it goes on as ever.
    from kiosk.flows.home import ServicesStep  # noqa: PLC0415
    from kiosk.flows.verification import next_step  # noqa: PLC0415

    is_open = visit.service is not None or visit.is_progress_enquiry
    return next_step(visit, ports) if is_open else ServicesStep()
