from dataclasses import dataclass, field

import numpy as np
import pytest

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.devices.document_photo import DocumentPhotoCheck
from kiosk.devices.photo_judges import photo_judge
from kiosk.devices.picture import picture_size
from kiosk.devices.portrait_photo import PeoplePhotoCheck, PortraitPhotoCheck, crop_portrait
from kiosk.services.ports import FaceAdvice, FaceBox, FaceObservation, Frame, PhotoAdvice

FRAME: Frame = np.random.default_rng(4).integers(0, 255, (480, 640, 3), dtype=np.uint8)
NEAR, DISTANT = FaceBox(220, 120, 420, 320), FaceBox(300, 200, 400, 300)


def prompt(advice: FaceAdvice | None) -> str:
    return f"face.advice.{advice.value}" if advice else ""


@dataclass
class SeeingEngine:
    """A face engine that sees what the test says."""

    observation: FaceObservation
    engine_id: str = "seeing"
    frames: list[Frame] = field(default_factory=list)

    def observe(self, frame: Frame) -> FaceObservation:
        self.frames.append(frame)
        return self.observation


def seen(box: FaceBox | None, advice: FaceAdvice | None = None) -> SeeingEngine:
    return SeeingEngine(FaceObservation(box, advice, 0.5))


@pytest.mark.parametrize("advice", FaceAdvice)
def test_a_portrait_is_improved_as_the_face_engine_says(advice: FaceAdvice) -> None:
    assert PortraitPhotoCheck(seen(NEAR, advice)).judge(FRAME).advice == prompt(advice)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("box", "advice"),
    [(NEAR, None), (DISTANT, FaceAdvice.TOO_FAR), (None, FaceAdvice.NO_FACE)],
)
def test_a_portrait_needs_a_face_of_enough_pixels(
    box: FaceBox | None, advice: FaceAdvice | None
) -> None:
    assert PortraitPhotoCheck(seen(box)).judge(FRAME).advice == prompt(advice)  # type: ignore[arg-type]


def test_a_portrait_has_the_shape_of_the_cards_photo() -> None:
    width, height = picture_size(PortraitPhotoCheck(seen(NEAR)).encode(FRAME))  # type: ignore[arg-type]
    assert width / height == pytest.approx(358 / 441, abs=0.01)


def test_the_whole_picture_is_kept_when_no_face_is_found_any_more() -> None:
    assert picture_size(PortraitPhotoCheck(seen(None)).encode(FRAME)) == (640, 480)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "box",
    [
        NEAR,
        FaceBox(0, 0, 100, 100),
        FaceBox(540, 380, 640, 480),
        FaceBox(-50, -50, 700, 600),
        FaceBox(5, 5, 6, 6),
    ],
)
def test_a_portrait_never_leaves_the_picture(box: FaceBox) -> None:
    cut = crop_portrait(FRAME, box)
    assert 0 < cut.shape[0] <= 480
    assert 0 < cut.shape[1] <= 640


def test_a_portrait_has_the_face_in_its_middle_with_hair_above() -> None:
    frame = np.zeros((1000, 1000, 3), np.uint8)
    frame[400:600, 400:600] = 255
    rows, columns = np.nonzero(crop_portrait(frame, FaceBox(400, 400, 600, 600)).max(axis=2))
    assert (columns.min(), columns.max()) == (100, 299)
    assert 120 <= rows.min() <= 140


@pytest.mark.parametrize(
    ("advice", "wanted"),
    [
        (FaceAdvice.SEVERAL_FACES, None),
        (FaceAdvice.TURNED_AWAY, None),
        (FaceAdvice.OFF_CENTRE, None),
        (None, None),
        (FaceAdvice.TOO_DARK, FaceAdvice.TOO_DARK),
        (FaceAdvice.TOO_BRIGHT, FaceAdvice.TOO_BRIGHT),
        (FaceAdvice.NO_FACE, FaceAdvice.NO_FACE),
    ],
)
def test_two_people_need_no_more_than_light_and_a_face(
    advice: FaceAdvice | None, wanted: FaceAdvice | None
) -> None:
    check = PeoplePhotoCheck(seen(NEAR, advice))  # type: ignore[arg-type]
    assert check.judge(FRAME).advice == prompt(wanted)
    assert picture_size(check.encode(FRAME)) == (640, 480)


@pytest.mark.parametrize(
    ("kind", "judge"),
    [
        ("document", DocumentPhotoCheck),
        ("portrait", PortraitPhotoCheck),
        ("people", PeoplePhotoCheck),
    ],
)
def test_each_kind_of_photo_has_its_judge(kind: str, judge: type) -> None:
    assert isinstance(photo_judge(kind, seen(NEAR)), judge)  # type: ignore[arg-type]


def test_every_advice_has_words() -> None:
    prompts = PromptCatalogue.load("zh-CN").prompts
    said = {f"photo.advice.{advice.value}" for advice in PhotoAdvice}
    assert said == {name for name in prompts if name.startswith("photo.advice.")}
    assert {prompt(advice) for advice in FaceAdvice} <= prompts.keys()
