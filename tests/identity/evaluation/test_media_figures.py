"""The figures that ship are those of the public photographs, measured anew; and the labelled pairs."""

import csv
import importlib.util
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kiosk.domain.identity_evidence import Modality
from kiosk.identity.calibration_file import shipped_calibration
from kiosk.identity.dlib_engine import DlibFaceEngine
from kiosk.identity.evaluation.calibrate import calibrate
from kiosk.identity.evaluation.evaluation import Evaluation, evaluate
from kiosk.identity.evaluation.intervals import clopper_pearson
from kiosk.identity.evaluation.samples import FaceSamples, describe
from kiosk.identity.evaluation.trial_set import TrialSet, read_trial_set
from kiosk.identity.thresholds import DEFAULT_FACE_THRESHOLD
from kiosk.sample_engines import camera_frame

SCRIPT = Path(__file__).parents[3] / "packaging" / "build_calibration.py"


@pytest.fixture(scope="module")
def trial_set(media: Path, tmp_path_factory: pytest.TempPathFactory) -> TrialSet:
    spec = importlib.util.spec_from_file_location("build_calibration", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    root = tmp_path_factory.mktemp("people")
    script.lay_out(script.people_of(media / "faces"), root)
    found = read_trial_set(root, Modality.FACE, 2026)
    assert not found.left_out
    return found


@pytest.fixture(scope="module")
def evaluation(trial_set: TrialSet, engine: DlibFaceEngine) -> Evaluation:
    samples = FaceSamples(engine, camera_frame)
    return evaluate(
        describe(trial_set, samples),
        engine_id=samples.engine_id,
        modality=samples.modality,
        dataset="media",
        made_at=date(2026, 11, 27),
    )


def test_shipped_figures_are_what_the_photographs_give(evaluation: Evaluation) -> None:
    (shipped,) = [e for e in shipped_calibration().engines if e.engine_id == "dlib-resnet-v1"]
    measured = calibrate(evaluation.measured, evaluation.draws, factor_similarity=-0.38)
    counts = ("people", "pairs_of_people", "genuine", "impostor", "equal_error_rate", "metric")
    assert [getattr(measured, name) for name in counts] == [
        getattr(shipped, name) for name in counts
    ]
    assert measured.slope == pytest.approx(shipped.slope, rel=1e-3)
    for one, other in zip(measured.rows, shipped.rows, strict=True):
        assert one.similarity == pytest.approx(other.similarity, abs=1e-4)
        assert one.far_bound == pytest.approx(other.far_bound, rel=1e-3)


def test_no_labelled_pair_of_strangers_passes_at_the_default(
    media: Path,
    trial_set: TrialSet,
    engine: DlibFaceEngine,
    record_property: Callable[[str, object], None],
) -> None:
    samples = FaceSamples(engine, camera_frame)
    folder = media / "faces" / "deepface"
    with (folder / "master.csv").open(encoding="utf-8") as file:
        pairs = [
            (r["file_x"].strip(), r["file_y"].strip(), r["Decision"].strip())
            for r in csv.DictReader(file)
        ]
    names = {name for pair in pairs for name in pair[:2]}
    known = {name: samples.embed(folder / name) for name in names}
    passed = {"Yes": 0, "No": 0}
    for one, other, decision in pairs:
        distance = float(((known[one] - known[other]) ** 2).sum() ** 0.5)
        passed[decision] += distance <= DEFAULT_FACE_THRESHOLD
    wrong, right = clopper_pearson(passed["No"], 262), clopper_pearson(passed["Yes"], 38)
    record_property(
        "figure",
        f"deepface pairs, dlib-resnet-v1 at {DEFAULT_FACE_THRESHOLD}, single pictures: {passed['No']} of 262 strangers "
        f"accepted [{wrong.low:.1%}, {wrong.high:.1%}], {passed['Yes']} of 38 same [{right.low:.1%}, {right.high:.1%}]",
    )
    assert (len(pairs), passed["No"]) == (300, 0)
    assert passed["Yes"] >= 20
