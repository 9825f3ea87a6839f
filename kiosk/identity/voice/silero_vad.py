"""Says for every 32 ms how likely it is that somebody speaks.

Source: silero-vad 5 (MIT). Its network takes 512 samples behind the last 64 of the block before, and a state.
"""

from pathlib import Path
from typing import Any

import numpy as np

from kiosk.identity.onnx_network import open_network
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Sound

_CONTEXT = 64


class SileroVad:
    """Opens one network and makes a fresh detector for each recording."""

    def __init__(self, model: Path) -> None:
        """Prepare the detector; reads nothing yet.

        Args:
            model: the ONNX file, already checked against its digest.
        """
        self._model = model
        self._session: Any = None

    def warm_up(self) -> None:
        """Load the network.

        Raises:
            ModelUnavailable: the file is missing, damaged, or another network.
        """
        if self._session is None:
            self._session = open_network(self._model, ("input", "state", "sr"))

    def begin(self) -> "SileroStream":
        """Start on a new recording.

        Raises:
            ModelUnavailable: see ``warm_up``.
        """
        self.warm_up()
        return SileroStream(self._session)


class SileroStream:
    """Follows one recording block by block."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401
        self._session = session
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rate = np.array(SOUND_RATE_HZ, dtype=np.int64)

    def probability(self, block: Sound) -> float:
        """How likely the block is speech, 0 to 1.

        Args:
            block: the next ``SOUND_BLOCK`` samples.
        """
        if block.shape != (SOUND_BLOCK,):
            raise ValueError(f"a block has {SOUND_BLOCK} samples, not {block.shape}")
        samples = block.astype(np.float32) / 32768.0
        heard = np.concatenate((self._context, samples))[None]
        self._context = samples[-_CONTEXT:]
        answer, self._state = self._session.run(
            None, {"input": heard, "state": self._state, "sr": self._rate}
        )
        return float(answer[0, 0])
