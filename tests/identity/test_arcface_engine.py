"""The ArcFace family: what the manifest says reaches the network, and the best installed engine is taken."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.config import IdentityConfig, KioskConfig
from kiosk.errors import FaceNotUsable, ModelUnavailable
from kiosk.face_engine import FaceEngines, choose_detector
from kiosk.identity.alignment import ArcFace112Aligner, similarity
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.identity.face_detector import DetectedFace
from kiosk.identity.face_embedder import ArcFaceOnnxEmbedder
from kiosk.models.manifest import MOBILEFACE, SFACE, YUNET, ModelEntry, read_manifest
from kiosk.models.store import ModelStore
from kiosk.services.ports import FaceAdvice, FaceBox, FacePoints
from tests.identity.engines import media_models
from tests.identity.people import GROUP_PHOTOS, MEDIA, SINGLE_PORTRAITS, as_camera_frame

ENTRY = read_manifest()[MOBILEFACE]


@pytest.fixture(scope="module")
def engine() -> EmbeddedFaceEngine:
    engine = FaceEngines(KioskConfig(), models=media_models()).best()
    engine.warm_up()
    return engine


def write_network(path: Path, numbers: int = 3) -> Path:
    """A network that answers the mean of each of its input's channels."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    node = helper.make_node("ReduceMean", ["face"], ["mean"], axes=[2, 3], keepdims=0)
    graph = helper.make_graph(
        [node],
        "means",
        [helper.make_tensor_value_info("face", kind, [1, 3, 112, 112])],
        [helper.make_tensor_value_info("mean", kind, [1, numbers])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    path.write_bytes(model.SerializeToString())
    return path


def _entry(**changes: object) -> ModelEntry:
    return replace(ENTRY, dimension=3, metric="euclidean", **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (30.0, 20.0, 10.0)),
        ({"input_order": "BGR"}, (10.0, 20.0, 30.0)),
        ({"input_mean": 127.5, "input_scale": 1 / 127.5}, (-0.7647, -0.8431, -0.9216)),
    ],
    ids=["RGB", "BGR", "scaled"],
)
def test_network_sees_what_the_manifest_declares(
    tmp_path: Path, changes: dict[str, object], expected: tuple[float, ...]
) -> None:
    embedder = ArcFaceOnnxEmbedder(write_network(tmp_path / "n.onnx"), _entry(**changes))
    chip = np.full((112, 112, 3), (30, 20, 10), np.uint8)

    np.testing.assert_allclose(embedder.embed(chip), expected, rtol=1e-3)


def test_embeddings_have_length_one_where_cosines_are_compared(tmp_path: Path) -> None:
    entry = replace(_entry(), metric="cosine")
    embedder = ArcFaceOnnxEmbedder(write_network(tmp_path / "n.onnx"), entry)

    vector = embedder.embed(np.full((112, 112, 3), (30, 20, 10), np.uint8))

    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_network_is_refused_when_its_answer_is_not_the_declared_one(tmp_path: Path) -> None:
    path = write_network(tmp_path / "n.onnx")

    with pytest.raises(ModelUnavailable, match="manifest"):
        ArcFaceOnnxEmbedder(path, replace(_entry(), dimension=256))
    path.write_bytes(b"no network")
    with pytest.raises(ModelUnavailable):
        ArcFaceOnnxEmbedder(path, _entry())


def test_similarity_undoes_a_turn_a_scale_and_a_shift() -> None:
    chance = np.random.default_rng(7)
    points = chance.uniform(0, 100, (5, 2))
    turn = 2.5 * np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])

    transform = similarity(points @ turn.T + (40, -7), points)

    back = (points @ turn.T + (40, -7)) @ transform[:, :2].T + transform[:, 2]
    np.testing.assert_allclose(back, points, atol=1e-9)


def test_alignment_needs_the_corners_of_the_mouth() -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    eyes = FacePoints((280.0, 200.0), (360.0, 200.0), (320.0, 250.0))

    with pytest.raises(ValueError, match="five points"):
        ArcFace112Aligner().chip(frame, DetectedFace(FaceBox(240, 160, 400, 320), 1.0, eyes))


def test_best_engine_is_the_calibrated_one_of_the_family_where_its_models_are() -> None:
    models = media_models()

    assert FaceEngines(KioskConfig(), models=models).best().engine_id == "arcface-mobileface-v2"
    assert FaceEngines(KioskConfig(), models=ModelStore()).best().engine_id == "dlib-resnet-v1"


def test_settings_name_the_engine_and_templates_of_another_one_stay_usable() -> None:
    config = KioskConfig(identity=IdentityConfig(face_engine="dlib-resnet-v1"))
    engines = FaceEngines(config, models=media_models())

    assert engines.best().engine_id == "dlib-resnet-v1"
    other = engines.of("arcface-mobileface-v2")
    assert other is not None
    assert other.engine_id == "arcface-mobileface-v2"
    assert engines.of("arcface-unknown-v9") is None


@pytest.mark.parametrize("present", [(MOBILEFACE,), (YUNET, SFACE)], ids=["no-yunet", "no-figures"])
def test_engine_is_not_taken_without_points_or_without_calibration(
    tmp_path: Path, present: tuple[str, ...]
) -> None:
    for model in present:
        (tmp_path / read_manifest()[model].local_name).write_bytes(b"stands for the model")
    engines = FaceEngines(KioskConfig(), models=ModelStore(tmp_path))

    assert engines.best().engine_id == "dlib-resnet-v1"
    assert engines.of(read_manifest()[present[-1]].engine_id) is None


def test_damaged_yunet_gives_way_to_what_comes_with_the_program(tmp_path: Path) -> None:
    (tmp_path / read_manifest()[YUNET].local_name).write_bytes(b"damaged")

    assert choose_detector(ModelStore(tmp_path)).name == "dlib HOG"
    assert choose_detector(media_models()).name == "YuNet"


@pytest.mark.parametrize("name", sorted(n for names in SINGLE_PORTRAITS.values() for n in names))
def test_observe_asks_for_nothing_when_the_picture_is_a_portrait(
    engine: EmbeddedFaceEngine, faces: Path, name: str
) -> None:
    seen = engine.observe(as_camera_frame(faces / name))

    allowed = {None, FaceAdvice.TOO_FAR} if "johnsnow" in name else {None}
    assert seen.advice in allowed
    assert seen.points is not None
    assert seen.points.right_mouth is not None


COVERS = {
    "mask": ((-1.1, 0.5), (0.5, 0.3), (1.1 + 1.0, 0.5), (1.9, 1.5), (0.5, 2.0), (-0.9, 1.5)),
    "dark glasses": ((-0.5, -0.35), (1.5, -0.35), (1.5, 0.35), (-0.5, 0.35)),
    "hand on an eye": ((0.65, -0.4), (1.5, -0.4), (1.5, 0.5), (0.65, 0.5)),
}
"""Corners, in eye distances from the person's right eye, along the eyes' line and down."""


@pytest.mark.parametrize("cover", COVERS)
@pytest.mark.parametrize("person", ["biden", "obama", "lin_manuel_miranda"])
def test_a_covered_face_is_asked_to_be_uncovered(
    engine: EmbeddedFaceEngine, faces: Path, person: str, cover: str
) -> None:
    frame = as_camera_frame(faces / SINGLE_PORTRAITS[person][0])
    points = engine.observe(frame).points
    assert points is not None
    right, left = np.array(points.right_eye), np.array(points.left_eye)
    along = left - right
    down = np.array([-along[1], along[0]])
    corners = [right + x * along + y * down for x, y in COVERS[cover]]
    cv2.fillPoly(frame, [np.round(corners).astype(np.int32)], (150, 120, 90), cv2.LINE_AA)

    assert engine.observe(frame).advice is FaceAdvice.OCCLUDED


@pytest.mark.parametrize("name", GROUP_PHOTOS)
def test_a_group_is_no_face_of_one_person(engine: EmbeddedFaceEngine, name: str) -> None:
    with pytest.raises(FaceNotUsable) as caught:
        engine.enrol((as_camera_frame(MEDIA / "faces" / name),))

    assert caught.value.advice in ("several_faces", "too_far", "off_centre")


def test_enrol_refuses_the_picture_of_another_person(
    engine: EmbeddedFaceEngine, faces: Path
) -> None:
    names = (*SINGLE_PORTRAITS["obama"][:2], SINGLE_PORTRAITS["biden"][0])

    with pytest.raises(FaceNotUsable) as caught:
        engine.enrol(tuple(as_camera_frame(faces / name) for name in names))

    assert (caught.value.index, caught.value.advice) == (2, "other_person")
