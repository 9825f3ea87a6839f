"""Real parts of queue and centre for tests; only clocks and the kiosk's listener are fakes."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.answers import (
    BatchAnswer,
    Decision,
    DecisionPage,
    DeviceState,
    EventResult,
    EventStatus,
    RosterPage,
)
from sync.central.admin import CentralAdmin
from sync.central.server import CentralServer, running
from sync.central.settings import CentralSettings
from sync.device_keys import DeviceKey, DeviceKeys
from sync.engine import SyncEngine
from sync.errors import ProtocolMismatch
from sync.events import ClockReading, OutboxEvent
from sync.http_transport import HttpTransport
from sync.identifiers import new_event_id
from sync.item import SignedItem
from sync.key_exchange import KeyExchange
from sync.migrations import apply_migrations
from sync.outbox import ItemState
from sync.signing import DeviceSigner
from sync.sqlcipher import EncryptedDatabase
from sync.sqlite_outbox import SqliteOutbox
from sync.transport import Transport
from tests.sync.prepared import KIOSK_KEY, prepare_centre, prepare_kiosk, stopping_at_once

DEVICE = "dev-0007"
REGION = "513022104203"
OTHER_REGION = "513022104204"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Clocks that stand until they are moved."""

    wall: datetime = NOW
    boot_id: str = "boot-1"
    monotonic_ms: int = 1_000_000

    def read(self) -> ClockReading:
        return ClockReading(self.wall, self.boot_id, self.monotonic_ms)

    def forward(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic_ms += round(seconds * 1000)


def event(
    subject: str = "r-0001",
    priority: int = 1,
    kind: str = "service_request",
    schema_version: int = 1,
    event_id: str | None = None,
    **payload: object,
) -> OutboxEvent:
    """A verified life certification of the sample roster."""
    chosen = event_id or new_event_id()
    content: dict[str, object] = {
        "request_id": chosen,
        "service_id": "pension.life_certification",
        "service_version": 1,
        "service_digest": "d" * 64,
        "resident_id": subject,
        "receipt_number": "A07-000123-K",
        "accepted_at": "2026-11-23T07:59:00.000+00:00",
        "assurance": 2,
        "evidence": {"factors": ["card", "face"]},
        "form": {"说明": "本人办理"},
    }
    content.update(payload)
    return OutboxEvent(chosen, subject, kind, schema_version, content, priority)


@dataclass
class RecordingListener:
    """Writes into a table of its own in the same transaction, as the kiosk does."""

    outcomes: list[EventResult] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    pages: list[RosterPage] = field(default_factory=list)
    fails_on: set[str] = field(default_factory=set)

    def settled(self, database, event_id: str, outcome: EventResult, centre_time: datetime) -> None:
        database.execute("INSERT INTO settled_row VALUES (?)", [event_id])
        if event_id in self.fails_on:
            raise LookupError("made to fail")
        self.outcomes.append(outcome)

    def decided(self, database, decision: Decision) -> None:
        if decision.event_id in self.fails_on:
            raise LookupError("made to fail")
        self.decisions.append(decision)

    def roster_changed(self, database, page: RosterPage) -> None:
        if "roster" in self.fails_on:
            raise LookupError("made to fail")
        self.pages.append(page)

    def residents(self) -> dict[str, str | None]:
        """Resident ids and dates after all pages."""
        known: dict[str, str | None] = {}
        for page in self.pages:
            known.update({person.resident_id: person.certified_until for person in page.upserts})
            for gone in page.tombstones:
                known.pop(gone, None)
        return known


@dataclass
class Kiosk:
    """One device's queue."""

    database: EncryptedDatabase
    outbox: SqliteOutbox
    signer: DeviceSigner
    clock: FakeClock
    listener: RecordingListener = field(default_factory=RecordingListener)
    is_sealing: bool = False
    """Asks a centre for its keyring, and seals from then on."""

    def append(self, *events: OutboxEvent) -> list[str]:
        with self.database.transaction() as database:
            return [self.outbox.append(database, one).id for one in events]

    def engine(self, transport: Transport) -> SyncEngine:
        keys = None
        if self.is_sealing and isinstance(transport, HttpTransport):
            keys = KeyExchange(
                self.database, transport, transport.trust, self.clock, self.keys, DEVICE
            )
        return SyncEngine(
            self.database, self.outbox, transport, self.listener, self.clock, keys=keys
        )

    @property
    def keys(self) -> DeviceKeys:
        return DeviceKeys(self.signer)

    def rotate(self) -> DeviceKey:
        with self.database.transaction() as database:
            return self.keys.rotate(database, self.clock.wall)

    def keys_waiting(self) -> DeviceKey | None:
        with self.database.reading() as database:
            return self.keys.waiting(database)

    def ids(self, state: ItemState) -> list[str]:
        with self.database.reading() as database:
            return [entry.id for entry in self.outbox.items(database, state)]

    def entry(self, event_id: str):
        with self.database.reading() as database:
            return next(
                entry
                for state in ItemState
                for entry in self.outbox.items(database, state)
                if entry.id == event_id
            )

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with self.database.reading() as database:
            return [tuple(row) for row in database.execute(sql, values).fetchall()]


@contextlib.contextmanager
def make_kiosk(
    folder: Path,
    signer: DeviceSigner | None = None,
    centre_key: bytes | None = None,
    device: str = DEVICE,
) -> Iterator[Kiosk]:
    """A kiosk's encrypted queue in a folder; opening it again finds what was there.

    Args:
        centre_key: of the settings; with it the kiosk seals as soon as it knows the keyring.
    """
    clock = FakeClock()
    chosen = signer or DeviceSigner.generate()
    prepare_kiosk(folder / "kiosk.db")
    database = EncryptedDatabase(folder / "kiosk.db", KIOSK_KEY)
    try:
        with database.reading() as raw:
            apply_migrations(raw)
        outbox = SqliteOutbox(device, chosen, clock, centre_key)
        yield Kiosk(database, outbox, chosen, clock, is_sealing=centre_key is not None)
    finally:
        database.close()


ROSTER = {
    "residents": [
        {
            "resident_id": f"r-000{number}",
            "citizen_id": f"51302219480312064{number}",
            "name": "赵桂兰",
            "region_code": REGION if number < 4 else OTHER_REGION,
            "certified_until": "2026-12-31",
        }
        for number in range(1, 6)
    ]
}


@dataclass
class Centre:
    """A running centre and its staff."""

    state_dir: Path
    server: CentralServer
    admin: CentralAdmin

    @property
    def url(self) -> str:
        return self.server.url

    def enrol(self, signer: DeviceSigner, device: str = DEVICE, prefix: str = "A07") -> None:
        self.admin.enrol_device(device, prefix, REGION, signer.public_key)

    def transport(
        self, signer: DeviceSigner, device: str = DEVICE, total_deadline_s: float = 10.0
    ) -> HttpTransport:
        return HttpTransport(
            self.url,
            device,
            signer,
            self.admin.centre_public_key(),
            connect_timeout_s=5.0,
            total_deadline_s=total_deadline_s,
        )

    def load(self, roster: dict[str, object]) -> int:
        path = self.state_dir / "roster.json"
        path.write_text(json.dumps(roster, ensure_ascii=False), "utf-8")
        return self.admin.load_roster(path)


@contextlib.contextmanager
def make_centre(state_dir: Path, url: str = "") -> Iterator[Centre]:
    """The real app under uvicorn on a loopback port of the system's choice.

    Args:
        url: of a PostgreSQL database; empty for SQLite.
    """
    if not url:
        prepare_centre(state_dir)
    settings = CentralSettings(state_dir, port=0, key_provider="file", database=url)
    with (
        stopping_at_once(),
        running(settings) as server,
        CentralAdmin(state_dir, "file", url) as admin,
    ):
        yield Centre(state_dir, server, admin)


@dataclass
class ScriptedTransport:
    """Answers as a test says; what is not said answers emptily."""

    on_batch: object
    epoch: str = "epoch-1"
    page: DecisionPage | None = None
    sent: list[list[bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    on_pull: object = None
    state: DeviceState | None = None
    compared: int = 0
    on_state: object = None

    def send_batch(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        self.sent.append(list(items))
        return self.on_batch(batch_id, items)

    def decisions(self, after: int) -> DecisionPage:
        self._pull("decisions")
        return self.page or DecisionPage(**self._common(), decisions=(), cursor=after, more=False)

    def roster(self, after: int) -> RosterPage:
        self._pull("roster")
        return RosterPage(
            **self._common(), upserts=(), tombstones=(), cursor=after, as_of=NOW, more=False
        )

    def feed_page(self, feed: str, after: int, limit_bytes: int):
        # A centre of the version before, so that the roster is asked for in the old way.
        raise ProtocolMismatch("no such feed")

    def device_state(self) -> DeviceState:
        self.compared += 1
        if self.on_state is not None:
            self.on_state()
        # A centre that holds everything, unless a test says otherwise.
        return self.state or DeviceState(**self._common(), hwm=10**9, gaps=())

    def close(self) -> None:
        pass

    def _pull(self, what: str) -> None:
        self.asked.append(what)
        if self.on_pull is not None:
            self.on_pull(what)

    def _common(self) -> dict[str, object]:
        return {
            "protocol": 1,
            "device": DEVICE,
            "epoch": self.epoch,
            "time": NOW,
            "nonce": "nonce",
        }


def answer_to(
    batch_id: str, results: Sequence[EventResult], epoch: str = "epoch-1", hwm: int = 0
) -> BatchAnswer:
    """An answer as the transport hands it on."""
    return BatchAnswer(
        protocol=1,
        batch=batch_id,
        device=DEVICE,
        epoch=epoch,
        hwm=hwm,
        time=NOW,
        results=tuple(results),
    )


def ids_of(items) -> list[str]:
    return [SignedItem.decode(item).header.id for item in items]


def all_applied(batch_id, items):
    return answer_to(
        batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids_of(items)]
    )
