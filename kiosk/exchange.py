"""The queue from the command line: one exchange, what was refused, and another try."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table
from sqlite_utils import Database

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.explain import staff_text
from kiosk.runtime import open_runtime
from kiosk.services.store import AuditEntry
from sync.connectivity import LinkState
from sync.outbox import ItemState


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
        with console.status("正在和中心交换……"):
            report = engine.run_once()
        waiting = runtime.queue_status().waiting
        table = Table("送出", "送达", "被退回", "办结或补正", "名单变动", "还在等")
        counts = (
            report.sent,
            report.acknowledged,
            report.parked,
            report.decisions,
            report.roster_changes,
            waiting,
        )
        table.add_row(*(str(count) for count in counts))
        console.print(table)
        if report.link is not LinkState.ONLINE:
            console.print(f"{report.error_code} {staff_text(report.error_code, runtime.prompts)}")
            return 1
    return 0


def list_parked(config_path: Path | None) -> int:
    """Show the events that the centre refused, with its reason; ids only, no personal data."""
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime, runtime.encrypted.reading() as database:
        entries = runtime.outbox.items(database, ItemState.PARKED)
        numbers = {entry.id: _receipt_number(database, entry.id) for entry in entries}
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


def retry_parked(config_path: Path | None, event_id: str) -> int:
    """Queue a refused event again, byte for byte as it was; then exchange once."""
    with (
        open_runtime(load_config(config_path)) as runtime,
        runtime.store.transaction() as transaction,
    ):
        is_queued = runtime.outbox.retry(transaction.database, event_id)
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
