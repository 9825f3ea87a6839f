"""What lies on the disk before the first traced call."""

from pathlib import Path
from unittest import mock

from sqlite_utils.migrations import Migrations

import kiosk.storage.database as storage
from kiosk.services.store import AuditEntry
from kiosk.storage.audit_log import append_audit
from kiosk.storage.device_key import load_or_make_device_seed
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from sync.events import OutboxEvent, SystemClock, iso_utc
from sync.identifiers import new_event_id
from sync.item import item_digest, sign_item
from sync.migrations import SYNC_MIGRATIONS
from sync.signing import DeviceSigner
from tests.crash.courier_parts import MEDIUM, put_report
from tests.crash.kiosk_parts import NOW, open_sealing_kiosk
from tests.storage.damage import pages_of, spoil

VERSION_BEFORE = {"kiosk": "0004_drafts", "sync": "0001_outbox"}
"""The last steps that the released version before this one knew."""


def served(folder: Path, count: int, attachments: int = 0) -> None:
    """A kiosk that accepted requests and was switched off in order."""
    with open_sealing_kiosk(folder) as kiosk:
        for _ in range(count):
            kiosk.submit(attachments)


def with_medium(folder: Path, count: int) -> None:
    """A kiosk with requests that wait, one with a picture, and an empty stick."""
    (folder / MEDIUM).mkdir(mode=0o700)
    with open_sealing_kiosk(folder) as kiosk:
        kiosk.submit(attachments=1)
        for _ in range(count - 1):
            kiosk.submit()


def with_report(folder: Path, count: int) -> None:
    """A kiosk with requests that wait, and the centre's report on a stick."""
    (folder / MEDIUM).mkdir(mode=0o700)
    with open_sealing_kiosk(folder) as kiosk:
        for _ in range(count):
            kiosk.submit()
        put_report(kiosk, folder)


def damaged(folder: Path, count: int) -> None:
    """A kiosk that accepted requests, and a page of its database that went bad; no promise lay on it."""
    served(folder, count)
    state = folder / "state"
    spoil(state / "kiosk.db", pages_of(state)["resident"])


def version_before(folder: Path, count: int) -> None:
    """A database as the version before left it, with requests that wait."""
    sets = {"kiosk": KIOSK_MIGRATIONS, "sync": SYNC_MIGRATIONS}
    old = {name: _up_to(migrations, VERSION_BEFORE[name]) for name, migrations in sets.items()}
    with (
        mock.patch.object(storage, "KIOSK_MIGRATIONS", old["kiosk"]),
        mock.patch.object(storage, "SYNC_MIGRATIONS", old["sync"]),
        mock.patch.object(storage, "apply_sync_migrations", old["sync"].apply),
    ):
        encrypted = storage.open_kiosk_database(folder / "state", "file")
    try:
        signer = DeviceSigner(load_or_make_device_seed(encrypted))
        for number in range(1, count + 1):
            _accept_as_before(encrypted, signer, number)
    finally:
        encrypted.close()


def _up_to(migrations: Migrations, last: str) -> Migrations:
    made = Migrations(migrations.name)
    names = [step.name for step in migrations._migrations]
    made._migrations.extend(migrations._migrations[: names.index(last) + 1])
    return made


def _accept_as_before(
    encrypted: storage.EncryptedDatabase, signer: DeviceSigner, number: int
) -> None:
    """Rows in the words of that version: its code is not here any more."""
    event = OutboxEvent(new_event_id(), "r-0001", "service_request", 1, {"n": number}, 1)
    receipt, reading = f"A07-{number:06d}-0", SystemClock().read()
    item = sign_item(event, "dev-0007", number, reading, signer)
    with encrypted.transaction() as raw:
        raw.execute(
            "INSERT INTO outbox (seq, id, subject, kind, schema, priority, created_wall, boot_id, monotonic_ms, item, "
            "digest) VALUES (?, ?, 'r-0001', 'service_request', 1, 1, ?, 'b', 1, ?, ?)",
            [number, event.id, iso_utc(reading.wall), item, item_digest(item)],
        )
        raw.execute(
            "INSERT INTO service_request (request_id, resident_id, service_id, service_version, service_digest, "
            "receipt_number, accepted_at, assurance, is_provisional, state) "
            "VALUES (?, 'r-0001', 'pension.life_certification', 1, 'd', ?, ?, 2, 0, 'accepted')",
            [event.id, receipt, NOW.isoformat()],
        )
        raw.execute("UPDATE receipt_block SET next = next + 1")
        append_audit(raw, AuditEntry("request.accepted", event.id, {"receipt": receipt}), NOW)
