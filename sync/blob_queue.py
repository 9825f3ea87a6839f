"""Which files wait for the link, and what became of the last try; the content is on the ``BlobShelf``.

queued ──centre signs the whole──► delivered ──nobody opens it any more──► erased
  │ ▲                                  │
 park retry                            └─the centre was set back, or one more event names it─► queued
  ▼ │
parked
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from sync.blob_messages import UNKNOWN_BLOB
from sync.blob_shelf import StoredBlob
from sync.events import ClockReading, iso_utc

MAXIMUM_ATTEMPTS = 5
"""Tries of one file that failed for its own sake; then a person looks at it."""

# The event must be at the centre first, and sealed: only such a one declares files. One that is no longer in the
# outbox was acknowledged long ago.
_IS_DECLARED = """EXISTS (SELECT 1 FROM blob_claim LEFT JOIN outbox ON outbox.id = blob_claim.event_id
    WHERE blob_claim.blob_no = blob.blob_no AND coalesce(outbox.state, 'acknowledged') = 'acknowledged'
    AND coalesce(outbox.seal, '') <> 'none')"""
_DUE = f"""SELECT blob_no, name, sha256, size, secret FROM blob
    WHERE state = 'queued' AND NOT coalesce(not_before_boot = :boot AND not_before_mono_ms > :now_ms, 0)
    AND {_IS_DECLARED}
    ORDER BY size, blob_no LIMIT :limit"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class BlobCounts:
    """What the status strip shows."""

    waiting: int = 0
    parked: int = 0
    waiting_bytes: int = 0
    """Plain bytes of those that wait, less what the centre holds already."""


@dataclass(frozen=True, slots=True)
class BlobEntry:
    """One file for a listing; never its content or digest."""

    name: str
    event_id: str
    """Of one event that names it."""
    size: int
    held: int
    attempts: int
    last_error_code: str


@dataclass(frozen=True, slots=True)
class EventFile:
    """One file of an event, for staff; nothing that names its content."""

    media_type: str
    size: int
    """Plain bytes."""
    held: int
    """Sealed bytes that the centre held when it last said so."""
    state: str
    """``queued``, ``delivered`` or ``parked``."""
    attempts: int
    last_error_code: str
    is_idle: int
    """1 when it has no way to the centre left, and will be erased."""


@dataclass(frozen=True, slots=True)
class BlobQueue:
    """Works in the transaction that is open on its database."""

    database: Database

    def due(self, now: ClockReading, limit: int) -> Sequence[StoredBlob]:
        """What may be sent now, the smallest first: most of what waits is then soon there."""
        rows = self.database.execute(
            _DUE, {"boot": now.boot_id, "now_ms": now.monotonic_ms, "limit": limit}
        ).fetchall()
        return [StoredBlob(*row) for row in rows]

    def progressed(self, name: str, held: int, centre_time: datetime) -> None:
        """The centre holds that much."""
        self.database.execute(
            "UPDATE blob SET held = ?, asked_at = coalesce(asked_at, ?) WHERE name = ? AND state = 'queued'",
            [held, iso_utc(centre_time), name],
        )

    def failed(self, name: str, code: str, delay_s: float, now: ClockReading) -> bool:
        """A try failed for the file's own sake: wait, or park it after the last. Returns whether it is parked."""
        self.database.execute(
            "UPDATE blob SET attempts = attempts + 1, held = 0, last_error_code = ?, not_before_mono_ms = ?, "
            "not_before_boot = ? WHERE name = ? AND state = 'queued'",
            [code, now.monotonic_ms + round(delay_s * 1000), now.boot_id, name],
        )
        cursor = self.database.execute(
            "UPDATE blob SET state = 'parked', settled_at = ? WHERE name = ? AND state = 'queued' AND attempts >= ?",
            [iso_utc(now.wall), name, MAXIMUM_ATTEMPTS],
        )
        return cursor.rowcount == 1

    def attempts(self, name: str) -> int:
        """How often a file has failed."""
        row = self.database.execute("SELECT attempts FROM blob WHERE name = ?", [name]).fetchone()
        return int(row[0]) if row else 0

    def retry(self, event_id: str) -> int:
        """Queue the parked files of an event again; how many those were."""
        cursor = self.database.execute(
            "UPDATE blob SET state = 'queued', attempts = 0, not_before_mono_ms = NULL, settled_at = NULL "
            "WHERE state = 'parked' AND blob_no IN (SELECT blob_no FROM blob_claim WHERE event_id = ?)",
            [event_id],
        )
        return int(cursor.rowcount)

    def ask_again(self) -> int:
        """The centre was set back to a backup: ask for all that is still here; how many files that are."""
        cursor = self.database.execute(
            "UPDATE blob SET state = 'queued', held = 0, attempts = 0, not_before_mono_ms = NULL, "
            "settled_at = NULL WHERE state = 'delivered' OR (state = 'parked' AND last_error_code = ?)",
            [UNKNOWN_BLOB],
        )
        return int(cursor.rowcount)

    def counts(self) -> BlobCounts:
        """How many wait and how many are parked."""
        row = self.database.execute(
            "SELECT coalesce(sum(state = 'queued'), 0), coalesce(sum(state = 'parked'), 0), "
            "coalesce(sum(CASE state WHEN 'queued' THEN max(size - held, 0) END), 0) "
            "FROM blob WHERE state <> 'delivered'"
        ).fetchone()
        return BlobCounts(*(int(value) for value in row))

    def parked(self) -> Sequence[BlobEntry]:
        """What a person must look at."""
        rows = self.database.execute(
            "SELECT name, (SELECT min(event_id) FROM blob_claim WHERE blob_claim.blob_no = blob.blob_no), "
            "size, held, attempts, last_error_code FROM blob WHERE state = 'parked' ORDER BY blob_no"
        ).fetchall()
        return [BlobEntry(row[0], row[1] or "", *row[2:]) for row in rows]

    def files_of(self, event_id: str) -> Sequence[EventFile]:
        """The files of an event that are still here, in the order in which it names them."""
        rows = self.database.execute(
            "SELECT media_type, size, held, state, attempts, last_error_code, idle_since IS NOT NULL "
            "FROM blob_claim JOIN blob USING (blob_no) WHERE event_id = ? ORDER BY blob_claim.rowid",
            [event_id],
        ).fetchall()
        return [EventFile(*row) for row in rows]

    def newest_event(self) -> int:
        """The number of the newest event in the outbox."""
        row = self.database.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"
        ).fetchone()
        return int(row[0]) if row else 0

    def is_event_waiting(self, behind: int) -> bool:
        """Whether an event that is newer than that number waits for the link."""
        row = self.database.execute(
            "SELECT 1 FROM outbox WHERE seq > ? AND state = 'queued' LIMIT 1", [behind]
        ).fetchone()
        return row is not None
