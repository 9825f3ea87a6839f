"""The courier from the command line: export, import, status; no personal data is shown."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kiosk.commands.options import byte_progress, make_console
from kiosk.config import load_config
from kiosk.courier_parts import CourierParts, courier_parts
from kiosk.errors import StorageError
from kiosk.published import refusal
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.store import AuditEntry
from sync.courier import ledger
from sync.courier.arrivals import Arrivals
from sync.courier.carrier import Carrier, Visit
from sync.courier.export import Exported
from sync.courier.layout import CourierFolder
from sync.feed_sinks import CATALOGUE, DECISIONS, ROSTER
from sync.pull_parcel import Unpacked

_log = logging.getLogger(__name__)

_PROBLEMS = {
    "damaged": "坏了",
    "incomplete": "不完整",
    "malformed": "内容不对",
    "foreign-centre": "是别的中心的",
    "bad-signature": "签名不对",
    "bad-certificate": "证书不对",
    "unusable": "放得不对",
}
"""Why a van did not take a bundle."""


def export_to(
    config_path: Path | None, folder: Path, *, label: str, is_partial: bool, only_new: bool
) -> int:
    """Write what waits onto a medium; a van writes what it carries too.

    Returns:
        0 also when nothing waits.
    Raises:
        CourierError: said in plain words by the caller; the queue is as it was.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        parts = courier_parts(runtime)
        place = CourierFolder.at(folder)
        with bar(console, "写到U盘，再读回来核对") as tell:
            done = parts.exporter().export(
                place,
                label or folder.resolve().name,
                only_new=only_new,
                is_partial_allowed=is_partial,
                progress=tell,
            )
        if done is not None:
            audit(parts, "courier.exported", done.bundle, {"items": done.items})
            _keep_copy(runtime)
        carried = 0
        if runtime.config.courier.is_van:
            with bar(console, "写捎带的包") as tell:
                carried = parts.carrier().put_on(place, tell)
    _say_exported(console, done, carried)
    return 0


def _keep_copy(runtime: Runtime) -> None:
    """A bundle opens at the centre only; what it holds is kept for this machine too."""
    try:
        runtime.disk_watch().copy_queue()
    except StorageError as error:
        _log.warning("no copy of the queue code=%s", error.code)


def import_from(config_path: Path | None, folder: Path) -> int:
    """Take in what is on a medium for this machine; a van takes bundles of others along."""
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        parts = courier_parts(runtime)
        place = CourierFolder.at(folder)
        is_van = runtime.config.courier.is_van
        if parts.take_keyring(place):
            console.print("中心换了新的钥匙，已经记下。")
            parts = courier_parts(runtime)
        if is_van:
            with bar(console, "核对并收下") as tell:
                visit = parts.carrier().take_from(place, tell)
            _say_visit(console, visit)
        found = parts.receiving().take(place)
        if found.report is not None:
            with runtime.store.transaction() as transaction:
                parts.keep_news(transaction.database, found.report)
            audit(parts, "courier.report", "", {"acknowledged": found.report.acknowledged})
        parcel = place.parcel(runtime.config.device.id)
        unpacked = parts.parcels().take(parcel) if parcel is not None else None
        refused = refusal(runtime.encrypted)
    _say_arrivals(console, found, is_van=is_van)
    if unpacked is not None:
        _say_unpacked(console, unpacked, refused)
    return 0


def print_status(config_path: Path | None, limit: int) -> int:
    """List bundles: when, to where, in whose hands, how much has arrived."""
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        parts = courier_parts(runtime)
        with runtime.encrypted.reading() as database:
            entries = ledger.bundle_entries(database, limit)
        waiting = runtime.queue_status().waiting
        carrier = parts.carrier() if runtime.config.courier.is_van else None
        if carrier is not None:
            console.print(_carried_table(carrier))
    if entries:
        console.print(_status_table(entries))
    else:
        console.print("还没有导出过。")
    console.print(f"还有 {waiting} 件没有送达。", markup=False)
    return 0


def audit(
    parts: CourierParts, kind: str, subject: str, details: dict[str, str | int | bool | None]
) -> None:
    """Note in the audit log what was carried."""
    with parts.runtime.store.transaction() as transaction:
        transaction.audit(AuditEntry(kind, subject, details))


def _say_exported(console: Console, done: Exported | None, carried: int) -> None:
    if done is None:
        console.print("没有要送的。")
    else:
        console.print(
            f"第 {done.serial} 包写好了，读回来核对过：{done.items} 件，照片 {done.files} 张，"
            f"{_size(done.size)}。可以拔U盘了。"
        )
        if done.left or done.files_left:
            console.print(f"放不下的 {done.left} 件、照片 {done.files_left} 张留到下一趟，没有丢。")
    if carried:
        console.print(f"还写了捎带的 {carried} 包。")


def _say_visit(console: Console, visit: Visit) -> None:
    if not visit.bundles:
        console.print("U盘上没有要捎带的包。")
    for one in visit.bundles:
        name = escape(f"{one.device or '？'} 第 {one.serial} 包")
        if one.problem:
            reason = _PROBLEMS.get(one.problem, one.problem)
            console.print(f"没有收：{name}，{reason}。请现在就在那台终端上重新导出。")
        elif not one.is_proven:
            console.print(f"收下了：{name}。那台终端还没有证书，只核对了有没有坏。")
        else:
            console.print(f"收下了：{name}" + ("。" if one.is_new else "（早先收过）。"))


def _say_arrivals(console: Console, found: Arrivals, *, is_van: bool) -> None:
    for receipt in found.receipts:
        since = f"{receipt.since.astimezone():%Y-%m-%d %H:%M}"
        console.print(
            escape(f"服务车 {receipt.van} 从 {since} 起带着一包。中心签收以前，本机照样保存。")
        )
    if found.foreign_bundles and not is_van:
        console.print(f"U盘上还有别的终端的 {found.foreign_bundles} 包，没有动。")
    outcome = found.report
    if outcome is None:
        console.print("U盘上没有给本机的送达回执。")
        return
    if not outcome.is_new:
        console.print("这份回执不比上次的新。")
    console.print(
        f"中心的回执：送达 {outcome.acknowledged} 件，退回 {outcome.parked} 件，要重送 {outcome.requeued} 件。"
    )
    if outcome.has_listener_failed:
        console.print("有几件这次没有记下，请再导入一次。")


def _say_unpacked(console: Console, unpacked: Unpacked, refused: str) -> None:
    counts = unpacked.changes
    if counts:
        console.print(
            f"名单变动 {counts.get(ROSTER, 0)} 人，业务定义变动 {counts.get(CATALOGUE, 0)} 份，"
            f"办结或补正 {counts.get(DECISIONS, 0)} 件。"
        )
    elif not unpacked.problem:
        console.print("U盘上的名单、业务定义和办理结果，本机都有了。")
    if unpacked.has_gap:
        console.print("U盘上的名单接不上本机的，请中心再导出一次。")
    if unpacked.problem:
        console.print("U盘上的名单坏了，或者不是给本机的；好的部分已经收下，请中心再导出一次。")
    if refused:
        console.print(f"中心新发布的业务定义用不了，照原来的办：\n{escape(refused)}")


def _status_table(entries: list[ledger.BundleEntry]) -> Table:
    table = Table(title="导出过的包")
    for heading in ("包", "时间", "写到", "件数", "还没送达", "在谁手里", "中心收到"):
        table.add_column(heading, overflow="fold")
    for entry in entries:
        custody = (
            f"{escape(entry.custody_by)}\n{_moment(entry.custody_since)} 起"
            if entry.custody_since and not entry.arrived_at
            else "—"
        )
        state = {"writing": "（没写完）", "failed": f"（没写成 {entry.error_code}）"}
        table.add_row(
            str(entry.serial),
            _moment(entry.created_at),
            escape(entry.label) + state.get(entry.state, ""),
            str(entry.items),
            str(entry.open_items),
            custody,
            _moment(entry.arrived_at) if entry.arrived_at else "还没有",
        )
    return table


def _carried_table(carrier: Carrier) -> Table:
    table = Table(title="车上捎带的包")
    for heading in ("终端", "包", "件数", "大小", "收下"):
        table.add_column(heading, overflow="fold")
    for stored in carrier.carried():
        manifest = stored.manifest
        since = carrier.since(manifest.bundle)
        table.add_row(
            escape(manifest.device),
            str(manifest.serial),
            str(manifest.items),
            _size(manifest.total_bytes),
            _moment(since) if since else "—",
        )
    return table


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%m-%d %H:%M}" if moment else ""


def _size(count: int) -> str:
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


@contextlib.contextmanager
def bar(console: Console, what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar; gives what takes bytes done and bytes in all."""
    with byte_progress(console) as progress:
        task = progress.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield tell
