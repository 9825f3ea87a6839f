"""A microphone, an ear, a detector and an engine that do as a test tells them, in whole blocks and without waiting."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kiosk.errors import KioskError, MicrophoneUnavailable
from kiosk.services.hear_digits import HearDigits
from kiosk.services.ports import SOUND_BLOCK, Embedding, Sound, VoiceTemplate
from kiosk.services.voice_ports import BLOCK_S, Utterance, VoiceAdvice

SPEECH, QUIET = 1_000, 0


def blocks_of(seconds: float) -> int:
    return round(seconds / BLOCK_S)


@dataclass
class Phrase:
    """What somebody says into the microphone: speech for a while, then silence; the digits spread over it."""

    speech_s: float
    digits: str | None = None
    """None says what was asked."""


@dataclass
class Stage:
    """Everything that one listening needs; the speaker reads the screen."""

    phrases: Sequence[Phrase]
    advice: Sequence[VoiceAdvice | None] = ()
    """Of the sound of each opening of the microphone; None where there is nothing to say."""
    cosine: float = 0.9
    fault: KioskError | None = None
    dies_at: int = 10**9
    asked: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    is_open: bool = False
    embedded: list[int] = field(default_factory=list)
    engine_id: str = "e"
    label: str = "stage"
    enrol_fault: KioskError | None = None

    def __post_init__(self) -> None:
        self.left = deque(self.phrases)
        self.sound: list[int] = []

    def listener(self) -> HearDigits:
        return HearDigits(self, self, _Detector(), _Ear(self))

    def see(self, digits: str) -> None:
        if not self.asked or self.asked[-1] != digits:
            self.asked.append(digits)

    # Microphone

    def open(self) -> None:
        self.opened += 1
        self.is_open = True
        self.said = self.left.popleft() if self.left else Phrase(0)
        quiet = [QUIET] * blocks_of(0.5)
        self.sound = [*quiet, *[SPEECH] * blocks_of(self.said.speech_s)]
        self.heard = 0

    def read(self) -> Sound:
        assert self.is_open
        self.dies_at -= 1
        if self.dies_at < 0:
            raise MicrophoneUnavailable("unplugged")
        self.heard += 1
        level = self.sound[self.heard - 1] if self.heard <= len(self.sound) else QUIET
        return np.full(SOUND_BLOCK, level, np.int16)

    def close(self) -> None:
        self.is_open = False
        self.closed += 1

    # VoiceEngine

    def warm_up(self) -> None:
        if self.fault:
            raise self.fault

    def judge(self, utterance: Utterance) -> VoiceAdvice | None:
        if not utterance.speech_s:
            return VoiceAdvice.NOTHING_HEARD
        return self.advice[self.opened - 1] if self.opened <= len(self.advice) else None

    def embed(self, utterances: tuple[Utterance, ...]) -> Embedding:
        self.embedded.append(len(utterances))
        return np.ones(1, np.float32)

    def enrol(self, utterances: tuple[Utterance, ...]) -> VoiceTemplate:
        if self.enrol_fault:
            raise self.enrol_fault
        seconds = sum(utterance.speech_s for utterance in utterances)
        return VoiceTemplate(self.engine_id, bytes(4), len(utterances), seconds)

    def similarity(self, probe: Embedding, template: VoiceTemplate) -> float:
        return self.cosine


class _Detector:
    def warm_up(self) -> None:
        return None

    def begin(self) -> "_Detector":
        return self

    def probability(self, block: Sound) -> float:
        return 0.9 if block.max() == SPEECH else 0.1


@dataclass
class _Ear:
    stage: Stage

    def warm_up(self) -> None:
        return None

    def begin(self) -> "_Ear":
        return self

    def accept(self, block: Sound) -> str:
        said = self.stage.said
        spoken = max(0, self.stage.heard - blocks_of(0.5))
        digits = self._digits()
        share = spoken / max(1, blocks_of(said.speech_s))
        return digits[: int(share * len(digits))]

    def finish(self) -> str:
        return self._digits()

    def _digits(self) -> str:
        said = self.stage.said
        return self.stage.asked[-1] if said.digits is None else said.digits
