"""The queue in words for staff: where an event stands, what it waits for, why it was set aside; nothing personal."""

from datetime import datetime, timedelta

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


def facts_of(
    entry: OutboxEntry, now: ClockReading, receipt_number: str, service_id: str
) -> dict[str, object]:
    """The same for programs."""
    wait_s = entry.wait_s(now) if entry.state is ItemState.QUEUED else 0.0
    return {
        "seq": entry.seq,
        "id": entry.id,
        "receipt_number": receipt_number,
        "kind": entry.kind,
        "service_id": service_id,
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
    }
