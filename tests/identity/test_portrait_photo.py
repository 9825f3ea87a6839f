"""Portraits for cards, judged by the real engine on real photographs."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.devices.picture import letter_box, picture_size, read_picture
from kiosk.devices.portrait_photo import PeoplePhotoCheck, PortraitPhotoCheck
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.services.ports import FaceAdvice, Frame

PORTRAIT = "examples/obama.jpg"


def prompt(advice: FaceAdvice | None) -> str:
    return f"face.advice.{advice.value}" if advice else ""


@pytest.fixture
def portrait(faces: Path) -> Frame:
    return letter_box(read_picture(faces / PORTRAIT), 1280, 960)


def test_a_good_portrait_is_kept_and_holds_the_face(
    engine: EmbeddedFaceEngine, portrait: Frame
) -> None:
    check = PortraitPhotoCheck(engine)
    assert check.judge(portrait).advice == ""
    data = check.encode(portrait)
    assert len(data) <= 300_000
    width, height = picture_size(data)
    assert width / height == pytest.approx(358 / 441, abs=0.01)
    cut = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    box = engine.observe(np.asarray(cut, np.uint8)).box
    assert box is not None
    assert (box.left + box.right) / 2 == pytest.approx(width / 2, abs=0.1 * width)


@pytest.mark.parametrize(
    ("light", "advice"), [(0.2, FaceAdvice.TOO_DARK), (2.5, FaceAdvice.TOO_BRIGHT)]
)
def test_a_portrait_in_bad_light_is_taken_again(
    engine: EmbeddedFaceEngine, portrait: Frame, light: float, advice: FaceAdvice
) -> None:
    lit = np.clip(portrait.astype(np.float32) * light, 0, 255).astype(np.uint8)
    assert PortraitPhotoCheck(engine).judge(lit).advice == prompt(advice)


def test_a_blurred_portrait_is_taken_again(engine: EmbeddedFaceEngine, portrait: Frame) -> None:
    blurred = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 8), np.uint8)
    advice = PortraitPhotoCheck(engine).judge(blurred).advice
    assert advice in ("face.advice.blurred", "face.advice.hold_still")


def test_two_people_are_one_too_many_for_a_card_and_right_for_a_proxy(
    engine: EmbeddedFaceEngine, media: Path
) -> None:
    pair = letter_box(read_picture(media / "faces/deepface/couple.jpg"), 1280, 960)
    assert PortraitPhotoCheck(engine).judge(pair).advice == prompt(FaceAdvice.SEVERAL_FACES)
    assert PeoplePhotoCheck(engine).judge(pair).advice == ""
