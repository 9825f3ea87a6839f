"""``xianglin queue export``: what was not delivered, sealed, in one file for support."""

import contextlib
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.errors import StorageError
from kiosk.runtime import open_runtime
from kiosk.services.store import AuditEntry
from sync.courier.medium import Folder
from sync.queue_export import write_queue


def export_queue(config_path: Path | None, place: Path) -> int:
    """Write the file and say what is in it.

    Returns:
        0 when all that waits is in the file; 1 when some of it is not sealed and stayed out.
    Raises:
        MediumError: no such folder, no room, no right to write, or a file of that name; no half file is left.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        folder = Folder.at(place.absolute().parent)
        with runtime.encrypted.reading() as database:
            counts = runtime.outbox.counts(database)
        columns = (TextColumn("正在写"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=counts.waiting + counts.parked)
            done = write_queue(
                runtime.encrypted, folder, place.name, lambda count: bar.advance(task, count)
            )
        with runtime.store.transaction() as transaction:
            details: dict[str, str | int | bool | None] = {"count": done.count, "sha256": done.sha256}  # fmt: skip
            transaction.audit(AuditEntry("queue.exported", "", details))
        # Only the centre opens the file; a repair of this machine needs a copy of its own. The file is good without.
        with contextlib.suppress(StorageError):
            runtime.disk_watch().copy_queue()
    console.print(f"写好了 {done.count} 件，{done.size} 字节，读回核对过：{place}")
    console.print(f"SHA-256 {done.sha256}")
    if done.unsealed:
        console.print(
            f"另有 {done.unsealed} 件排队时还没有中心的密封钥匙，没有写进去；它们只在本机。"
        )
    return 1 if done.unsealed else 0
