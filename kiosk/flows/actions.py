"""What a person (or a device acting for them) can do on a page. Pages emit these; flow steps take them."""

from dataclasses import dataclass, field

from kiosk.domain.identity_evidence import Score
from kiosk.services.ports import Card, Embedding, FaceTemplate, Frame, VoiceTemplate


@dataclass(frozen=True, slots=True)
class Begin:
    """Start a visit from the welcome page."""


@dataclass(frozen=True, slots=True)
class ChooseService:
    """Touch a tile of the services page."""

    service_id: str


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card lies on the reader."""

    card: Card = field(repr=False)


@dataclass(frozen=True, slots=True)
class UseCitizenNumber:
    """Ask for the keypad instead of the card."""


@dataclass(frozen=True, slots=True)
class CitizenNumberTyped:
    """Finish typing the 18 characters."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Confirm:
    """Say yes: it is me; I agree; submit."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Say no: it is not me; I do not agree; I have no card here."""


@dataclass(frozen=True, slots=True)
class FaceAccepted:
    """The live face matches the enrolled template."""

    score: float
    engine_id: str
    threshold: float
    worst: float = float("inf")
    """The score of the least alike frame of the accepted try."""
    is_live: bool = False
    """Presentation attack detection has passed."""
    stranger_scores: tuple[float, ...] = ()
    """For the anonymous score log."""
    embedding: "Embedding | None" = field(default=None, repr=False, compare=False)
    """Of the accepted picture; a template may follow it after strong proof."""


@dataclass(frozen=True, slots=True)
class FaceNotAccepted:
    """The face check ended without a match."""

    attempts: int
    engine_id: str = ""
    closest: float | None = None
    """The best score; None when no picture could be compared."""
    is_other_face: bool = False
    """It matched, and then another face took its place: a try, though no score is told."""


@dataclass(frozen=True, slots=True)
class FaceCheckUnavailable:
    """The camera or the model failed; the code is for staff."""

    code: str


@dataclass(frozen=True, slots=True)
class VoiceScored:
    """The digits were read aloud, and the voice compared."""

    score: Score


@dataclass(frozen=True, slots=True)
class VoiceAbstained:
    """The voice says nothing, neither for the person nor against."""

    advice: str = ""
    """Why: the reason of the last try."""


@dataclass(frozen=True, slots=True)
class VoiceCheckUnavailable:
    """The microphone or a model failed; the code is for staff."""

    code: str


@dataclass(frozen=True, slots=True, eq=False)
class FacesCaptured:
    """Enough pictures were taken at an enrolment."""

    frames: tuple[Frame, ...] = field(repr=False)
    template: FaceTemplate


@dataclass(frozen=True, slots=True)
class FacesNotCaptured:
    """No template could be made."""

    advice: str
    """Why, as ``FaceNotUsable`` says it."""


@dataclass(frozen=True, slots=True)
class VoiceEnrolled:
    """All phrases were read aloud."""

    template: VoiceTemplate


@dataclass(frozen=True, slots=True)
class VoiceNotEnrolled:
    """A phrase was not usable after three tries."""

    advice: str


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Ask for another way than the one of this page."""


@dataclass(frozen=True, slots=True)
class PinTyped:
    """Finish typing the card's PIN."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choose:
    """Touch one of the choices of a notice page."""

    choice_id: str


@dataclass(frozen=True, slots=True)
class GoBack:
    """Touch 返回: one page back; answers are kept."""


@dataclass(frozen=True, slots=True)
class AskHelp:
    """Touch 找人帮忙."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End the visit and wipe it."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Nobody touched anything and nobody answered the warning: wipe and go to the welcome page."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Give an answer on a question page, as the page's view model says."""

    value: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpokenAnswer:
    """Say an answer: what the recogniser heard, unchecked."""

    transcript: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """A picture passed the quality check."""

    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EditLine:
    """Touch 改一改 of a line of the review."""

    key: str


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Show the next page of a list; after the last comes the first."""

    is_back: bool = False
    """The page before instead; before the first comes the last."""

    @property
    def step(self) -> int:
        """What to add to the page's number."""
        return -1 if self.is_back else 1


@dataclass(frozen=True, slots=True)
class PrintPage:
    """Print what the page shows."""


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A scanner typed a code, or the camera saw one; unchecked: hostile input."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BeginPractice:
    """Touch 练一练 on the welcome page."""


@dataclass(frozen=True, slots=True)
class CallStaff:
    """Touch 工作人员 on the help page."""


@dataclass(frozen=True, slots=True)
class StaffTyped:
    """Finish typing a staff number and its PIN."""

    number: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SaveForLater:
    """Keep what was filled in and end the visit: 先存着，改天再办."""


Action = (
    Begin
    | ChooseService
    | CardPresented
    | UseCitizenNumber
    | CitizenNumberTyped
    | Confirm
    | Decline
    | FaceAccepted
    | FaceNotAccepted
    | FaceCheckUnavailable
    | VoiceScored
    | VoiceAbstained
    | VoiceCheckUnavailable
    | FacesCaptured
    | FacesNotCaptured
    | VoiceEnrolled
    | VoiceNotEnrolled
    | OtherWay
    | PinTyped
    | Choose
    | GoBack
    | AskHelp
    | Finish
    | TimedOut
    | Answered
    | SpokenAnswer
    | PhotoTaken
    | EditLine
    | TurnPage
    | PrintPage
    | CodeScanned
    | BeginPractice
    | SaveForLater
    | CallStaff
    | StaffTyped
)
