"""No receipt number and no sequence number is ever given twice, whatever becomes of the database."""

import contextlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from kiosk.services.store import AuditEntry
from kiosk.storage.audit_log import append_audit
from kiosk.storage.identity_file import Block, Identity, IdentityFile, KeyRow
from kiosk.storage.number_marks import Marks, MarksFile
from kiosk.storage.quarantine import WAL_LOST, RecoveryReport
from kiosk.storage.receipt_blocks import last_number, last_taken, skip_through
from sync.errors import DatabaseDamaged, DatabaseFull
from sync.salvage.pages import SALT_BYTES
from sync.salvage.tables import SchemaEntry

_log = logging.getLogger(__name__)

_KEY = "number, seed, first_seq, made_at, announced_at"

AHEAD = 100
"""Numbers that are written down ahead: so many are lost when a database is, and so often the file is written."""


@dataclass(slots=True)
class NumberGuard:
    """Stands between the database and whoever is given a number of it; one for each open database."""

    path: Path
    """Of the database."""
    identity_file: IdentityFile
    marks_file: MarksFile
    _identity: Identity | None = None
    _marks: Marks = field(default_factory=lambda: Marks(False, 0, 0))
    _given: tuple[int, int] = (0, 0)
    """What the transaction that is about to be committed has given out last."""

    def assert_not_older(self, database: Database, marks: Marks | None) -> None:
        """Refuse a database that knows less than was given out of it.

        Args:
            marks: read before the database was: another process may be giving numbers.
        Raises:
            DatabaseDamaged: it is older.
        """
        if marks is None:
            return
        if not database["receipt_block"].exists():
            raise DatabaseDamaged("of an older version than wrote here last")
        if marks.seq > last_seq(database) or marks.receipt > last_taken(database):
            raise DatabaseDamaged("older than the numbers that were given out of it")

    def begin(self, database: Database, marks: Marks | None) -> None:
        """Write down what the database is made of, where that is not written down yet.

        Raises:
            OSError: the files cannot be written.
        """
        if not _is_guarded(database):
            return
        self._identity = self.identity_file.read()
        self.remember(database)
        if marks is None:
            marks = Marks(False, last_seq(database), last_taken(database))
            self.marks_file.replace(marks)
        self._marks = marks

    def remember(self, database: Database) -> None:
        """Write the identity down where it is not what the database says; call it after a change of a secret.

        Raises:
            OSError: it cannot be written.
        """
        if not _is_guarded(database):
            return
        known = self._identity
        fresh = self._made(database)
        if known is None or replace(fresh, last_seq=0, last_receipt=0, blocks=()) != replace(
            known, last_seq=0, last_receipt=0, blocks=()
        ):
            self._write(fresh)

    def before_commit(self, database: Database) -> None:
        """Make sure that every number which is about to be committed is written down.

        Raises:
            DatabaseFull: it cannot be, so nothing may be promised with it.
        """
        known = self._identity
        if known is None:
            return
        seq, receipt, keys = _standing(database)
        self._given = (seq, receipt)
        is_covered = seq <= known.last_seq and receipt <= known.last_receipt
        if is_covered and keys == known.keys:
            return
        try:
            self._write(self._made(database))
        except OSError as error:
            raise DatabaseFull("the numbers cannot be written down") from error

    def after_commit(self) -> None:
        """Mark what was given; a promise that is committed stands, whatever fails here."""
        seq, receipt = self._given
        before = self._marks
        if self._identity is None or (seq <= before.seq and receipt <= before.receipt):
            return
        self._marks = Marks(True, max(before.seq, seq), max(before.receipt, receipt))
        try:
            # The first one must be there after a power cut: from now on there is a WAL.
            self.marks_file.write(self._marks, is_durable=not before.is_open)
        except OSError as error:
            # Only a later loss would be noticed less well.
            _log.warning("the numbers given could not be marked: %s", error.strerror)

    def end(self) -> None:
        """The database was closed in order; its WAL is gone when nobody else has it open."""
        wal = self.path.with_name(f"{self.path.name}-wal")
        marks = self.marks_file.read()
        if marks is not None and marks.is_open and not wal.exists():
            with contextlib.suppress(OSError):
                self.marks_file.write(replace(marks, is_open=False), is_durable=True)
        self.marks_file.close()

    def skip_lost(self, database: Database, at: datetime) -> RecoveryReport:
        """The WAL is gone, and with it what was committed last: give no number again that it may have given."""
        known = self.identity_file.read()
        seq, receipt = last_seq(database), last_taken(database)
        if known is not None:
            skip_numbers(database, known.last_seq, known.last_receipt)
        seqs, receipts = (seq + 1, last_seq(database)), (receipt + 1, last_taken(database))
        details: dict[str, str | int | bool | None] = {
            "first_seq": seqs[0],
            "last_seq": seqs[1],
            "first_receipt": receipts[0],
            "last_receipt": receipts[1],
        }
        append_audit(database, AuditEntry("storage.wal_lost", "", details), at)
        _log.error("the WAL is gone: numbers skipped, what it held is lost")
        return RecoveryReport(
            at=at.isoformat(timespec="seconds"),
            reason=WAL_LOST,
            missing_receipts=(receipts,) if receipts[0] <= receipts[1] else (),
            skipped_seqs=(seqs,) if seqs[0] <= seqs[1] else (),
        )

    def _made(self, database: Database) -> Identity:
        seq, receipt = last_seq(database), last_taken(database)
        with self.path.open("rb") as file:
            salt = file.read(SALT_BYTES)
        blocks: tuple[Block, ...] = tuple(
            (int(row[0]), int(row[1]), int(row[2]))
            for row in database.execute(
                "SELECT first, last, is_emergency FROM receipt_block ORDER BY first"
            )
        )
        return Identity(
            salt=salt,
            secrets={
                str(row[0]): bytes(row[1])
                for row in database.execute("SELECT name, value FROM device_secret ORDER BY name")
            },
            keys=device_keys(database),
            last_seq=seq + AHEAD,
            # Not beyond what the device has: behind its last number a new block begins, and is written down.
            last_receipt=min(receipt + AHEAD, last_number(database)),
            blocks=blocks,
            steps=tuple(
                (str(row[0]), str(row[1]))
                for row in database.execute(
                    "SELECT migration_set, name FROM _sqlite_migrations ORDER BY 1, 2"
                )
            ),
            schema=tuple(
                SchemaEntry(str(row[0]), str(row[1]), int(row[2] or 0), str(row[3] or ""))
                for row in database.execute("SELECT type, name, rootpage, sql FROM sqlite_schema")
            ),
        )

    def _write(self, identity: Identity) -> None:
        self.identity_file.write(identity)
        self._identity = identity


def skip_numbers(database: Database, seq: int, receipt: int) -> None:
    """Let the next numbers be higher than these."""
    if seq > last_seq(database):
        changed = database.execute(
            "UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'", [seq]
        )
        if changed.rowcount == 0:
            database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", [seq])
    skip_through(database, receipt)


def _is_guarded(database: Database) -> bool:
    """Whether it has the tables; the database of a version before had not all of them."""
    return {"receipt_block", "device_key"} <= set(database.table_names())


def device_keys(database: Database) -> tuple[KeyRow, ...]:
    """The keys that took over from the first one; events behind the cut are worth nothing without them."""
    return _key_rows(database.execute(f"SELECT {_KEY} FROM device_key ORDER BY number"))  # noqa: S608 (a constant)


def _key_rows(rows: Iterable[Sequence[Any]]) -> tuple[KeyRow, ...]:
    return tuple((row[0], bytes(row[1]), row[2], row[3], row[4]) for row in rows)


_STANDING = f"""SELECT seq, receipt, {_KEY} FROM (SELECT
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0) AS seq,
    coalesce((SELECT max(next) - 1 FROM receipt_block WHERE next > first), 0) AS receipt)
    LEFT JOIN device_key ORDER BY number"""  # noqa: S608 (constants only)


def _standing(database: Database) -> tuple[int, int, tuple[KeyRow, ...]]:
    """``last_seq``, ``last_taken`` and ``device_keys`` in one question: it is asked before each commit."""
    rows = database.execute(_STANDING).fetchall()
    return rows[0][0], rows[0][1], _key_rows(row[2:] for row in rows if row[2] is not None)


def last_seq(database: Database) -> int:
    """The highest sequence number that was ever given out of this database."""
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return int(row[0]) if row else 0
