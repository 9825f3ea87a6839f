"""Use case: one guided voice check, from random digits on the screen to a similarity.

It decides nothing: the similarity becomes evidence through the calibration, and together with the other evidence a
decision. Whatever goes wrong here (noise, other digits, too little speech) makes it abstain with a reason, which counts
as nothing and never against the person. No sound is kept.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from kiosk.domain.identity_evidence import Score
from kiosk.domain.spoken_digits import Choose, draw_challenge
from kiosk.errors import KioskError
from kiosk.services.hear_digits import HearDigits, VoiceView
from kiosk.services.ports import VoiceTemplate
from kiosk.services.voice_ports import Floor, Utterance, VoiceAdvice

CHECK_DIGITS = 8
"""The most that a challenge has: about four seconds of speech, and the least that a recording can have foreseen."""

TRIES = 3
"""Then the next way is offered."""

NEEDED_SPEECH_S = 3.0
"""With less the voice is not compared. Phrases that were right are counted together.

Source: measured on 16 Mandarin speakers, packaging/bench_voice.py: the equal error rate is 5.0 % at 1.6 s of
speech and 2.1 % at 3.2 s.
"""


@dataclass(frozen=True, slots=True)
class VoiceCheckResult:
    """How the check ended."""

    kind: Literal["scored", "abstained", "unavailable", "stopped"]
    similarity: float = 0.0
    """Cosine to the template; only when scored."""
    engine_id: str = ""
    speech_s: float = 0.0
    """Of the phrases that counted."""
    attempts: int = 0
    advice: VoiceAdvice | None = None
    """Why it abstained: the reason of the last try."""
    code: str = ""
    """The error code when unavailable."""
    phrases: int = 1
    """How many the template was made of; what is known of one number says nothing of another."""

    @property
    def score(self) -> Score | None:
        """What a calibration weighs; None when there is nothing to weigh."""
        if self.kind != "scored":
            return None
        return Score(self.engine_id, self.similarity, self.phrases)

    def llr(self, calibrate: Callable[[Score], float]) -> float:
        """The evidence as natural log of a likelihood ratio; 0 unless scored.

        Args:
            calibrate: from a score of this engine to a log-likelihood ratio.
        """
        return calibrate(self.score) if self.score else 0.0


class VoiceCheckRun(Protocol):
    """A check that is ready to run in a thread of its own."""

    def run(
        self, show: Callable[[VoiceView], None], stop: threading.Event, floor: Floor | None = None
    ) -> VoiceCheckResult:
        """Run until a result or until ``stop`` is set; never raises for an expected fault."""


@dataclass(frozen=True, slots=True)
class VoiceCheck:
    """One check over a real microphone and engine, for a thread of its own."""

    hear: HearDigits
    template: VoiceTemplate
    choose: Choose = secrets.choice
    is_match: Callable[[Score], bool] = lambda _score: True
    """Whether a comparison is good enough to stop asking; else more speech is asked for, while tries are left."""

    def run(
        self, show: Callable[[VoiceView], None], stop: threading.Event, floor: Floor | None = None
    ) -> VoiceCheckResult:
        """Ask, listen, compare: until a result or until ``stop`` is set; never raises for an expected fault."""
        try:
            self.hear.warm_up()
            return self._guide(show, stop, floor)
        except KioskError as error:
            return VoiceCheckResult("unavailable", code=error.code)

    def _guide(
        self, show: Callable[[VoiceView], None], stop: threading.Event, floor: Floor | None
    ) -> VoiceCheckResult:
        compared: VoiceCheckResult | None = None
        good: tuple[Utterance, ...] = ()
        advice: VoiceAdvice | None = None
        for attempt in range(1, TRIES + 1):
            view = VoiceView(
                draw_challenge(CHECK_DIGITS, self.choose),
                NEEDED_SPEECH_S,
                attempt,
                advice=advice,
                speech_s=sum(utterance.speech_s for utterance in good),
            )
            heard = self.hear.hear(view, show, stop, floor)
            if heard is None:
                return VoiceCheckResult("stopped", attempts=attempt)
            advice = heard.advice
            if advice is None:
                good = (*good, heard.utterance)
                if sum(utterance.speech_s for utterance in good) >= NEEDED_SPEECH_S:
                    compared = self._compare(good, attempt)
                    if compared.score is not None and self.is_match(compared.score):
                        return compared
                advice = VoiceAdvice.TOO_SHORT
        if compared is not None:
            return replace(compared, attempts=TRIES)
        return VoiceCheckResult("abstained", attempts=TRIES, advice=advice)

    def _compare(self, good: tuple[Utterance, ...], attempt: int) -> VoiceCheckResult:
        engine = self.hear.engine
        similarity = engine.similarity(engine.embed(good), self.template)
        speech_s = sum(utterance.speech_s for utterance in good)
        return VoiceCheckResult(
            "scored",
            similarity,
            engine.engine_id,
            speech_s,
            attempt,
            phrases=self.template.phrases,
        )
