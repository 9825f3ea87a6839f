"""How this person holds the head at rest: everything is measured from there, never from a norm.

A stoop, a stiff neck, a low chair or a camera above the screen all shift the angles; a tremor widens them. So each
motion begins with a moment of rest, and what counts as a motion grows with the unrest.
"""

import statistics
from collections import deque
from dataclasses import dataclass

from kiosk.identity.liveness.pose import PoseSample

WINDOW_S = 0.7
"""Of the rest that is looked at."""
_LEAST_SAMPLES = 4
_LONGEST_S = 1.6
"""Of so many looks, where a slow machine takes only three in a second."""
_CALM_DEGREES = 8.0
"""Spread of the angles in the window. A single look at a still head scatters by about 2 degrees here."""
_CALM_SIZE = 0.08
_PATIENCE_S = 3.0
"""After which a head that never rests, as with Parkinson's disease, is taken as it is."""
_MOST_DEGREES = 24.0
"""Above it the head is doing something."""
_AHEAD_DEGREES = 28.0
"""A head at rest looks about at the screen."""
SMOOTH_S = 0.35
"""The median of this long: single looks err by up to 16 degrees (5 %), measured on a film by solvePnP."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A head at rest."""

    yaw: float
    """Degrees."""
    pitch: float
    """Degrees."""
    size: float
    """As ``PoseSample.size``."""
    unrest: float
    """Degrees: the spread of its angles."""


class Smoother:
    """The running median of the last looks: one wrong look moves nothing."""

    def __init__(self) -> None:
        self._recent: deque[PoseSample] = deque()

    def push(self, sample: PoseSample) -> PoseSample:
        """Give the smoothed look."""
        self._recent.append(sample)
        while len(self._recent) > 3 and self._recent[0].t_s < sample.t_s - SMOOTH_S:
            self._recent.popleft()
        return PoseSample(
            sample.t_s,
            statistics.median(one.yaw for one in self._recent),
            statistics.median(one.pitch for one in self._recent),
            statistics.median(one.size for one in self._recent),
            sample.x,
            sample.y,
        )

    def clear(self) -> None:
        """Forget: the looks before belong to another scene."""
        self._recent.clear()


class RestWatch:
    """Waits for a moment of rest."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._recent: deque[PoseSample] = deque()

    def push(self, sample: PoseSample) -> Baseline | None:
        """Take the next look; the baseline once the head rests."""
        self._recent.append(sample)
        while _is_too_long(self._recent, sample.t_s):
            self._recent.popleft()
        is_long_enough = sample.t_s - self._recent[0].t_s >= 0.75 * WINDOW_S
        if len(self._recent) < _LEAST_SAMPLES or not is_long_enough:
            return None
        yaws = sorted(one.yaw for one in self._recent)
        pitches = sorted(one.pitch for one in self._recent)
        sizes = sorted(one.size for one in self._recent)
        unrest = max(_spread(yaws), _spread(pitches))
        is_patient = sample.t_s - self._started_s < _PATIENCE_S
        most = _CALM_DEGREES if is_patient else _MOST_DEGREES
        yaw, pitch, size = map(statistics.median, (yaws, pitches, sizes))
        if unrest > most or _spread(sizes) > _CALM_SIZE * size or abs(yaw) > _AHEAD_DEGREES:
            return None
        return Baseline(yaw, pitch, size, unrest)


def _is_too_long(recent: deque[PoseSample], now_s: float) -> bool:
    age_s = now_s - recent[0].t_s
    return age_s > _LONGEST_S or (age_s > WINDOW_S and len(recent) > _LEAST_SAMPLES)


def _spread(ordered: list[float]) -> float:
    """Of sorted numbers without the outermost ones: one wrong look is no unrest."""
    trim = 1 if len(ordered) >= 6 else 0
    return ordered[-1 - trim] - ordered[trim]
