"""One exchange with the centre from the command line, said in one table."""

from pathlib import Path

from rich.table import Table

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.explain import staff_text
from kiosk.runtime import open_runtime
from sync.connectivity import LinkState


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
