"""The photo of a paper: what is said about pages photographed well and badly.

The scenes are drawn by ``documents``; the two real photographs are scikit-image's.
"""

from dataclasses import replace

import numpy as np
import pytest
import skimage.data

from kiosk.devices.document_photo import (
    MINIMUM_SHARPNESS,
    DocumentPhotoCheck,
    measure_document,
)
from kiosk.devices.picture import as_frame
from kiosk.services.ports import PhotoAdvice
from tests.devices.documents import Scene, photograph

HD = (1280, 720)


def prompt(advice: PhotoAdvice | None) -> str:
    return f"photo.advice.{advice.value}" if advice else ""


TABLE = {"page": "wood", "card": "grey", "booklet": "black"}


def scene(kind: str, **changed: object) -> Scene:
    return replace(Scene(seed=3, kind=kind, table=TABLE[kind], size=HD), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({}, None),
        ({"turn": 12.0, "fill": 0.7}, None),
        ({"light": 0.5}, None),
        ({"light": 1.1}, None),
        ({"blur": 1.5}, None),
        ({"noise": 6.0}, None),
        ({"light": 0.25}, PhotoAdvice.TOO_DARK),
        ({"light": 0.05}, PhotoAdvice.TOO_DARK),
        ({"blur": 4.0}, PhotoAdvice.BLURRED),
        ({"smear": 12}, PhotoAdvice.BLURRED),
        ({"glare": 0.25, "light": 0.8}, PhotoAdvice.GLARE),
        ({"fill": 0.3}, PhotoAdvice.TOO_FAR),
        ({"shift": (0.0, 0.3)}, PhotoAdvice.CUT),
        ({"shift": (0.5, 0.0)}, PhotoAdvice.CUT),
        ({"fill": 1.2}, PhotoAdvice.CUT),
        ({"fill": 1.8}, PhotoAdvice.CUT),
    ],
)
def test_the_first_thing_to_improve_is_said(
    kind: str, changed: dict[str, object], advice: PhotoAdvice | None
) -> None:
    assert DocumentPhotoCheck().judge(photograph(scene(kind, **changed))).advice == prompt(advice)


@pytest.mark.parametrize("kind", ["page", "card"])
def test_too_much_light_is_said_when_the_ink_pales(kind: str) -> None:
    frame = photograph(scene(kind, light=2.0))
    assert DocumentPhotoCheck().judge(frame).advice == prompt(PhotoAdvice.TOO_BRIGHT)


@pytest.mark.parametrize("kind", TABLE)
def test_sharpness_keeps_good_and_blurred_pictures_apart_on_both_sides_of_the_limit(
    kind: str,
) -> None:
    good = [measure_document(photograph(scene(kind, seed=seed))).sharpness for seed in range(3)]
    bad = [
        measure_document(photograph(scene(kind, seed=seed, blur=4.0))).sharpness
        for seed in range(3)
    ]
    assert min(good) > 1.4 * MINIMUM_SHARPNESS
    assert max(bad) < 0.98 * MINIMUM_SHARPNESS


@pytest.mark.parametrize("size", [(640, 480), (1920, 1080), (2592, 1944)])
def test_the_size_of_the_camera_changes_nothing(size: tuple[int, int]) -> None:
    check = DocumentPhotoCheck()
    assert check.judge(photograph(scene("booklet", size=size))).advice == ""
    assert check.judge(photograph(scene("booklet", size=size, blur=5.0))).advice == prompt(
        PhotoAdvice.BLURRED
    )


@pytest.mark.parametrize(
    ("shade", "advice"),
    [(0, PhotoAdvice.TOO_DARK), (120, PhotoAdvice.NOTHING_THERE), (255, PhotoAdvice.NOTHING_THERE)],
)
def test_an_empty_table_is_said_to_be_empty(shade: int, advice: PhotoAdvice) -> None:
    frame = np.full((480, 640, 3), shade, np.uint8)
    noise = np.random.default_rng(5).normal(0, 3, frame.shape)
    noisy = np.clip(frame + noise, 0, 255).astype(np.uint8)
    assert DocumentPhotoCheck().judge(noisy).advice == prompt(advice)


def test_a_real_page_larger_than_the_frame_is_said_to_be_cut() -> None:
    assert DocumentPhotoCheck().judge(as_frame(skimage.data.page())).advice == prompt(
        PhotoAdvice.CUT
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 3), (7, 5)])
def test_judging_never_fails_on_an_odd_picture(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (*shape, 3), dtype=np.uint8)
    assert DocumentPhotoCheck().judge(noise).advice


def test_the_sharper_of_two_pictures_is_the_better_one() -> None:
    check = DocumentPhotoCheck()
    sharp, soft, smeared = (
        check.judge(photograph(scene("page", blur=blur))).quality for blur in (0.6, 2.0, 5.0)
    )
    assert 1.0 >= sharp > soft > smeared >= 0.0
