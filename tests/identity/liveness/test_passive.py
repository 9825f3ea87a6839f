"""The passive networks on the three pictures of their makers: two attacks refused, the living person accepted."""

from pathlib import Path

import numpy as np
import pytest

from kiosk.config import IdentityConfig, KioskConfig, ModelsConfig, StorageConfig
from kiosk.domain.identity_evidence import Modality
from kiosk.errors import ModelUnavailable
from kiosk.identity.evaluation.attacks import AttackDetector, judge_attacks
from kiosk.identity.evaluation.samples import SampleUnusable
from kiosk.identity.evaluation.trial_set import read_trial_set
from kiosk.identity.liveness.passive import PassiveDetector, crop, has_passive_models
from kiosk.models.store import ModelStore
from kiosk.sample_engines import make_detector
from kiosk.services.ports import FaceBox
from tests.identity.people import MEDIA

MODELS, SPOOF = MEDIA / "models", MEDIA / "spoof" / "minivision"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> KioskConfig:
    if not SPOOF.is_dir() or not has_passive_models(ModelStore(MODELS)):
        pytest.skip("no passive networks or attack images below XIANGLIN_MEDIA")
    return KioskConfig(
        identity=IdentityConfig(),
        models=ModelsConfig(str(MODELS)),
        storage=StorageConfig(str(tmp_path_factory.mktemp("state")), "file"),
    )


@pytest.fixture(scope="module")
def detector(config: KioskConfig) -> AttackDetector:
    made = make_detector(config)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("name", "is_live"), [("image_F1.jpg", False), ("image_F2.jpg", False), ("image_T1.jpg", True)]
)
def test_two_attack_images_are_refused_and_the_live_one_is_accepted(
    detector: AttackDetector, name: str, is_live: bool
) -> None:
    assert detector.is_live(SPOOF / name) is is_live


def test_table_of_attacks_is_filled(detector: AttackDetector, tmp_path: Path) -> None:
    """As ``evaluate`` reads a folder of people with its attacks."""
    for folder, names in {"wang": ["T1"], "spoof/replay": ["F1", "F2"]}.items():
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            content = (SPOOF / f"image_{name}.jpg").read_bytes()
            (tmp_path / folder / f"{name}.jpg").write_bytes(content)
    nobody = tmp_path / "spoof" / "replay" / "wall.png"
    nobody.write_bytes((SPOOF / "image_F1.jpg").read_bytes()[:100])
    result = judge_attacks(read_trial_set(tmp_path, Modality.FACE, 2026), detector)
    assert result.detector.startswith("minifasnet")
    assert [(one.group, one.errors, one.answered) for one in result.species] == [("replay", 0, 2)]
    assert (result.bona_fide.errors, result.bona_fide.answered) == (0, 1)


def test_picture_without_a_face_gives_no_answer(detector: AttackDetector, tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "grey.png"), np.full((200, 200, 3), 90, np.uint8))
    with pytest.raises(SampleUnusable):
        detector.is_live(tmp_path / "grey.png")
    (tmp_path / "text.jpg").write_bytes(b"no picture")
    with pytest.raises(SampleUnusable):
        detector.is_live(tmp_path / "text.jpg")


def test_without_the_networks_there_is_no_detector(tmp_path: Path) -> None:
    config = KioskConfig(storage=StorageConfig(str(tmp_path), "file"))
    assert make_detector(config) is None
    with pytest.raises(ModelUnavailable):
        PassiveDetector.load(ModelStore(tmp_path))


@pytest.mark.parametrize("scale", [2.7, 4.0])
@pytest.mark.parametrize(
    "box", [FaceBox(0, 0, 40, 50), FaceBox(60, 50, 100, 100), FaceBox(9, 9, 99, 99)]
)
def test_crop_stays_in_the_picture(scale: float, box: FaceBox) -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    assert crop(frame, box, scale).shape == (80, 80, 3)
