"""The kiosk's check compares as the calibration was measured, centred or not, and decides at its limit."""

from datetime import date

import numpy as np
import pytest

from kiosk.config import IdentityConfig, KioskConfig
from kiosk.errors import TemplateUnusable
from kiosk.face_engine import FaceEngines
from kiosk.identity.calibration import Calibrator
from kiosk.identity.calibration_file import (
    CalibrationFile,
    EngineCalibration,
    pack_vectors,
    write_calibration,
)
from kiosk.identity.face_matcher import FaceMatcher
from kiosk.models.store import ModelStore
from kiosk.services.ports import FaceTemplate


def _calibration(**changes: object) -> EngineCalibration:
    plain = EngineCalibration(
        engine_id="dlib-resnet-v1",
        modality="face",
        metric="euclidean",
        template_samples=1,
        dataset="made up",
        made_at=date(2026, 11, 27),
        people=9,
        pairs_of_people=36,
        genuine=20,
        impostor=100,
        equal_error_rate=0.0,
        slope=1.0,
        offset=0.0,
        factor_similarity=-0.38,
        rows=(),
    )
    return plain.model_copy(update=changes)


def _template(*vectors: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> FaceTemplate:
    return FaceTemplate("dlib-resnet-v1", tuple(v.astype("<f4").tobytes() for v in vectors))


def _vector(*values: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.array([*values, *[0.0] * (128 - len(values))], np.float32)


def test_plain_scores_are_distances_and_match_up_to_the_limit() -> None:
    matcher = FaceMatcher.of(Calibrator.of(_calibration()))
    near, far = _vector(0.38), _vector(0.39)

    assert matcher.compare(near, _template(_vector())).is_match
    refused = matcher.compare(far, _template(_vector()))
    assert (refused.is_match, refused.score) == (False, pytest.approx(0.39))
    assert matcher.threshold == pytest.approx(0.38)


def test_a_stricter_limit_of_the_machine_counts_and_a_looser_one_does_not() -> None:
    calibrator = Calibrator.of(_calibration())

    assert FaceMatcher.of(calibrator, 0.3).threshold == pytest.approx(0.3)
    assert FaceMatcher.of(calibrator, 0.42).threshold == pytest.approx(0.38)


def test_centred_figures_compare_centred() -> None:
    """Two faces that differ little beside their population's mean are told apart once it is taken away."""
    centre = _vector(1.0)
    calibration = _calibration(centre=pack_vectors(centre[None]), factor_similarity=0.5)
    matcher = FaceMatcher.of(Calibrator.of(calibration), 0.3)
    one, other = _vector(1.0, 0.1), _vector(1.0, 0.0, 0.1)

    assert matcher.compare(one, _template(one)).score == pytest.approx(-1.0)
    apart = matcher.compare(one, _template(other))
    assert (apart.is_match, apart.score) == (False, pytest.approx(0.0, abs=1e-6))
    assert matcher.threshold == pytest.approx(-0.5)


def test_odd_one_is_the_later_of_two_and_the_lone_one_of_three() -> None:
    matcher = FaceMatcher.of(Calibrator.of(_calibration()))
    here, near, away = _vector(), _vector(0.3), _vector(0.9)

    assert matcher.odd_one((here,)) is None
    assert matcher.odd_one((here, near)) is None
    assert matcher.odd_one((here, away)) == 1
    assert matcher.odd_one((away, here, near)) == 0


def test_template_of_another_engine_is_refused() -> None:
    matcher = FaceMatcher.of(Calibrator.of(_calibration()))

    with pytest.raises(TemplateUnusable):
        matcher.compare(_vector(), FaceTemplate("arcface-mobileface-v2", (bytes(512),)))


def test_check_compares_by_the_file_that_the_settings_name(tmp_path) -> None:
    path = tmp_path / "county.json"
    calibration = _calibration(
        centre=pack_vectors(_vector(1.0)[None]), factor_similarity=0.7, dataset="county"
    )
    write_calibration(path, CalibrationFile(version=1, engines=(calibration,)))
    engines = FaceEngines(
        KioskConfig(identity=IdentityConfig(calibration=str(path))), models=ModelStore()
    )

    comparison = engines.best().compare(_vector(1.0, 0.1), _template(_vector(1.0, 0.2)))

    assert (comparison.is_match, comparison.score) == (True, pytest.approx(-1.0))
    assert engines.judge().by_engine["dlib-resnet-v1"].engine.dataset == "county"


def test_a_broken_file_leaves_the_shipped_limit_and_grants_nothing_alone(tmp_path) -> None:
    path = tmp_path / "county.json"
    path.write_text("{", encoding="utf-8")
    engines = FaceEngines(
        KioskConfig(identity=IdentityConfig(calibration=str(path))), models=ModelStore()
    )

    assert engines.best().threshold == pytest.approx(0.38)
    assert engines.judge().by_engine == {}
