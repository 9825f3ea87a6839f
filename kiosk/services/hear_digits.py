"""One phrase, from the first block of the microphone to its verdict: the part that check and enrolment share.

Time is counted in samples, so that a test needs no clock and a slow machine cuts nobody short.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk.domain.spoken_digits import DigitChallenge, DigitCheck, check_digits
from kiosk.services.ports import Microphone, Sound
from kiosk.services.voice_ports import (
    BLOCK_S,
    DigitEar,
    DigitHearing,
    Floor,
    SilentFloor,
    SpeechDetector,
    SpeechStream,
    Utterance,
    VoiceAdvice,
    VoiceEngine,
)

SPEECH_PROBABILITY = 0.5
START_TIME_S = 10.0
"""How long nobody need begin: the digits are read, understood, perhaps read out by a helper."""
LONGEST_S = 20.0
"""From the first word; eight digits at one every two seconds, with time to spare."""
PAUSE_S = 3.0
"""Silence that ends an unfinished phrase: people pause when they dictate digits."""
END_PAUSE_S = 0.8
"""Silence that ends it when the last digit has been heard."""
HINT_EVERY_BLOCKS = 16
"""0.5 s between two looks at the sound so far."""
HINT_AFTER_S = 0.8
"""Speech before the first look: the loudness of one syllable says little."""
HINTS = frozenset({VoiceAdvice.TOO_QUIET, VoiceAdvice.TOO_LOUD, VoiceAdvice.NOISY})
"""What can be mended while somebody speaks."""
QUIETEST_DBFS = -60.0
LOUDEST_DBFS = -10.0
_FULL_SCALE = 32768.0
NOTHING_HEARD_YET = DigitCheck(0, 0, False)


@dataclass(frozen=True, slots=True)
class VoiceView:
    """What the page shows for one block: 30 of them a second."""

    challenge: DigitChallenge
    needed_s: float
    """Seconds of speech that are needed."""
    attempt: int
    """Of this phrase, from 1."""
    phrase: int = 1
    """From 1."""
    phrases: int = 1
    advice: VoiceAdvice | None = None
    """Why the attempt before did not count."""
    next_place: int = 0
    """Which digit comes next, from 0; the challenge's length when all were heard."""
    level: float = 0.0
    """Of the meter, 0 to 1."""
    speech_s: float = 0.0
    """Seconds of speech so far, in all that counts."""
    is_listening: bool = False
    """The microphone is open; else the guide is speaking."""
    hint: VoiceAdvice | None = None
    """What to mend while speaking; it is no verdict."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One attempt at one challenge."""

    utterance: Utterance
    check: DigitCheck
    advice: VoiceAdvice | None
    """None when the phrase counts."""


@dataclass(slots=True)
class _Recording:
    """Blocks so far, and when somebody spoke."""

    challenge: DigitChallenge
    stream: SpeechStream
    hearing: DigitHearing
    blocks: list[Sound] = field(default_factory=list)
    is_speech: list[bool] = field(default_factory=list)
    heard: str = ""
    check: DigitCheck = NOTHING_HEARD_YET
    quiet: int = 0
    """Blocks since the last speech."""
    hint: VoiceAdvice | None = None

    @property
    def utterance(self) -> Utterance:
        """All of it so far."""
        return Utterance(tuple(self.blocks), tuple(self.is_speech))

    def add(self, block: Sound) -> None:
        self.blocks.append(block)
        speaks = self.stream.probability(block) >= SPEECH_PROBABILITY
        self.is_speech.append(speaks)
        self.quiet = 0 if speaks else self.quiet + 1
        self.heard = self.hearing.accept(block)
        self.check = check_digits(self.challenge, self.heard)

    def is_over(self) -> bool:
        """Whether the phrase has ended, or does not begin."""
        heard_s = len(self.blocks) * BLOCK_S
        if True not in self.is_speech:
            return heard_s >= START_TIME_S
        is_late = heard_s - self.is_speech.index(True) * BLOCK_S >= LONGEST_S
        is_said = self.check.is_fresh or len(self.heard) >= len(self.challenge.digits)
        return is_late or self.quiet * BLOCK_S >= (END_PAUSE_S if is_said else PAUSE_S)


@dataclass(frozen=True, slots=True)
class HearDigits:
    """Listens to one challenge; the sound lives as long as the check."""

    microphone: Microphone
    engine: VoiceEngine
    detector: SpeechDetector
    ear: DigitEar

    def warm_up(self) -> None:
        """Load all models, before the person is asked to speak.

        Raises:
            ModelUnavailable, VoiceEngineMissing.
        """
        self.engine.warm_up()
        self.detector.warm_up()
        self.ear.warm_up()

    def hear(
        self,
        view: VoiceView,
        show: Callable[[VoiceView], None],
        stop: threading.Event,
        floor: Floor | None = None,
    ) -> Heard | None:
        """Let the guide speak, open the microphone, listen until the phrase is over, close the microphone.

        Args:
            view: what the page shows before anybody speaks.
            show: told that, and for every block how it has changed.
            stop: set when the person leaves.
            floor: whose turn it is; None where no guide speaks.
        Returns:
            None when stopped.
        Raises:
            MicrophoneUnavailable.
        """
        floor = floor or SilentFloor()
        show(view)
        floor.ask(view.challenge.digits, view.advice, stop)
        recording = self._begin(view.challenge)
        try:
            self.microphone.open()
            while not recording.is_over():
                if stop.is_set():
                    return None
                block = self.microphone.read()
                if floor.is_guide_speaking():
                    # Nothing of the guide counts, and nothing that was said into it.
                    if recording.blocks:
                        recording = self._begin(view.challenge)
                        show(view)
                    continue
                recording.add(block)
                self._look(recording)
                show(_progress(view, recording, block))
        finally:
            self.microphone.close()
        return self._verdict(recording)

    def _begin(self, challenge: DigitChallenge) -> _Recording:
        return _Recording(challenge, self.detector.begin(), self.ear.begin())

    def _look(self, recording: _Recording) -> None:
        is_due = len(recording.blocks) % HINT_EVERY_BLOCKS == 0
        if is_due and sum(recording.is_speech) * BLOCK_S >= HINT_AFTER_S:
            advice = self.engine.judge(recording.utterance)
            recording.hint = advice if advice in HINTS else None

    def _verdict(self, recording: _Recording) -> Heard:
        check = check_digits(recording.challenge, recording.hearing.finish())
        utterance = recording.utterance
        advice = self.engine.judge(utterance)
        if advice is None and not check.is_fresh:
            advice = VoiceAdvice.OTHER_DIGITS
        return Heard(utterance, check, advice)


def _progress(view: VoiceView, recording: _Recording, block: Sound) -> VoiceView:
    return replace(
        view,
        next_place=recording.check.next_place,
        level=meter_level(block),
        speech_s=view.speech_s + sum(recording.is_speech) * BLOCK_S,
        is_listening=True,
        hint=recording.hint,
    )


def meter_level(block: Sound) -> float:
    """How far the meter goes, 0 to 1, from the loudness of a block."""
    samples = block.astype("float32") / _FULL_SCALE
    power = float((samples * samples).mean())
    dbfs = 10.0 * math.log10(max(power, 1e-12))
    return min(1.0, max(0.0, (dbfs - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)))
