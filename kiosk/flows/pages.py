"""View models: everything that a page shows, and the one prompt that it shows, speaks and captions.

A flow step makes one; ``kiosk.ui`` renders it without asking anything else. No view model carries an unmasked
name or number. Heading and sentence of a page are the prompt's own title and sentence.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kiosk.flows.form_pages import (
    AnswerLine,
    AnswerPage,
    ChoicePage,
    DatePage,
    DigitsPage,
    FilesPage,
    FormReviewPage,
    GroupPage,
    HintCard,
    HintsPage,
    OptionButton,
    PhotoPage,
    QuestionModel,
    SignaturePage,
    TextPage,
)
from kiosk.flows.page_model import ChoiceButton, PageModel, Progress

__all__ = [
    "AnswerLine",
    "AnswerPage",
    "AnyPage",
    "AttestPage",
    "CardPage",
    "ChoiceButton",
    "ChoicePage",
    "CitizenNumberPage",
    "ConfirmPersonPage",
    "ConsentPage",
    "DatePage",
    "DigitsPage",
    "FaceCapturePage",
    "FaceCheckPage",
    "FilesPage",
    "FormReviewPage",
    "GroupPage",
    "HelpPage",
    "HintCard",
    "HintsPage",
    "IdentifyPage",
    "NoticePage",
    "OptionButton",
    "OutOfServicePage",
    "PageModel",
    "PhotoPage",
    "PinPage",
    "Progress",
    "ProgressPage",
    "QuestionModel",
    "ReceiptPage",
    "RequestLine",
    "RequestStage",
    "ReviewLine",
    "ServiceTile",
    "ServicesPage",
    "SignaturePage",
    "StaffSignInPage",
    "TextPage",
    "VerifyReceiptPage",
    "VoiceCheckPage",
    "WelcomePage",
]


@dataclass(frozen=True, slots=True)
class WelcomePage(PageModel):
    """The page between two visits. Actions: Begin."""

    page_id = "welcome"
    idle_timeout_s = 0.0
    site_name: str = ""
    can_practise: bool = False
    """A second, smaller button 练一练. Actions: BeginPractice."""


@dataclass(frozen=True, slots=True)
class ServiceTile:
    """One large tile."""

    service_id: str
    title: str
    """At most 14 characters."""
    icon: str
    """Base name of an SVG under assets/icons."""


@dataclass(frozen=True, slots=True)
class ServicesPage(PageModel):
    """One page of at most six tiles. Actions: ChooseService."""

    page_id = "services"
    tiles: tuple[ServiceTile, ...] = ()
    note: str = ""
    """A line below the tiles, such as how much was practised: 已练 3 项，共 23 项."""


@dataclass(frozen=True, slots=True)
class IdentifyPage(PageModel):
    """Who are you: put the card on the reader, or type the number. Actions: CardPresented, UseCitizenNumber."""

    page_id = "identify"
    idle_timeout_s = 180.0
    has_card_reader: bool = True


@dataclass(frozen=True, slots=True)
class CitizenNumberPage(PageModel):
    """A keypad with 0-9 and X for 18 characters; shown in groups 6-4-4-4. Actions: CitizenNumberTyped."""

    page_id = "citizen_number"
    idle_timeout_s = 180.0
    is_rejected: bool = False
    """The last number was wrong; the prompt says why; what was typed is kept for correction."""


@dataclass(frozen=True, slots=True)
class ConfirmPersonPage(PageModel):
    """Is this you? Actions: Confirm, Decline."""

    page_id = "confirm_person"
    masked_name: str = ""
    masked_number: str = ""


@dataclass(frozen=True, slots=True)
class AttestPage(ConfirmPersonPage):
    """Asked of staff: is it this person? Actions: Confirm, Decline."""

    page_id = "attest"


@dataclass(frozen=True, slots=True)
class ConsentPage(PageModel):
    """Consent to the face check; both buttons are equally large. Actions: Confirm, Decline."""

    page_id = "consent"
    points: tuple[str, ...] = ()
    """Text ids of what the consent covers, each with an icon of the same id (at most three)."""
    refuse: str = "consent.refuse"
    """Text id of the no."""


@dataclass(frozen=True, slots=True)
class FaceCheckPage(PageModel):
    """Live preview, outline, one spoken instruction.

    Actions: OtherWay; and from the face check: FaceAccepted, FaceNotAccepted, FaceCheckUnavailable.
    """

    page_id = "face_check"
    attempt: int = 1
    attempts: int = 3


@dataclass(frozen=True, slots=True)
class VoiceCheckPage(PageModel):
    """Digits to read aloud, a level bar, one instruction.

    Actions: OtherWay; and from the voice check: VoiceScored, VoiceAbstained, VoiceCheckUnavailable.
    """

    page_id = "voice_check"
    idle_timeout_s = 180.0
    attempts: int = 3
    phrases: int = 1
    """More than one at an enrolment: they are counted instead of the tries."""
    other_way: str = "face.other_way"
    """Text id of the button that leaves the voice out."""


@dataclass(frozen=True, slots=True)
class FaceCapturePage(PageModel):
    """Live preview at an enrolment; pictures are taken by themselves.

    Actions: OtherWay (leave the face out); and from the capture: FacesCaptured, FacesNotCaptured, FaceCheckUnavailable.
    """

    page_id = "face_capture"
    idle_timeout_s = 180.0


@dataclass(frozen=True, slots=True)
class CardPage(PageModel):
    """Put your card on the reader (as the second proof). Actions: CardPresented, Decline (no card here)."""

    page_id = "card"
    idle_timeout_s = 180.0


@dataclass(frozen=True, slots=True)
class PinPage(PageModel):
    """Keypad for the card's 6-digit PIN, shown as dots. Actions: PinTyped, Decline (forgotten)."""

    page_id = "pin"
    idle_timeout_s = 180.0
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line that is read back."""

    label: str
    value: str
    icon: str


class RequestStage(enum.Enum):
    """Where a request is; the kiosk never shows more certainty than it has."""

    ACCEPTED = "accepted"
    """受理: saved here, not yet sent."""
    DELIVERED = "delivered"
    """送达: the centre has it."""
    DECIDED = "decided"
    """办结."""
    NEEDS_CORRECTION = "needs_correction"
    """需补正."""


@dataclass(frozen=True, slots=True)
class ReceiptPage(PageModel):
    """The promise. Actions: Finish."""

    page_id = "receipt"
    idle_timeout_s = 180.0
    service_title: str = ""
    receipt_number: str = ""
    stage: RequestStage = RequestStage.ACCEPTED
    accepted_at: datetime | None = None
    """Aware, in the site's time zone."""
    is_provisional: bool = False
    """Staff or the centre must still verify the person."""
    qr_rows: tuple[str, ...] = ()
    """The QR symbol, a string of "0" and "1" for each row, quiet zone not included."""
    note: str = ""
    """What this service's receipt says besides: a lost card is blocked only when the centre confirms."""
    can_print: bool = False
    """Actions: PrintPage."""
    print_state: Literal["", "printing", "printed", "failed"] = ""
    has_hints: bool = False
    """A button 还能办什么. Actions: Choose("hints")."""


@dataclass(frozen=True, slots=True)
class VerifyReceiptPage(PageModel):
    """Is this paper genuine. Actions: CodeScanned, Choose("again"), Finish."""

    page_id = "verify_receipt"
    idle_timeout_s = 180.0
    verdict: str = ""
    """``genuine``, ``changed``, ``not_yet`` or ``unknown``; empty while it waits for a code."""
    lines: tuple[ReviewLine, ...] = ()
    """What was printed then; of a genuine paper only."""
    has_camera: bool = False


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One earlier request of the identified person."""

    service_title: str
    receipt_number: str
    stage: RequestStage
    accepted_at: datetime
    decision: str = ""
    """The centre's decision in words when there is one."""


MY_TEMPLATES_CHOICE = "my_templates"


@dataclass(frozen=True, slots=True)
class ProgressPage(PageModel):
    """How far are my requests. At most four newest. Actions: Choose of ``MY_TEMPLATES_CHOICE``, Finish."""

    page_id = "request_progress"
    requests: tuple[RequestLine, ...] = ()
    has_templates: bool = False
    """Whether the person's face or voice is enrolled here."""


@dataclass(frozen=True, slots=True)
class NoticePage(PageModel):
    """What happened and the ways on; never a dead end. Actions: Choose, Finish."""

    page_id = "notice"
    icon: str = "notice"
    choices: tuple[ChoiceButton, ...] = ()
    finish: str = "notice.finish"
    """Text id of the button that ends the visit."""


@dataclass(frozen=True, slots=True)
class HelpPage(PageModel):
    """A person: who to ask, the number to call. Actions: GoBack, Finish, SaveForLater."""

    page_id = "help"
    idle_timeout_s = 180.0
    helper_name: str = ""
    phone: str = ""
    can_save: bool = False
    """Something was filled in that can be kept: offers 先存着，改天再办."""
    has_staff: bool = False
    """Staff can sign in here: offers 工作人员. Actions: CallStaff."""


@dataclass(frozen=True, slots=True)
class StaffSignInPage(PageModel):
    """A keypad for a staff number, then for its PIN as dots. Actions: StaffTyped."""

    page_id = "staff_sign_in"
    idle_timeout_s = 60.0
    can_leave: bool = False
    """Nobody of the staff is there after all: offers 不用了. Actions: Decline."""


@dataclass(frozen=True, slots=True)
class OutOfServicePage(PageModel):
    """The machine cannot promise anything now; says so, and what staff should do. No actions."""

    page_id = "out_of_service"
    idle_timeout_s = 0.0
    code: str = ""
    staff_text: str = ""


AnyPage = (
    WelcomePage
    | ServicesPage
    | IdentifyPage
    | CitizenNumberPage
    | ConfirmPersonPage
    | AttestPage
    | ConsentPage
    | FaceCheckPage
    | VoiceCheckPage
    | FaceCapturePage
    | CardPage
    | PinPage
    | ReceiptPage
    | VerifyReceiptPage
    | ProgressPage
    | NoticePage
    | HelpPage
    | StaffSignInPage
    | OutOfServicePage
    | ChoicePage
    | DigitsPage
    | TextPage
    | DatePage
    | PhotoPage
    | SignaturePage
    | FilesPage
    | GroupPage
    | FormReviewPage
    | AnswerPage
    | HintsPage
)
