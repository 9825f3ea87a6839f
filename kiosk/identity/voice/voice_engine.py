"""The ``VoiceEngine`` over any ``SpeakerEmbedder``: quality gate, mean of phrases, cosine."""

import numpy as np

from kiosk.errors import TemplateUnusable, VoiceNotUsable
from kiosk.identity.voice.sound_quality import advise, measure, speech_of
from kiosk.identity.voice.speaker_embedder import SpeakerEmbedder, unit
from kiosk.services.ports import Embedding, VoiceTemplate
from kiosk.services.voice_ports import Utterance, VoiceAdvice

_LENGTH_ERROR = 1e-3
"""How far a stored vector's length may be from 1; float32 keeps it within 1e-6."""


class EmbeddedVoiceEngine:
    """Describes voices with one embedder."""

    def __init__(self, embedder: SpeakerEmbedder) -> None:
        self._embedder = embedder

    @property
    def engine_id(self) -> str:
        """The embedder's."""
        return self._embedder.engine_id

    def warm_up(self) -> None:
        """Load the embedder's model.

        Raises:
            ModelUnavailable, VoiceEngineMissing.
        """
        self._embedder.warm_up()

    def judge(self, utterance: Utterance) -> VoiceAdvice | None:
        """Whether the sound is good enough; see ``sound_quality``."""
        return advise(measure(utterance))

    def embed(self, utterances: tuple[Utterance, ...]) -> Embedding:
        """Describe the voice of all utterances in one piece: more speech, a better answer.

        Raises:
            VoiceNotUsable: too little speech.
        """
        return self._embedder.embed(np.concatenate([speech_of(said) for said in utterances]))

    def enrol(self, utterances: tuple[Utterance, ...]) -> VoiceTemplate:
        """Make a template: the mean of the phrases' vectors, scaled to length 1.

        Raises:
            VoiceNotUsable: a phrase is too short, or is less like the others than one voice ever is.
        """
        vectors = [self._embed_phrase(place, said) for place, said in enumerate(utterances)]
        self._require_one_voice(vectors)
        mean = unit(np.mean(vectors, axis=0))
        speech_s = sum(said.speech_s for said in utterances)
        return VoiceTemplate(
            self.engine_id, mean.astype("<f4").tobytes(), len(utterances), round(speech_s, 2)
        )

    def similarity(self, probe: Embedding, template: VoiceTemplate) -> float:
        """Cosine, -1 to 1.

        Raises:
            TemplateUnusable: of another engine, of another size, or damaged.
        """
        if template.engine_id != self.engine_id:
            raise TemplateUnusable(f"the voice template was made by {template.engine_id}")
        if len(template.vector) != 4 * len(probe):
            raise TemplateUnusable("the voice template has another size")
        vector = np.frombuffer(template.vector, dtype="<f4")
        if not abs(float(np.linalg.norm(vector)) - 1.0) < _LENGTH_ERROR:  # NaN must fail too
            raise TemplateUnusable("the voice template is damaged")
        return float(np.clip(vector @ probe, -1.0, 1.0))

    def _embed_phrase(self, place: int, said: Utterance) -> Embedding:
        try:
            return self._embedder.embed(speech_of(said))
        except VoiceNotUsable as error:
            raise VoiceNotUsable(place, error.advice) from error

    def _require_one_voice(self, vectors: list[Embedding]) -> None:
        alike = np.array([[float(one @ other) for other in vectors] for one in vectors])
        if alike.min() < self._embedder.same_voice_floor:
            odd = int(np.argmin(alike.sum(axis=1)))
            raise VoiceNotUsable(odd, VoiceAdvice.OTHER_VOICE.value)
