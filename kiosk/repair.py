"""Repair by hand: what the kiosk does at its start, with the reports of every repair as tables for staff."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kiosk.commands.options import make_console
from kiosk.config import KioskConfig, load_config
from kiosk.errors import StorageDamaged, StorageError
from kiosk.storage import quarantine
from kiosk.storage.database import has_database, kiosk_errors, open_kiosk_database
from kiosk.storage.quarantine import Range, RecoveryReport
from kiosk.storage.recovery import recover

REASONS = {
    quarantine.DAMAGED: "数据库文件有坏的地方",
    quarantine.GONE: "数据库文件不见了或者是空的",
    quarantine.WAL_LOST: "数据库的日志文件不见了",
}
_LISTED = 20


def repair(config_path: Path | None, *, marks_seen: bool = False, as_json: bool = False) -> int:
    """Check the database, repair it when it is damaged, and print every report.

    Args:
        marks_seen: staff have read the reports; ends the alarm on the status strip and in the doctor.
        as_json: one list on standard output, nothing else.
    Returns:
        0; a database that cannot be repaired is an error.
    Raises:
        StorageError: it cannot be opened or repaired; nothing was moved.
    """
    config = load_config(config_path)
    config.assert_provisioned()
    console = make_console()
    if not has_database(config.state_dir):
        raise StorageError("there is no database yet")
    is_repaired = _repair(config, console, is_silent=as_json)
    reports = quarantine.reports(config.state_dir)
    if marks_seen:
        with kiosk_errors(config.state_dir):
            quarantine.mark_seen(config.state_dir)
    if as_json:
        console.out(json.dumps([asdict(report) for report in reports], indent=2))
        return 0
    console.print("修复好了。" if is_repaired else "数据库完好，不用修。")
    for report in reports[-1:] if is_repaired else reports:
        console.print(_table(report))
    if reports and not marks_seen:
        console.print("看完以后运行 xianglin repair --seen，机器就不再提醒。")
    return 0


def _repair(config: KioskConfig, console: Console, *, is_silent: bool) -> bool:
    try:
        open_kiosk_database(config.state_dir, config.storage.key_provider).close()
    except StorageDamaged:
        if is_silent:
            recover(config.state_dir, config.storage.key_provider)
        else:
            with console.status("正在把能读的都读出来……"):
                recover(config.state_dir, config.storage.key_provider)
        open_kiosk_database(config.state_dir, config.storage.key_provider).close()
        return True
    return False


def _table(report: RecoveryReport) -> Table:
    table = Table("项目", "情况", title=f"修复报告 {report.at}", show_lines=True)
    table.add_row("原因", REASONS.get(report.reason, report.reason))
    if report.reason != quarantine.WAL_LOST:
        table.add_row("坏的页", f"{report.damaged_pages} / {report.pages}")
        table.add_row("等着上传", f"{report.waiting} 件，其中 {report.from_copies} 件来自备份")
    table.add_row("要重新受理", _numbers(report.lost_receipts) or "没有")
    table.add_row("本机已经没有记录的受理号", _ranges(report.missing_receipts) or "没有")
    table.add_row("不再使用的序号", _ranges(report.skipped_seqs) or "没有")
    if report.lost_audit:
        table.add_row("审计记录", f"末尾 {report.lost_audit} 条只在坏文件里")
    table.add_row("坏的文件在", f"{quarantine.QUARANTINE}/{report.folder}")
    return table


def _numbers(numbers: Sequence[str]) -> str:
    more = f" …… 共 {len(numbers)} 个" if len(numbers) > _LISTED else ""
    return "、".join(numbers[:_LISTED]) + more


def _ranges(ranges: Sequence[Range]) -> str:
    return _numbers([f"{first}" if first == last else f"{first}–{last}" for first, last in ranges])
