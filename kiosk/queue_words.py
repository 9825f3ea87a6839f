"""The queue in words for staff: where an event stands, what it waits for, why it was set aside; nothing personal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.blob_cipher import sealed_size
from sync.blob_queue import EventFile
from sync.events import ClockReading, iso_utc
from sync.outbox import ItemState, OutboxEntry, ParkReason

_PARKED = {
    ParkReason.REFUSED: "被退回",
    ParkReason.CONFLICT: "编号冲突",
    ParkReason.GONE: "中心已删",
    ParkReason.UNDELIVERABLE: "送不出去",
    ParkReason.STAFF: "人工搁置",
}
_DELIVERED = "送达"
_ERASED = "送达，原文已清"
_WAITING = "等待"


@dataclass(frozen=True, slots=True)
class About:
    """What else is known of an event."""

    receipt_number: str = ""
    """Empty for what is no request."""
    service_id: str = ""
    custody: tuple[str, datetime] | None = None
    """The van that carries it, and since when; the event waits here all the same."""
    files: Sequence[EventFile] = ()
    """Those that are still here."""


def state_words(entry: OutboxEntry) -> str:
    """Where it stands."""
    if entry.state is ItemState.QUEUED:
        return _WAITING
    if entry.state is ItemState.PARKED:
        return _PARKED[entry.park_reason or ParkReason.REFUSED]
    return _DELIVERED if entry.size else _ERASED


def reason_words(entry: OutboxEntry, now: ClockReading) -> str:
    """What it waits for and until when, or why it was set aside."""
    said = f"{entry.last_error_code} {entry.last_error_text}".strip()
    if entry.state is ItemState.PARKED:
        return said
    if entry.state is ItemState.ACKNOWLEDGED:
        return f"{moment_words(entry.settled_at)} 送达" if entry.settled_at else ""
    wait_s = entry.wait_s(now)
    before = f"（上次：{said}）" if said else ""
    if not wait_s:
        return f"下次交换就送{before}"
    if not said:
        return f"同一个人的前一件还在等，{wait_words(wait_s)}后一起送"
    return f"{wait_words(wait_s)}后再送{before}"


def wait_words(seconds: float) -> str:
    """A wait of at most some minutes, rounded up: nobody looks again too early."""
    whole = int(seconds) + (seconds > int(seconds))
    return f"{whole} 秒" if whole < 60 else f"{-(-whole // 60)} 分钟"


def moment_words(at: datetime) -> str:
    """In the time of the place."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def custody_words(about: About) -> str:
    """Who carries it."""
    if about.custody is None:
        return ""
    van, since = about.custody
    return f"服务车 {van} 从 {moment_words(since)} 起带着"


def file_words(file: EventFile) -> str:
    """One file: how large it is, and how far it has gone."""
    kind = "照片" if file.media_type.startswith("image/") else file.media_type
    return f"{kind} {_kilobytes(file.size)}，{_upload_words(file)}"


def files_words(files: Sequence[EventFile]) -> str:
    """All of an event's files in one line."""
    counted = Counter(_upload_words(file, is_short=True) for file in files)
    return "，".join(f"照片 {count} 张{state}" for state, count in counted.items())


def _upload_words(file: EventFile, *, is_short: bool = False) -> str:
    if file.state == "delivered":
        return "已传到中心"
    if file.is_idle:
        return "不会再传，到期删除"
    if file.state == "parked":
        said = f"（{file.last_error_code}，试过 {file.attempts} 次）"
        return "传不上去" + ("" if is_short else said)
    if is_short:
        return "没传完"
    share = file.held * 100 // sealed_size(file.size)
    return f"已传 {share}%" if file.held else "还没传"


def _kilobytes(size: int) -> str:
    return f"{-(-size // 1024)} KB"


def facts_of(entry: OutboxEntry, now: ClockReading, about: About) -> dict[str, object]:
    """The same for programs."""
    wait_s = entry.wait_s(now) if entry.state is ItemState.QUEUED else 0.0
    return {
        "seq": entry.seq,
        "id": entry.id,
        "receipt_number": about.receipt_number,
        "kind": entry.kind,
        "service_id": about.service_id,
        "state": entry.state.value,
        "park_reason": entry.park_reason.value if entry.park_reason else "",
        "attempts": entry.attempts,
        "created_at": iso_utc(entry.created_at),
        "settled_at": iso_utc(entry.settled_at) if entry.settled_at else None,
        "next_attempt_at": iso_utc(now.wall + timedelta(seconds=wait_s)) if wait_s else None,
        "reason_code": entry.last_error_code,
        "reason_text": entry.last_error_text,
        "size": entry.size,
        "digest": entry.digest,
        "server_seq": entry.server_seq,
        "custody": {"van": about.custody[0], "since": iso_utc(about.custody[1])}
        if about.custody
        else None,
        "files": [
            {
                "media_type": file.media_type,
                "size": file.size,
                "state": "idle" if file.is_idle else file.state,
                "held": min(file.held, file.size),
                "attempts": file.attempts,
                "reason_code": file.last_error_code,
            }
            for file in about.files
        ],
    }
