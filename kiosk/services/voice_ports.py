"""What the voice check needs from the outside: an engine, an ear for digits, a detector of speech."""

import enum
import threading
from dataclasses import dataclass
from typing import Protocol

from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Embedding, Sound, VoiceTemplate

BLOCK_S = SOUND_BLOCK / SOUND_RATE_HZ
"""Seconds of one block."""


class VoiceAdvice(enum.Enum):
    """Why a phrase says nothing about the voice, in the order of what to fix first.

    The value is the last part of the prompt id ``voice.advice.…``. None of them speaks against the person.
    """

    NOTHING_HEARD = "nothing_heard"
    TOO_QUIET = "too_quiet"
    TOO_LOUD = "too_loud"
    NOISY = "noisy"
    OTHER_DIGITS = "other_digits"
    TOO_SHORT = "too_short"
    OTHER_VOICE = "other_voice"
    """Only at enrolment: the phrases seem to be of two people, such as a helper who read one of them first."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """What was recorded for one challenge."""

    blocks: tuple[Sound, ...]
    """Of ``SOUND_BLOCK`` samples each."""
    is_speech: tuple[bool, ...]
    """One for each block."""

    @property
    def speech_s(self) -> float:
        """Seconds in which somebody spoke."""
        return sum(self.is_speech) * BLOCK_S


class SpeechStream(Protocol):
    """Follows one recording."""

    def probability(self, block: Sound) -> float:
        """How likely the next block is speech, 0 to 1."""


class SpeechDetector(Protocol):
    """Tells speech from noise."""

    def warm_up(self) -> None:
        """Load the model.

        Raises:
            ModelUnavailable.
        """

    def begin(self) -> SpeechStream:
        """Start on a new recording."""


class DigitHearing(Protocol):
    """Follows one recording."""

    def accept(self, block: Sound) -> str:
        """Hear on; the digits so far, which later ones may still change."""

    def finish(self) -> str:
        """The digits of the whole recording; nothing can be heard after it."""


class DigitEar(Protocol):
    """A recogniser with a closed grammar of the ten digits. Not for the GUI thread; one thread at a time."""

    def warm_up(self) -> None:
        """Load the model.

        Raises:
            ModelUnavailable: the model is missing or cannot be used.
            VoiceEngineMissing: the package of the recogniser is not installed.
        """

    def begin(self) -> DigitHearing:
        """Start on a new recording; it is not told which digits are expected."""


class VoiceEngine(Protocol):
    """Judges and describes voices. Not for the GUI thread; one thread at a time."""

    @property
    def engine_id(self) -> str:
        """Stable name with version, stored with each template."""

    def warm_up(self) -> None:
        """Load the models.

        Raises:
            ModelUnavailable, VoiceEngineMissing.
        """

    def judge(self, utterance: Utterance) -> VoiceAdvice | None:
        """Whether the sound is good enough to describe a voice; None when it is."""

    def embed(self, utterances: tuple[Utterance, ...]) -> Embedding:
        """Describe the voice of all the utterances together; length 1.

        Raises:
            VoiceNotUsable: too little speech.
        """

    def enrol(self, utterances: tuple[Utterance, ...]) -> VoiceTemplate:
        """Make a template of the phrases of one person.

        Raises:
            VoiceNotUsable: a phrase is too short, or not of the same voice as the others; carries index and advice.
        """

    def similarity(self, probe: Embedding, template: VoiceTemplate) -> float:
        """Cosine, -1 to 1; greater is more alike.

        Raises:
            TemplateUnusable: made by another engine, or damaged.
        """


class Floor(Protocol):
    """Whose turn it is to speak. Half duplex: the microphone would else hear the guide and take it for the person."""

    def ask(self, digits: str, advice: VoiceAdvice | None, stop: threading.Event) -> None:
        """Let the guide say what to do better and read the digits out, once; returns when it is silent, or stopped."""

    def is_guide_speaking(self) -> bool:
        """Whether what the microphone hears now may be the guide: somebody has asked to hear it again."""


class SilentFloor:
    """Where no guide speaks."""

    def ask(self, digits: str, advice: VoiceAdvice | None, stop: threading.Event) -> None:
        """Nothing is said."""
        del digits, advice, stop

    def is_guide_speaking(self) -> bool:
        """Never."""
        return False
