"""The two pictures of an evaluation: the trade-off between both errors, and how scores lie."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kiosk.identity.evaluation.drawing import Drawing, Point
from kiosk.identity.evaluation.rates import DetCurve, det_curve
from kiosk.identity.evaluation.trials import Float64Array, Trials

WIDTH, HEIGHT = 720, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 56, 64

INK, PALE, GRID, SHADE = "#1f2933", "#5f6b7a", "#d3dae2", "#eceff3"
GENUINE, IMPOSTOR, MARK = "#0b6e4f", "#b3261e", "#3b5bdb"

_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.2, 0.5)
_BINS = 48
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold or rate that is drawn as an upright line."""

    value: float
    words: str


def det_plot(
    trials: Trials, title: str, least_shown: float, marks: tuple[Mark, ...] = ()
) -> Drawing:
    """Wrong rejects over wrong accepts, both on the scale of the normal distribution.

    Where nothing was counted the curve runs at half an error.

    Args:
        least_shown: the lowest FAR that the set can demonstrate; what lies left of it is shaded.
        marks: rates of wrong accepts.
    """
    rates = [0.5 / trials.impostor.size, *(mark.value for mark in marks)]
    x = _Axis(_LEFT, WIDTH - _RIGHT, min(rates) / 2)
    y = _Axis(HEIGHT - _BOTTOM, _TOP, min(0.25 / trials.genuine.size, 5e-3))
    drawing = Drawing(WIDTH, HEIGHT, title)
    _heading(drawing, title)
    unknown = x.at(least_shown)
    drawing.box((_LEFT, _TOP), (unknown - _LEFT, HEIGHT - _BOTTOM - _TOP), SHADE)
    for tick in _TICKS:
        if tick >= x.least:
            drawing.line([(x.at(tick), _TOP), (x.at(tick), HEIGHT - _BOTTOM)], GRID)
            drawing.text(
                (x.at(tick), HEIGHT - _BOTTOM + 20), percent(tick), PALE, size=12, anchor="middle"
            )
        if tick >= y.least:
            drawing.line([(_LEFT, y.at(tick)), (WIDTH - _RIGHT, y.at(tick))], GRID)
            drawing.text((_LEFT - 8, y.at(tick) + 4), percent(tick), PALE, size=12, anchor="end")
    start = max(x.least, y.least)
    drawing.line([(x.at(start), y.at(start)), (x.at(0.5), y.at(0.5))], PALE, 1.0, 4.0)
    for row, mark in enumerate(marks):
        place = x.at(mark.value)
        drawing.line([(place, _TOP), (place, HEIGHT - _BOTTOM)], MARK, 1.4, 5.0)
        _mark_words(drawing, place, _TOP + 16 + 18 * row, mark.words)
    drawing.line(_det_points(det_curve(trials), trials, x, y), IMPOSTOR, 2.6)
    words = f"灰色：比{percent(round(least_shown, 4))}更少，这份数据证明不了"
    drawing.text((WIDTH - _RIGHT, 48), words, PALE, size=12, anchor="end")
    _frame(drawing, "陌生人被当成本人的比例（错误接受）", "本人被拒绝的比例（错误拒绝）")
    return drawing


def histogram_plot(trials: Trials, title: str, marks: tuple[Mark, ...] = ()) -> Drawing:
    """Scores of one person and of two, each as shares of their own number.

    Args:
        marks: thresholds.
    """
    values = trials.similarity
    low, high = float(values.min()), float(values.max())
    shown = [mark.value for mark in marks]
    low, high = min([low, *shown]), max([high, *shown])
    edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1)
    genuine, impostor = (_shares(part, edges) for part in (trials.genuine, trials.impostor))
    top = max(float(genuine.max()), float(impostor.max())) * 1.18
    drawing = Drawing(WIDTH, HEIGHT, title)
    _heading(drawing, title)
    scale = _Linear(float(edges[0]), float(edges[-1]), _LEFT, WIDTH - _RIGHT)
    height = _Linear(0.0, top, HEIGHT - _BOTTOM, _TOP)
    for tick in _round_ticks(0.0, top):
        drawing.line([(_LEFT, height.at(tick)), (WIDTH - _RIGHT, height.at(tick))], GRID)
        drawing.text((_LEFT - 8, height.at(tick) + 4), f"{tick:.0%}", PALE, size=12, anchor="end")
    for tick in _round_ticks(float(edges[0]), float(edges[-1])):
        drawing.text(
            (scale.at(tick), HEIGHT - _BOTTOM + 20), f"{tick:g}", PALE, size=12, anchor="middle"
        )
    for shares, colour in ((impostor, IMPOSTOR), (genuine, GENUINE)):
        for share, left, right in zip(shares, edges, edges[1:], strict=False):
            if share > 0:
                x, y = scale.at(float(left)), height.at(float(share))
                size = (scale.at(float(right)) - x - 1.0, HEIGHT - _BOTTOM - y)
                drawing.box((x, y), size, colour, 0.62)
    for row, mark in enumerate(marks):
        place = scale.at(mark.value)
        drawing.line([(place, _TOP), (place, HEIGHT - _BOTTOM)], MARK, 1.4, 5.0)
        _mark_words(drawing, place, _TOP + 16 + 18 * row, mark.words)
    _legend(drawing, trials)
    _frame(drawing, "相似度（越往右越像）", "占同类比对的比例")
    return drawing


def percent(rate: float) -> str:
    """A rate as people read it."""
    return f"{rate * 100:.6f}".rstrip("0").rstrip(".") + "%"


@dataclass(frozen=True, slots=True)
class _Axis:
    """From a rate to a place, on the scale of the normal distribution, up to 50 %."""

    start: float
    end: float
    least: float

    def at(self, rate: float) -> float:
        low, high = _NORMAL.inv_cdf(self.least), _NORMAL.inv_cdf(0.5)
        value = _NORMAL.inv_cdf(min(0.5, max(self.least, rate)))
        return self.start + (self.end - self.start) * (value - low) / (high - low)


@dataclass(frozen=True, slots=True)
class _Linear:
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def _det_points(curve: DetCurve, trials: Trials, x: _Axis, y: _Axis) -> list[Point]:
    """The curve as steps, since between two scores nothing changes."""
    far = np.maximum(curve.false_accept, 0.5 / trials.impostor.size)
    frr = np.maximum(curve.false_reject, 0.5 / trials.genuine.size)
    inside = (far <= 0.5) & (frr <= 0.5)
    points: list[Point] = []
    for accept, reject in zip(far[inside], frr[inside], strict=True):
        point = (x.at(float(accept)), y.at(float(reject)))
        if points and point[0] != points[-1][0] and point[1] != points[-1][1]:
            points.append((point[0], points[-1][1]))
        if not points or point != points[-1]:
            points.append(point)
    return points or [(x.at(0.5), y.at(0.5))]


def _shares(part: Float64Array, edges: Float64Array) -> Float64Array:
    counted, _ = np.histogram(part, bins=edges)
    return np.asarray(counted / max(1, part.size), dtype=np.float64)


def _round_ticks(low: float, high: float) -> list[float]:
    """Five or so round numbers."""
    rough = (high - low) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = np.ceil(low / step)
    return [round(float(n * step), 10) for n in np.arange(first, high / step + 1e-9)]


def _heading(drawing: Drawing, title: str) -> None:
    drawing.text((_LEFT, 32), title, INK, size=17)


def _mark_words(drawing: Drawing, place: float, row: float, words: str) -> None:
    is_right = place > WIDTH * 0.6
    drawing.text(
        (place - 6 if is_right else place + 6, row),
        words,
        MARK,
        size=12,
        anchor="end" if is_right else "start",
    )


def _legend(drawing: Drawing, trials: Trials) -> None:
    rows = (
        (GENUINE, f"同一个人，{trials.genuine.size}次比对"),
        (IMPOSTOR, f"不同的人，{trials.impostor.size}次比对"),
    )
    for row, (colour, words) in enumerate(rows):
        x = WIDTH - _RIGHT - 380 + 200 * row
        drawing.box((x, 38), (12, 10), colour, 0.62)
        drawing.text((x + 18, 48), words, INK, size=12)


def _frame(drawing: Drawing, below: str, beside: str) -> None:
    drawing.line(
        [(_LEFT, _TOP), (_LEFT, HEIGHT - _BOTTOM), (WIDTH - _RIGHT, HEIGHT - _BOTTOM)], INK, 1.2
    )
    drawing.text(((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 18), below, INK, anchor="middle")
    drawing.text((22, (_TOP + HEIGHT - _BOTTOM) / 2), beside, INK, anchor="middle", is_upright=True)
