"""What the steps of a visit may ask: use cases, devices and the site's own facts."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from accessibility.prompt import Prompt, PromptText
from kiosk.clock import Clock
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.expressions import Lookup
from kiosk.domain.form import Form
from kiosk.domain.hints import Hint
from kiosk.domain.identity_policy import Assurance
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.flows.county_tables import CountyTables
from kiosk.flows.enrolment_ports import EnrolmentPorts
from kiosk.flows.voice_ways import VoiceWays
from kiosk.services.answer_sheet import AnswerSheet
from kiosk.services.attest import Attest
from kiosk.services.biometric_limits import BiometricLimits
from kiosk.services.drafts import Drafts
from kiosk.services.find_resident import FindResident
from kiosk.services.list_requests import ListRequests
from kiosk.services.note_score import BiometricNote
from kiosk.services.ports import BiometricJudge, CardReader, FaceTemplate
from kiosk.services.record_consent import RecordConsent
from kiosk.services.scan_code import CodeScanRun
from kiosk.services.staff import StaffSignIn
from kiosk.services.submit_request import SubmitRequest
from kiosk.services.update_template import UpdateTemplate
from kiosk.services.verify_face import FaceCheckRun
from kiosk.services.verify_receipt import ReceiptCheck
from kiosk.services.withdraw_consent import WithdrawConsent

if TYPE_CHECKING:
    # Practice is made of steps, which know the ports.
    from kiosk.flows.practice import PracticeBook

PrintState = Literal["", "printing", "printed", "failed"]


class VisitPrinting(Protocol):
    """Paper, where there is a printer; everything is on the screen besides."""

    def can_print(self) -> bool:
        """Whether a printer is there and ready."""

    def state_of(self, job: str) -> PrintState:
        """How far a printing is."""

    def print_answer(self, form: Form, sheet: AnswerSheet, resident: Resident | None) -> str:
        """Begin to print an answer; returns its job."""

    def print_receipt(self, request: ServiceRequest) -> str:
        """Begin to print a receipt; returns its job."""

    def print_slip(self, code: str, service: str) -> str:
        """Begin to print the code of a draft; returns its job."""

    def print_enrolment(self, name: str, lines: tuple[tuple[str, str], ...]) -> str:
        """Begin to print what was enrolled: a masked name, label and value of each part; returns its job."""

    def practising(self) -> "VisitPrinting":
        """The same printer, every paper of which says that it is worth nothing."""


class NoPrinting:
    """A kiosk without a printer."""

    def can_print(self) -> bool:
        """There is none."""
        return False

    def state_of(self, job: str) -> PrintState:
        """Nothing is under way."""
        del job
        return ""

    def print_answer(self, form: Form, sheet: AnswerSheet, resident: Resident | None) -> str:
        """Nothing happens."""
        del form, sheet, resident
        return ""

    def print_receipt(self, request: ServiceRequest) -> str:
        """Nothing happens."""
        del request
        return ""

    def print_slip(self, code: str, service: str) -> str:
        """Nothing happens: the code is on the screen."""
        del code, service
        return ""

    def print_enrolment(self, name: str, lines: tuple[tuple[str, str], ...]) -> str:
        """Nothing happens."""
        del name, lines
        return ""

    def practising(self) -> "NoPrinting":
        """There is none in practice either."""
        return self


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the site's configuration says about people."""

    name: str
    helper_name: str
    helper_phone: str
    region_code: str = ""
    """12-digit code of the village, GB/T 10114."""


@dataclass(frozen=True, slots=True)
class VisitPorts:
    """Built once by ``kiosk.app``; tests plug fakes in."""

    site: SiteFacts
    clock: Clock
    catalogue: Catalogue
    label: Callable[..., str]
    """Short screen texts by id."""
    words: Callable[[Prompt], PromptText]
    """Title and sentence of a prompt."""
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
    county: CountyTables
    """Places, hospitals, tiers and other tables."""
    answer_sheet: Callable[[Form, Resident | None], AnswerSheet | None]
    """The answer of a roster or local service; None when what it needs is not known here."""
    hints: Callable[[Lookup, Collection[str], Collection[str]], tuple[Hint, ...]] = (
        lambda _scope, _open, _offered: ()
    )
    """Proposals for a person, given the services that are open and those that are offered."""
    printing: VisitPrinting = field(default_factory=NoPrinting)
    verify_receipt: Callable[[str], ReceiptCheck] | None = None
    """The offline check of a paper's code; None where it is not offered."""
    start_code_scan: Callable[[], CodeScanRun] | None = None
    """A look for a code through the camera; None without a camera."""
    judge: BiometricJudge = lambda _scores, *, is_live: Assurance.NOBODY
    """What face and voice reach alone; by default nothing, so that a second factor is asked for."""
    withdraw_consent: WithdrawConsent | None = None
    """What is enrolled of a person, and the way to have it erased; None where nothing is kept: in practice."""
    update_template: UpdateTemplate | None = None
    """Lets a template follow a face slowly; None where nothing is kept: in practice."""
    note_check: Callable[[BiometricNote], None] = lambda _note: None
    """Keeps how a check of face or voice ended, without whose it was."""
    voice: VoiceWays | None = None
    """None where no voice can be heard or weighed."""
    enrol: EnrolmentPorts | None = None
    """None where staff cannot enrol: in practice."""
    is_clock_behind: Callable[[], bool] = lambda: False
    """Whether the machine's time runs behind what it has seen already."""
    has_room: Callable[[], bool] = lambda: True
    """Whether the disk has room for a promise."""
    can_practise: bool = False
    """Whether the welcome page offers practice."""
    practice: "PracticeBook | None" = None
    """Set in practice only."""
    staff: StaffSignIn | None = None
    """None where staff cannot sign in: in practice."""
    attest: Attest | None = None
    """Writes down what staff say of a person; None in practice."""
    limits: BiometricLimits | None = None
    """How often face and voice may be tried, and who is never asked; None in practice."""
    drafts: Drafts | None = None
    """None where nothing is kept: in practice."""
