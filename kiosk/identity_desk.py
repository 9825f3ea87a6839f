"""Measuring from the command line: a folder of people becomes a report, or a calibration file."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kiosk.clock import SystemClock, site_date
from kiosk.commands.options import make_console
from kiosk.config import KioskConfig, load_config
from kiosk.errors import TrialSetUnusable
from kiosk.face_engine import FaceEngines
from kiosk.identity.calibration import Calibrator
from kiosk.identity.calibration_file import (
    CalibrationFile,
    read_calibration,
    shipped_calibration,
    write_calibration,
)
from kiosk.identity.evaluation.attacks import judge_attacks
from kiosk.identity.evaluation.calibrate import calibrate
from kiosk.identity.evaluation.evaluation import Evaluation, evaluate
from kiosk.identity.evaluation.figures import figures, score_table
from kiosk.identity.evaluation.page import page
from kiosk.identity.evaluation.plots import Mark, det_plot, histogram_plot, percent
from kiosk.identity.evaluation.samples import SampleEmbedder, describe
from kiosk.identity.evaluation.trial_set import common_name, read_trial_set
from kiosk.identity.judge import load_calibration
from kiosk.sample_engines import engine_names, make_detector, make_engine
from sync.safe_file import make_folder, replace_file

CALIBRATION_FILE = "calibration.json"
_STEPS = {"space": "正在比对……", "people": "正在按人重抽……", "groups": "正在分组……"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure, and how."""

    folder: Path
    engine: str = ""
    """Its id; empty for the kiosk's own."""
    name: str = ""
    """Of the data set; empty for the folder's."""
    template_samples: int = 1


def evaluate_folder(config_path: Path | None, wanted: Wanted, out: Path | None) -> int:
    """Measure, and write ``report.html``, ``report.json``, ``scores.csv``, ``det`` and ``histogram`` as SVG and PNG.

    Raises:
        TrialSetUnusable: the folder is none of people, or the report cannot be written.
        TrialSetTooSmall: nothing could be said.
        ModelUnavailable: the engine cannot be loaded.
    """
    evaluation = _measure(load_config(config_path), wanted)
    place = out or wanted.folder.with_name(f"{common_name(wanted.folder)}-report")
    write_report(evaluation, place)
    say = plain_say()
    _say_result(evaluation, say)
    say(f"报告写好了：{place / 'report.html'}")
    return 0


def calibrate_folder(
    config_path: Path | None,
    wanted: Wanted,
    out: Path | None,
    *,
    factor_similarity: float | None = None,
    with_cohort: bool = False,
) -> int:
    """Measure, and write the calibration; what the file says of other engines stays.

    Raises:
        TrialSetUnusable, TrialSetTooSmall, ModelUnavailable: see ``evaluate_folder``.
        CalibrationUnusable: the file that is there already is wrong.
    """
    config = load_config(config_path)
    evaluation = _measure(config, wanted, may_norm=with_cohort)
    engine = calibrate(
        evaluation.measured,
        evaluation.draws,
        factor_similarity=factor_similarity,
        with_cohort=with_cohort,
    )
    path = out or calibration_path(config)
    save_calibration(path, present_calibration(path).with_engine(engine))
    say = plain_say()
    _say_result(evaluation, say)
    most = Calibrator.of(engine).most_llr
    say(f"一次比对最多值{most:.2f}（自然对数），因为数据最多证明到这里。")
    say_where(config, path, say)
    return 0


def plain_say() -> Callable[[str], None]:
    """Prints a line as it is: a path may hold square brackets, and is copied whole."""
    return partial(make_console().print, markup=False, soft_wrap=True)


def say_where(config: KioskConfig, path: Path, say: Callable[[str], None]) -> None:
    """Where the calibration lies, and what is left to do."""
    say(f"校准写好了：{path}")
    if config.identity.calibration != str(path):
        say(f"要用它，请把设置 identity.calibration 写成 {path.absolute()}")


def calibration_path(config: KioskConfig) -> Path:
    """Where this machine's own calibration belongs."""
    named = config.identity.calibration
    return Path(named).expanduser() if named else config.state_dir / CALIBRATION_FILE


def present_calibration(path: Path) -> CalibrationFile:
    """The file that is there, else the shipped one.

    Raises:
        CalibrationUnusable: it is there and wrong.
    """
    return read_calibration(path) if path.exists() else shipped_calibration()


def save_calibration(path: Path, calibration: CalibrationFile) -> None:
    """Write the file, with its folder.

    Raises:
        TrialSetUnusable: it cannot be written.
    """
    try:
        make_folder(path.absolute().parent)
        write_calibration(path.absolute(), calibration)
    except OSError as error:
        raise TrialSetUnusable((f"{path}：写不进去（{error.strerror}）",)) from error


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Write all files of a report.

    Raises:
        TrialSetUnusable: the folder cannot be written.
    """
    trials = evaluation.trials
    marks = tuple(
        Mark(row.target_far, f"目标 {percent(row.target_far)}") for row in evaluation.policy
    )
    name = f"{evaluation.measured.engine_id}，{trials.people}个人"
    det = det_plot(trials, f"两种错误：{name}", evaluation.least_bound, marks)
    reference = (
        Mark(evaluation.reference.threshold, f"阈值 {evaluation.reference.threshold:.3f}"),
    )
    histogram = histogram_plot(trials, f"分数：{name}", reference)
    files = {
        "report.html": page(evaluation, det, histogram).encode(),
        "report.json": (
            json.dumps(figures(evaluation), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        ).encode(),
        "scores.csv": score_table(trials).encode(),
        "det.svg": det.svg().encode(),
        "det.png": det.png(),
        "histogram.svg": histogram.svg().encode(),
        "histogram.png": histogram.png(),
    }
    try:
        make_folder(folder.absolute())
        for file, content in files.items():
            replace_file(folder.absolute() / file, content)
    except OSError as error:
        raise TrialSetUnusable((f"{folder}：写不进去（{error.strerror}）",)) from error


def _measure(config: KioskConfig, wanted: Wanted, *, may_norm: bool = False) -> Evaluation:
    today = site_date(SystemClock().now())
    engine = _engine(config, wanted.engine)
    trial_set = read_trial_set(wanted.folder, engine.modality, today.year)
    if not trial_set.samples:
        raise TrialSetUnusable((f"{wanted.folder.name}：没有这个引擎能用的文件",))
    with _bar(f"{engine.engine_id} 正在看", len(trial_set.samples)) as advance:
        described = describe(trial_set, engine, advance)
    with make_console().status(_STEPS["space"]) as status:
        evaluation = evaluate(
            described,
            engine_id=engine.engine_id,
            modality=engine.modality,
            dataset=wanted.name or common_name(wanted.folder),
            made_at=today,
            template_samples=wanted.template_samples,
            may_norm=may_norm,
            in_use=_in_use(config, engine.engine_id),
            on_step=lambda step: status.update(_STEPS[step]),
        )
    detector = make_detector(config) if trial_set.attacks else None
    if detector is None:
        return evaluation.with_attacks(trial_set.attacks)
    total = len(trial_set.samples) + sum(map(len, trial_set.attacks.values()))
    with _bar(f"{detector.name} 正在判断", total) as advance:
        return evaluation.with_attacks(
            trial_set.attacks, judge_attacks(trial_set, detector, advance)
        )


def _in_use(config: KioskConfig, engine_id: str) -> float | None:
    """Where a comparison of this engine counts as a proof now; None when nothing says so."""
    limit = FaceEngines(config).limit(engine_id)
    if limit is not None:
        return limit
    known = load_calibration(config.identity.calibration).engines
    return next((one.factor_similarity for one in known if one.engine_id == engine_id), None)


def _engine(config: KioskConfig, engine_id: str) -> SampleEmbedder:
    known = engine_names(config)
    if engine_id and engine_id not in known:
        raise TrialSetUnusable((f"{engine_id}：没有这个引擎；有的是{'、'.join(known)}",))
    return make_engine(config, engine_id or known[0])


def _say_result(evaluation: Evaluation, say: Callable[[str], None]) -> None:
    trials = evaluation.trials
    used = len(evaluation.measured.embedded.person)
    say(
        f"{trials.people}个人，{evaluation.given}个样本用上了{used}个；"
        f"同一个人比了{trials.genuine.size}次，不同的人{trials.impostor.size}次。"
    )
    low, high = evaluation.equal_error_interval.low, evaluation.equal_error_interval.high
    say(
        f"等错误率 {percent(round(evaluation.equal_error, 5))}，"
        f"95%区间 {percent(round(low, 5))} 到 {percent(round(high, 5))}。"
    )
    for row in evaluation.policy:
        words = "能证明，可以单独作数" if row.shown else "证明不了，要第二个凭证"
        say(f"{int(row.level)}级，陌生人通过不超过{percent(row.target_far)}：{words}。")


@contextmanager
def _bar(words: str, total: int) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=make_console(), transient=True) as progress:
        task = progress.add_task(words, total=total)
        yield lambda: progress.advance(task)
