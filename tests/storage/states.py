"""State folders of a kiosk that has served: made once, copied for each fault, compared byte for byte."""

import struct
from pathlib import Path

from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.storage.database import DATABASE_FILE, open_kiosk_database
from sync.identifiers import new_event_id
from sync.sqlcipher import EncryptedDatabase
from tests.builders import World, life_certification, make_world, resident

ACCEPTED = 30
PAGE_BYTES = 4096
KEY_FILE = "xianglin-database-key.key"
FINGERPRINT_FILE = "xianglin-database-key.fingerprint"
RECORD_FILE = "xianglin-database-key.provider.json"
# The header of a rollback journal whose write began with an empty file (sqlite.org/fileformat2, section 3).
HOT_JOURNAL = (
    bytes.fromhex("d9d505f920a163d7")
    + struct.pack(">5I", 0, 0xF4B861D4, 0, 512, PAGE_BYTES)
    + bytes(512 - 28)
)
EVIDENCE = Evidence(has_claim=True, factors=frozenset({Factor.CARD, Factor.PIN}))


def submit(world: World) -> str:
    """Accept one request; gives its receipt number."""
    person = resident()
    request = world.ports.submit_request.submit(
        new_event_id(), life_certification(), person, person.citizen_id, EVIDENCE, {}
    )
    return request.receipt_number


def serve(folder: Path, count: int = ACCEPTED) -> Path:
    """A kiosk that accepted some requests and was shut down; its state folder."""
    with make_world(folder) as world:
        for _ in range(count):
            submit(world)
    return folder / "state"


def contents(state: Path) -> dict[str, bytes]:
    """Every file that holds something of the kiosk's; SQLite's scratch files are not kept."""
    found = {}
    for path in sorted(state.iterdir()):
        is_scratch = path.name.endswith("-shm") or (
            path.name.endswith("-wal") and path.stat().st_size == 0
        )
        if path.is_file() and not is_scratch:
            found[path.name] = path.read_bytes()
    return found


def receipts(state: Path) -> list[str]:
    """The receipt numbers of everything accepted; request, event and audit entry must agree."""
    database = open_kiosk_database(state, "file")
    try:
        return receipts_in(database)
    finally:
        database.close()


def receipts_in(database: EncryptedDatabase) -> list[str]:
    with database.reading() as raw:
        numbers = [row[0] for row in raw.execute("SELECT receipt_number FROM service_request")]
        requests = {row[0] for row in raw.execute("SELECT request_id FROM service_request")}
        events = {row[0] for row in raw.execute("SELECT id FROM outbox")}
        audited = {
            row[0]
            for row in raw.execute("SELECT subject FROM audit WHERE kind = 'request.accepted'")
        }
    assert requests == events == audited
    return sorted(numbers)


def live_files(state: Path, rows: int = 1) -> tuple[bytes, bytes]:
    """Database and WAL as a power cut would leave them after that many more committed rows."""
    database = open_kiosk_database(state, "file")
    try:
        with database.transaction() as raw:
            for _ in range(rows):
                raw.execute(
                    "INSERT INTO consent (resident_id, kind, is_granted, notice_version, answered_at) "
                    "VALUES ('r-0001', 'face', 1, 1, '2026-11-23T08:00:00+00:00')"
                )
        path = state / DATABASE_FILE
        return path.read_bytes(), path.with_name(f"{DATABASE_FILE}-wal").read_bytes()
    finally:
        database.close()
