"""What this device knows of its bundles: written when, to where, in whose custody, arrived or not.

Nothing here moves an event: custody is only noted, and only a report that the centre signed settles, see ``settle``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlite_utils import Database

from sync.events import iso_utc, parse_utc

if TYPE_CHECKING:
    # What chooses and seals the contents of a bundle is not needed to look into the book.
    from sync.courier.selection import Row

LABEL_LENGTH = 60


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One bundle, for a listing."""

    serial: int
    bundle: str
    created_at: datetime
    label: str
    """Where it was written to, as staff named it."""
    state: str
    """``writing``, ``written`` or ``failed``."""
    items: int
    size: int
    """Bytes of its parts."""
    open_items: int
    """How many of its items no answer has settled yet."""
    custody_by: str
    """The first van that took it; empty while none has."""
    custody_since: datetime | None
    arrived_at: datetime | None
    """When the centre had it, by the centre's clock."""
    error_code: str


@dataclass(frozen=True, slots=True)
class NewBundle:
    """A bundle that is about to be written."""

    bundle: str
    label: str
    items: int
    ranges: Sequence[tuple[int, int]]
    at: datetime
    files: Sequence[int] = ()
    """Numbers of the attachments."""


def begin_bundle(database: Database, new: NewBundle) -> int:
    """Note a bundle before its first byte is written; gives its serial number, which never comes twice."""
    database.execute(
        "INSERT INTO courier_bundle (bundle, label, items, ranges, files, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        [
            new.bundle,
            new.label[:LABEL_LENGTH],
            new.items,
            json.dumps([list(pair) for pair in new.ranges]),
            json.dumps(list(new.files)),
            iso_utc(new.at),
        ],
    )
    (serial,) = database.execute(
        "SELECT serial FROM courier_bundle WHERE bundle = ?", [new.bundle]
    ).fetchone()
    return int(serial)


def finish_bundle(database: Database, bundle: str, size: int, manifest_digest: str) -> None:
    """The bundle stands on its medium, read back and whole."""
    database.execute(
        "UPDATE courier_bundle SET state = 'written', size = ?, manifest_digest = ?, error_code = '' WHERE bundle = ?",
        [size, manifest_digest, bundle],
    )


def fail_bundle(database: Database, bundle: str, code: str) -> None:
    """The bundle could not be written; its items are as they were."""
    database.execute(
        "UPDATE courier_bundle SET state = 'failed', error_code = ? WHERE bundle = ? AND state = 'writing'",
        [code, bundle],
    )


def unfinished_bundles(database: Database) -> list[str]:
    """Bundles that were begun and not finished: a power cut, or another process that is writing now."""
    rows = database.execute("SELECT bundle FROM courier_bundle WHERE state <> 'written'").fetchall()
    return [str(row[0]) for row in rows]


def manifest_digest_of(database: Database, bundle: str) -> str | None:
    """The digest of a bundle's manifest; empty for one that was cut off at the very end, None for a foreign one."""
    row = database.execute(
        "SELECT manifest_digest FROM courier_bundle WHERE bundle = ?", [bundle]
    ).fetchone()
    return str(row[0]) if row else None


def is_done(database: Database, bundle: str) -> bool:
    """Whether a bundle is one of this device and of no use to anybody any more: all of it arrived on some way."""
    row = database.execute(
        """SELECT arrived_at IS NOT NULL OR NOT (
                EXISTS (SELECT 1 FROM outbox, json_each(ranges) AS range
                    WHERE state <> 'acknowledged' AND seq BETWEEN range.value ->> 0 AND range.value ->> 1)
                OR EXISTS (SELECT 1 FROM blob, json_each(files) AS file
                    WHERE state <> 'delivered' AND blob_no = file.value))
            FROM courier_bundle WHERE bundle = ?""",
        [bundle],
    ).fetchone()
    return bool(row and row[0])


def is_on_its_way(database: Database, bundle: str) -> bool:
    """Whether a bundle is still to be handed over: no van has it, and something of it waits."""
    row = database.execute(
        """SELECT 1 FROM courier_bundle WHERE bundle = ? AND arrived_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM courier_custody AS custody WHERE custody.bundle = courier_bundle.bundle)
            AND (files <> '[]' OR EXISTS (SELECT 1 FROM outbox, json_each(ranges) AS range
                WHERE state <> 'acknowledged' AND seq BETWEEN range.value ->> 0 AND range.value ->> 1))""",
        [bundle],
    ).fetchone()
    return row is not None


def note_custody(
    database: Database, bundle: str, van: str, since: datetime, receipt: bytes
) -> bool:
    """A van has signed that it carries a bundle; returns whether that is news."""
    cursor = database.execute(
        "INSERT OR IGNORE INTO courier_custody VALUES (?, ?, ?, ?)",
        [bundle, van, iso_utc(since), receipt],
    )
    return cursor.rowcount == 1


def note_arrival(database: Database, bundle: str, at: datetime) -> None:
    """The centre has taken all of a bundle in."""
    database.execute(
        "UPDATE courier_bundle SET arrived_at = ? WHERE bundle = ? AND arrived_at IS NULL",
        [iso_utc(at), bundle],
    )


_IN_CUSTODY = """SELECT min(since), van FROM courier_custody JOIN courier_bundle USING (bundle)
    WHERE arrived_at IS NULL AND EXISTS (SELECT 1 FROM json_each(ranges) AS range
        WHERE :seq BETWEEN range.value ->> 0 AND range.value ->> 1)"""


def custody_of(database: Database, seq: int) -> tuple[str, datetime] | None:
    """Which van carries an event and since when; None when none does, as far as is known here."""
    since, van = database.execute(_IN_CUSTODY, {"seq": seq}).fetchone()
    return (str(van), parse_utc(since)) if since else None


_COUNT_CARRIED = """WITH carried AS MATERIALIZED (
        SELECT range.value ->> 0 AS first, range.value ->> 1 AS last
        FROM courier_bundle JOIN courier_custody USING (bundle), json_each(ranges) AS range
        WHERE arrived_at IS NULL)
    SELECT count(*) FROM outbox
    WHERE state = 'queued' AND EXISTS (SELECT 1 FROM carried WHERE seq BETWEEN first AND last)"""


def count_carried(database: Database) -> int:
    """How many of the events that wait are with a van."""
    is_any = database.execute(
        "SELECT 1 FROM courier_bundle JOIN courier_custody USING (bundle) WHERE arrived_at IS NULL LIMIT 1"
    )
    if is_any.fetchone() is None:
        return 0
    (count,) = database.execute(_COUNT_CARRIED).fetchone()
    return int(count)


_ROWS = """WITH open AS (
        SELECT seq, subject, priority, length(item) AS size FROM outbox WHERE state = 'queued'),
    carried AS (
        SELECT range.value ->> 0 AS first, range.value ->> 1 AS last
        FROM courier_bundle JOIN courier_custody USING (bundle), json_each(ranges) AS range
        WHERE arrived_at IS NULL),
    ranked AS (
        SELECT seq, subject, size,
            min(priority) OVER by_subject AS urgency,
            min(seq) OVER by_subject AS eldest,
            max(:all OR NOT EXISTS (SELECT 1 FROM carried WHERE seq BETWEEN first AND last))
                OVER by_subject AS is_wanted
        FROM open WINDOW by_subject AS (PARTITION BY subject))
    SELECT seq, subject, size FROM ranked WHERE is_wanted ORDER BY urgency, eldest, subject, seq"""


def open_rows(database: Database, *, only_new: bool) -> "list[Row]":
    """What waits, most urgent subject first, each subject's events together and in order; no contents.

    Args:
        only_new: leave out subjects of whom a van carries everything already. A subject with one new event comes
            whole: the van may arrive later than this bundle, and the new event must not come before the older ones.
    """
    found = database.execute(_ROWS, {"all": not only_new})
    return [(int(seq), str(subject), int(size)) for seq, subject, size in found]


def has_open_items(database: Database) -> bool:
    """Whether any event waits."""
    row = database.execute("SELECT 1 FROM outbox WHERE state = 'queued' LIMIT 1").fetchone()
    return row is not None


def item_of(database: Database, seq: int) -> bytes | None:
    """The bytes of an event; None when it is not kept any more."""
    row = database.execute("SELECT item FROM outbox WHERE seq = ?", [seq]).fetchone()
    return bytes(row[0]) if row and row[0] else None


def first_open_seq(database: Database) -> int:
    """The lowest number that the device wants to hear of; everything below is settled for good."""
    (lowest,) = database.execute(
        "SELECT min(seq) FROM outbox WHERE state <> 'acknowledged'"
    ).fetchone()
    if lowest is not None:
        return int(lowest)
    (newest,) = database.execute("SELECT coalesce(max(seq), 0) FROM outbox").fetchone()
    return int(newest) + 1


_ENTRIES = """SELECT serial, bundle.bundle, created_at, label, state, items, size,
        (SELECT count(*) FROM outbox, json_each(ranges) AS range
            WHERE outbox.state <> 'acknowledged' AND outbox.seq BETWEEN range.value ->> 0 AND range.value ->> 1),
        (SELECT van FROM courier_custody AS custody WHERE custody.bundle = bundle.bundle ORDER BY since LIMIT 1),
        (SELECT min(since) FROM courier_custody AS custody WHERE custody.bundle = bundle.bundle),
        arrived_at, error_code
    FROM courier_bundle AS bundle ORDER BY serial DESC LIMIT ?"""


def bundle_entries(database: Database, limit: int = 20) -> list[BundleEntry]:
    """The newest bundles, newest first."""
    return [
        BundleEntry(
            serial=serial,
            bundle=bundle,
            created_at=parse_utc(created),
            label=label,
            state=state,
            items=items,
            size=size,
            open_items=open_items,
            custody_by=van or "",
            custody_since=parse_utc(since) if since else None,
            arrived_at=parse_utc(arrived) if arrived else None,
            error_code=code,
        )
        for (
            serial, bundle, created, label, state, items, size, open_items, van, since, arrived, code,
        ) in database.execute(_ENTRIES, [limit]).fetchall()
    ]  # fmt: skip
