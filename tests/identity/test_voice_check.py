"""The whole way with real models and recordings: digits on the screen, a voice that reads them, a similarity."""

import random
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import ModelUnavailable
from kiosk.identity.voice.factory import make_ear, make_embedder, make_hearing
from kiosk.identity.voice.ge2e_embedder import Ge2eEmbedder
from kiosk.identity.voice.sphinx_digits import SphinxDigits
from kiosk.identity.voice.voice_engine import EmbeddedVoiceEngine
from kiosk.models.store import ModelStore
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.services.hear_digits import HearDigits, VoiceView
from kiosk.services.ports import SOUND_BLOCK, Sound
from kiosk.services.verify_voice import VoiceCheck
from tests.identity.voices import GE2E, SPHINX, blocks_of, detector, require, say_digits


@dataclass
class Reader:
    """A microphone before which somebody reads what the screen shows."""

    label: str = "reader"
    digits: str = ""
    left: list[Sound] = field(default_factory=list)

    def see(self, view: VoiceView) -> None:
        if view.challenge.digits != self.digits:
            self.digits = view.challenge.digits
            self.left = []

    def open(self) -> None:
        self.left = list(blocks_of(say_digits(self.digits, 0.3)))

    def read(self) -> Sound:
        return self.left.pop(0) if self.left else np.zeros(SOUND_BLOCK, np.int16)

    def close(self) -> None:
        self.left = []


def test_voice_that_enrolled_is_known_again_by_other_digits() -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx has no wheel for this Python")
    reader = Reader()
    engine = EmbeddedVoiceEngine(Ge2eEmbedder(require(GE2E)))
    hear = HearDigits(reader, engine, detector(), SphinxDigits(require(SPHINX)))
    views: list[VoiceView] = []

    def show(view: VoiceView) -> None:
        reader.see(view)
        views.append(view)

    enrolled = EnrolVoice(hear, random.Random(7).choice).run(show, threading.Event())
    assert enrolled.kind == "enrolled", enrolled
    assert enrolled.template is not None
    result = VoiceCheck(hear, enrolled.template, random.Random(8).choice).run(
        show, threading.Event()
    )
    assert result.kind == "scored", result
    assert result.similarity > 0.85
    assert result.speech_s >= 3.0
    assert max(view.next_place for view in views) == 8


def test_without_models_the_voice_is_left_out() -> None:
    models = ModelStore(folder=None)
    with pytest.raises(ModelUnavailable):
        make_hearing(models, Reader())
    with pytest.raises(ModelUnavailable):
        make_embedder(models)
    with pytest.raises(ModelUnavailable):
        make_ear(models)
