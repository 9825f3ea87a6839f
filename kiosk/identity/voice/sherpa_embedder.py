"""Any speaker network that sherpa-onnx runs; CAM++ is the one for Mandarin.

The package brings its own feature extraction and its own onnxruntime: nothing of ours stands between sound and vector.
"""

from pathlib import Path
from typing import Any

import numpy as np

from kiosk.errors import ModelUnavailable, VoiceNotUsable
from kiosk.identity.voice.packages import load_package
from kiosk.identity.voice.speaker_embedder import unit
from kiosk.services.ports import SOUND_RATE_HZ, Embedding, Sound

ENGINE_ID = "sherpa-campplus-zh-v1"
SHORTEST_S = 0.4
_PACKAGE = "sherpa_onnx"


class SherpaEmbedder:
    """A ``SpeakerEmbedder`` through ``SpeakerEmbeddingExtractor``; loads its network when it is first needed."""

    same_voice_floor = -1.0

    def __init__(self, model: Path, engine_id: str = ENGINE_ID) -> None:
        """Prepare the engine; reads nothing yet.

        Args:
            model: the ONNX file with sherpa-onnx's metadata. It must be checked against its digest before: the library
                ends the whole process over a file that is none.
            engine_id: as the manifest names the model.
        """
        self.engine_id = engine_id
        self._model = model
        self._extractor: Any = None

    def warm_up(self) -> None:
        """Load the network.

        Raises:
            ModelUnavailable: the file is missing or refused.
            VoiceEngineMissing: sherpa-onnx is not installed.
        """
        if self._extractor is not None:
            return
        sherpa = load_package(_PACKAGE)
        if not self._model.is_file():
            raise ModelUnavailable(f"there is no file {self._model.name}")
        config = sherpa.SpeakerEmbeddingExtractorConfig(
            model=str(self._model), num_threads=1, debug=False, provider="cpu"
        )
        if not config.validate():
            raise ModelUnavailable(f"{self._model.name} is refused by sherpa-onnx")
        try:
            self._extractor = sherpa.SpeakerEmbeddingExtractor(config)
        except (RuntimeError, ValueError) as error:
            raise ModelUnavailable(f"{self._model.name} cannot be loaded") from error

    def embed(self, speech: Sound) -> Embedding:
        """Describe a voice; length 1.

        Raises:
            VoiceNotUsable: too little speech.
            ModelUnavailable, VoiceEngineMissing: see ``warm_up``.
        """
        self.warm_up()
        stream = self._extractor.create_stream()
        stream.accept_waveform(SOUND_RATE_HZ, speech.astype(np.float32) / 32768.0)
        stream.input_finished()
        if len(speech) < SHORTEST_S * SOUND_RATE_HZ or not self._extractor.is_ready(stream):
            raise VoiceNotUsable(0, "too_short")
        return unit(np.asarray(self._extractor.compute(stream), dtype=np.float32))
