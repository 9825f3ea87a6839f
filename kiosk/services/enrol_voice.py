"""Use case: enrol a resident's voice from three phrases of six random digits, with consent and beside staff.

Storing is the caller's, in one transaction with the consent that the template rests on; the sound is not kept.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kiosk.domain.spoken_digits import Choose, DigitChallenge, draw_phrases
from kiosk.errors import KioskError, VoiceNotUsable
from kiosk.services.hear_digits import HearDigits, VoiceView
from kiosk.services.ports import VoiceTemplate
from kiosk.services.voice_ports import Floor, Utterance, VoiceAdvice

PHRASES = 3
PHRASE_DIGITS = 6
TRIES_PER_PHRASE = 3
"""Then enrolment ends without a template: card and PIN, or a face, serve as well."""

PHRASE_SPEECH_S = 1.5
"""Speech that a phrase needs; six digits spoken at a brisk pace have about two seconds."""


@dataclass(frozen=True, slots=True)
class VoiceEnrolmentResult:
    """How the enrolment ended."""

    kind: Literal["enrolled", "not_enrolled", "unavailable", "stopped"]
    template: VoiceTemplate | None = None
    phrase: int = 0
    """Which phrase it ended at, from 1."""
    advice: VoiceAdvice | None = None
    """Why there is no template."""
    code: str = ""
    """The error code when unavailable."""


@dataclass(frozen=True, slots=True)
class EnrolVoice:
    """Guides through the phrases and makes the template."""

    hear: HearDigits
    choose: Choose = secrets.choice

    def run(
        self, show: Callable[[VoiceView], None], stop: threading.Event, floor: Floor | None = None
    ) -> VoiceEnrolmentResult:
        """Run to the end; never raises for an expected fault."""
        try:
            self.hear.warm_up()
            return self._guide(show, stop, floor)
        except VoiceNotUsable as error:
            advice = VoiceAdvice(error.advice)
            return VoiceEnrolmentResult("not_enrolled", phrase=error.index + 1, advice=advice)
        except KioskError as error:
            return VoiceEnrolmentResult("unavailable", code=error.code)

    def _guide(
        self, show: Callable[[VoiceView], None], stop: threading.Event, floor: Floor | None
    ) -> VoiceEnrolmentResult:
        good: list[Utterance] = []
        for phrase, challenge in enumerate(draw_phrases(PHRASES, PHRASE_DIGITS, self.choose), 1):
            said = self._phrase(phrase, challenge, show, stop, floor)
            if isinstance(said, VoiceEnrolmentResult):
                return said
            good.append(said)
        return VoiceEnrolmentResult("enrolled", self.hear.engine.enrol(tuple(good)), PHRASES)

    def _phrase(
        self,
        phrase: int,
        challenge: DigitChallenge,
        show: Callable[[VoiceView], None],
        stop: threading.Event,
        floor: Floor | None,
    ) -> Utterance | VoiceEnrolmentResult:
        advice: VoiceAdvice | None = None
        for attempt in range(1, TRIES_PER_PHRASE + 1):
            view = VoiceView(challenge, PHRASE_SPEECH_S, attempt, phrase, PHRASES, advice)
            heard = self.hear.hear(view, show, stop, floor)
            if heard is None:
                return VoiceEnrolmentResult("stopped", phrase=phrase)
            advice = heard.advice
            if advice is None:
                if heard.utterance.speech_s >= PHRASE_SPEECH_S:
                    return heard.utterance
                advice = VoiceAdvice.TOO_SHORT
        return VoiceEnrolmentResult("not_enrolled", phrase=phrase, advice=advice)
