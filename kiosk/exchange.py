"""The queue from the command line: one exchange, what was refused, and another try."""

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.explain import staff_text
from kiosk.queue_desk import list_events, retry_events
from kiosk.runtime import Runtime, open_runtime
from sync.blob_policy import BlobWish
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
    """The same as ``xianglin queue list --state parked``."""
    return list_events(config_path, [ItemState.PARKED])


def retry_parked(config_path: Path | None, event_id: str) -> int:
    """Queue a refused event, or files of one, again, byte for byte as they were; then exchange once."""
    return retry_events(config_path, [event_id]) or exchange_once(config_path)
