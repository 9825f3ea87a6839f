"""Colours that the kiosk's own screen throws on the face, and whether the face took them on.

A picture on another screen shines by itself and hardly changes. Paper reflects as skin does: this is one of several
signs, and in strong light none at all.

Source: Tang et al., Face Flashing (2018), arXiv 1801.01949; WCAG 2.3.1 for the pace.
"""

import enum
import math
import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.services.liveness_ports import Colour
from kiosk.services.ports import FaceBox, Frame

STEP_S = 0.6
"""Of one colour: 1.7 changes a second. Three are the most that is safe for people with photosensitive epilepsy."""
STEPS = 5
LEAST_STEP_S = 1.0 / 3.0
PALETTE: tuple[Colour, ...] = (
    (255, 236, 150),
    (150, 236, 255),
    (190, 160, 255),
    (170, 255, 180),
    (255, 255, 255),
)
"""Pale: no saturated red, nothing dark beside something bright."""
LONGEST_LAG_S = 0.6
"""From the window to a picture of the camera."""
_LAG_STEP_S = 0.05
LEAST_CORRELATION = 0.6
LEAST_RESPONSE = 0.004
"""Of the logarithm of the light, for the full range of a channel: below it is the camera's noise."""
STRONG_LIGHT = 185.0
"""Mean brightness of the face from which on a screen adds nothing that can be measured."""
_LEAST_LOOKS = 10


class Reflection(enum.Enum):
    """What the face did."""

    SEEN = "seen"
    ABSENT = "absent"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ReflectionResult:
    """With what the log keeps."""

    reflection: Reflection
    remark: str
    correlation: float = 0.0


@dataclass(frozen=True, slots=True)
class ColourPlan:
    """A random series of colours."""

    colours: tuple[Colour, ...]
    step_s: float = STEP_S

    def __post_init__(self) -> None:
        if self.step_s < LEAST_STEP_S:
            raise ValueError("colours may change at most three times a second")
        if any(one == next_ for one, next_ in zip(self.colours, self.colours[1:], strict=False)):
            raise ValueError("a colour that stays is no change")

    @classmethod
    def draw(cls, source: random.Random) -> "ColourPlan":
        """Draw one; the source is the system's own outside of tests."""
        colours = [source.choice(PALETTE)]
        while len(colours) < STEPS:
            colours.append(source.choice([one for one in PALETTE if one != colours[-1]]))
        return cls(tuple(colours))

    @property
    def duration_s(self) -> float:
        """Until the last colour goes."""
        return self.step_s * len(self.colours)

    def colour_at(self, since_s: float) -> Colour:
        """What shines so long after the start; the first before, the last after."""
        number = math.floor(max(0.0, since_s) / self.step_s)
        return self.colours[min(number, len(self.colours) - 1)]


@dataclass(frozen=True, slots=True)
class Light:
    """How bright one picture was."""

    since_s: float
    """After the first colour began."""
    face: Colour | tuple[float, float, float]
    """Mean red, green, blue of the face."""
    around: Colour | tuple[float, float, float]
    """The same, of what is beside it."""


def light_of(frame: Frame, box: FaceBox, since_s: float) -> Light | None:
    """Measure a picture; None when the face is too small or at the edge."""
    height, width = frame.shape[:2]
    side = box.right - box.left
    rows = slice(max(0, box.top + side // 4), min(height, box.bottom - side // 8))
    inner = frame[rows, max(0, box.left + side // 4) : min(width, box.right - side // 4)]
    left = frame[rows, max(0, box.left - side) : max(0, box.left - side // 4)]
    right = frame[rows, min(width, box.right + side // 4) : min(width, box.right + side)]
    beside = [part.reshape(-1, 3) for part in (left, right) if part.size]
    if not inner.size or not beside:
        return None
    face = inner.reshape(-1, 3).mean(axis=0)[::-1]
    around = np.concatenate(beside).mean(axis=0)[::-1]
    return Light(since_s, _rgb(face), _rgb(around))


def _rgb(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def is_too_bright(light: Light) -> bool:
    """Whether the screen's colours would drown: then they are not shown at all."""
    return sum(light.face) / 3 >= STRONG_LIGHT


def judge_reflection(plan: ColourPlan, lights: list[Light]) -> ReflectionResult:
    """Compare what was seen with what was shown, at every delay that a camera can have.

    The wall behind gets less of the screen's light than the face, and the camera's exposure and white balance change
    both alike: only the difference of the two counts.
    """
    if len(lights) < _LEAST_LOOKS:
        return ReflectionResult(Reflection.SKIPPED, "colours: too few pictures")
    times = np.array([one.since_s for one in lights])
    face = np.log(np.array([one.face for one in lights]) + 1.0)
    around = np.log(np.array([one.around for one in lights]) + 1.0)
    seen = _without_drift(times, _hue(face) - _hue(around))
    lags = np.arange(0.0, LONGEST_LAG_S + _LAG_STEP_S / 2, _LAG_STEP_S)
    tried = [_match(plan, times, seen, float(lag)) for lag in lags]
    correlation, response = max(tried)
    remark = f"colours: correlation {correlation:.2f}, response {response:.4f}"
    if correlation >= LEAST_CORRELATION and response >= LEAST_RESPONSE:
        return ReflectionResult(Reflection.SEEN, remark, correlation)
    brightness = float(np.mean([one.face for one in lights]))
    if brightness >= STRONG_LIGHT:
        return ReflectionResult(
            Reflection.SKIPPED, f"colours: strong light, {remark[9:]}", correlation
        )
    return ReflectionResult(Reflection.ABSENT, remark, correlation)


def _match(
    plan: ColourPlan,
    times: npt.NDArray[np.float64],
    seen: npt.NDArray[np.float64],
    lag_s: float,
) -> tuple[float, float]:
    """Correlation over all channels together, and how strongly the face answers."""
    shown = np.array([plan.colour_at(t - lag_s) for t in times], dtype=np.float64) / 255.0
    shown = _without_drift(times, _hue(shown))
    power = float((shown**2).sum())
    if power < 1e-9:
        return 0.0, 0.0
    shared = float((shown * seen).sum())
    own = float((seen**2).sum())
    if own < 1e-12:
        return 0.0, 0.0
    return shared / math.sqrt(power * own), shared / power


def _hue(channels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each channel beside the mean of the three: a face that moves, or a shadow, changes all three alike."""
    return np.asarray(channels - channels.mean(axis=1, keepdims=True), dtype=np.float64)


def _without_drift(
    times: npt.NDArray[np.float64], series: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Take away each channel's line: lamps warm up, clouds pass."""
    ground = np.stack([np.ones_like(times), times - times.mean()], axis=1)
    line, *_ = np.linalg.lstsq(ground, series, rcond=None)
    return np.asarray(series - ground @ line, dtype=np.float64)
