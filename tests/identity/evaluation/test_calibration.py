import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.identity_evidence import BiometricEvidence, Modality, Score
from kiosk.domain.identity_policy import TARGET_FAR, Assurance
from kiosk.errors import CalibrationUnusable, TemplateUnusable, TrialSetTooSmall
from kiosk.identity.calibration import LEAST_LLR, Calibrator
from kiosk.identity.calibration_file import (
    CalibrationFile,
    EngineCalibration,
    pack_vectors,
    read_calibration,
    shipped_calibration,
    unpack_vectors,
    write_calibration,
)
from kiosk.identity.evaluation.calibrate import Measured, calibrate
from kiosk.identity.evaluation.scoring import SpaceChoice
from kiosk.identity.evaluation.trials import Trials
from kiosk.identity.fusion import DEPENDENCE_MARGIN, Fusion, total_llr
from kiosk.identity.judge import CalibratedJudge, load_calibration
from kiosk.services.ports import FaceTemplate
from tests.identity.evaluation.gaussians import NORMAL, embeddings, score_trials

DAY = date(2026, 11, 27)


def entry(
    trials: Trials, engine_id: str = "face-1", modality: Modality = Modality.FACE
) -> EngineCalibration:
    choice = SpaceChoice(trials, False, False, (("cosine", 0.0),))
    embedded = embeddings(trials.people)
    return calibrate(Measured(engine_id, modality, "made up", DAY, 1, embedded, choice))


@pytest.fixture(scope="module")
def face() -> Calibrator:
    return Calibrator.of(entry(score_trials(90, 6.0)))


@pytest.fixture(scope="module")
def voice() -> Calibrator:
    return Calibrator.of(entry(score_trials(90, 5.0, seed=9), "voice-1", Modality.VOICE))


def test_set_that_shows_one_in_a_thousand_gives_a_threshold_for_it_and_none_for_rarer(
    face: Calibrator,
) -> None:
    found = face.threshold_for(1e-3)
    assert found is not None
    assert found.far_bound <= 1e-3
    assert face.threshold_for(1e-5) is None
    assert face.threshold_for(1e-1).llr < found.llr  # type: ignore[union-attr]


def test_small_set_shows_nothing_that_the_policy_could_use() -> None:
    few = Calibrator.of(entry(score_trials(15, 8.0)))
    assert few.engine.equal_error_rate < 0.01
    assert [few.threshold_for(target) for target in TARGET_FAR.values()] == [None, None]
    # 105 pairs of people: no score is worth more than ln(1 / 2.8 %).
    assert few.llr(Score("face-1", 1e6)) == pytest.approx(few.most_llr)
    assert few.most_llr < 3.6


def test_share_of_strangers_at_a_demonstrated_threshold_is_truly_below_its_target(
    face: Calibrator,
) -> None:
    found = face.threshold_for(1e-3)
    assert found is not None
    strangers = np.linspace(-6, 9, 15_001)
    passing = [s for s in strangers if face.llr(Score("face-1", float(s))) >= found.llr]
    assert 1 - NORMAL.cdf(float(min(passing))) <= 1e-3


@settings(deadline=None)
@given(st.floats(-50, 50), st.floats(-50, 50))
def test_more_alike_never_weighs_less(face: Calibrator, one: float, other: float) -> None:
    low, high = (face.llr(Score("face-1", value)) for value in sorted((one, other)))
    assert LEAST_LLR <= low <= high <= face.most_llr


def test_every_score_that_reaches_a_threshold_passes_the_row_that_shows_it(
    face: Calibrator,
) -> None:
    """The cap must not lift a weaker score to the weight of a stricter row."""
    for row in face.engine.rows:
        found = face.threshold_for(row.far_bound)
        assert found is not None
        shown = [one for one in face.engine.rows if one.far_bound <= row.far_bound]
        below = min(one.similarity for one in shown) - 1e-9
        assert face.llr(Score("face-1", below)) < found.llr


def test_scores_of_another_engine_and_no_numbers_are_refused(face: Calibrator) -> None:
    for score in (
        Score("face-2", 1.0),
        Score("face-1", float("nan")),
        Score("face-1", float("inf")),
    ):
        with pytest.raises(ValueError, match="engine"):
            face.llr(score)
    with pytest.raises(ValueError, match="finite"):
        BiometricEvidence(Modality.FACE, "face-1", float("nan"))


def test_face_and_voice_together_show_what_neither_shows_alone(
    face: Calibrator, voice: Calibrator
) -> None:
    fusion = Fusion({"face-1": face, "voice-1": voice})
    both = [face.evidence(Score("face-1", 9.0)), voice.evidence(Score("voice-1", 9.0))]
    found = fusion.thresholds(both)[Assurance.STRONG]
    assert found is not None
    assert found.far_bound <= 1e-5
    assert total_llr(both) >= found.llr
    assert fusion.thresholds(both[:1])[Assurance.STRONG] is None


def test_bound_of_a_sum_holds_for_strangers_who_are_alike_in_face_and_voice(
    face: Calibrator, voice: Calibrator
) -> None:
    """Half of the strangers are of one sex and a little more alike in both; counted over a million of them."""
    chance = np.random.default_rng(4)
    same = chance.random(1_000_000) < 0.5
    totals = np.zeros(1_000_000)
    for calibrator, name in ((face, "face-1"), (voice, "voice-1")):
        scores = chance.normal(np.where(same, 0.25, -0.25), 1.0)
        steps = np.linspace(-6, 6, 2401)
        known = np.array([calibrator.llr(Score(name, float(s))) for s in steps])
        totals += known[np.clip(np.searchsorted(steps, scores), 0, 2400)]
    for target in (1e-2, 1e-3, 1e-4):
        found = Fusion.threshold_for((face, voice), target)
        assert found is not None
        assert float(np.mean(totals >= found.llr)) <= target
    assert DEPENDENCE_MARGIN == 2.0


def test_missing_evidence_is_nothing_and_one_modality_never_counts_twice(face: Calibrator) -> None:
    piece = face.evidence(Score("face-1", 3.0))
    assert total_llr([]) == 0.0
    with pytest.raises(ValueError, match="each modality"):
        total_llr([piece, piece])
    assert Fusion({}).thresholds([piece]) == dict.fromkeys(TARGET_FAR)


def test_judge_counts_no_engine_that_is_not_calibrated_and_nobody_who_is_not_alive(
    face: Calibrator, voice: Calibrator
) -> None:
    judge = CalibratedJudge.of(CalibrationFile(version=1, engines=(face.engine, voice.engine)))
    scores = [Score("face-1", 9.0), Score("voice-1", 9.0)]
    assert judge.judge(scores, is_live=True).assurance is Assurance.STRONG
    assert judge.judge(scores, is_live=False).assurance is Assurance.NOBODY
    assert judge.judge(scores[:1], is_live=True).assurance is Assurance.VERIFIED
    unknown = judge.judge([Score("face-7", 9.0)], is_live=True)
    assert (unknown.llr, unknown.assurance) == (0.0, Assurance.NOBODY)
    # Strangers come nearer to a mean of three samples; figures of single ones do not hold there.
    of_three = judge.judge([Score("face-1", 9.0, 3)], is_live=True)
    assert (of_three.llr, of_three.assurance) == (0.0, Assurance.NOBODY)
    assert judge.is_factor(Score("face-1", 9.0)) is True
    assert judge.is_factor(Score("face-1", -9.0)) is False
    assert judge.is_factor(Score("face-7", 9.0)) is None


def test_figures_of_centred_voices_are_not_read_into_plain_scores(voice: Calibrator) -> None:
    """Voices are compared in the engine's own metric; a centred line would say anything of it."""
    centred = voice.engine.model_copy(update={"centre": pack_vectors(np.ones((1, 8)))})
    judge = CalibratedJudge.of(CalibrationFile(version=1, engines=(centred,)))
    judged = judge.judge([Score(voice.engine.engine_id, 9.0)], is_live=True)
    assert (judged.llr, judged.assurance) == (0.0, Assurance.NOBODY)
    assert judge.is_factor(Score(voice.engine.engine_id, 9.0)) is None


def test_shipped_calibration_grants_nothing_alone_and_holds_no_vectors() -> None:
    file = shipped_calibration()
    assert "dlib-resnet-v1" in [engine.engine_id for engine in file.engines]
    for engine in file.engines:
        assert (engine.centre, engine.cohort) == (None, None)
        assert engine.people > 0
        judge = CalibratedJudge.of(file)
        assert (
            judge.judge([Score(engine.engine_id, 1.0)], is_live=True).assurance is Assurance.NOBODY
        )


def test_dlib_is_no_proof_at_the_distance_that_its_library_uses() -> None:
    judge = CalibratedJudge.of(shipped_calibration())
    assert judge.is_factor(Score("dlib-resnet-v1", -0.6)) is False
    assert judge.is_factor(Score("dlib-resnet-v1", -0.38)) is True


def test_file_comes_back_as_it_was_written(
    face: Calibrator, voice: Calibrator, tmp_path: Path
) -> None:
    path = tmp_path / "county.json"
    file = CalibrationFile(version=1, engines=(face.engine,)).with_engine(voice.engine)
    write_calibration(path, file)
    assert read_calibration(path) == file
    assert load_calibration(str(path)) == file
    assert path.stat().st_mode & 0o077 == 0
    assert file.with_engine(face.engine) == file


@pytest.mark.parametrize(
    "change",
    [
        {"slope": -1.0},
        {"slope": float("nan")},
        {"version": 2},
        {"rows": "loosened"},
        {"rows": "turned"},
        {"cohort": "bm9uZQ=="},
        {"engine_id": ""},
        {"unknown": 1},
    ],
    ids=str,
)
def test_file_that_was_changed_by_hand_is_refused_with_its_place(
    change: dict[str, object], face: Calibrator, tmp_path: Path
) -> None:
    plain = face.engine.model_dump(mode="json")
    whole: dict[str, object] = {"version": 1, "engines": [plain]}
    if change == {"rows": "loosened"}:
        plain["rows"][-1]["far_bound"] = 0.0  # type: ignore[index]
        plain["rows"][0]["far_bound"] = 0.0  # type: ignore[index]
    elif change == {"rows": "turned"}:
        plain["rows"] = plain["rows"][::-1]  # type: ignore[index]
    elif "version" in change:
        whole |= change
    else:
        plain |= change  # type: ignore[operator]
    path = tmp_path / "county.json"
    path.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(CalibrationUnusable) as caught:
        CalibratedJudge.of(read_calibration(path))
    assert caught.value.faults


def test_missing_file_is_said_and_the_shipped_one_does_not_take_its_place(tmp_path: Path) -> None:
    with pytest.raises(CalibrationUnusable, match=r"gone\.json"):
        load_calibration(str(tmp_path / "gone.json"))
    (tmp_path / "big.json").write_bytes(b" " * (8 << 20) + b"  ")
    with pytest.raises(CalibrationUnusable, match="太大"):
        read_calibration(tmp_path / "big.json")


def test_vectors_are_kept_and_anything_else_is_refused() -> None:
    some = np.random.default_rng(1).normal(size=(3, 5))
    assert np.allclose(unpack_vectors(pack_vectors(some)), some, atol=1e-6)
    for text in ("", "AAAA", "!!!", pack_vectors(some)[:-4], pack_vectors(some * np.nan)):
        with pytest.raises(CalibrationUnusable):
            unpack_vectors(text)


def test_template_is_compared_in_the_space_of_the_figures(face: Calibrator) -> None:
    centre = np.array([1.0, 0.0, 0.0])
    centred = Calibrator.of(
        face.engine.model_copy(update={"centre": pack_vectors(centre), "metric": "cosine"})
    )
    rows = np.array([[1.0, 1.0, 0.0], [1.0, 2.0, 0.0]], dtype="<f4")
    template = FaceTemplate("face-1", tuple(row.tobytes() for row in rows))
    score = centred.similarity(np.array([1.0, 3.0, 0.0], np.float32), template)
    assert score == Score("face-1", pytest.approx(1.0), 2)
    for wrong in (replace(template, engine_id="face-2"), FaceTemplate("face-1", (b"abc",))):
        with pytest.raises(TemplateUnusable):
            centred.similarity(np.zeros(3, np.float32), wrong)


@pytest.mark.parametrize(
    ("trials", "word"),
    [(score_trials(5, 4.0), "有5人，至少要8人"), (score_trials(9, 4.0, each=1), "同一个人")],
)
def test_set_too_small_is_refused_with_what_is_missing(trials: Trials, word: str) -> None:
    with pytest.raises(TrialSetTooSmall, match=word):
        entry(trials)


def test_set_that_tells_nobody_apart_is_refused() -> None:
    some = score_trials(16, 4.0)
    with pytest.raises(TrialSetTooSmall, match="分不清"):
        entry(some.rescored(-some.similarity))
