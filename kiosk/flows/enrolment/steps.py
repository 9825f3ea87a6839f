"""The steps that ask the resident: consents, pictures, digits, card and PIN; each can be left out."""

import math
from dataclasses import dataclass, field

from accessibility.prompt import Prompt
from kiosk.domain.consent import ConsentKind
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Action,
    CardPresented,
    Confirm,
    Decline,
    FaceCheckUnavailable,
    FacesCaptured,
    FacesNotCaptured,
    OtherWay,
    PinTyped,
    VoiceCheckUnavailable,
    VoiceEnrolled,
    VoiceNotEnrolled,
)
from kiosk.flows.enrolment.review import EnrolReviewStep
from kiosk.flows.flow import Destination, Step
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.pages import (
    CardPage,
    ConsentPage,
    FaceCapturePage,
    PinPage,
    Progress,
    VoiceCheckPage,
)
from kiosk.flows.verification import CONSENT_POINTS, PIN_DIGITS, fault_of_own_card, readable_id
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.flows.voice_check import CONSENT_POINTS as VOICE_POINTS
from kiosk.services.capture_faces import MOST, CaptureRun
from kiosk.services.enrol_at_kiosk import Enrolment
from kiosk.services.enrol_voice import PHRASES
from kiosk.services.ports import DeviceState

PARTS = 5
_POINTS = {ConsentKind.FACE: CONSENT_POINTS, ConsentKind.VOICE: VOICE_POINTS}


def enrolment_of(visit: Visit) -> Enrolment:
    """What is under way.

    Raises:
        FlowError: staff did not begin one.
    """
    if visit.enrolment is None or visit.resident is None:
        raise FlowError("no enrolment is under way")
    return visit.enrolment


def next_part(visit: Visit, ports: VisitPorts) -> Step:
    """What comes next, in an order in which the person need not get up: face, voice, card, PIN, review."""
    enrolment, enrol = enrolment_of(visit), ports.enrol
    has_face = enrol is not None and enrol.capture is not None
    has_voice = enrol is not None and enrol.voice is not None
    face, voice = enrolment.agreed.get(ConsentKind.FACE), enrolment.agreed.get(ConsentKind.VOICE)
    if has_face and face is None:
        return EnrolConsentStep(ConsentKind.FACE)
    if has_face and face and not enrolment.is_face_over:
        return FaceCaptureStep()
    if has_voice and voice is None:
        return EnrolConsentStep(ConsentKind.VOICE)
    if has_voice and voice and not enrolment.is_voice_over:
        return EnrolVoiceStep()
    has_reader = ports.card_reader.state() is DeviceState.READY
    if has_reader and enrolment.has_card is None:
        return EnrolCardStep()
    if has_reader and enrolment.has_card and enrolment.has_pin is None:
        return EnrolPinStep()
    return EnrolReviewStep()


@dataclass(frozen=True, slots=True)
class EnrolConsentStep:
    """May it be enrolled: face and voice are asked for apart."""

    kind: ConsentKind

    def page(self, visit: Visit, ports: VisitPorts) -> ConsentPage:
        """What the consent covers."""
        step = 1 if self.kind is ConsentKind.FACE else 2
        return ConsentPage(
            Prompt(f"enrol.consent.{self.kind.value}"),
            _POINTS[self.kind],
            "enrol.refuse",
            progress=Progress(step, PARTS),
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Remember the answer; it is stored with the rest."""
        if not isinstance(action, Confirm | Decline):
            raise FlowError(f"consent does not offer {type(action).__name__}")
        enrolment_of(visit).agreed[self.kind] = isinstance(action, Confirm)
        return Destination(next_part(visit, ports))


@dataclass(frozen=True, slots=True)
class FaceCaptureStep:
    """The camera takes the pictures by itself as soon as they are good."""

    def page(self, visit: Visit, ports: VisitPorts) -> FaceCapturePage:
        """The live preview."""
        return FaceCapturePage(Prompt("enrol.capture"), progress=Progress(1, PARTS))

    def start(self, visit: Visit, ports: VisitPorts) -> CaptureRun | None:
        """The capture that runs beside the page."""
        if ports.enrol is None or ports.enrol.capture is None:
            return None
        return ports.enrol.capture(enrolment_of(visit).frames)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Enough pictures, a reason why not, or no camera."""
        enrolment = enrolment_of(visit)
        if isinstance(action, FacesCaptured):
            enrolment.frames, enrolment.face = action.frames, action.template
            enrolment.is_face_over = True
            ways = [Way("enrol_next", next_part(visit, ports))]
            if len(action.frames) < MOST:
                ways.append(Way("enrol_more", FaceCaptureStep()))
            count = {"count": str(len(action.frames))}
            alike = _alike(visit, ports, action)
            prompt = alike or Prompt("enrol.capture.done", count, is_personal=False)
            icon = "warning" if alike else "check"
            return Destination(_notice(prompt, tuple(ways), icon, 1), replaces=True)
        if isinstance(action, OtherWay):
            enrolment.is_face_over = True
            return Destination(next_part(visit, ports), replaces=True)
        if isinstance(action, FacesNotCaptured):
            advice = ports.label(f"error.ksk-305.{action.advice}")
            prompt = Prompt("enrol.capture.failed", {"advice": advice}, is_personal=False)
        elif isinstance(action, FaceCheckUnavailable):
            prompt = Prompt("enrol.capture.unavailable")
        else:
            raise FlowError(f"capture does not offer {type(action).__name__}")
        # Pictures that do not belong together are all taken anew; a template that is there stays.
        enrolment.frames = ()
        enrolment.is_face_over = True
        onward = next_part(visit, ports)
        both = (Way("retry", FaceCaptureStep()), Way("enrol_next", onward))
        return Destination(_notice(prompt, both, "face", 1), replaces=True)


@dataclass(frozen=True, slots=True)
class EnrolVoiceStep:
    """Three times six digits, read out by the guide first."""

    def page(self, visit: Visit, ports: VisitPorts) -> VoiceCheckPage:
        """The digits come with the run."""
        return VoiceCheckPage(
            Prompt("enrol.voice"),
            phrases=PHRASES,
            other_way="enrol.skip_voice",
            progress=Progress(2, PARTS),
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """A template, a reason why not, or no microphone."""
        enrolment = enrolment_of(visit)
        enrolment.is_voice_over = True
        onward = next_part(visit, ports)
        if isinstance(action, VoiceEnrolled):
            enrolment.voice = action.template
            return Destination(onward, replaces=True)
        if isinstance(action, OtherWay):
            return Destination(onward, replaces=True)
        if isinstance(action, VoiceNotEnrolled):
            advice = ports.label(f"error.idn-403.{action.advice}")
            prompt = Prompt("enrol.voice.failed", {"advice": advice}, is_personal=False)
        elif isinstance(action, VoiceCheckUnavailable):
            prompt = Prompt("enrol.voice.unavailable")
        else:
            raise FlowError(f"voice enrolment does not offer {type(action).__name__}")
        ways = (Way("retry", EnrolVoiceStep()), Way("enrol_next", onward))
        return Destination(_notice(prompt, ways, "microphone", 2), replaces=True)


@dataclass(frozen=True, slots=True)
class EnrolCardStep:
    """The person's own card, which is tied to them by the number that it carries."""

    prompt_id: str = "enrol.card"

    def page(self, visit: Visit, ports: VisitPorts) -> CardPage:
        """The card picture."""
        return CardPage(Prompt(self.prompt_id), progress=Progress(3, PARTS))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Only the person's own card counts; none is no hindrance."""
        enrolment = enrolment_of(visit)
        if isinstance(action, Decline):
            enrolment.has_card = False
            return Destination(next_part(visit, ports))
        if not isinstance(action, CardPresented):
            raise FlowError(f"card does not offer {type(action).__name__}")
        if fault := fault_of_own_card(visit, ports, action):
            return Destination(EnrolCardStep(fault), replaces=True)
        enrolment.has_card = True
        return Destination(next_part(visit, ports))


@dataclass(frozen=True, slots=True)
class EnrolPinStep:
    """Whether the PIN works is tried here, with somebody at hand who can help."""

    prompt: Prompt = field(default_factory=lambda: Prompt("enrol.pin"))

    def page(self, visit: Visit, ports: VisitPorts) -> PinPage:
        """The keypad with dots."""
        is_again = self.prompt.id != "enrol.pin"
        return PinPage(self.prompt, is_rejected=is_again, progress=Progress(4, PARTS))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Right, wrong with tries left, or locked; forgotten is noted and costs nothing."""
        enrolment = enrolment_of(visit)
        if isinstance(action, Decline):
            enrolment.has_pin = False
            return Destination(next_part(visit, ports), replaces=True)
        if not isinstance(action, PinTyped):
            raise FlowError(f"PIN does not offer {type(action).__name__}")
        if len(action.pin) != PIN_DIGITS or not (action.pin.isascii() and action.pin.isdigit()):
            return Destination(EnrolPinStep(Prompt("pin.wrong_length")), replaces=True)
        card = ports.card_reader.read()
        if card is None or readable_id(ports, card.citizen_id) != visit.citizen_id:
            enrolment.has_card = None
            return Destination(EnrolCardStep(), replaces=True)
        check = ports.card_reader.verify_pin(action.pin)
        if not check.is_accepted and check.tries_left > 0:
            tries = {"tries": str(check.tries_left)}
            return Destination(EnrolPinStep(Prompt("pin.wrong", tries)), replaces=True)
        enrolment.has_pin = check.is_accepted
        return Destination(next_part(visit, ports), replaces=True)


def _alike(visit: Visit, ports: VisitPorts, action: FacesCaptured) -> Prompt | None:
    """Tell staff whether this face is enrolled under another name, and how little that says among many."""
    if ports.enrol is None or visit.resident is None:
        return None
    found = ports.enrol.alike(action.template, visit.resident.resident_id)
    if found is None or not found.matches:
        return None
    nearest = found.matches[0]
    expected = nearest.expected_false
    by_chance = (
        ports.label("enrol.alike.unknown")
        if expected is None
        else ports.label("enrol.alike.expected", count=_few(expected))
    )
    said = {"people": str(found.people), "chance": by_chance}
    return Prompt("enrol.alike", said, is_personal=True)


def _few(expected: float) -> str:
    """An upper bound in plain digits, never rounded down."""
    if expected >= 1:
        return str(math.ceil(expected))
    return f"{max(1, math.ceil(expected * 100)) / 100:g}"


def _notice(prompt: Prompt, ways: tuple[Way, ...], icon: str, part: int) -> NoticeStep:
    return NoticeStep(prompt, ways, icon=icon, progress=Progress(part, PARTS))
