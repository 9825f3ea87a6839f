"""What the use cases need from the outside; ``kiosk.app`` plugs the real things in.

Every protocol carries the plain noun; implementations carry a prefix (``OpencvCamera``, ``SimulatedCardReader``).
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from kiosk.domain.identity_evidence import Score
from kiosk.domain.identity_policy import Assurance
from kiosk.domain.printout import PrintTarget

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

# Quoted: the window starts without waiting for numpy, which only names the types here.
Frame: TypeAlias = "npt.NDArray[np.uint8]"
"""One picture: shape (height, width, 3), BGR, 0-255."""

Embedding: TypeAlias = "npt.NDArray[np.float32]"
"""A face or voice embedding: shape (d,), float32."""

Sound: TypeAlias = "npt.NDArray[np.int16]"
"""Speech: shape (n,), mono, 16 bit, at ``SOUND_RATE_HZ``."""

SOUND_RATE_HZ = 16_000
"""Samples a second that every microphone gives and every speech engine takes."""

SOUND_BLOCK = 512
"""Samples of one block: 32 ms, what the voice activity detector looks at."""


class DeviceState(enum.Enum):
    """What a device says about itself."""

    READY = "ready"
    ABSENT = "absent"
    FAULT = "fault"


class Camera(Protocol):
    """A source of pictures; opened for one check and closed after it, so that nobody is watched in between."""

    @property
    def label(self) -> str:
        """What the device is, for staff: never a path of personal data."""

    def open(self) -> None:
        """Start the device.

        Raises:
            CameraUnavailable: there is none, or it does not start.
        """

    def read(self) -> Frame:
        """Wait for the next picture; at most 2 s.

        Raises:
            CameraUnavailable: unplugged or silent.
        """

    def close(self) -> None:
        """Stop the device; safe to call twice."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a reader tells about the social-security or identity card that lies on it."""

    citizen_id: str = field(repr=False)
    """18 characters, unchecked: a card is hostile input."""
    name: str = field(repr=False)
    card_number: str = field(repr=False)
    """The number printed on the card; never shown or logged whole."""


@dataclass(frozen=True, slots=True)
class PinCheck:
    """The card's own answer to a PIN; the kiosk never stores or compares PINs."""

    is_accepted: bool
    tries_left: int


class CardReader(Protocol):
    """A reader for social-security cards."""

    @property
    def label(self) -> str:
        """What the device is, for staff."""

    def state(self) -> DeviceState:
        """Whether the reader is there; never blocks longer than 50 ms."""

    def read(self) -> Card | None:
        """The card on the reader, or None when there is none.

        Raises:
            CardReaderUnavailable: the reader is gone or answers nonsense.
        """

    def verify_pin(self, pin: str) -> PinCheck:
        """Let the card check its PIN.

        Raises:
            CardReaderUnavailable: the reader or the card is gone.
        """


PrintImage: TypeAlias = "Image"
"""One sheet, or one piece of a roll, as the renderer draws it for a printer's target."""


class PrinterState(enum.Enum):
    """What a printer says about itself."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    """It prints; staff should bring paper."""
    ABSENT = "absent"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """A printer's state, and what staff should know about it."""

    state: PrinterState
    words: str = ""
    """Plain Chinese; empty when there is nothing to do."""

    @property
    def can_print(self) -> bool:
        """Whether it is worth trying."""
        return self.state in (PrinterState.READY, PrinterState.PAPER_LOW)


class Printer(Protocol):
    """Puts pictures on paper; one job at a time, safe from several threads."""

    @property
    def label(self) -> str:
        """What the device is, for staff."""

    @property
    def target(self) -> PrintTarget:
        """The paper that is drawn for."""

    def state(self) -> PrinterStatus:
        """Whether it can print; at most 5 s. Asked on a background lane."""

    def print(self, images: Sequence[PrintImage]) -> None:
        """Print, and return only when the printer has confirmed, as far as it can.

        Raises:
            PrinterUnavailable: nothing came out.
            PrinterFault: it broke off or did not confirm: the paper may be there, whole or in part.
        """


class FaceAdvice(enum.Enum):
    """Why a picture cannot be used yet, in the order of what to fix first. The value is the prompt id's last part."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TOO_FAR = "too_far"
    TOO_NEAR = "too_near"
    OFF_CENTRE = "off_centre"
    TURNED_AWAY = "turned_away"
    OCCLUDED = "occluded"
    BLURRED = "blurred"
    HOLD_STILL = "hold_still"


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Where a face is, in pixels of the frame; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


Point: TypeAlias = tuple[float, float]
"""Across and down, in pixels of the frame."""


@dataclass(frozen=True, slots=True)
class FacePoints:
    """Where eyes, nose and mouth are. Right and left are the person's own, so the right eye is left in the picture."""

    right_eye: Point
    left_eye: Point
    nose: Point
    """Its tip, or its base where the detector knows no other: compare poses of one engine only."""
    right_mouth: Point | None = None
    """A corner; None where the detector does not know it."""
    left_mouth: Point | None = None


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """What one frame showed."""

    box: FaceBox | None
    """The single (or largest) face."""
    advice: FaceAdvice | None
    """None when the picture is good enough to compare."""
    quality: float
    """0 to 1; only orders good frames among each other."""
    points: FacePoints | None = None
    """Of the face in the box, whatever the advice; None where there is no face or nothing finds points."""


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """An enrolled reference for 1:1 verification; stored encrypted, never leaves the device."""

    engine_id: str
    """The engine, with version, that made it; engines are never mixed."""
    vectors: tuple[bytes, ...]
    """One little-endian float32 embedding for each enrolled picture."""


@dataclass(frozen=True, slots=True)
class FaceComparison:
    """The outcome of one 1:1 comparison."""

    score: float
    """Minus the similarity: smaller is more alike. For plain Euclidean engines the distance to the mean of the enrolled
    embeddings; negative where cosines are compared."""
    is_match: bool


class BiometricJudge(Protocol):
    """Weighs the comparisons of a visit by the calibration that this machine reads."""

    def __call__(self, scores: Sequence[Score], *, is_live: bool) -> Assurance:
        """What face and voice reach alone; NOBODY where they are one factor among others.

        Args:
            scores: at most one of each modality: of a check, its worst compared frame.
            is_live: presentation attack detection has passed; nothing makes up for it.
        """


class FaceEngine(Protocol):
    """Detects, judges, describes and compares faces. Not for the GUI thread; one thread at a time."""

    @property
    def engine_id(self) -> str:
        """Stable name with version, stored with each template."""

    @property
    def threshold(self) -> float:
        """The largest score that is a match."""

    def warm_up(self) -> None:
        """Load the models (the first time: convert and check them).

        Raises:
            ModelUnavailable: a model file is missing or not the expected one, or the engine is not calibrated.
            ProcessorUnsupported: the processor cannot run the engine.
        """

    def observe(self, frame: Frame) -> FaceObservation:
        """Find the face and say what to improve."""

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        """Describe the face that was observed in this very frame.

        Raises:
            ValueError: no face was observed.
        """

    def enrol(self, frames: tuple[Frame, ...]) -> FaceTemplate:
        """Make a template from one or more pictures of one person.

        Raises:
            FaceNotUsable: a picture has no face, several faces, or too poor a face; carries the index and advice.
        """

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        """Compare 1:1 as the engine was calibrated.

        Raises:
            TemplateUnusable: made by another engine, or damaged.
        """


class Microphone(Protocol):
    """A source of sound; opened for one check and closed after it, so that nobody is overheard in between."""

    @property
    def label(self) -> str:
        """What the device is, for staff: never a path of personal data."""

    def open(self) -> None:
        """Start the device; what was said before is not heard.

        Raises:
            MicrophoneUnavailable: there is none, or it does not start.
        """

    def read(self) -> Sound:
        """Wait for the next ``SOUND_BLOCK`` samples; at most 2 s.

        Raises:
            MicrophoneUnavailable: not open, unplugged or silent.
        """

    def close(self) -> None:
        """Stop the device; safe to call twice."""


@dataclass(frozen=True, slots=True)
class VoiceTemplate:
    """An enrolled voice for 1:1 verification; stored encrypted, never leaves the device."""

    engine_id: str
    """The engine, with version, that made it; engines are never mixed."""
    vector: bytes = field(repr=False)
    """Little-endian float32, length 1: the mean of the phrases, each of length 1."""
    phrases: int
    """How many phrases it was made of."""
    speech_s: float
    """Seconds of speech in them."""


class PhotoAdvice(enum.Enum):
    """Why a photo of a paper cannot be kept yet, in the order of what to fix first.

    The value is the last part of the prompt id ``photo.advice.…``; a ``FaceAdvice`` has ``face.advice.…``.
    """

    TOO_DARK = "too_dark"
    CUT = "cut"
    NOTHING_THERE = "nothing_there"
    TOO_FAR = "too_far"
    GLARE = "glare"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
