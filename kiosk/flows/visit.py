"""All state of one visit. It is one object, so that dropping it drops everything."""

from dataclasses import dataclass, field

from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.citizen_id import CitizenId
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
