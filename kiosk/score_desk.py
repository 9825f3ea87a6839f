"""The anonymous score log from the command line: who is turned away, a file for the county, a calibration."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from rich.table import Table

from kiosk.clock import SystemClock, site_date
from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.domain.age_band import AgeBand
from kiosk.domain.data_file import DataFault, parse_data
from kiosk.domain.identity_evidence import Modality
from kiosk.domain.logged_score import LoggedScore, ScoreKind, ScoreOutcome
from kiosk.errors import TrialSetUnusable
from kiosk.face_engine import make_face_engine
from kiosk.identity.evaluation.intervals import clopper_pearson
from kiosk.identity.evaluation.plots import percent
from kiosk.identity.evaluation.recalibrate import recalibrate
from kiosk.identity_desk import (
    calibration_path,
    plain_say,
    present_calibration,
    save_calibration,
    say_where,
)
from kiosk.runtime import open_runtime
from sync.safe_file import replace_file

MAXIMUM_BYTES = 32 << 20
NOBODY_KNOWS = "不知道"
NAMES = {Modality.FACE: "人脸核实", Modality.VOICE: "声音核实"}
ADVICE = {
    Modality.FACE: "请看灯光、高度和引导",
    Modality.VOICE: "请听周围吵不吵、话筒远不远",
}
FAILED = (ScoreOutcome.NOT_MATCHED, ScoreOutcome.NO_PICTURE)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    month: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    engine: Annotated[str, Field(max_length=80)]
    similarity: Annotated[float, Field(allow_inf_nan=False)] | None
    kind: Literal["confirmed", "claim", "stranger"]
    age_band: Annotated[str, Field(max_length=8)]
    outcome: Annotated[str, Field(max_length=20)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    lines: Annotated[tuple[_Line, ...], Field(max_length=200_000)]


def show_failures(config_path: Path | None) -> int:
    """How often a check of face or voice here did not end in a match, by age band; a measure of whom it shuts out.

    Raises:
        StorageError: the log cannot be read.
    """
    checks = [line for line in _own_lines(config_path) if line.kind is not ScoreKind.STRANGER]
    say = plain_say()
    if not checks:
        say("还没有记下人脸或声音核实。")
        return 0
    for modality, name in NAMES.items():
        lines = [line for line in checks if line.modality is modality]
        if not lines:
            continue
        make_console().print(failure_table(lines, name))
        for words in shut_out(lines, ADVICE[modality]):
            say(words)
    return 0


def failure_table(checks: list[LoggedScore], name: str) -> Table:
    """A row for each age band, and one for everybody."""
    table = Table(
        "年龄",
        "核实",
        "没认出",
        "没采到",
        "换了别的办法",
        "没成的比例，95%区间",
        title=f"{name}把谁挡在门外",
    )
    for band, lines in (*_by_band(checks), ("全部", checks)):
        ended = Counter(line.outcome for line in lines)
        table.add_row(
            band,
            str(len(lines)),
            *(str(ended[one]) for one in (*FAILED, ScoreOutcome.LEFT)),
            _share(lines),
        )
    return table


def shut_out(checks: list[LoggedScore], advice: str) -> list[str]:
    """A sentence for each age band that fails more often than the others beyond chance."""
    found = []
    for name, lines in _by_band(checks):
        others = [line for line in checks if line.age_band is not lines[0].age_band]
        if not others or name == NOBODY_KNOWS:
            continue
        if (
            clopper_pearson(_failed(lines), len(lines)).low
            > clopper_pearson(_failed(others), len(others)).high
        ):
            found.append(f"{name}岁的人明显更常被挡下：{advice}，先用社保卡和密码。")
    return found


def write_scores(config_path: Path | None, file: Path) -> int:
    """Write the log for the county: months instead of days, in no order.

    Raises:
        TrialSetUnusable: the file is there already, or cannot be written.
        StorageError: the log cannot be read.
    """
    if file.exists():
        raise TrialSetUnusable((f"{file}：已经有了，请换一个名字",))
    lines = _own_lines(config_path)
    plain = sorted(
        (
            {
                "month": f"{line.day:%Y-%m}",
                "engine": line.engine_id,
                "similarity": line.similarity,
                "kind": line.kind.value,
                "age_band": line.age_band.value if line.age_band else "",
                "outcome": line.outcome.value,
            }
            for line in lines
        ),
        key=json.dumps,
    )
    content = json.dumps({"version": 1, "lines": plain}, indent=0, ensure_ascii=False)
    try:
        replace_file(file.absolute(), (content + "\n").encode())
    except OSError as error:
        raise TrialSetUnusable((f"{file}：写不进去（{error.strerror}）",)) from error
    plain_say()(f"写好了{len(plain)}条：{file}。里面没有姓名、号码和照片。")
    return 0


def calibrate_scores(
    config_path: Path | None, files: list[Path], engine_id: str, name: str, out: Path | None
) -> int:
    """Move the calibration's line by logged scores; its bounds stay, or rise where the logs contradict them.

    Raises:
        TrialSetUnusable: a file is no score log, or the engine was never measured on a folder.
        TrialSetTooSmall: too few lines.
        CalibrationUnusable: the present file is wrong.
    """
    config = load_config(config_path)
    path = out or calibration_path(config)
    present = present_calibration(path)
    wanted = engine_id or make_face_engine(config).engine_id
    known = {engine.engine_id: engine for engine in present.engines}
    if wanted not in known:
        raise TrialSetUnusable((f"{wanted}：还没有用文件夹校准过，分数没有地方放",))
    lines = [line for file in files for line in _read(file) if line.engine == wanted]
    genuine, impostor = (_similarities(lines, kind) for kind in ("confirmed", "stranger"))
    today = site_date(SystemClock().now())
    engine = recalibrate(
        known[wanted], genuine, impostor, name or f"{len(files)} score logs", today
    )
    save_calibration(path, present.with_engine(engine))
    say = plain_say()
    say(f"用了{genuine.size}条本人的分数、{impostor.size}条别人的分数。")
    say("分数里没有人，证明不了新的界限；界限还是原来那份数据的，分数不合的地方已经放宽。")
    say_where(config, path, say)
    return 0


def _own_lines(config_path: Path | None) -> tuple[LoggedScore, ...]:
    with (
        open_runtime(load_config(config_path)) as runtime,
        runtime.store.transaction() as transaction,
    ):
        return transaction.score_log.all()


def _by_band(checks: list[LoggedScore]) -> list[tuple[str, list[LoggedScore]]]:
    bands: tuple[AgeBand | None, ...] = (*AgeBand, None)
    rows = [
        (band.value if band else NOBODY_KNOWS, [line for line in checks if line.age_band is band])
        for band in bands
    ]
    return [(name, lines) for name, lines in rows if lines]


def _failed(lines: list[LoggedScore]) -> int:
    return sum(line.outcome in FAILED for line in lines)


def _share(lines: list[LoggedScore]) -> str:
    failed = _failed(lines)
    interval = clopper_pearson(failed, len(lines))
    low, high = percent(round(interval.low, 3)), percent(round(interval.high, 3))
    return f"{percent(round(failed / len(lines), 3))}（{low} 到 {high}）"


def _read(file: Path) -> tuple[_Line, ...]:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAXIMUM_BYTES + 1)
        if len(content) > MAXIMUM_BYTES:
            raise TrialSetUnusable((f"{file.name}：太大，不是分数文件",))
        return parse_data(_File, content.decode("utf-8"), file.name).lines
    except OSError as error:
        raise TrialSetUnusable((f"{file.name}：读不出来（{error.strerror}）",)) from error
    except UnicodeDecodeError as error:
        raise TrialSetUnusable((f"{file.name}：不是 UTF-8 文字",)) from error
    except DataFault as fault:
        raise TrialSetUnusable(fault.faults[:20]) from fault


def _similarities(lines: list[_Line], kind: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(
        [line.similarity for line in lines if line.kind == kind and line.similarity is not None],
        dtype=np.float64,
    )
