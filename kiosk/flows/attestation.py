"""Staff beside the person say who it is: one of them, two different ones where money is moved."""

from dataclasses import dataclass, replace

from accessibility.prompt import Prompt
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Confirm, Decline
from kiosk.flows.biometric_limits import missing_proofs
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.start import register_first
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.pages import AttestPage, Progress
from kiosk.flows.staff_sign_in import StaffSignInStep, can_sign_in, sign_out
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

PROOF = Progress(2, 4)


def can_attest(visit: Visit, ports: VisitPorts) -> bool:
    """Whether enough staff can sign in here for what the person came for."""
    is_open = visit.service is not None or visit.is_progress_enquiry
    return (
        is_open
        and visit.resident is not None
        and ports.attest is not None
        and not visit.is_sure
        and can_sign_in(ports, visit.wanted.attesters)
    )


def attest_ways(visit: Visit, ports: VisitPorts) -> tuple[Way, ...]:
    """The way on for a person whom staff stand beside; none where they cannot sign in."""
    if not can_attest(visit, ports):
        return ()
    return (Way("staff_attests", attest_sign_in(visit)),)


def attest_sign_in(visit: Visit) -> StaffSignInStep:
    """The sign-in of the next one who answers for the person."""
    given = visit.evidence.attestation
    if given is None:
        return StaffSignInStep(_ask, otherwise=_proofs)
    return StaffSignInStep(
        _ask, Prompt("staff.sign_in.second"), frozenset(given.staff), otherwise=_proofs
    )


def _proofs(visit: Visit, ports: VisitPorts) -> Step:
    # Verification offers the way to here, and from here it goes on as ever.
    from kiosk.flows.verification import next_step  # noqa: PLC0415

    return next_step(visit, ports)


def _ask(visit: Visit, ports: VisitPorts, staff: str) -> Step:
    del visit, ports
    return AttestStep(staff)


@dataclass(frozen=True, slots=True)
class AttestStep:
    """Is it the person: asked of the staff member, who answers for it by number."""

    staff: str

    def page(self, visit: Visit, ports: VisitPorts) -> AttestPage:
        """The masked person; the staff member compares with the person's own paper."""
        if visit.resident is None:
            raise FlowError("nobody to attest")
        return AttestPage(
            Prompt("attest", {"number": self.staff}, is_personal=False),
            visit.resident.masked_name,
            visit.resident.citizen_id.masked,
            progress=PROOF,
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Write it down, then go on, or to the second staff member."""
        if visit.resident is None or ports.attest is None:
            raise FlowError("nobody to attest")
        if not isinstance(action, Confirm | Decline):
            raise FlowError(f"attestation does not offer {type(action).__name__}")
        if not sign_out(visit, self.staff):
            return Destination(attest_sign_in(visit), replaces=True)
        person = visit.resident.resident_id
        service = visit.service.id if visit.service is not None else ""
        if isinstance(action, Confirm):
            made = ports.attest.is_the_person(
                person,
                service,
                self.staff,
                visit.evidence.attestation,
                missing_proofs(visit, ports),
            )
            visit.evidence = replace(visit.evidence, attestation=made)
            return Destination(_after(visit, ports), replaces=True)
        ports.attest.is_somebody_else(person, service, self.staff)
        visit.evidence = replace(visit.evidence, attestation=None, refused_by=self.staff)
        return Destination(refused_notice(visit, ports), clears_history=True)


def _after(visit: Visit, ports: VisitPorts) -> Step:
    if not visit.is_sure:
        return attest_sign_in(visit)
    go_on = Way("go_on", _proofs(visit, ports))
    return NoticeStep(Prompt("notice.attested"), (go_on,), icon="staff", progress=PROOF)


def refused_notice(visit: Visit, ports: VisitPorts) -> NoticeStep:
    """Staff said that it is somebody else: another number, or a request that a person at the centre decides."""
    from kiosk.flows.sign_in import first_identify_step  # noqa: PLC0415

    ways = [Way("identify_again", first_identify_step(ports))]
    if visit.service is not None:
        ways.append(register_first(visit, ports))
    return NoticeStep(Prompt("notice.not_this_person"), tuple(ways), progress=PROOF)
