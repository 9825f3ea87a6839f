"""After an accepted request, the picture that was recognised may take the place of an old sample."""

import logging

from kiosk.domain.template_update import Proof
from kiosk.errors import StorageError
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

_log = logging.getLogger(__name__)


def refresh_template(visit: Visit, ports: VisitPorts) -> None:
    """Offer the accepted face of this visit, once; a fault of it never stands between a person and a receipt."""
    probe, visit.accepted_face = visit.accepted_face, None
    if ports.update_template is None or visit.resident is None or probe is None:
        return
    proof = Proof(
        visit.evidence.assurance,
        is_live=visit.is_face_live,
        is_witnessed=visit.evidence.attestation is not None,
    )
    try:
        ports.update_template.update_face(visit.resident.resident_id, probe, proof)
    except StorageError as error:
        _log.warning("template not updated code=%s", error.code)
