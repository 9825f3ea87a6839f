"""``xianglin queue``: look at what waits and what was set aside, put it back or aside, write it to a file."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table
from sqlite_utils import Database

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.queue_words import (
    About,
    custody_words,
    facts_of,
    file_words,
    files_words,
    moment_words,
    reason_words,
    state_words,
)
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.store import AuditEntry
from sync.blob_queue import BlobEntry, BlobQueue
from sync.courier.ledger import custody_of
from sync.events import ClockReading, SystemClock
from sync.outbox import ItemState, OutboxEntry, ParkReason

NOT_DELIVERED = (ItemState.PARKED, ItemState.QUEUED)
STAFF_CODE = "staff"
MAXIMUM_REASON = 80
"""Letters of a reason; it is shown in lists and must not become a place for notes about people."""


def list_events(
    config_path: Path | None,
    states: Sequence[ItemState] = NOT_DELIVERED,
    *,
    limit: int = 50,
    after_seq: int = 0,
    as_json: bool = False,
) -> int:
    """Print events by number; ids and receipt numbers only, no personal data.

    Args:
        limit: of each state, at most so many.
        after_seq: only events behind this number.
    """
    with open_runtime(load_config(config_path)) as runtime, runtime.encrypted.reading() as database:
        found = [
            entry
            for state in states
            for entry in runtime.outbox.items(database, state, limit, after_seq)
        ]
        entries = sorted(found, key=lambda entry: entry.seq)[:limit]
        files = BlobQueue(database).parked() if ItemState.PARKED in states else ()
        about = {entry.id: _about(database, entry) for entry in entries}
        receipts = {file.event_id: _names(database, file.event_id)[0] for file in files}
    now = SystemClock().read()
    if as_json:
        facts = [facts_of(entry, now, about[entry.id]) for entry in entries]
        sys.stdout.write(json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
        return 0
    console = make_console()
    if files:
        console.print(_parked_files(files, receipts))
    if not entries:
        only_parked = tuple(states) == (ItemState.PARKED,)
        console.print("没有被退回的件。" if only_parked else "没有这样的件。")
        return 0
    table = Table(title="队列里的件")
    for heading in ("序号", "受理号", "受理时间", "状态", "试过"):
        table.add_column(heading, overflow="fold")
    table.add_column("说明", overflow="fold", min_width=16)
    for entry in entries:
        table.add_row(
            str(entry.seq),
            # The number on the resident's paper; what has none, such as a list of photos, goes by its id.
            about[entry.id].receipt_number or entry.id,
            moment_words(entry.created_at),
            state_words(entry),
            f"{entry.attempts} 次",
            escape(_explained(entry, now, about[entry.id])),
        )
    console.print(table)
    if len(found) > len(entries) or len(entries) == limit:
        console.print(f"后面还有就看：xianglin queue list --after {entries[-1].seq}")
    if any(entry.state is ItemState.PARKED for entry in entries):
        console.print("处理好原因以后再送：xianglin queue retry <受理号>")
    return 0


def show_event(
    config_path: Path | None, given: str, *, personal: bool = False, as_json: bool = False
) -> int:
    """Print one event; whose it is only when asked for, and then that is written into the audit log first."""
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        with runtime.encrypted.reading() as database:
            entry = _find(runtime, database, given)
            about = _about(database, entry) if entry else About()
        if entry is None:
            console.print(_UNKNOWN)
            return 1
        person = _person(runtime, entry) if personal else {}
        now = SystemClock().read()
        if as_json:
            facts = facts_of(entry, now, about)
            shown = facts | {"personal": person} if personal else facts
            sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
            return 0
        definition = runtime.catalogue.find(about.service_id) if about.service_id else None
        rows = {
            "编号": entry.id,
            "序号": str(entry.seq),
            "受理号": about.receipt_number,
            "事项": definition.title if definition else about.service_id or entry.kind,
            "受理时间": moment_words(entry.created_at),
            "状态": state_words(entry),
            "说明": reason_words(entry, now),
            "捎带": custody_words(about),
            "试过": f"{entry.attempts} 次",
            "大小": f"{entry.size} 字节" if entry.size else "原文已清",
            "摘要": entry.digest,
            "中心编号": str(entry.server_seq or ""),
            "文件": "\n".join(file_words(file) for file in about.files),
            **{key: str(value) for key, value in person.items()},
        }
        table = Table(show_header=False)
        for name, value in rows.items():
            if value:
                table.add_row(name, escape(value))
        console.print(table)
    return 0


def retry_events(
    config_path: Path | None, given: Sequence[str], *, everything: bool = False
) -> int:
    """Queue parked events again, and their files, byte for byte as they were.

    Returns:
        0 when every one that was named waits now.
    """
    with open_runtime(load_config(config_path)) as runtime:
        with runtime.encrypted.reading() as database:
            wanted = _all_parked(runtime, database) if everything else list(given)
            entries = [(one, _find(runtime, database, one)) for one in wanted]
        refused = [
            f"{one}：{_why_not_retried(entry)}"
            for one, entry in entries
            if not _retry(runtime, entry)
        ]
    console = make_console()
    queued = len(entries) - len(refused)
    for line in refused:
        console.print(escape(line))
    if queued:
        console.print(f"{queued} 件重新排队，下次交换时送出；现在就送：xianglin sync")
    elif not refused:
        console.print("没有被退回的件。")
    return 1 if refused else 0


def park_event(config_path: Path | None, given: str, reason: str) -> int:
    """Set a waiting event aside by hand, so that the others of the same person go on."""
    console = make_console()
    if not reason.isprintable() or not 0 < len(reason.strip()) <= MAXIMUM_REASON:
        console.print(f"原因要写在一行里，1 到 {MAXIMUM_REASON} 个字，不要写个人信息。")
        return 1
    with (
        open_runtime(load_config(config_path)) as runtime,
        runtime.store.transaction() as transaction,
    ):
        entry = _find(runtime, transaction.database, given)
        if entry is not None and runtime.outbox.park(
            transaction.database,
            entry.id,
            STAFF_CODE,
            reason.strip(),
            runtime.clock.now(),
            ParkReason.STAFF,
        ):
            transaction.audit(AuditEntry("queue.parked", entry.id, {}))
            console.print("搁置了，不会送出，也不会丢。再送：xianglin queue retry <受理号>")
            return 0
    console.print(_UNKNOWN if entry is None else f"这件不在等：{state_words(entry)}。")
    return 1


_UNKNOWN = "没有这个编号或受理号的件；用 xianglin queue list 查看。"


def _retry(runtime: Runtime, entry: OutboxEntry | None) -> bool:
    if entry is None:
        return False
    with runtime.store.transaction() as transaction:
        is_event = runtime.outbox.retry(transaction.database, entry.id)
        is_queued = bool(BlobQueue(transaction.database).retry(entry.id)) or is_event
        if is_queued:
            transaction.audit(AuditEntry("request.retried", entry.id, {}))
    return is_queued


def _why_not_retried(entry: OutboxEntry | None) -> str:
    if entry is None:
        return "没有这个编号或受理号的件"
    if entry.state is ItemState.QUEUED:
        return "本来就在等"
    if entry.state is ItemState.ACKNOWLEDGED:
        return "已经送达，不用再送"
    return "中心收过，到期删了，不能再送"


def _all_parked(runtime: Runtime, database: Database) -> list[str]:
    found: list[str] = []
    after = 0
    while page := runtime.outbox.items(database, ItemState.PARKED, after_seq=after):
        found += [entry.id for entry in page if entry.park_reason is not ParkReason.GONE]
        after = page[-1].seq
    return found


def _find(runtime: Runtime, database: Database, given: str) -> OutboxEntry | None:
    """By the event's id or by the receipt number on the paper."""
    entry = runtime.outbox.find(database, given.strip().lower())
    if entry is not None:
        return entry
    row = database.execute(
        "SELECT request_id FROM service_request WHERE receipt_number = ?", [given.strip().upper()]
    ).fetchone()
    return runtime.outbox.find(database, str(row[0])) if row else None


def _about(database: Database, entry: OutboxEntry) -> About:
    is_open = entry.state is not ItemState.ACKNOWLEDGED
    return About(
        *_names(database, entry.id),
        custody_of(database, entry.seq) if is_open else None,
        BlobQueue(database).files_of(entry.id),
    )


def _names(database: Database, event_id: str) -> tuple[str, str]:
    """Receipt number and service of a request; both empty for another kind of event."""
    row = database.execute(
        "SELECT receipt_number, service_id FROM service_request WHERE request_id = ?", [event_id]
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else ("", "")


def _explained(entry: OutboxEntry, now: ClockReading, about: About) -> str:
    said = (reason_words(entry, now), custody_words(about), files_words(about.files))
    return "；".join(one for one in said if one)


def _person(runtime: Runtime, entry: OutboxEntry) -> dict[str, object]:
    with runtime.store.transaction() as transaction:
        transaction.audit(AuditEntry("queue.personal_shown", entry.id, {}))
    with runtime.store.transaction() as transaction:
        request = transaction.requests.get(entry.id)
        if request is None:
            return {}
        row = transaction.database.execute(
            "SELECT name, citizen_id FROM resident WHERE resident_id = ?", [request.resident_id]
        ).fetchone()
        form = transaction.requests.form_of(entry.id)
    name, number = row or ("名单上没有这个人", "")
    answers = {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in (form.answers if form else {}).items()
    }
    return {"姓名": name, "身份证号": number, **answers}


def _parked_files(files: Sequence[BlobEntry], receipts: Mapping[str, str]) -> Table:
    table = Table(title="传不上去的照片")
    for heading in ("编号", "受理号", "大小", "试过", "原因"):
        table.add_column(heading, overflow="fold")
    for file in files:
        table.add_row(
            file.event_id,
            receipts[file.event_id],
            f"{file.size // 1024 + 1} KB",
            f"{file.attempts} 次",
            escape(file.last_error_code),
        )
    return table
