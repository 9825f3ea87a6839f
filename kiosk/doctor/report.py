"""All checks of a machine, in the order in which faults should be mended."""

import json
import logging
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from accessibility.errors import AccessibilityError
from accessibility.portaudio import default_output_name
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer
from accessibility.rate import RateLevel
from kiosk.clock import SystemClock
from kiosk.commands.options import make_console
from kiosk.config import KioskConfig, load_config
from kiosk.devices.factory import make_camera, make_card_reader
from kiosk.doctor.centre_checks import check_centre, check_queue
from kiosk.doctor.device_checks import (
    check_camera,
    check_card_reader,
    check_configuration,
    check_models,
    check_sound,
)
from kiosk.doctor.finding import Check, Finding, Health, fault, warning
from kiosk.doctor.storage_checks import check_clock, check_database, check_disk
from kiosk.errors import KioskError
from kiosk.identity.dlib_engine import DlibFaceEngine
from kiosk.runtime import Runtime, open_runtime
from kiosk.storage.database import DATABASE_FILE, open_kiosk_database

_log = logging.getLogger(__name__)

_COLOURS = {Health.GOOD: "green", Health.WARNING: "yellow", Health.FAULT: "red"}


def print_report(config_path: Path | None, *, as_json: bool = False) -> int:
    """Check everything and print the table, or a list of objects for programs.

    Returns:
        0 when the kiosk can serve (also with less), 1 when a fault must be mended first.
    """
    console = make_console()
    table = Table(title="乡邻 · 机器检查", show_lines=True)
    for heading in ("项目", "结果", "情况", "怎么办"):
        table.add_column(heading, overflow="fold")
    with console.status("正在检查……") as status:
        findings = all_findings(config_path, status.update)
    if as_json:
        console.print_json(json.dumps([_plain(finding) for finding in findings]))
        return _exit_code(findings)
    for finding in findings:
        colour = _COLOURS[finding.health]
        health = f"[{colour}]{finding.health.value}[/]"
        table.add_row(finding.subject, health, escape(finding.found), finding.remedy or "—")
    console.print(table)
    return _exit_code(findings)


def _exit_code(findings: list[Finding]) -> int:
    return 1 if any(finding.health is Health.FAULT for finding in findings) else 0


def _plain(finding: Finding) -> dict[str, str]:
    return {
        "subject": finding.subject,
        "health": finding.health.name.lower(),
        "found": finding.found,
        "remedy": finding.remedy,
    }


def _safely(subject: str, check: Check) -> Finding:
    """A check that breaks is a row too: the others must still be made."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 (whatever it is, it belongs into the table)
        _log.exception("check failed type=%s", type(error).__name__)
        return fault(subject, f"检查时出错：{type(error).__name__}", "把日志交给管理员")


def all_findings(config_path: Path | None, say: Callable[[str], None]) -> list[Finding]:
    """Every check, in the order in which faults should be mended."""
    findings = [check_configuration(lambda: load_config(config_path).assert_provisioned())]
    try:
        config = load_config(config_path)
    except KioskError:
        # The checks below look at a machine with the default settings; they still help.
        config = KioskConfig()
    say("数据库……")
    findings += _storage_findings(config)
    findings.append(check_disk(config.state_dir))
    say("中心……")
    findings += _centre_findings(config)
    say("人脸模型……")
    findings.append(_safely("人脸模型", lambda: _check_models(config)))
    say("摄像头……")
    camera = config.hardware.camera
    findings.append(_safely("摄像头", lambda: check_camera(lambda: make_camera(camera), camera)))
    reader = config.hardware.card_reader
    findings.append(
        _safely("读卡器", lambda: check_card_reader(lambda: make_card_reader(reader), reader))
    )
    say("语音……")
    with tempfile.TemporaryDirectory(prefix="xianglin-") as folder:
        place = Path(folder)
        findings.append(_safely("语音", lambda: check_sound(_render, _describe_player, place)))
    return findings


def _check_models(config: KioskConfig) -> Finding:
    with tempfile.TemporaryDirectory(prefix="xianglin-") as scratch:
        # Looking must not make anything: before provisioning, the converted network goes to a scratch folder.
        is_there = (config.state_dir / DATABASE_FILE).exists()
        cache_dir = config.state_dir / "models" if is_there else Path(scratch)
        threshold = config.identity.face_threshold
        return check_models(lambda: DlibFaceEngine(threshold, cache_dir=cache_dir))


def _storage_findings(config: KioskConfig) -> list[Finding]:
    if not (config.state_dir / DATABASE_FILE).exists():
        # Looking must not make anything: a database is born at provisioning.
        return [warning("数据库和密钥", "还没有建立", "先运行 xianglin provision")]
    return [
        check_database(lambda: open_kiosk_database(config.state_dir, config.storage.key_provider))
    ]


def _centre_findings(config: KioskConfig) -> list[Finding]:
    clock = SystemClock()
    if not (config.state_dir / DATABASE_FILE).exists():
        finding, centre_time = check_centre(None)
        return [finding, check_clock(clock.now(), None, centre_time)]
    try:
        with open_runtime(config) as runtime:
            finding, centre_time = check_centre(_probe(runtime))
            newest = _newest_record(runtime)
            queue = check_queue(runtime.queue_status())
    except KioskError as error:
        return [warning("中心", f"{error.code} 数据库打不开，没有检查", "先解决数据库的故障")]
    return [finding, queue, check_clock(clock.now(), newest, centre_time)]


def _probe(runtime: Runtime) -> Callable[[], datetime] | None:
    transport = runtime.transport()
    if transport is None:
        return None

    def probe() -> datetime:
        try:
            return transport.probe().time
        finally:
            transport.close()

    return probe


def _newest_record(runtime: Runtime) -> datetime | None:
    with runtime.encrypted.reading() as database:
        row = database.execute("SELECT max(at) FROM audit").fetchone()
    return datetime.fromisoformat(row[0]) if row and row[0] else None


def _render(target: Path) -> None:
    synthesizer = Pyttsx3Synthesizer()
    try:
        synthesizer.render("您好", RateLevel.NORMAL, target)
    finally:
        synthesizer.close()


def _describe_player() -> str | None:
    try:
        return default_output_name()
    except AccessibilityError:
        return None
