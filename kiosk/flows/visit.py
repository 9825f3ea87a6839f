"""All state of one visit. It is one object, so that dropping it drops everything."""

from dataclasses import dataclass, field

from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.form import Form
from kiosk.domain.identity_policy import Evidence
from kiosk.domain.resident import Resident
from kiosk.services.ports import FaceTemplate


@dataclass(slots=True, repr=False)
class Visit:
    """One person at the kiosk, from the first touch to the wipe."""

    service: ServiceDefinition | None = None
    """None while nothing is chosen and for the kiosk's own enquiry of progress."""
    is_progress_enquiry: bool = False
    citizen_id: CitizenId | None = None
    resident: Resident | None = None
    evidence: Evidence = field(default_factory=Evidence)
    face_template: FaceTemplate | None = None
    has_refused_face: bool = False
    has_face_failed: bool = False
    face_rounds: int = 0
    """Face checks begun for this person."""
    has_no_card: bool = False
    has_no_pin: bool = False
    form: Form | None = None
    """The service that is being filled in."""
    is_provisional: bool = False
    """The resident goes on with fewer proofs than the service asks for."""
    attachments: dict[str, bytes] = field(default_factory=dict)
    """Pictures taken in this visit by SHA-256, JPEG; written only with the request or a draft."""
    print_job: str = ""
    """The printing that was asked for last."""

    @property
    def required_factors(self) -> int:
        """Proofs to ask for; looking at one's own requests needs one, so that a number alone shows nothing."""
        return self.service.required_factors if self.service else 1

    def forget_person(self) -> None:
        """Drop who the person is, keep what they came for."""
        self.citizen_id = None
        self.resident = None
        self.evidence = Evidence()
        self.face_template = None
        self.has_refused_face = False
        self.has_face_failed = False
        self.face_rounds = 0
        self.has_no_card = False
        self.has_no_pin = False
        self.forget_form()

    def forget_form(self) -> None:
        """Drop what was filled in."""
        self.form = None
        self.is_provisional = False
        self.attachments = {}
        self.print_job = ""
