"""An ear for digits through PocketSphinx and a Mandarin model of 8 kHz.

It is small, free and old: it can tell whether the digits on the screen were read, and is what the tests hear real
speech with. Where Vosk's model is installed, that one is used.

The word penalty was chosen on 32 phrases of eight digits, joined from one voice's words or syllables with pauses of 0.3
or 0.8 s: with 1e-24 / 1e-30 / 1e-36 the check passed 20 / 26 / 24 of them. With more, digits are swallowed, with less
invented. The same phrases served to choose and to count, so the figure is a little kind.
"""

from pathlib import Path
from typing import Any

import numpy as np

from accessibility.resampler import Resampler
from kiosk.errors import ModelUnavailable
from kiosk.identity.voice.digit_readings import digit_words, to_digits
from kiosk.identity.voice.packages import load_package
from kiosk.services.ports import SOUND_RATE_HZ, Sound

RATE_HZ = 8_000
ACOUSTIC_MODEL = "tdt_sc_8k"
DICTIONARY = "mandarin_notone.dic"

_PACKAGE = "pocketsphinx"
_LARGEST_DICTIONARY = 16_000_000
_SEARCH = "digits"
_FIRST_MEAN = "54,-1,2"
"""Cepstral mean that an utterance begins with; from the model's own parameters. Else it is that of the one before."""
_LOOK_EVERY = 6
"""Blocks between two looks at what was heard so far: five a second."""
_TAIL = np.zeros(SOUND_RATE_HZ // 4, np.int16)
"""Silence behind the sound: the decoder drops a word that ends with the recording."""


class SphinxDigits:
    """A ``DigitEar``; loads its model when it is first needed."""

    def __init__(self, folder: Path, profile: str = "") -> None:
        """Prepare the ear; reads nothing yet.

        Args:
            folder: holds the acoustic model and the dictionary.
            profile: dialect profile of the digits; empty for the standard words.
        """
        self._folder = folder
        self._profile = profile
        self._decoder: Any = None
        self.words: dict[str, str] = {}

    def warm_up(self) -> None:
        """Load the model and build the grammar.

        Raises:
            ModelUnavailable: a file is missing or damaged, or the dictionary lacks a digit.
            VoiceEngineMissing: pocketsphinx is not installed.
        """
        if self._decoder is not None:
            return
        sphinx = load_package(_PACKAGE)
        phones = _read_dictionary(self._folder / DICTIONARY)
        words = digit_words(self._profile, phones.__contains__)
        if len(set(words.values())) < 10:
            raise ModelUnavailable("the dictionary of PocketSphinx lacks a digit")
        model = self._folder / ACOUSTIC_MODEL
        if not model.is_dir():
            raise ModelUnavailable(f"there is no folder {ACOUSTIC_MODEL}")
        try:
            decoder = sphinx.Decoder(
                sphinx.Config(
                    hmm=str(model), lm=None, dict=None, samprate=RATE_HZ, loglevel="FATAL", bestpath=False,
                    lw=1.0, wip=1e-30, beam=1e-80, wbeam=1e-60, pbeam=1e-80,
                )
            )  # fmt: skip
        except RuntimeError as error:
            raise ModelUnavailable("PocketSphinx cannot load its model") from error
        for word in words:
            decoder.add_word(word, phones[word], True)
        rule = " | ".join(words)
        decoder.add_jsgf_string(_SEARCH, f"#JSGF V1.0;\ngrammar g;\npublic <g> = ({rule})+;\n")
        decoder.activate_search(_SEARCH)
        self._decoder, self.words = decoder, words

    def begin(self) -> "SphinxHearing":
        """Start on a new recording; the one before must be finished or dropped."""
        self.warm_up()
        return SphinxHearing(self._decoder, self.words)


class SphinxHearing:
    """Hears one recording."""

    def __init__(self, decoder: Any, words: dict[str, str]) -> None:  # noqa: ANN401
        """Begin with nothing left of the recording before, also where that was dropped in its middle."""
        self._decoder = decoder
        self._words = words
        self._resampler = Resampler(SOUND_RATE_HZ, RATE_HZ)
        self._blocks = 0
        self._so_far = ""
        _end(decoder)
        decoder.set_cmn(_FIRST_MEAN)
        decoder.start_utt()

    def accept(self, block: Sound) -> str:
        """Hear on; the digits so far."""
        self._hear(block)
        self._blocks += 1
        if self._blocks % _LOOK_EVERY == 0:
            self._so_far = self._digits()
        return self._so_far

    def finish(self) -> str:
        """The digits of the whole recording."""
        self._hear(_TAIL)
        _end(self._decoder)
        return self._digits()

    def _hear(self, sound: Sound) -> None:
        self._decoder.process_raw(self._resampler.convert(sound).astype("<i2").tobytes())

    def _digits(self) -> str:
        hypothesis = self._decoder.hyp()
        return to_digits(hypothesis.hypstr, self._words) if hypothesis else ""


def _end(decoder: Any) -> None:  # noqa: ANN401
    """End an utterance, if one has begun."""
    try:
        decoder.end_utt()
    except RuntimeError:
        return


def _read_dictionary(path: Path) -> dict[str, str]:
    """Single characters and their phones; of several readings the first.

    Raises:
        ModelUnavailable: missing, or no dictionary.
    """
    phones: dict[str, str] = {}
    try:
        if path.stat().st_size > _LARGEST_DICTIONARY:
            raise ModelUnavailable(f"{path.name} is too large for a dictionary")
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                word, _, spoken = line.strip().replace("\t", " ").partition(" ")
                if len(word) == 1:
                    phones.setdefault(word, spoken.strip())
    except OSError as error:
        raise ModelUnavailable(f"there is no dictionary {path.name}") from error
    return phones
