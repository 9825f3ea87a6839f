"""All state of one visit. It is one object, so that dropping it drops everything."""

from dataclasses import dataclass, field

from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.form import Form, Place
from kiosk.domain.identity_evidence import Score
from kiosk.domain.identity_outcome import Wanted
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.json_values import JsonValue
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.services.drafts import DraftOwner
from kiosk.services.enrol_at_kiosk import Enrolment
from kiosk.services.ports import Embedding, FaceTemplate, VoiceTemplate


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
    resting: frozenset[Factor] = frozenset()
    """What is not asked for today, after too many checks that did not know this person."""
    has_heard_of_rest: bool = False
    face_score: Score | None = None
    """Of an accepted face, as the calibration weighs it."""
    is_face_live: bool = False
    accepted_face: "Embedding | None" = None
    """Of the accepted picture, until the end of the visit at most."""
    voice_template: VoiceTemplate | None = None
    has_refused_voice: bool = False
    has_voice_failed: bool = False
    voice_rounds: int = 0
    """Voice checks begun for this person."""
    enrolment: Enrolment | None = None
    """Of this person by staff; stored at its end or not at all."""
    has_no_card: bool = False
    has_no_pin: bool = False
    card_number: str = ""
    """Of the card that was on the reader; seals drafts."""
    slip_code: str = ""
    """Typed by one who comes back with a slip."""
    is_resuming: bool = False
    """Came to go on with a draft, whatever it is."""
    bundle: tuple[str, ...] = ()
    """Services of a life event that come after the present one."""
    has_seen_matters: bool = False
    """A waiting correction or draft was offered already."""
    form: Form | None = None
    """The service that is being filled in."""
    given: dict[str, JsonValue] = field(default_factory=dict)
    """Answers that a service begins with: of a draft, or of a request that is corrected."""
    kept_photos: dict[str, bytes] = field(default_factory=dict)
    """Pictures that come with them."""
    draft_owner: DraftOwner | None = None
    """Whose draft the form goes on with, so that it is kept in the same place."""
    correcting: ServiceRequest | None = None
    """The request that the form corrects."""
    to_correct: tuple[Place, ...] = ()
    """Questions at fault that must still be asked."""
    is_provisional: bool = False
    """The resident goes on with fewer proofs than the service asks for."""
    staff: str = ""
    """Number of the staff member who signed in last in this visit."""
    attachments: dict[str, bytes] = field(default_factory=dict)
    """Pictures taken in this visit by SHA-256, JPEG; written only with the request or a draft."""
    print_job: str = ""
    """The printing that was asked for last."""

    @property
    def required_factors(self) -> int:
        """Proofs to ask for; looking at one's own requests needs one, so that a number alone shows nothing."""
        if self.service is None and self.is_resuming:
            # Nothing is shown without the slip's code, and the service asks for its own proofs afterwards.
            return 0
        return self.service.required_factors if self.service else 1

    @property
    def wanted(self) -> Wanted:
        """What the visit wants of the person; looking at one's own requests wants one proof or one staff member."""
        attesters = Wanted.of(self.service).attesters if self.service is not None else 1
        return Wanted(self.required_factors, attesters)

    @property
    def is_sure(self) -> bool:
        """Whether no further proof is asked for: enough of them, or staff answer for the person."""
        return self.wanted.is_met(self.evidence)

    def begin_anew(self, factor: Factor) -> None:
        """Let a face or voice be tried as if it had not been in this visit."""
        if factor is Factor.FACE:
            self.has_face_failed, self.face_rounds = False, 0
        else:
            self.has_voice_failed, self.voice_rounds = False, 0

    def forget_person(self) -> None:
        """Drop who the person is, keep what they came for."""
        self.citizen_id = None
        self.resident = None
        self.evidence = Evidence()
        self.face_template = None
        self.has_refused_face = False
        self.has_face_failed = False
        self.face_rounds = 0
        self.resting = frozenset()
        self.has_heard_of_rest = False
        self.face_score = None
        self.is_face_live = False
        self.accepted_face = None
        self.voice_template = None
        self.has_refused_voice = False
        self.has_voice_failed = False
        self.voice_rounds = 0
        self.enrolment = None
        self.has_no_card = False
        self.has_no_pin = False
        self.card_number = ""
        self.bundle = ()
        self.has_seen_matters = False
        self.forget_form()

    def end_enrolment(self) -> None:
        """Drop pictures and templates, and who the person is: only what is stored is left."""
        self.forget_person()

    def forget_form(self) -> None:
        """Drop what was filled in, and what it would begin with."""
        self.form = None
        self.given = {}
        self.kept_photos = {}
        self.draft_owner = None
        self.correcting = None
        self.to_correct = ()
        self.is_provisional = False
        self.attachments = {}
        self.print_job = ""

    def open_form(self, form: Form, *, is_provisional: bool) -> None:
        """Begin to fill in a service."""
        self.form = form
        self.is_provisional = is_provisional
        self.attachments = dict(self.kept_photos)
        self.print_job = ""
