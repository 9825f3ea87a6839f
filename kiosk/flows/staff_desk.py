"""What staff can do at the machine once they have signed in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from accessibility.prompt import Prompt
from kiosk.domain.identity_policy import Factor
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose
from kiosk.flows.attestation import AttestStep, can_attest
from kiosk.flows.enrolment.start import enrol_step
from kiosk.flows.flow import Destination, Step
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.page_model import ChoiceButton, PageModel
from kiosk.flows.pages import NoticePage
from kiosk.flows.staff_sign_in import StaffSignInStep, sign_out
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.biometric_limits import BiometricLimits

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
    """What can be done for the person who is signed in, and for anybody; at most five fit."""
    enrol = [Way("enrol", enrol_step(staff, ports))] if ports.enrol is not None else []
    if visit.resident is None or not visit.evidence.has_claim:
        return tuple(enrol)
    ways = []
    given = visit.evidence.attestation
    if can_attest(visit, ports) and (given is None or staff not in given.staff):
        ways.append(Way("attest_now", AttestStep(staff)))
    if ports.limits is not None:
        ways.extend(_limit_ways(visit, ports, staff))
    return (*ways, *enrol)


def _limit_ways(visit: Visit, ports: VisitPorts, staff: str) -> Iterator[Way]:
    factors = (Factor.FACE,) if ports.voice is None else (Factor.FACE, Factor.VOICE)
    exempt = visit.evidence.exempt
    for factor in factors:
        deed: Deed = "lift" if factor in exempt else "exempt"
        yield Way(f"{factor.value}_{deed}", StaffDeedStep(staff, deed, factor))
    resting = [factor for factor in factors if factor in visit.resting - exempt]
    if resting:
        # One deed wakes both: five ways fit on the page.
        yield Way(f"{resting[0].value}_wake", StaffDeedStep(staff, "wake", resting[0]))


@dataclass(frozen=True, slots=True)
class StaffDeedStep:
    """Never ask for this face or voice again, ask after all, or end a rest; nothing is done before a second touch."""

    staff: str
    deed: Deed
    factor: Factor = Factor.FACE

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """For whom, and one button."""
        if visit.resident is None:
            raise FlowError("nobody to do this for")
        name = {"name": visit.resident.masked_name}
        way = f"{self.factor.value}_{self.deed}"
        button = ChoiceButton("do", f"choice.{way}", way)
        return NoticePage(Prompt(f"staff.{way}", name), "person", (button,))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Do it and go on with what the person came for."""
        is_done = isinstance(action, Choose) and action.choice_id == "do"
        if not is_done or visit.resident is None or ports.limits is None:
            raise FlowError(f"the desk does not offer {type(action).__name__}")
        if not sign_out(visit, self.staff):
            return Destination(staff_entry(), replaces=True)
        self._do(visit, visit.resident.resident_id, ports.limits)
        go_on = Way("go_on", _onward(visit, ports))
        prompt = Prompt(f"staff.{self.factor.value}_{self.deed}.done")
        # A page that asks for the face must not be found behind 返回.
        return Destination(NoticeStep(prompt, (go_on,), icon="check"), clears_history=True)

    def _do(self, visit: Visit, person: str, limits: BiometricLimits) -> None:
        exempt, factor = visit.evidence.exempt, self.factor
        if self.deed == "wake":
            for one in sorted(visit.resting, key=lambda resting: resting.value):
                limits.wake(person, one, self.staff)
                visit.begin_anew(one)
            visit.resting = frozenset()
        elif self.deed == "exempt":
            limits.exempt(person, factor, self.staff)
            visit.evidence = replace(visit.evidence, exempt=exempt | {factor})
        else:
            limits.lift(person, factor, self.staff)
            visit.evidence = replace(visit.evidence, exempt=exempt - {factor})


def _onward(visit: Visit, ports: VisitPorts) -> Step:
    # Home offers the way to here, and from here it goes on as ever.
    from kiosk.flows.home import ServicesStep  # noqa: PLC0415
    from kiosk.flows.verification import next_step  # noqa: PLC0415

    is_open = visit.service is not None or visit.is_progress_enquiry
    return next_step(visit, ports) if is_open else ServicesStep()
