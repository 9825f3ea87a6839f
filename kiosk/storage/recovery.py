"""A damaged database is moved aside and a fresh one takes its place, with all that can still be read.

    build kiosk.db.new ─► keep the damaged files in quarantine ─► kiosk.db.swap ─► exchange ─► remove kiosk.db.swap

Up to the third step nothing of the damaged database is touched; from then on every start goes on with the exchange. A
wrong key moves nothing: it must first be proved that the key is right and the file is wrong.
"""

import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from kiosk.errors import StorageDamaged
from kiosk.services.store import AuditEntry
from kiosk.storage import recovered_rows
from kiosk.storage.audit_log import append_audit
from kiosk.storage.ballast import Ballast
from kiosk.storage.database import (
    BALLAST_FILE,
    DATABASE_FILE,
    DATABASE_KEY_NAME,
    IDENTITY_FILE,
    LOCK_FILE,
    MARKS_FILE,
    SWAP_FILE,
    blank_tables,
    free_bytes,
    kiosk_errors,
    migrate,
    open_kiosk_database,
)
from kiosk.storage.identity_file import Identity, IdentityFile
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.number_guard import last_seq
from kiosk.storage.number_marks import Marks, MarksFile
from kiosk.storage.quarantine import (
    DAMAGED,
    GONE,
    RecoveryReport,
    keep,
    new_folder,
    write_report,
)
from kiosk.storage.queue_copy import QueueCopy
from kiosk.storage.receipt_blocks import last_taken
from sync.errors import DatabaseError
from sync.folder_lock import FolderLock
from sync.key_provider import resolve_key
from sync.safe_file import fsync_directory, replace_file
from sync.salvage.pages import PAGE_BYTES, PageFile, open_pages
from sync.salvage.rebuild import Rebuilt, fill_tables, make_indexes, make_tables
from sync.salvage.tables import Salvage, SchemaEntry, read_schema
from sync.soundness import has_content, refuse_damage
from sync.sqlcipher import EncryptedDatabase

_log = logging.getLogger(__name__)

NEW_FILE = f"{DATABASE_FILE}.new"
_BESIDE = ("-wal", "-shm", "-journal")


def open_or_recover(state_dir: Path, key_provider: str = "auto") -> KioskDatabase:
    """Open the database; when it is damaged, recover it first.

    Raises:
        StorageError: as ``open_kiosk_database``; StorageDamaged when it cannot be proved that the key is right, or
            too little is left to give no number twice.
    """
    try:
        return open_kiosk_database(state_dir, key_provider)
    except StorageDamaged as error:
        _log.error("the database is damaged: %s", error)
        recover(state_dir, key_provider)
    return open_kiosk_database(state_dir, key_provider)


def recover(state_dir: Path, key_provider: str = "auto") -> RecoveryReport | None:
    """Move a damaged database aside and make a fresh one of what can be read.

    Returns:
        what was saved and what was lost; None when only the end of an earlier repair was left to do.
    Raises:
        StorageBusy: a kiosk or a command has it open.
        StorageDamaged: nothing here proves that the key is right, or how far the numbers have gone; nothing was moved.
        StorageError: any other fault; nothing was moved.
    """
    with kiosk_errors(state_dir):
        lock = FolderLock(state_dir / LOCK_FILE)
        lock.own()
        try:
            if _finish_swap(state_dir):
                return None
            return _Recovery(state_dir, key_provider).run()
        finally:
            lock.release()


class _Recovery:
    """One repair, from the damaged files to the exchange."""

    def __init__(self, state_dir: Path, key_provider: str) -> None:
        self._state_dir = state_dir
        self._path = state_dir / DATABASE_FILE
        self._new = state_dir / NEW_FILE
        # Whoever has a database has a key; here none is ever made.
        self._key = resolve_key(
            state_dir, DATABASE_KEY_NAME, provider=key_provider, database_exists=True
        )
        self._identity = IdentityFile(state_dir / IDENTITY_FILE, self._key).read()
        self._marks = MarksFile(state_dir / MARKS_FILE)

    def run(self) -> RecoveryReport:
        """Do it."""
        at = datetime.now(UTC)
        salt = self._identity.salt if self._identity else b""
        pages = open_pages(self._path, self._key, salt)
        if self._identity is None and not pages.is_any_readable():
            raise StorageDamaged("no page can be read with this key")
        pages.damaged.clear()
        self._remove_new()
        if free_bytes(self._state_dir) < 2 * pages.count * PAGE_BYTES:
            Ballast(self._state_dir / BALLAST_FILE).free()
        folder = new_folder(self._state_dir, at)
        try:
            report = self._build(pages, folder.name, at)
            self._check_new()
        except BaseException:
            self._remove_new()
            with contextlib.suppress(OSError):
                folder.rmdir()
            raise
        keep([self._path, *_beside(self._path)], folder)
        write_report(folder, report)
        replace_file(self._state_dir / SWAP_FILE, folder.name.encode())
        _finish_swap(self._state_dir)
        _log.error(
            "database repaired folder=%s damaged_pages=%d waiting=%d lost=%d",
            folder.name,
            report.damaged_pages,
            report.waiting,
            len(report.lost_receipts),
        )
        return report

    def _check_new(self) -> None:
        if has_content(_beside(self._new)[0]):
            raise DatabaseError("the fresh database was not closed in order")
        refuse_damage(self._new, self._key)

    def _build(self, pages: PageFile, folder: str, at: datetime) -> RecoveryReport:
        schema, is_known = self._schema(pages)
        fresh = EncryptedDatabase(self._new, self._key)
        try:
            if not is_known:
                migrate(fresh)
            with fresh.transaction() as raw:
                triggers = _without_triggers(raw) if not is_known else ()
                if is_known:
                    make_tables(raw, schema)
                salvage = Salvage(pages, schema)
                rebuilt = fill_tables(raw, salvage)
                if is_known:
                    self._restore_steps(raw)
                lost_audit = recovered_rows.cut_audit(raw)
                make_indexes(raw, schema if is_known else triggers)
            # Now that its tables are whole, it is brought up to this version as any other.
            migrate(fresh)
            with fresh.transaction() as raw:
                report = self._mend(raw, salvage, rebuilt)
                report = replace(
                    report,
                    at=at.isoformat(timespec="seconds"),
                    reason=DAMAGED if pages.count else GONE,
                    pages=pages.count,
                    damaged_pages=len(pages.damaged),
                    lost_audit=lost_audit,
                    folder=folder,
                )
                append_audit(raw, _audit_entry(report), at)
            with fresh.reading() as raw:
                numbers = last_seq(raw), last_taken(raw)
        finally:
            fresh.close()
        # An orderly end, and no fewer numbers than the fresh database has given.
        self._marks.replace(Marks(False, *numbers))
        return report

    def _schema(self, pages: PageFile) -> tuple[tuple[SchemaEntry, ...], bool]:
        """The schema of the damaged file, and whether its version is known too."""
        schema = read_schema(pages)
        if not schema and self._identity is not None:
            schema = self._identity.schema
        return schema, bool(schema) and bool(self._steps(pages, schema))

    def _steps(
        self, pages: PageFile, schema: tuple[SchemaEntry, ...]
    ) -> tuple[tuple[str, str], ...]:
        salvage = Salvage(pages, schema)
        found = {
            (str(row["migration_set"]), str(row["name"]))
            for table in salvage.tables
            if table.name == "_sqlite_migrations"
            for row in salvage.rows(table)
        }
        losses = salvage.losses.get("_sqlite_migrations")
        is_whole = losses is not None and not losses.pages and not losses.cells
        if found and is_whole:
            return tuple(sorted(found))
        return self._identity.steps if self._identity is not None else ()

    def _restore_steps(self, raw: Database) -> None:
        for migration_set, name in self._identity.steps if self._identity is not None else ():
            raw.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) SELECT ?, ?, ? WHERE NOT EXISTS "
                "(SELECT 1 FROM _sqlite_migrations WHERE migration_set = ? AND name = ?)",
                [migration_set, name, datetime.now(UTC).isoformat(), migration_set, name],
            )

    def _mend(self, raw: Database, salvage: Salvage, rebuilt: Rebuilt) -> RecoveryReport:
        recovered_rows.restore_first_rows(raw, blank_tables())
        recovered_rows.drop_broken_items(raw)
        recovered_rows.drop_broken_files(raw)
        from_copies = recovered_rows.restore_copy(raw, QueueCopy(self._state_dir, self._key).rows())
        identity = self._identity or _identity_of(raw)
        recovered_rows.restore_secrets(raw, identity)
        marks = self._marks.read()
        last = marks.receipt if marks is not None else identity.last_receipt
        last = max(last, last_taken(raw))
        skipped = recovered_rows.restore_numbers(raw, identity)
        holed = [name for name, losses in salvage.losses.items() if losses.pages or losses.cells]
        recovered_rows.skip_rows(raw, holed)
        recovered_rows.read_feeds_anew(raw)
        (waiting,) = raw.execute("SELECT count(*) FROM outbox WHERE state = 'queued'").fetchone()
        return RecoveryReport(
            at="",
            reason="",
            rows=rebuilt.rows,
            waiting=int(waiting),
            from_copies=from_copies,
            lost_receipts=recovered_rows.lost_receipts(raw),
            missing_receipts=recovered_rows.missing_receipts(raw, last),
            skipped_seqs=(skipped,) if skipped else (),
        )

    def _remove_new(self) -> None:
        """What an earlier repair left half-made; nothing was promised out of it."""
        for path in (self._new, *_beside(self._new)):
            path.unlink(missing_ok=True)


def _identity_of(raw: Database) -> Identity:
    """How far numbers have gone, of a database that had no identity file yet.

    Raises:
        StorageDamaged: its own rows do not say it either.
    """
    has_key = raw.execute("SELECT 1 FROM device_secret").fetchone() is not None
    has_blocks = raw.execute("SELECT 1 FROM receipt_block").fetchone() is not None
    row = raw.execute("SELECT max(receipt_number) FROM service_request").fetchone()
    if not (has_key and has_blocks):
        raise StorageDamaged("the device's key or its numbers are lost")
    number = recovered_rows.counter_of(str(row[0] or ""))
    return Identity(
        b"", {}, (), last_seq(raw) + _BLIND, max(number, last_taken(raw)) + _BLIND, (), (), ()
    )


_BLIND = 1000
"""Numbers passed over where nothing says how far they went: more than the WAL of a version before can hold."""


def _without_triggers(raw: Database) -> tuple[SchemaEntry, ...]:
    rows = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in rows:
        raw.execute(f"DROP TRIGGER [{name}]")
    return tuple(SchemaEntry("trigger", name, 0, sql) for name, sql in rows)


def _audit_entry(report: RecoveryReport) -> AuditEntry:
    return AuditEntry(
        "storage.recovered",
        "",
        {
            "folder": report.folder,
            "damaged_pages": report.damaged_pages,
            "waiting": report.waiting,
            "from_copies": report.from_copies,
            "lost_receipts": len(report.lost_receipts),
            "lost_audit": report.lost_audit,
        },
    )


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _BESIDE]


def _finish_swap(state_dir: Path) -> bool:
    """Let the fresh database take its place; whether there was one that had to. May be cut off and done again."""
    swap, new, path = (state_dir / name for name in (SWAP_FILE, NEW_FILE, DATABASE_FILE))
    if not swap.exists():
        return False
    if new.exists():
        # The WAL first: beside the fresh file it would be taken for its own. All of it is in quarantine.
        # The fresh one's was copied into it when it was closed.
        for beside in (*_beside(path), *_beside(new)):
            beside.unlink(missing_ok=True)
        fsync_directory(state_dir)
        new.replace(path)
        fsync_directory(state_dir)
    swap.unlink()
    fsync_directory(state_dir)
    return True
