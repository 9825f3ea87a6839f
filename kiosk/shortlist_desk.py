"""Who looks like a face, shown to staff with how little that says among many people."""

from collections.abc import Callable

import numpy as np
from rich.table import Table

from kiosk.commands.options import make_console
from kiosk.config import KioskConfig
from kiosk.domain.identity_evidence import Score
from kiosk.errors import CalibrationUnusable, FaceNotUsable
from kiosk.identity.calibration import calibrators
from kiosk.identity.calibration_file import shipped_calibration
from kiosk.identity.evaluation.plots import percent
from kiosk.identity.judge import load_calibration
from kiosk.runtime import Runtime
from kiosk.services.ports import Frame
from kiosk.services.search_resident import Candidate, SearchResident, Shortlist


def shortlists_of(
    runtime: Runtime, frames: tuple[Frame, ...], leave_out: str = ""
) -> tuple[Shortlist, ...]:
    """Who looks like these pictures: one list for each engine that made templates here and is installed.

    Args:
        runtime: the kiosk's parts.
        frames: of one person.
        leave_out: the resident who is being enrolled.
    Raises:
        FaceNotUsable: a picture has no face, several, or a poor one.
        StorageError, ModelUnavailable.
    """
    first = runtime.engine.enrol(frames)
    with runtime.store.transaction() as transaction:
        names = transaction.templates.engine_ids()
    bound = false_match_bound(runtime.config)
    found = []
    for name in sorted(names, key=lambda one: one != first.engine_id):
        engine = runtime.engines.of(name)
        if engine is None:
            continue
        try:
            template = first if name == first.engine_id else engine.enrol(frames)
        except FaceNotUsable:
            continue
        probes = tuple(np.frombuffer(one, "<f4") for one in template.vectors)
        search = SearchResident(runtime.store, engine, bound)
        found.append(search.shortlist(probes, leave_out=leave_out))
    return tuple(found)


def show_shortlist(runtime: Runtime, found: Shortlist, *, only_matches: bool = False) -> None:
    """A table with the arithmetic; names and numbers masked as on screen."""
    console = make_console()
    candidates = found.matches if only_matches else found.candidates
    if not candidates:
        console.print(f"比了 {found.people} 人，没有可以列出来的。")
        return
    table = Table(
        "姓名", "身份证号", "像不像", "一对一比对", "碰巧这么像的人", "有人碰巧这么像的可能"
    )
    for one in candidates:
        with runtime.store.transaction() as transaction:
            resident = transaction.residents.get(one.resident_id)
        name = resident.masked_name if resident else "（不在名单里）"
        number = resident.citizen_id.masked if resident else ""
        verdict = "够" if one.is_match else "不够"
        table.add_row(name, number, f"{one.similarity:.3f}", verdict, *_arithmetic(one))
    console.print(table)
    console.print(
        f"比了 {found.people} 人。这只是线索，不是证明：人一多，总有人碰巧像。请看证件，问本人。"
    )


def _arithmetic(one: Candidate) -> tuple[str, str]:
    expected, chance = one.expected_false, one.chance_of_any_false
    if expected is None or chance is None:
        return "没有数据", "没有数据"
    return f"最多约 {expected:.2g} 人", f"最多 {percent(round(chance, 4))}"


def false_match_bound(config: KioskConfig) -> Callable[[Score], float | None]:
    """What the calibration of this machine shows of a similarity; nothing where its file is wrong."""
    try:
        known = calibrators(shipped_calibration())
        known |= calibrators(load_calibration(config.identity.calibration))
    except CalibrationUnusable:
        # The doctor says it; a list without figures is still a list.
        known = {}

    def bound(score: Score) -> float | None:
        calibrator = known.get(score.engine_id)
        return calibrator.far_bound(score) if calibrator else None

    return bound
