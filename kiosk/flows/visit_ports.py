"""What the steps of a visit may ask: use cases, devices and the site's own facts."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.service_request import ServiceRequest
from kiosk.services.find_resident import FindResident
from kiosk.services.list_requests import ListRequests
from kiosk.services.ports import CardReader, FaceTemplate
from kiosk.services.record_consent import RecordConsent
from kiosk.services.submit_request import SubmitRequest
from kiosk.services.verify_face import FaceCheckRun


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the site's configuration says about people."""

    name: str
    helper_name: str
    helper_phone: str


@dataclass(frozen=True, slots=True)
class VisitPorts:
    """Built once by ``kiosk.app``; tests plug fakes in."""

    site: SiteFacts
    clock: Clock
    catalogue: Catalogue
    label: Callable[[str], str]
    """Short screen texts by id."""
    card_reader: CardReader
    find_resident: FindResident
    record_consent: RecordConsent
    submit_request: SubmitRequest
    list_requests: ListRequests
    face_template: Callable[[str], FaceTemplate | None]
    """The enrolled template of a resident that the running engine can use, or None."""
    has_camera: Callable[[], bool]
    """Whether a camera is configured; a fault shows only when it is opened."""
    start_face_check: Callable[[FaceTemplate], FaceCheckRun]
    qr_rows: Callable[[ServiceRequest], tuple[str, ...]]
    """The receipt's QR symbol."""
