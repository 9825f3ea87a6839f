"""What describes a voice: one port, one engine behind it at a time."""

from typing import Protocol

import numpy as np

from kiosk.services.ports import Embedding, Sound


class SpeakerEmbedder(Protocol):
    """Turns speech into a vector that is alike for one speaker. Not for the GUI thread; one thread at a time."""

    @property
    def engine_id(self) -> str:
        """Stable name with version, stored with each template."""

    @property
    def same_voice_floor(self) -> float:
        """Cosine below which two enrolment phrases cannot be one person's; -1 where nobody has measured it."""

    def warm_up(self) -> None:
        """Load the model.

        Raises:
            ModelUnavailable: a model file is missing or not the expected one.
            VoiceEngineMissing: the package of this engine is not installed.
        """

    def embed(self, speech: Sound) -> Embedding:
        """Describe a voice.

        Args:
            speech: with the silence cut out; seconds of it decide how good the answer is.
        Returns:
            shape (d,), length 1; the cosine of two is their similarity.
        Raises:
            VoiceNotUsable: too little speech for this engine.
        """


def unit(vector: Embedding) -> Embedding:
    """Scale a vector to length 1; one of zeros stays as it is."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else vector, dtype=np.float32)
