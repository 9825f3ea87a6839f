"""The queue from the command line: one exchange, what was refused, and another try."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table
from sqlite_utils import Database

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.explain import staff_text
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.store import AuditEntry
from sync.blob_policy import BlobWish
from sync.blob_queue import BlobEntry, BlobQueue
from sync.connectivity import LinkState, SyncStatus
from sync.engine import SyncReport
from sync.outbox import ItemState

PATIENCE_S = 60.0
"""How long a person at the command line waits for the kiosk's own exchange to end."""


def exchange_once(config_path: Path | None) -> int:
    """Send what waits, take decisions and roster; works beside a running kiosk.

    Returns:
        0 when the centre answered; 1 when it did not, or none is configured. What waits stays queued.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        engine = runtime.sync_engine()
        if engine is None:
            console.print("没有配置中心：请设置 sync.centre_url 和 sync.centre_public_key")
            return 1
        with console.status("正在和中心交换……") as shown:
            reports = [engine.run_once(patience_s=PATIENCE_S)]
            while reports[-1].has_more_files:
                left_kb = engine.file_counts().waiting_bytes // 1024
                shown.update(f"正在传照片，还有 {left_kb} KB……")
                reports.append(engine.run_once(patience_s=PATIENCE_S))
        report, status = reports[-1], runtime.queue_status()
        console.print(_summary(reports, status))
        if refused := engine.feed_health().refusal:
            console.print(f"中心新发布的业务定义用不了，照原来的办：\n{escape(refused)}")
        if status.files_waiting and report.link is LinkState.ONLINE:
            console.print(_why_files_wait(report, runtime))
        if report.link is not LinkState.ONLINE:
            console.print(f"{report.error_code} {staff_text(report.error_code, runtime.prompts)}")
            return 1
    return 0


def _summary(reports: Sequence[SyncReport], status: SyncStatus) -> Table:
    """What all runs of one exchange did together."""
    counts = {
        "送出": sum(one.sent for one in reports),
        "送达": sum(one.acknowledged for one in reports),
        "被退回": sum(one.parked for one in reports),
        "办结或补正": sum(one.decisions for one in reports),
        "名单变动": sum(one.roster_changes for one in reports),
        "业务定义变动": sum(one.catalogue_changes for one in reports),
        "还在等": status.waiting,
        "照片传完": sum(one.files_delivered for one in reports),
        "照片待传": status.files_waiting,
    }
    table = Table(*counts)
    table.add_row(*(str(count) for count in counts.values()))
    return table


def _why_files_wait(report: SyncReport, runtime: Runtime) -> str:
    if report.file_error:
        return f"照片：{report.file_error} {staff_text(report.file_error, runtime.prompts)}"
    if runtime.config.sync.attachments == BlobWish.NEVER:
        return "照片按设置不走网络，由送件人带走。"
    return "照片等网络快些再传；慢的时候每刻钟传一点，不耽误别的件。"


def list_parked(config_path: Path | None) -> int:
    """Show the events that the centre refused, with its reason; ids only, no personal data."""
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime, runtime.encrypted.reading() as database:
        entries = runtime.outbox.items(database, ItemState.PARKED)
        files = BlobQueue(database).parked()
        numbers = {
            event_id: _receipt_number(database, event_id)
            for event_id in [entry.id for entry in entries] + [file.event_id for file in files]
        }
    if files:
        console.print(_parked_files(files, numbers))
    if not entries:
        console.print("没有被退回的件。")
        return 0
    table = Table(title="被退回的件")
    for heading in ("编号", "受理号", "受理时间", "原因"):
        table.add_column(heading, overflow="fold")
    for entry in entries:
        reason = f"{entry.last_error_code} {entry.last_error_text}".strip()
        table.add_row(
            entry.id,
            numbers[entry.id],
            f"{entry.created_at.astimezone():%Y-%m-%d %H:%M}",
            escape(reason),
        )
    console.print(table)
    console.print("处理好原因以后再送：xianglin sync --retry <编号>")
    return 0


def _parked_files(files: Sequence[BlobEntry], numbers: Mapping[str, str]) -> Table:
    table = Table(title="传不上去的照片")
    for heading in ("编号", "受理号", "大小", "试过", "原因"):
        table.add_column(heading, overflow="fold")
    for file in files:
        table.add_row(
            file.event_id,
            numbers[file.event_id],
            f"{file.size // 1024 + 1} KB",
            f"{file.attempts} 次",
            escape(file.last_error_code),
        )
    return table


def retry_parked(config_path: Path | None, event_id: str) -> int:
    """Queue a refused event, or files of one, again, byte for byte as they were; then exchange once."""
    with (
        open_runtime(load_config(config_path)) as runtime,
        runtime.store.transaction() as transaction,
    ):
        is_event = runtime.outbox.retry(transaction.database, event_id)
        is_queued = bool(BlobQueue(transaction.database).retry(event_id)) or is_event
        if is_queued:
            transaction.audit(AuditEntry("request.retried", event_id, {}))
    if not is_queued:
        make_console().print("没有这个编号的退回件；用 xianglin sync --parked 查看。")
        return 1
    return exchange_once(config_path)


def _receipt_number(database: Database, event_id: str) -> str:
    row = database.execute(
        "SELECT receipt_number FROM service_request WHERE request_id = ?", [event_id]
    ).fetchone()
    return str(row[0]) if row else ""
