"""How face checks end is kept without whose they were; what is kept tells whom the checks shut out."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from kiosk.__main__ import main
from kiosk.clock import SystemClock, site_date
from kiosk.config import load_config
from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality, Score
from kiosk.domain.identity_policy import Assurance
from kiosk.domain.logged_score import KEPT_FOR, LoggedScore, ScoreKind, ScoreOutcome
from kiosk.errors import StorageBusy
from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    Begin,
    CardPresented,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    FaceAccepted,
    FaceCheckUnavailable,
    FaceNotAccepted,
    OtherWay,
    UseCitizenNumber,
)
from kiosk.flows.navigator import Navigator
from kiosk.identity.calibration_file import (
    CalibrationFile,
    EngineCalibration,
    read_calibration,
    shipped_calibration,
)
from kiosk.runtime import open_runtime
from kiosk.score_desk import shut_out
from kiosk.services.note_score import NoteScore
from kiosk.services.ports import FaceTemplate
from kiosk.storage import migration_score_log
from kiosk.storage.score_log import SqliteScoreLog
from tests.builders import NOW, ZHAO, World, card
from tests.doctor.machines import make_database, write_settings
from tests.flows.walk import walk

BY_CARD = (
    (Begin(), pages.ServicesPage),
    (ChooseService("pension.life_certification"), pages.IdentifyPage),
    (CardPresented(card()), pages.ConfirmPersonPage),
    (Confirm(), pages.ConsentPage),
    (Confirm(), pages.FaceCheckPage),
)
BY_NUMBER = (
    (Begin(), pages.ServicesPage),
    (ChooseService("pension.life_certification"), pages.IdentifyPage),
    (UseCitizenNumber(), pages.CitizenNumberPage),
    (CitizenNumberTyped(ZHAO), pages.ConfirmPersonPage),
    (Confirm(), pages.ConsentPage),
    (Confirm(), pages.FaceCheckPage),
)
TODAY = site_date(NOW)


def logged(world: World) -> list[LoggedScore]:
    with world.store.transaction() as transaction:
        return sorted(transaction.score_log.all(), key=lambda line: line.kind.value)


def visit(world: World, steps: tuple[object, ...], end: Action) -> None:
    note = NoteScore(world.store, world.clock).note
    navigator = Navigator(replace(world.ports, note_check=note))
    walk(navigator, *steps)
    navigator.act(end)


@pytest.mark.parametrize(
    ("steps", "end", "similarity", "kind", "outcome"),
    [
        (BY_CARD, FaceAccepted(0.31236, "e", 0.38), -0.312, "confirmed", "accepted"),
        (BY_NUMBER, FaceAccepted(0.31236, "e", 0.38), -0.312, "claim", "accepted"),
        (BY_NUMBER, FaceNotAccepted(3, "e", 0.52), -0.52, "claim", "not_matched"),
        (BY_CARD, FaceNotAccepted(3, "e", None), None, "confirmed", "no_picture"),
        (BY_CARD, OtherWay(), None, "confirmed", "left"),
    ],
)
def test_end_of_a_check_is_kept_without_person_and_time(
    steps: tuple[object, ...],
    end: Action,
    similarity: float | None,
    kind: str,
    outcome: str,
    world: World,
) -> None:
    visit(world, steps, end)
    (line,) = logged(world)
    engine = "" if isinstance(end, OtherWay) else "e"
    assert line == LoggedScore(
        TODAY, engine, similarity, ScoreKind(kind), AgeBand.FROM_70, ScoreOutcome(outcome)
    )
    (row,) = world.rows("score_log")
    assert set(row) == {
        "line_id",
        "day",
        "engine_id",
        "similarity",
        "kind",
        "age_band",
        "outcome",
        "modality",
    }
    assert ZHAO not in str(row)
    assert ZHAO[6:14] not in str(row)


def test_strangers_scores_say_nothing_of_anybody(world: World) -> None:
    visit(world, BY_CARD, FaceAccepted(0.31, "e", 0.38, stranger_scores=(0.81, 0.77)))
    strangers = [line for line in logged(world) if line.kind is ScoreKind.STRANGER]
    assert sorted(line.similarity or 0 for line in strangers) == [-0.81, -0.77]
    assert {line.age_band for line in strangers} == {None}


def test_camera_that_does_not_work_says_nothing_about_people(world: World) -> None:
    visit(world, BY_CARD, FaceCheckUnavailable("KSK-301"))
    assert logged(world) == []


def test_log_that_cannot_be_written_stops_no_visit(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    class Busy:
        @contextmanager
        def transaction(self) -> Iterator[None]:
            raise StorageBusy("just now")
            yield

        def has_room(self) -> bool:
            return True

    note = NoteScore(Busy(), world.clock).note  # type: ignore[arg-type]
    navigator = Navigator(replace(world.ports, note_check=note))
    walk(navigator, *BY_CARD, (FaceAccepted(0.31, "e", 0.38), pages.ChoicePage))
    assert "score not logged code=KSK-204" in caplog.text
    caplog.clear()


def test_lines_are_pruned_by_age_and_by_number(world: World) -> None:
    plain = LoggedScore(TODAY, "e", -0.3, ScoreKind.CLAIM, None, ScoreOutcome.ACCEPTED)
    with world.store.transaction() as transaction:
        for days in (0, 1, 2, 364, 365, 366, 800):
            transaction.score_log.add(replace(plain, day=TODAY - timedelta(days=days)))
        assert transaction.score_log.prune(TODAY - KEPT_FOR, 100) == 2
        assert transaction.score_log.prune(TODAY - KEPT_FOR, 2) == 3
        left = [line.day for line in transaction.score_log.all()]
    assert left == [TODAY - timedelta(days=1), TODAY]


def test_some_others_are_of_the_engine_and_never_the_person(world: World) -> None:
    own, others, of_another_engine = (
        FaceTemplate(engine_id, (np.eye(8, dtype="<f4")[number].tobytes(),))
        for number, engine_id in enumerate("eef")
    )
    with world.store.transaction() as transaction:
        templates = transaction.templates
        for number, template in enumerate((own, others, of_another_engine)):
            templates.put(f"r-{number}", template, NOW)
        stored = templates.find("r-0"), templates.find("r-1")
        assert stored[0] is not None
        assert templates.some_others(stored[0], 3) == (stored[1],)
        assert templates.some_others(stored[0], 0) == ()
        transaction.database.execute(
            "UPDATE face_template SET sealed = x'01' WHERE resident_id = 'r-1'"
        )
        assert templates.some_others(stored[0], 3) == ()


def checks(band: AgeBand | None, failed: int, all_: int) -> list[LoggedScore]:
    ends = [ScoreOutcome.NO_PICTURE] * failed + [ScoreOutcome.ACCEPTED] * (all_ - failed)
    return [LoggedScore(TODAY, "e", None, ScoreKind.CLAIM, band, end) for end in ends]


def test_band_that_fails_beyond_chance_is_named_and_one_by_chance_is_not() -> None:
    young = checks(AgeBand.FROM_18, 2, 100)
    assert len(shut_out(young + checks(AgeBand.FROM_80, 12, 40), "请看灯光")) == 1
    assert "80+岁" in shut_out(young + checks(AgeBand.FROM_80, 12, 40), "请看灯光")[0]
    assert shut_out(young + checks(AgeBand.FROM_80, 1, 10), "请看灯光") == []
    assert shut_out(checks(AgeBand.FROM_80, 9, 10), "请看灯光") == []
    assert shut_out(young + checks(None, 30, 40), "请看灯光") == []


def test_what_was_logged_before_voices_were_is_of_faces() -> None:
    database = Database(memory=True)
    migration_score_log.score_log(database)
    database.execute(
        "INSERT INTO score_log VALUES (x'01', '2026-11-20', 'e', -0.3, 'claim', '', 'left')"
    )
    migration_score_log.modality_of_scores(database)
    (line,) = SqliteScoreLog(database).all()
    assert line.modality is Modality.FACE


def test_voices_have_a_table_of_their_own(
    machine: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert "声音核实" not in machine("failures")[1]
    line = LoggedScore(
        TODAY, "v", None, ScoreKind.CLAIM, None, ScoreOutcome.NO_PICTURE, Modality.VOICE
    )
    with (
        open_runtime(load_config(tmp_path / "kiosk.toml")) as runtime,
        runtime.store.transaction() as transaction,
    ):
        transaction.score_log.add(line)
    said = machine("failures")[1]
    assert said.index("人脸核实把谁挡在门外") < said.index("声音核实把谁挡在门外")


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    make_database(tmp_path)
    settings = write_settings(tmp_path)
    chance = np.random.default_rng(8)
    with open_runtime(load_config(settings)) as runtime, runtime.store.transaction() as transaction:
        today = site_date(SystemClock().now())
        for kind, band, outcome, mean, count in (
            (ScoreKind.CONFIRMED, AgeBand.FROM_70, ScoreOutcome.ACCEPTED, -0.3, 60),
            (ScoreKind.CONFIRMED, AgeBand.FROM_80, ScoreOutcome.NOT_MATCHED, -0.45, 20),
            (ScoreKind.STRANGER, None, ScoreOutcome.NONE, -0.8, 150),
        ):
            for _ in range(count):
                similarity = round(float(chance.normal(mean, 0.05)), 3)
                transaction.score_log.add(
                    LoggedScore(today, "dlib-resnet-v1", similarity, kind, band, outcome)
                )

    def run(verb: str, *arguments: str) -> tuple[int, str]:
        code = main(["identity", verb, "--config", str(settings), *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def _of_dlib(calibration: CalibrationFile) -> EngineCalibration:
    (found,) = (one for one in calibration.engines if one.engine_id == "dlib-resnet-v1")
    return found


def test_log_becomes_a_table_a_file_and_a_calibration(
    machine: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, said = machine("failures")
    assert code == 0
    assert "80+岁的人明显更常被挡下" in said
    assert "100%（83.2% 到 100%）" in said.replace("\n", "")
    file = tmp_path / "scores.json"
    assert machine("scores", str(file))[0] == 0
    assert machine("scores", str(file))[0] == 1
    content = json.loads(file.read_text("utf-8"))
    assert len(content["lines"]) == 230
    assert {line["month"] for line in content["lines"]} == {
        f"{site_date(SystemClock().now()):%Y-%m}"
    }
    assert set(content["lines"][0]) == {
        "month",
        "engine",
        "similarity",
        "kind",
        "age_band",
        "outcome",
    }
    out = tmp_path / "county.json"
    code, said = machine("calibrate", "--scores", str(file), "--out", str(out))
    assert code == 0, said
    assert "80条本人的分数、150条别人的分数" in said
    new, old = (_of_dlib(file) for file in (read_calibration(out), shipped_calibration()))
    assert new.slope != old.slope
    # Nobody knows of how many people they are: no bound comes lower.
    assert all(a.far_bound >= b.far_bound for a, b in zip(new.rows, old.rows, strict=True))
    assert new.people == old.people
    # A log in which strangers pass contradicts the bound.
    for line in content["lines"]:
        if line["kind"] == "stranger" and line["similarity"] > -0.78:
            line["similarity"] = -0.5
    file.write_text(json.dumps(content), "utf-8")
    assert machine("calibrate", "--scores", str(file), "--out", str(out))[0] == 0
    raised = _of_dlib(read_calibration(out)).rows[-1].far_bound
    assert raised > 0.2


def test_file_that_is_no_score_log_or_too_short_is_refused(
    machine: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"version": 1, "lines": [{"month": "now"}]}', "utf-8")
    code, said = machine("calibrate", "--scores", str(file))
    assert (code, "IDN-602" in said, "lines.0" in said) == (1, True, True)
    file.write_text('{"version": 1, "lines": []}', "utf-8")
    code, said = machine("calibrate", "--scores", str(file))
    assert (code, "有0条本人的分数，至少要20条" in said) == (1, True)
    code, said = machine("calibrate", "--scores", str(file), "--engine", "other")
    assert (code, "还没有用文件夹校准过" in said) == (1, True)


@pytest.mark.parametrize(
    ("end", "page"),
    [
        (FaceAccepted(0.31, "e", 0.38, worst=0.35, is_live=True), pages.ChoicePage),
        (FaceAccepted(0.31, "e", 0.38, worst=0.37, is_live=True), pages.CardPage),
        (FaceAccepted(0.31, "e", 0.38, worst=0.35, is_live=False), pages.CardPage),
        (FaceAccepted(0.31, "e", 0.38), pages.CardPage),
    ],
)
def test_face_spares_the_card_only_when_its_worst_frame_is_shown_to_be_enough_and_it_is_alive(
    end: FaceAccepted, page: type, world: World
) -> None:
    def judge(scores: Sequence[Score], *, is_live: bool) -> Assurance:
        return Assurance.VERIFIED if is_live and scores[0].similarity >= -0.36 else Assurance.NOBODY

    walk(Navigator(replace(world.ports, judge=judge)), *BY_NUMBER, (end, page))


def test_machine_judges_by_its_calibration_and_grants_nothing_when_that_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_database(tmp_path)
    damaged = tmp_path / "county.json"
    damaged.write_text("{}", "utf-8")
    scores = (Score("dlib-resnet-v1", -0.1),)
    for section in ({}, {"calibration": str(damaged)}):
        settings = write_settings(tmp_path, identity=section)
        with open_runtime(load_config(settings)) as runtime:
            judged = runtime.visit_ports().judge(scores, is_live=True)
            assert judged is Assurance.NOBODY
    assert "no calibration code=IDN-601" in caplog.text
    caplog.clear()
