"""An ear for digits through Vosk with a closed grammar; every hearing has a recogniser of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.errors import ModelUnavailable
from kiosk.identity.voice.digit_readings import digit_words, to_digits
from kiosk.identity.voice.vosk_models import load_model, load_vosk
from kiosk.services.ports import SOUND_RATE_HZ, Sound

UNKNOWN = "[unk]"
"""What Vosk hears where no word fits; it must be in the grammar, and not every model has it."""
_LOOK_EVERY = 6


class VoskDigits:
    """A ``DigitEar``; loads its model when it is first needed."""

    def __init__(self, folder: Path, profile: str = "") -> None:
        """Prepare the ear; reads nothing yet.

        Args:
            folder: of a small (dynamic) Chinese model, such as vosk-model-small-cn-0.22.
            profile: dialect profile of the digits; empty for the standard words.
        """
        self._folder = folder
        self._profile = profile
        self._make: Callable[[], Any] | None = None
        self.words: dict[str, str] = {}

    def warm_up(self) -> None:
        """Load the model and choose the words that it has.

        Raises:
            ModelUnavailable: the folder is missing, no model, or its vocabulary lacks a digit.
            VoiceEngineMissing: vosk is not installed.
        """
        if self._make is not None:
            return
        vosk = load_vosk()
        model = load_model("Model", self._folder)
        self.words = digit_words(self._profile, lambda word: model.vosk_model_find_word(word) >= 0)
        grammar = grammar_of(self.words, has_unknown=model.vosk_model_find_word(UNKNOWN) >= 0)
        self._make = lambda: vosk.KaldiRecognizer(model, SOUND_RATE_HZ, grammar)

    def begin(self) -> "VoskHearing":
        """Start on a new recording."""
        self.warm_up()
        if self._make is None:
            raise ModelUnavailable("Vosk has no model")
        return VoskHearing(self._make(), self.words)


class VoskHearing:
    """Hears one recording."""

    def __init__(self, recogniser: Any, words: dict[str, str]) -> None:  # noqa: ANN401
        """Take a fresh recogniser, which belongs to this thread and recording."""
        self._recogniser = recogniser
        self._words = words
        self._ended = ""
        """Digits before the last pause: a pause ends one of Vosk's results."""
        self._so_far = ""
        self._blocks = 0

    def accept(self, block: Sound) -> str:
        """Hear on; the digits so far."""
        self._blocks += 1
        if self._recogniser.AcceptWaveform(block.astype("<i2").tobytes()):
            self._ended += self._digits(self._recogniser.Result(), "text")
            self._so_far = self._ended
        elif self._blocks % _LOOK_EVERY == 0:
            partial = self._digits(self._recogniser.PartialResult(), "partial")
            self._so_far = self._ended + partial
        return self._so_far

    def finish(self) -> str:
        """The digits of the whole recording."""
        return self._ended + self._digits(self._recogniser.FinalResult(), "text")

    def _digits(self, answer: str, key: str) -> str:
        text = str(json.loads(answer).get(key, "")).replace(UNKNOWN, "")
        return to_digits(text, self._words)


def grammar_of(words: dict[str, str], *, has_unknown: bool) -> str:
    """The grammar as Vosk takes it: one phrase of all words, which its bigram joins in any order, as real characters.

    Raises:
        ModelUnavailable: not every digit has a word.
    """
    if len(set(words.values())) < 10:
        raise ModelUnavailable("the vocabulary of the Vosk model lacks a digit")
    phrases = [" ".join(words), *words, *([UNKNOWN] if has_unknown else [])]
    return json.dumps(phrases, ensure_ascii=False)
