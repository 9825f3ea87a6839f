"""One enrolled device and its centre, made for a measurement."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import monotonic

from _sample_items import SampleItems
from sqlite_utils import Database

from sync.answers import Decision, EventResult, RosterPage
from sync.central.admin import CentralAdmin
from sync.engine import SyncEngine
from sync.events import OutboxEvent
from sync.http_transport import HttpTransport
from sync.key_exchange import KeyExchange
from sync.keyring_store import KeyringStore
from sync.migrations import apply_migrations
from sync.signing import DeviceSigner, Verifier
from sync.sqlcipher import EncryptedDatabase
from sync.sqlite_outbox import SqliteOutbox

REGION = "513022104203"


class Stopwatch:
    """Notes when the last event was settled; keeps nothing else."""

    def __init__(self) -> None:
        self.settled_at = 0.0
        self.count = 0

    def settled(
        self, database: Database, event_id: str, outcome: EventResult, centre_time: datetime
    ) -> None:
        """An event is at the centre."""
        del database, event_id, outcome, centre_time
        self.settled_at = monotonic()
        self.count += 1

    def decided(self, database: Database, decision: Decision) -> None:
        """Nothing to do."""

    def roster_changed(self, database: Database, page: RosterPage) -> None:
        """Nothing to do."""


@dataclass(frozen=True, slots=True)
class BenchDevice:
    """A device's queue, sealing to the centre that it is enrolled at."""

    id: str
    signer: DeviceSigner
    centre_key: bytes
    database: EncryptedDatabase
    outbox: SqliteOutbox

    def fill(self, events: list[OutboxEvent]) -> None:
        """Queue events in one transaction."""
        with self.database.transaction() as database:
            for event in events:
                self.outbox.append(database, event)

    def items(self) -> list[bytes]:
        """The sealed bytes of everything queued."""
        with self.database.reading() as database:
            rows = database.execute("SELECT item FROM outbox ORDER BY seq").fetchall()
        return [bytes(row[0]) for row in rows]

    def transport(self, url: str, deadline_s: float = 60.0) -> HttpTransport:
        """The real client."""
        return HttpTransport(
            url, self.id, self.signer, self.centre_key, total_deadline_s=deadline_s
        )

    def engine(self, transport: HttpTransport, watch: Stopwatch) -> SyncEngine:
        """The real engine."""
        keys = KeyExchange(self.database, transport, transport.trust)
        return SyncEngine(self.database, self.outbox, transport, watch, keys=keys)


@contextlib.contextmanager
def bench_device(folder: Path, centre: CentralAdmin, number: int) -> Iterator[BenchDevice]:
    """Enrol a device and give it the centre's keyring."""
    name, signer = f"bench-{number:04d}", DeviceSigner.generate()
    centre.enrol_device(name, f"B{number:02d}", REGION, signer.public_key)
    key = centre.centre_public_key()
    database = EncryptedDatabase(folder / f"{name}.db", bytes(range(32)))
    try:
        with database.reading() as raw:
            apply_migrations(raw)
        with database.transaction() as raw:
            KeyringStore(Verifier(key)).take(raw, centre.keyring(), datetime.now(UTC))
        yield BenchDevice(name, signer, key, database, SqliteOutbox(name, signer, None, key))
    finally:
        database.close()


def sample_events(count: int, seed: int) -> list[OutboxEvent]:
    """Requests of all services as residents make them; the same ones for the same seed."""
    return [sample.event for sample in islice(SampleItems(seed), count)]
