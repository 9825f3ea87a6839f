"""Put what was salvaged in order: nothing half there stays, no number comes twice, and what is lost is named."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.identity_file import Identity
from kiosk.storage.number_guard import last_seq, skip_numbers
from kiosk.storage.quarantine import Range
from kiosk.storage.queue_copy import Value
from sync import cursors
from sync.blob_shelf import BlobShelf
from sync.envelope import decode_item
from sync.errors import BlobDamaged, RejectedItem
from sync.queue_order import rebuild

_SKIPPED_ROWS = 1000
"""How far other counted rows go on behind a hole: what was on the lost pages is not known."""


def cut_audit(database: Database) -> int:
    """Keep the chain up to its first missing link; how many entries behind it go. They stay in the quarantined file.

    Needs the triggers to be away: nobody else ever takes an entry out.
    """
    broken = first_broken_link(database)
    if broken is None:
        return 0
    cursor = database.execute("DELETE FROM audit WHERE audit_no >= ?", [broken])
    database.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit'", [broken - 1])
    return int(cursor.rowcount)


def drop_broken_items(database: Database) -> int:
    """Take out events whose bytes are not those of their digest; how many."""
    broken = [
        seq
        for seq, event_id, digest, item in database.execute(
            "SELECT seq, id, digest, item FROM outbox WHERE length(item) > 0"
        )
        if not _is_whole(seq, event_id, digest, bytes(item))
    ]
    database.conn.executemany("DELETE FROM outbox WHERE seq = ?", [[seq] for seq in broken])
    return len(broken)


def _is_whole(seq: int, event_id: str, digest: str, item: bytes) -> bool:
    if hashlib.sha256(item).hexdigest() != digest:
        return False
    try:
        header = decode_item(item).header
    except RejectedItem:
        return False
    return (header.seq, header.id) == (seq, event_id)


def drop_broken_files(database: Database) -> int:
    """Take out files of which a chunk is missing, and the rows that show them; how many."""
    shelf = BlobShelf(database)
    broken = []
    for (sha256,) in database.execute("SELECT sha256 FROM blob").fetchall():
        blob = shelf.find(sha256)
        try:
            if blob is not None:
                shelf.content(blob)
        except BlobDamaged:
            assert blob is not None  # noqa: S101 (there was a row a moment ago)
            broken.append(blob)
    for blob in broken:
        for table in ("blob_chunk", "blob_claim", "blob"):
            database.execute(f"DELETE FROM {table} WHERE blob_no = ?", [blob.blob_no])  # noqa: S608
        database.execute("DELETE FROM attachment WHERE sha256 = ?", [blob.sha256])
    return len(broken)


def restore_copy(database: Database, rows: Iterable[Mapping[str, Value]]) -> int:
    """Take in events that only the copy of the queue still has; how many."""
    known = {str(column[1]) for column in database.execute("PRAGMA table_info(outbox)")}
    restored = 0
    for row in rows:
        taken = {name: value for name, value in row.items() if name in known}
        names, places = ", ".join(f"[{name}]" for name in taken), ", ".join("?" * len(taken))
        try:
            cursor = database.execute(
                f"INSERT OR IGNORE INTO outbox ({names}) VALUES ({places})",  # noqa: S608 (known columns)
                list(taken.values()),
            )
        except dbapi2.IntegrityError:
            continue
        restored += cursor.rowcount == 1
    return restored


def restore_first_rows(database: Database, reference: Database) -> None:
    """Rows that a table has from the beginning, where all rows of it are lost.

    Args:
        reference: a database just made.
    """
    for table in reference.table_names():
        first = [tuple(row) for row in reference.execute(f"SELECT * FROM [{table}]")]  # noqa: S608
        is_bare = database.execute(f"SELECT 1 FROM [{table}]").fetchone() is None  # noqa: S608
        if first and is_bare:
            places = ", ".join("?" * len(first[0]))
            database.conn.executemany(f"INSERT INTO [{table}] VALUES ({places})", first)  # noqa: S608


def restore_secrets(database: Database, identity: Identity) -> None:
    """The device's keys, where their rows are lost."""
    for name, value in identity.secrets.items():
        database.execute("INSERT OR IGNORE INTO device_secret VALUES (?, ?)", [name, value])
    for row in identity.keys:
        database.execute("INSERT OR IGNORE INTO device_key VALUES (?, ?, ?, ?, ?)", list(row))


def restore_numbers(database: Database, identity: Identity) -> Range | None:
    """Let every number come after all that may have been given; the sequence numbers that are passed over.

    Receipt blocks of which the row is lost come back as they were last written down.
    """
    for first, last, is_emergency in identity.blocks:
        database.execute(
            "INSERT OR IGNORE INTO receipt_block (first, last, next, is_emergency) VALUES (?, ?, ?, ?)",
            [first, last, first, is_emergency],
        )
    row = database.execute("SELECT max(seq) FROM outbox").fetchone()
    highest = max(int(row[0] or 0), last_seq(database))
    skip_numbers(database, max(highest, identity.last_seq), identity.last_receipt)
    skipped = (highest + 1, last_seq(database))
    return skipped if skipped[0] <= skipped[1] else None


def skip_rows(database: Database, tables: Iterable[str]) -> None:
    """Let the counted rows of other tables go on far behind what was found, where pages are lost."""
    for table in tables:
        database.execute(
            "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ? AND name NOT IN ('outbox', 'audit')",
            [_SKIPPED_ROWS, table],
        )


def read_feeds_anew(database: Database) -> None:
    """Ask the centre for everything again: decisions and residents that are lost here come back."""
    for feed in (cursors.DECISIONS, cursors.ROSTER):
        cursors.store(database, feed, 0)
    # The order of sending is kept in the rows; it is that of all rows together.
    rebuild(database, boot_id="")


def lost_receipts(database: Database) -> tuple[str, ...]:
    """Receipt numbers of requests whose event is lost before the centre signed for it."""
    rows = database.execute(
        "SELECT receipt_number FROM service_request WHERE state = 'accepted' "
        "AND request_id NOT IN (SELECT id FROM outbox) ORDER BY receipt_number"
    )
    return tuple(row[0] for row in rows.fetchall())


def missing_receipts(database: Database, last: int) -> tuple[Range, ...]:
    """Counters up to ``last`` of which no request is left."""
    found = database.execute("SELECT receipt_number FROM service_request").fetchall()
    known = {counter_of(row[0]) for row in found}
    blocks = database.execute("SELECT first, last FROM receipt_block ORDER BY first").fetchall()
    wanted = (number for first, end in blocks for number in range(first, min(end, last) + 1))
    return ranges_of([number for number in wanted if number not in known])


def counter_of(receipt_number: str) -> int:
    """The counter in a receipt number such as ``A07-000123-K``; 0 when it is none."""
    parts = receipt_number.split("-")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else 0


def ranges_of(numbers: Sequence[int]) -> tuple[Range, ...]:
    """Ascending numbers as ranges."""
    return tuple(_ranges(numbers))


def _ranges(numbers: Sequence[int]) -> Iterator[Range]:
    first = last = None
    for number in numbers:
        if first is None or last is None or number != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last
