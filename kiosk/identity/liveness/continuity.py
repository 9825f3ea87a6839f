"""Whether one and the same face stays before one and the same, working camera."""

import zlib
from dataclasses import dataclass

from kiosk.identity.liveness.pose import PoseSample
from kiosk.services.ports import Frame

FROZEN_S = 1.5
"""A sensor's noise differs in every picture; some cameras give one twice, none for so long."""
_FROZEN_PICTURES = 6
LOST_S = 1.5
"""Without a face for longer, whoever comes then is somebody new. A head turned far is away for a second."""
_FASTEST = 12.0
"""Eye distances a second, about 0.75 m/s, beside ``_JITTER``: faster goes a cut, not a head."""
_JITTER = 0.6
"""Eye distances that a detector may err."""
_FASTEST_GROWTH = 1.5
"""Of the size, from one picture to the next."""
_NEXT_S = 0.4
STRANGE_LOOKS = 5
"""In succession, between two motions: one may be blurred, another taken on the way back."""


class FrozenWatch:
    """Notices a camera, or a film in its place, that stands still."""

    def __init__(self) -> None:
        self._digest: int | None = None
        self._since_s = 0.0
        self._count = 0

    def push(self, frame: Frame, now_s: float) -> bool:
        """Look at the next picture; true when it has been the same for too long."""
        digest = zlib.crc32(frame.tobytes())
        if digest != self._digest:
            self._digest, self._since_s, self._count = digest, now_s, 0
        self._count += 1
        return self._count >= _FROZEN_PICTURES and now_s - self._since_s >= FROZEN_S


@dataclass(slots=True)
class Continuity:
    """Follows the face that was recognised; where it breaks off, it must be recognised again."""

    is_certain: bool = True
    """Nothing broke since the face was last seen to be the same."""
    strange_looks: int = 0
    _last: PoseSample | None = None

    @property
    def is_other_face(self) -> bool:
        """Several looks in succession showed somebody else."""
        return self.strange_looks >= STRANGE_LOOKS

    def push(self, sample: PoseSample) -> bool:
        """Take the next look; false when the face cannot have got there from where it was."""
        last, self._last = self._last, sample
        if last is None:
            return True
        passed_s = max(sample.t_s - last.t_s, 1e-3)
        if passed_s > LOST_S or _jumps(last, sample, passed_s):
            self.is_certain = False
            return False
        return True

    def note(self, *, is_same: bool, is_at_rest: bool) -> None:
        """A look was compared with the face that was recognised; a turned head that differs says nothing."""
        if is_same:
            self.is_certain, self.strange_looks = True, 0
        elif is_at_rest:
            self.strange_looks += 1

    def is_lost(self, now_s: float) -> bool:
        """Whether there has been no face for too long."""
        return self._last is not None and now_s - self._last.t_s > LOST_S


def _jumps(last: PoseSample, sample: PoseSample, passed_s: float) -> bool:
    # The frame is 4:3, the eye distance a share of its shorter side.
    across, down = (sample.x - last.x) * 4 / 3, sample.y - last.y
    moved = (across**2 + down**2) ** 0.5 / max(last.size, 1e-6)
    growth = max(sample.size, last.size) / max(min(sample.size, last.size), 1e-6)
    is_next = passed_s <= _NEXT_S
    return is_next and (moved > _JITTER + _FASTEST * passed_s or growth > _FASTEST_GROWTH)
