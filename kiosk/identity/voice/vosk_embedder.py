"""Vosk's speaker model: an x-vector of 128 numbers that comes with what its recogniser hears.

Vosk has no way to a vector but through a recogniser with an acoustic model, and gives one with each result that had
enough voiced frames. Vectors of several results are weighted by their frames.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.errors import VoiceNotUsable
from kiosk.identity.voice.speaker_embedder import unit
from kiosk.identity.voice.vosk_models import load_model, load_vosk
from kiosk.services.ports import SOUND_RATE_HZ, Embedding, Sound

ENGINE_ID = "vosk-spk-0.4"

FEWEST_FRAMES = 300
"""Voiced frames of 10 ms: three seconds. Source: Vosk's example asks for four seconds for a good vector; 3 s is what
the check itself asks for."""
_PIECE = 3_200
"""Samples given at once: 0.2 s, the step of Vosk itself."""

MakeRecogniser = Callable[[], Any]


class VoskEmbedder:
    """A ``SpeakerEmbedder`` through ``KaldiRecognizer``; loads its models when they are first needed."""

    engine_id = ENGINE_ID
    same_voice_floor = -1.0

    def __init__(
        self,
        speech_model: Path,
        speaker_model: Path,
        make_recogniser: MakeRecogniser | None = None,
    ) -> None:
        """Prepare the engine; reads nothing yet.

        Args:
            speech_model: folder of an acoustic model, such as vosk-model-small-cn-0.22.
            speaker_model: folder of vosk-model-spk-0.4.
            make_recogniser: makes one for each utterance; tests give their own.
        """
        self._speech_model = speech_model
        self._speaker_model = speaker_model
        self._make = make_recogniser

    def warm_up(self) -> None:
        """Load both models.

        Raises:
            ModelUnavailable: a folder is missing or holds another model.
            VoiceEngineMissing: vosk is not installed.
        """
        if self._make is None:
            vosk = load_vosk()
            speech = load_model("Model", self._speech_model)
            speaker = load_model("SpkModel", self._speaker_model)
            self._make = lambda: vosk.KaldiRecognizer(speech, SOUND_RATE_HZ, speaker)

    def embed(self, speech: Sound) -> Embedding:
        """Describe a voice; shape (128,), length 1.

        Raises:
            VoiceNotUsable: Vosk found fewer than 300 voiced frames.
            ModelUnavailable, VoiceEngineMissing: see ``warm_up``.
        """
        self.warm_up()
        # A recogniser belongs to the thread and the utterance that it was made for.
        recogniser: Any = self._make() if self._make else None
        results = []
        for at in range(0, len(speech), _PIECE):
            if recogniser.AcceptWaveform(speech[at : at + _PIECE].astype("<i2").tobytes()):
                results.append(recogniser.Result())
        results.append(recogniser.FinalResult())
        return mean_vector([json.loads(result) for result in results])


def mean_vector(results: list[dict[str, Any]]) -> Embedding:
    """Join the vectors of several results.

    Args:
        results: of one recogniser; those without ``spk`` had too few voiced frames.
    Raises:
        VoiceNotUsable: together fewer than ``FEWEST_FRAMES``.
    """
    parts = [(result["spk"], int(result["spk_frames"])) for result in results if "spk" in result]
    if sum(frames for _, frames in parts) < FEWEST_FRAMES:
        raise VoiceNotUsable(0, "too_short")
    weighted = [unit(np.asarray(vector, dtype=np.float32)) * frames for vector, frames in parts]
    return unit(np.sum(weighted, axis=0))
