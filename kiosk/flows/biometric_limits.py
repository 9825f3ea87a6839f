"""Face and voice within their limits. Where the database cannot count, neither is asked for and the service goes on."""

import contextlib
from dataclasses import replace

from kiosk.domain.attestation import Missing
from kiosk.domain.identity_policy import BIOMETRIC, Factor
from kiosk.errors import StorageError
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts


def note_limits(visit: Visit, ports: VisitPorts) -> None:
    """What the person who was just looked up is not asked for, today or ever."""
    if visit.resident is None or ports.limits is None:
        return
    resident_id = visit.resident.resident_id
    try:
        exempt = ports.limits.exempt_from(resident_id)
        resting = {factor for factor in BIOMETRIC if ports.limits.rests(resident_id, factor)}
    except StorageError:
        exempt, resting = frozenset(), set(BIOMETRIC)
    visit.evidence = replace(visit.evidence, exempt=exempt)
    visit.resting = frozenset(resting)


def may_ask(visit: Visit, factor: Factor) -> bool:
    """Whether this person may be asked for a face or a voice."""
    return factor not in visit.resting and factor not in visit.evidence.exempt


def begin_check(visit: Visit, ports: VisitPorts, factor: Factor) -> bool:
    """Count a check; False when it may not begin."""
    if not may_ask(visit, factor):
        return False
    if visit.resident is None or ports.limits is None:
        return True
    try:
        if ports.limits.begin(visit.resident.resident_id, factor):
            return True
    except StorageError:
        pass
    visit.resting |= {factor}
    return False


def check_passed(visit: Visit, ports: VisitPorts, factor: Factor) -> None:
    """The person was known."""
    if visit.resident is not None and ports.limits is not None:
        # What cannot be taken back stays counted: the person was known all the same and goes on.
        with contextlib.suppress(StorageError):
            ports.limits.passed(visit.resident.resident_id, factor)


def check_spared(visit: Visit, ports: VisitPorts, factor: Factor) -> None:
    """Nothing was compared: it cost the person no try."""
    if visit.resident is not None and ports.limits is not None:
        with contextlib.suppress(StorageError):
            ports.limits.spared(visit.resident.resident_id, factor)


def check_failed(visit: Visit, ports: VisitPorts, factor: Factor) -> bool:
    """The person was not known; True when it rests from now on."""
    if visit.resident is None or ports.limits is None:
        return False
    try:
        rests = ports.limits.not_known(visit.resident.resident_id, factor)
    except StorageError:
        # It was counted before it began; what cannot be audited is not tried again.
        rests = True
    if rests:
        visit.resting |= {factor}
    return rests


def missing_proofs(visit: Visit, ports: VisitPorts) -> tuple[Missing, ...]:
    """Why the proofs do not suffice, for the centre and for the count of who is shut out."""
    proved = visit.evidence.factors
    reasons = [] if proved & BIOMETRIC else [_why_no_face(visit)]
    if Factor.CARD not in proved:
        reasons.append(Missing.NO_CARD)
    elif Factor.PIN not in proved:
        reasons.append(Missing.NO_PIN)
    return tuple(reasons)


def _why_no_face(visit: Visit) -> Missing:
    if Factor.FACE in visit.evidence.exempt:
        return Missing.FACE_NOT_MODELLED
    if visit.face_template is None:
        return Missing.FACE_NOT_ENROLLED
    if Factor.FACE in visit.resting:
        return Missing.FACE_RESTS
    return Missing.FACE_DECLINED if visit.has_refused_face else Missing.FACE_NOT_KNOWN
