"""All checks of a machine, in the order in which faults should be mended."""

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
from kiosk.doctor.finding import Finding, Health, warning
from kiosk.doctor.storage_checks import check_clock, check_database, check_disk
from kiosk.errors import KioskError
from kiosk.identity.dlib_engine import DlibFaceEngine
from kiosk.runtime import Runtime, open_runtime
from kiosk.storage.database import DATABASE_FILE, open_kiosk_database

_COLOURS = {Health.GOOD: "green", Health.WARNING: "yellow", Health.FAULT: "red"}


def print_report(config_path: Path | None) -> int:
    """Check everything and print the table.

    Returns:
        0 when the kiosk can serve (also with less), 1 when a fault must be mended first.
    """
    console = make_console()
    table = Table("项目", "结果", "情况", "怎么办", title="乡邻 · 机器检查", show_lines=True)
    with console.status("正在检查……") as status:
        findings = all_findings(config_path, status.update)
    for finding in findings:
        colour = _COLOURS[finding.health]
        health = f"[{colour}]{finding.health.value}[/]"
        table.add_row(finding.subject, health, escape(finding.found), finding.remedy or "—")
    console.print(table)
    return 1 if any(finding.health is Health.FAULT for finding in findings) else 0


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
    findings.append(check_models(lambda: _engine(config)))
    say("摄像头……")
    camera = config.hardware.camera
    findings.append(check_camera(lambda: make_camera(camera), camera))
    reader = config.hardware.card_reader
    findings.append(check_card_reader(lambda: make_card_reader(reader), reader))
    say("语音……")
    with tempfile.TemporaryDirectory(prefix="xianglin-") as folder:
        findings.append(check_sound(_render, _describe_player, Path(folder)))
    return findings


def _engine(config: KioskConfig) -> DlibFaceEngine:
    return DlibFaceEngine(config.identity.face_threshold, cache_dir=config.state_dir / "models")


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
