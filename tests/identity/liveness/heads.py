"""Heads and photographs before a pinhole camera: the five points that a detector would find of them."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from kiosk.identity.liveness.pose import PoseSample, pose_of
from kiosk.services.ports import FacePoints

FRAME_SIZE = (480, 640)
FOCAL_PX = 600.0
EYES_MM = 62.0

# deliberately not the model that the pose is fitted with: another nose, another mouth, eyes behind the forehead
HEAD_MM = np.array(
    [(-31.0, 0, 0), (31.0, 0, 0), (0.0, 34.0, 27.0), (-25.0, 69.0, 3.0), (25.0, 69.0, 3.0)]
)
FLAT_MM = HEAD_MM * (1.0, 1.0, 0.0)
NECK_MM = np.array((0.0, 60.0, -90.0))
"""What a head turns about: a moved head shifts in the picture too."""


@dataclass(frozen=True)
class Stance:
    """Where a head is at one moment."""

    yaw: float = 0.0
    pitch: float = 0.0
    away_mm: float = 550.0
    x_mm: float = 0.0
    y_mm: float = 0.0


def points_of(
    stance: Stance, shape: np.ndarray = HEAD_MM, noise: Callable[[], float] = lambda: 0.0
) -> FacePoints:
    """Project it; noise in pixels is added to each number."""
    yaw, pitch = math.radians(stance.yaw), math.radians(stance.pitch)
    about_y = np.array(
        [(math.cos(yaw), 0, math.sin(yaw)), (0, 1, 0), (-math.sin(yaw), 0, math.cos(yaw))]
    )
    about_x = np.array(
        [
            (1, 0, 0),
            (0, math.cos(pitch), math.sin(pitch)),
            (0, -math.sin(pitch), math.cos(pitch)),
        ]
    )
    placed = (about_y @ about_x @ (shape - NECK_MM).T).T + NECK_MM
    height, width = FRAME_SIZE
    found = []
    for x, y, z in placed:
        depth = stance.away_mm - z
        found.append(
            (
                width / 2 + FOCAL_PX * (x + stance.x_mm) / depth + noise(),
                height * 0.45 + FOCAL_PX * (y + stance.y_mm) / depth + noise(),
            )
        )
    return FacePoints(*found)


Track = Callable[[float], Stance]


def ramp(t: float, start: float, rise: float, hold: float) -> float:
    """0, up to 1 within ``rise`` seconds, held, down again."""
    if t < start or t > start + 2 * rise + hold:
        return 0.0
    if t < start + rise:
        return (t - start) / rise
    if t < start + rise + hold:
        return 1.0
    return 1.0 - (t - start - rise - hold) / rise


def samples(
    track: Track,
    seconds: float,
    *,
    rate: float = 12.0,
    shape: np.ndarray = HEAD_MM,
    noise_px: float = 0.6,
    seed: int = 1,
    start_s: float = 0.0,
) -> Iterator[PoseSample]:
    """What pose finds of a track, picture by picture."""
    source = random.Random(seed)
    for n in range(round(seconds * rate)):
        t = n / rate
        points = points_of(track(t), shape, lambda: source.gauss(0, noise_px))
        sample = pose_of(points, FRAME_SIZE, start_s + t)
        assert sample is not None
        yield sample
