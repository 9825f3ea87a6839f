"""The latest time that this kiosk has seen, in its table: a clock that stands before it is wrong."""

from datetime import UTC, datetime

from sqlite_utils import Database

from kiosk.storage.rows import moment, moment_text


def latest_moment(database: Database) -> datetime | None:
    """The later of what this machine's clock and what the centre said; None before either."""
    device_at, centre_at = _marks(database)
    return max((mark for mark in (device_at, centre_at) if mark is not None), default=None)


def note_device_moment(database: Database, at: datetime) -> None:
    """This machine's clock stood there when something was accepted."""
    device_at, _ = _marks(database)
    if device_at is None or at > device_at:
        database.execute("UPDATE clock_mark SET device_at = ?", [moment_text(at.astimezone(UTC))])


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


def _marks(database: Database) -> tuple[datetime | None, datetime | None]:
    row = database.execute("SELECT device_at, centre_at FROM clock_mark").fetchone()
    return moment(row[0]), moment(row[1])
