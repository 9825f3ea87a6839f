"""The last time that the centre signed, and where this device's clocks stood then.

An item carries both, so that the centre can tell when something happened whatever this machine's clock says. Only
answers to a question of this device count: they alone are known to be new.
"""

from datetime import datetime, timedelta

from sqlite_utils import Database

from sync.events import Clock, ClockReading, iso_utc, parse_utc


class ClockSource:
    """Reads the clocks for what is about to be written down, with what the centre last said."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, database: Database) -> ClockReading:
        """The present moment, as an item carries it."""
        reading = self._clock.read()
        row = database.execute(
            "SELECT centre_time, boot_id, monotonic_ms FROM centre_clock"
        ).fetchone()
        if row is None:
            return reading
        age_ms = reading.monotonic_ms - row[2] if row[1] == reading.boot_id else None
        return ClockReading(
            reading.wall,
            reading.boot_id,
            reading.monotonic_ms,
            parse_utc(row[0]),
            # A monotonic clock that went back belongs to a boot id that does not change with the boot.
            None if age_ms is None or age_ms < 0 else age_ms,
        )


def note(database: Database, centre_time: datetime, reading: ClockReading) -> None:
    """Write down, in the open transaction, what time the centre signed in the answer that has just come.

    Taken when the answer is here, so centre time and the time since then never add up to more than the centre's
    clock shows.
    """
    _store(database, centre_time, reading.boot_id, reading.monotonic_ms)


def note_carried(database: Database, centre_time: datetime, reading: ClockReading) -> None:
    """The centre signed a time on something that was carried here: it is past, nobody knows how long."""
    row = database.execute("SELECT centre_time, boot_id, monotonic_ms FROM centre_clock").fetchone()
    if row is not None:
        known = parse_utc(row[0])
        if row[1] == reading.boot_id:
            known += timedelta(milliseconds=max(0, reading.monotonic_ms - row[2]))
        if centre_time <= known:
            return
    _store(database, centre_time, "", 0)


def _store(database: Database, centre_time: datetime, boot_id: str, monotonic_ms: int) -> None:
    database.execute(
        "INSERT INTO centre_clock VALUES (1, ?, ?, ?) ON CONFLICT (only_row) DO UPDATE SET "
        "centre_time = excluded.centre_time, boot_id = excluded.boot_id, monotonic_ms = excluded.monotonic_ms",
        [iso_utc(centre_time), boot_id, monotonic_ms],
    )


def last_centre_time(database: Database) -> datetime | None:
    """What the centre last signed; None before the first answer."""
    row = database.execute("SELECT centre_time FROM centre_clock").fetchone()
    return parse_utc(row[0]) if row else None
