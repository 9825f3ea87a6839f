import csv
import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from kiosk.devices.file_camera import FileCamera
from kiosk.devices.picture import letter_box, read_picture
from kiosk.errors import FaceNotUsable, TemplateUnusable
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.services.ports import Embedding, FaceAdvice, FaceTemplate, Frame
from tests.identity.people import (
    GROUP_PHOTOS,
    ODD_PICTURES,
    SINGLE_PORTRAITS,
    as_camera_frame,
)

PORTRAIT = "examples/knn_examples/train/biden/biden2.jpg"
NO_FACES = (
    "coffee",
    "brick",
    "grass",
    "gravel",
    "rocket",
    "coins",
    "page",
    "hubble_deep_field",
    "chelsea",
)


def _embedding(engine: EmbeddedFaceEngine, frame: Frame) -> Embedding:
    return engine.embed(frame, engine.observe(frame))


@pytest.fixture(scope="module")
def described(engine: EmbeddedFaceEngine, faces: Path) -> dict[str, list[Embedding]]:
    """Every person's portraits, described."""
    return {
        person: [_embedding(engine, as_camera_frame(faces / name)) for name in names]
        for person, names in SINGLE_PORTRAITS.items()
    }


def _template(engine: EmbeddedFaceEngine, *vectors: Embedding) -> FaceTemplate:
    return FaceTemplate(engine.engine_id, tuple(v.astype("<f4").tobytes() for v in vectors))


@pytest.mark.parametrize(
    ("enrolled", "shown"),
    [
        (["obama.jpg"], ["obama_small.jpg", "knn_examples/test/obama1.jpg"]),
        (["obama.jpg", "obama2.jpg"], ["obama_small.jpg", "knn_examples/test/obama1.jpg"]),
    ],
    ids=["one-picture", "two-pictures"],
)
def test_compare_accepts_the_same_person_on_another_photo(
    engine: EmbeddedFaceEngine, faces: Path, enrolled: list[str], shown: list[str]
) -> None:
    folder = faces / "examples"
    template = engine.enrol(tuple(as_camera_frame(folder / name) for name in enrolled))

    for name in shown:
        comparison = engine.compare(_embedding(engine, as_camera_frame(folder / name)), template)
        assert comparison.is_match, comparison.score


@pytest.mark.parametrize(
    ("enrolled", "shown"),
    [
        ([2], [4, 6, 7]),
        ([13], [14]),
        ([20], [21]),
        ([2, 4, 6], [1, 5, 7, 10, 11]),
        ([1, 5, 11], [2, 4, 6, 7, 10]),
    ],
)
def test_compare_accepts_the_same_person_of_the_labelled_pairs(
    engine: EmbeddedFaceEngine, media: Path, enrolled: list[int], shown: list[int]
) -> None:
    folder = media / "faces/deepface"
    template = engine.enrol(tuple(as_camera_frame(folder / f"img{i}.jpg") for i in enrolled))

    for i in shown:
        probe = _embedding(engine, as_camera_frame(folder / f"img{i}.jpg"))
        comparison = engine.compare(probe, template)
        assert comparison.is_match, (i, comparison.score)


def test_compare_refuses_every_other_person(
    engine: EmbeddedFaceEngine, described: dict[str, list[Embedding]]
) -> None:
    trials = 0
    for claimed, other in itertools.permutations(described, 2):
        templates = [_template(engine, v) for v in described[claimed]]
        templates.append(_template(engine, *described[claimed]))
        for template, probe in itertools.product(templates, described[other]):
            comparison = engine.compare(probe, template)
            assert not comparison.is_match, (claimed, other, comparison.score)
            assert comparison.score > 0.55
            trials += 1
    assert trials > 200


def test_compare_refuses_all_strangers_of_the_labelled_pairs(
    engine: EmbeddedFaceEngine, media: Path
) -> None:
    with (media / "faces/deepface/master.csv").open(encoding="ascii") as file:
        pairs = list(csv.DictReader(file))
    names = {pair[side] for pair in pairs for side in ("file_x", "file_y")}
    vectors = {
        name: _embedding(engine, as_camera_frame(media / "faces/deepface" / name)) for name in names
    }
    accepted = {"Yes": 0, "No": 0}
    for pair in pairs:
        template = _template(engine, vectors[pair["file_x"]])
        accepted[pair["Decision"]] += engine.compare(vectors[pair["file_y"]], template).is_match

    assert accepted["No"] == 0
    assert accepted["Yes"] >= 20  # of 38; press photos years apart, single pictures


@pytest.mark.parametrize("name", sorted(n for names in SINGLE_PORTRAITS.values() for n in names))
def test_observe_asks_for_nothing_when_the_picture_is_a_portrait(
    engine: EmbeddedFaceEngine, faces: Path, name: str
) -> None:
    observation = engine.observe(as_camera_frame(faces / name))

    assert observation.advice is None
    assert 0.0 < observation.quality <= 1.0


def test_observe_asks_for_nothing_when_the_picture_is_the_astronaut(
    engine: EmbeddedFaceEngine,
) -> None:
    picture = cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2BGR)

    assert engine.observe(letter_box(np.asarray(picture, np.uint8), 640, 480)).advice is None


@pytest.mark.parametrize("name", GROUP_PHOTOS)
def test_observe_asks_for_one_person_when_there_are_several(
    engine: EmbeddedFaceEngine, media: Path, name: str
) -> None:
    frame = as_camera_frame(media / "faces" / name)

    assert engine.observe(frame).advice is FaceAdvice.SEVERAL_FACES
    with pytest.raises(FaceNotUsable) as caught:
        engine.enrol((frame,))
    assert caught.value.advice == "several_faces"


@pytest.mark.parametrize("name", NO_FACES)
def test_observe_finds_no_face_when_the_picture_shows_a_thing(
    engine: EmbeddedFaceEngine, name: str
) -> None:
    picture = getattr(skimage.data, name)()
    frame = picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)

    observation = engine.observe(letter_box(np.ascontiguousarray(frame[..., :3]), 640, 480))

    assert observation.box is None
    assert observation.advice is FaceAdvice.NO_FACE


@pytest.mark.parametrize("kind", ["noise", "gradient", "black", "white"])
def test_observe_finds_no_face_when_the_picture_is_made_up(
    engine: EmbeddedFaceEngine, kind: str
) -> None:
    frame = {
        "noise": np.random.default_rng(3).integers(0, 255, (480, 640, 3), dtype=np.uint8),
        "gradient": np.tile(np.linspace(0, 255, 640, dtype=np.uint8)[None, :, None], (480, 1, 3)),
        "black": np.zeros((480, 640, 3), np.uint8),
        "white": np.full((480, 640, 3), 255, np.uint8),
    }[kind]

    assert engine.observe(frame).advice is FaceAdvice.NO_FACE


def _gained(frame: Frame, gain: float) -> Frame:
    return np.clip(frame * gain, 0, 255).astype(np.uint8)


def _placed(frame: Frame, scale: float, x: int, y: int) -> Frame:
    """The picture made smaller and set on grey, with its centre at (x, y)."""
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    result = np.full((480 * 3, 640 * 3, 3), 128, np.uint8)
    top, left = 480 + y - small.shape[0] // 2, 640 + x - small.shape[1] // 2
    result[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.ascontiguousarray(result[480:960, 640:1280])


@pytest.mark.parametrize(
    ("worsen", "advice"),
    [
        (lambda f: _gained(f, 0.22), FaceAdvice.TOO_DARK),
        (lambda f: _gained(f.astype(np.float32) + 110, 1.0), FaceAdvice.TOO_BRIGHT),
        (lambda f: _placed(f, 0.42, 320, 240), FaceAdvice.TOO_FAR),
        (lambda f: _placed(f, 0.30, 320, 240), FaceAdvice.TOO_FAR),
        (lambda f: _placed(f, 2.1, 290, 380), FaceAdvice.TOO_NEAR),
        (lambda f: _placed(f, 0.6, 560, 240), FaceAdvice.OFF_CENTRE),
        (lambda f: cv2.GaussianBlur(f, (0, 0), 3.0), FaceAdvice.BLURRED),
        (lambda f: cv2.blur(f, (25, 1)), FaceAdvice.BLURRED),
    ],
    ids=["dark", "bright", "far", "very-far", "near", "aside", "blurred", "smeared"],
)
def test_observe_says_what_to_improve_when_the_picture_is_poor(
    engine: EmbeddedFaceEngine, faces: Path, worsen: object, advice: FaceAdvice
) -> None:
    assert callable(worsen)
    frame = np.asarray(worsen(as_camera_frame(faces / PORTRAIT)), dtype=np.uint8)

    assert engine.observe(frame).advice is advice


def test_points_lie_where_the_persons_own_right_and_left_are(
    engine: EmbeddedFaceEngine, faces: Path
) -> None:
    seen = engine.observe(as_camera_frame(faces / PORTRAIT))

    assert seen.box
    assert seen.points
    right, left, nose = seen.points.right_eye, seen.points.left_eye, seen.points.nose
    assert seen.box.left < right[0] < nose[0] < left[0] < seen.box.right
    assert seen.box.top < max(right[1], left[1]) < nose[1] < seen.box.bottom
    assert seen.points.right_mouth is None is seen.points.left_mouth


def test_embed_raises_when_no_face_was_observed(engine: EmbeddedFaceEngine) -> None:
    empty = np.zeros((480, 640, 3), np.uint8)

    with pytest.raises(ValueError, match="no face"):
        engine.embed(empty, engine.observe(empty))


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_engine_answers_when_the_picture_is_odd(
    engine: EmbeddedFaceEngine, faces: Path, name: str
) -> None:
    for frame in (as_camera_frame(faces / name), read_picture(faces / name)):
        observation = engine.observe(frame)
        if observation.box is not None:
            assert np.isfinite(engine.embed(frame, observation)).all()


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((480, 640), np.uint8),
        np.zeros((480, 640, 4), np.uint8),
        np.zeros((480, 640, 3), np.float32),
    ],
    ids=["grey", "alpha", "float"],
)
def test_observe_raises_when_the_frame_breaks_the_ports_promise(
    engine: EmbeddedFaceEngine, frame: Frame
) -> None:
    with pytest.raises(ValueError, match="uint8"):
        engine.observe(frame)


def test_observe_answers_for_every_frame_when_the_camera_is_a_film(
    engine: EmbeddedFaceEngine, faces: Path
) -> None:
    camera = FileCamera(faces / "examples/short_hamilton_clip.mp4", frames_per_second=1000.0)
    camera.open()
    advice = {engine.observe(camera.read()).advice for _ in range(25)}
    camera.close()

    assert advice <= {FaceAdvice.NO_FACE, FaceAdvice.TOO_FAR}  # singers on a stage, far away


def test_engine_gives_equal_answers_when_two_threads_use_it(
    engine: EmbeddedFaceEngine, faces: Path
) -> None:
    frame = as_camera_frame(faces / PORTRAIT)
    seen = engine.observe(frame)
    expected = engine.embed(frame, seen)

    with ThreadPoolExecutor(2) as pool:
        vectors = list(pool.map(lambda _: engine.embed(frame, seen), range(6)))

    assert all(np.array_equal(vector, expected) for vector in vectors)


def test_enrol_names_the_picture_and_the_fault_when_one_is_poor(
    engine: EmbeddedFaceEngine, faces: Path
) -> None:
    good = as_camera_frame(faces / PORTRAIT)

    with pytest.raises(FaceNotUsable) as caught:
        engine.enrol((good, np.zeros_like(good)))

    assert (caught.value.index, caught.value.advice) == (1, "no_face")


OBAMA = ("examples/obama.jpg", "examples/obama2.jpg")


@pytest.mark.parametrize(
    ("names", "index"),
    [((OBAMA[0], PORTRAIT), 1), ((*OBAMA, PORTRAIT), 2), ((PORTRAIT, *OBAMA), 0)],
    ids=["two", "last-of-three", "first-of-three"],
)
def test_enrol_refuses_the_picture_of_another_person(
    engine: EmbeddedFaceEngine, faces: Path, names: tuple[str, ...], index: int
) -> None:
    with pytest.raises(FaceNotUsable) as caught:
        engine.enrol(tuple(as_camera_frame(faces / name) for name in names))

    assert (caught.value.index, caught.value.advice) == (index, "other_person")


def test_enrol_never_mixes_two_people_and_takes_every_persons_own_pictures(
    engine: EmbeddedFaceEngine, described: dict[str, list[Embedding]]
) -> None:
    matcher = engine._matching()
    for one, other in itertools.combinations(described, 2):
        for pair in itertools.product(described[one], described[other]):
            assert matcher.odd_one(pair) == 1
    for vectors in described.values():
        assert matcher.odd_one(tuple(vectors)) is None


def test_enrol_raises_when_there_are_no_pictures(engine: EmbeddedFaceEngine) -> None:
    with pytest.raises(ValueError, match="at least one"):
        engine.enrol(())


def test_distance_is_zero_when_the_probe_is_the_only_enrolled_picture(
    engine: EmbeddedFaceEngine, described: dict[str, list[Embedding]]
) -> None:
    probe = described["biden"][0]

    comparison = engine.compare(probe, _template(engine, probe))
    assert comparison.score == pytest.approx(0.0, abs=1e-6)


def test_distance_is_measured_to_the_mean_of_the_enrolled_pictures(
    engine: EmbeddedFaceEngine,
) -> None:
    one, other = np.zeros(128, np.float32), np.zeros(128, np.float32)
    one[0], other[0] = 1.0, 0.5
    template = FaceTemplate("dlib-resnet-v1", (one.tobytes(), other.tobytes()))

    comparison = engine.compare(np.zeros(128, np.float32), template)
    assert comparison.score == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("engine_id", "vectors"),
    [
        ("mobileface-v2", (bytes(512),)),
        ("dlib-resnet-v2", (bytes(512),)),
        ("dlib-resnet-v1", ()),
        ("dlib-resnet-v1", (bytes(508),)),
        ("dlib-resnet-v1", (bytes(512), b"")),
        ("dlib-resnet-v1", (np.full(128, np.nan, "<f4").tobytes(),)),
    ],
    ids=["engine", "version", "empty", "short", "one-empty", "nan"],
)
def test_compare_raises_when_the_template_is_not_usable(
    engine: EmbeddedFaceEngine, engine_id: str, vectors: tuple[bytes, ...]
) -> None:
    with pytest.raises(TemplateUnusable):
        engine.compare(np.zeros(128, np.float32), FaceTemplate(engine_id, vectors))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_compare_never_accepts_when_the_probe_is_no_number(
    engine: EmbeddedFaceEngine, value: float
) -> None:
    with pytest.raises(ValueError, match="probe"):
        engine.compare(
            np.full(128, value, np.float32), _template(engine, np.zeros(128, np.float32))
        )
