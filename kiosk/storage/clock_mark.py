"""The latest time that this kiosk has seen, in its table: a clock that stands before it is wrong."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from kiosk.clock import BUILT_AT
from kiosk.storage.database import kiosk_errors
from kiosk.storage.rows import moment, moment_text
from sync.sqlcipher import EncryptedDatabase

MARK_EVERY = timedelta(minutes=1)
"""How far the mark may stay behind this machine's clock: well within ``FLOOR_TOLERANCE``, and an acceptance in a busy
minute need not write its page once more."""

LONGEST_ALONE = timedelta(days=400)
"""How long a kiosk may go on without its centre or a new version before its own marks are no longer believed."""


def latest_moment(database: Database) -> datetime | None:
    """The later of what this machine's clock and what the centre said; None before either."""
    device_at, centre_at = _marks(database)
    return max((mark for mark in (device_at, centre_at) if mark is not None), default=None)


def clock_floor(database: Database) -> datetime:
    """A time that has certainly been: the version's own, the centre's last, or that of the newest record.

    A record that was made while the clock stood in 2099 must not become everybody's date; one far beyond all else
    that is known does not count.
    """
    device_at, centre_at = _marks(database)
    known = max(BUILT_AT, centre_at or BUILT_AT)
    if device_at is None or device_at > known + LONGEST_ALONE:
        return known
    return max(known, device_at)


def read_clock_floor(encrypted: EncryptedDatabase) -> datetime:
    """The same, outside of a transaction.

    Raises:
        StorageError.
    """
    with kiosk_errors(), encrypted.reading() as database:
        return clock_floor(database)


def note_device_moment(database: Database, at: datetime) -> None:
    """This machine's clock stood there when something was accepted; noted once in ``MARK_EVERY``."""
    at = at.astimezone(UTC)
    # All of them are written in one form and in UTC, so their texts compare as the times do.
    database.execute(
        "UPDATE clock_mark SET device_at = ? WHERE device_at IS NULL OR device_at <= ?",
        [moment_text(at), moment_text(at - MARK_EVERY)],
    )


def note_centre_moment(database: Database, at: datetime) -> None:
    """The centre has just said, signed, what time it is.

    A mark of our own clock beyond that was made while the clock ran ahead: it would call every right time wrong, so
    it goes.
    """
    device_at, centre_at = _marks(database)
    if device_at is not None and device_at > at:
        database.execute("UPDATE clock_mark SET device_at = NULL")
    if centre_at is None or at > centre_at:
        database.execute("UPDATE clock_mark SET centre_at = ?", [moment_text(at.astimezone(UTC))])


def note_carried_moment(database: Database, at: datetime) -> None:
    """The centre once signed that time on something that was carried here: it is past, and nothing more is said."""
    _, centre_at = _marks(database)
    if centre_at is None or at > centre_at:
        database.execute("UPDATE clock_mark SET centre_at = ?", [moment_text(at.astimezone(UTC))])


def _marks(database: Database) -> tuple[datetime | None, datetime | None]:
    row = database.execute("SELECT device_at, centre_at FROM clock_mark").fetchone()
    return moment(row[0]), moment(row[1])
