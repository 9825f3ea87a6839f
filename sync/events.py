"""What a kiosk appends to the outbox, and the clocks that are written down beside it."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

ATTACHMENT_KEY_BYTES = 16
_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file that belongs to an event; it travels after it, in chunks of its own."""

    sha256: str
    """Of the plain file, 64 hexadecimal digits."""
    size: int
    """Bytes of the plain file."""
    media_type: str
    """Such as ``image/jpeg``."""
    key: bytes = field(repr=False)
    """16 random bytes that its chunks are encrypted with; only the sealed event tells them to the centre."""


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """One thing that happened and that the centre must come to know exactly once."""

    id: str
    """UUIDv7, made by ``new_event_id``; the idempotency key for ever."""
    subject: str
    """Whom it is about; events of one subject are delivered in order and never wait for another's."""
    kind: str
    """What it is, such as ``service_request``; the centre has one handler for each."""
    schema_version: int
    """Version of the payload's shape at the time of writing, from 1."""
    payload: Mapping[str, object]
    """JSON without floats."""
    priority: int
    """1 goes first; an event never overtakes an earlier one of its own subject."""
    attachments: tuple[AttachmentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The wall clock may lie; with the boot id and the monotonic clock the centre can correct it later."""

    wall: datetime
    """Aware, UTC."""
    boot_id: str
    """Changes at each start of the machine; monotonic times compare only within one."""
    monotonic_ms: int
    """Milliseconds since some point of this boot."""
    centre_at: datetime | None = None
    """The last time that the centre signed, aware, UTC; None when none is known."""
    centre_age_ms: int | None = None
    """Monotonic milliseconds since ``centre_at`` was taken in; None when that was in another boot."""


class Clock(Protocol):
    """Reads all clocks at once."""

    def read(self) -> ClockReading:
        """The present moment."""


class SystemClock:
    """The machine's clocks; all of one process tell of the same boot."""

    def __init__(self) -> None:
        try:
            self._boot_id = _BOOT_ID_FILE.read_text("ascii").strip()
            self._origin_ns = 0
        except OSError:
            # Elsewhere the process stands in for the boot, which then begins with it: an event of an earlier process
            # is older than this one's start, and a new start makes a delayed event due early.
            self._boot_id, self._origin_ns = _PROCESS_ID, _PROCESS_START_NS

    def read(self) -> ClockReading:
        """The present moment."""
        elapsed_ms = (_uptime_ns() - self._origin_ns) // 1_000_000
        return ClockReading(datetime.now(UTC), self._boot_id, elapsed_ms)


def _uptime_ns() -> int:
    """Time since the start of the machine, with the time that it slept: a kiosk may be suspended over night."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if boot_time is None else time.clock_gettime_ns(boot_time)


_NORMAL = re.compile(r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}\.[0-9]{3}(?:Z|\+00:00)")
_SECONDS_LENGTH = len("2026-01-01T00:00:00.000")
_PROCESS_ID = str(uuid.uuid4())
_PROCESS_START_NS = _uptime_ns()


def iso_utc(moment: datetime) -> str:
    """Write an aware moment as UTC ISO 8601 with milliseconds and ``Z``.

    Raises:
        ValueError: the moment is naive.
    """
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"  # instead of +00:00


def normal_utc(text: str) -> str:
    """What ``iso_utc`` writes of a time that was read with ``parse_utc``.

    Raises:
        ValueError: not a date and time with a zone.
    """
    moment = parse_utc(text)
    # Nearly always it is of that form already, and to write a time costs more than to read it.
    return text[:_SECONDS_LENGTH] + "Z" if _NORMAL.fullmatch(text) else iso_utc(moment)


def parse_utc(text: str) -> datetime:
    """Read what ``iso_utc`` wrote.

    Raises:
        ValueError: not a date and time with a zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC)
