"""The kiosk's side: the real encrypted file, outbox and engine, cut off anywhere and started again from the disk."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sync import cursors
from sync.answers import EventResult, EventStatus
from sync.engine import SyncEngine, SyncReport
from sync.events import ClockReading, OutboxEvent
from sync.keyring_store import KeyringStore
from sync.migrations import apply_migrations
from sync.outbox import ItemState
from sync.signing import DeviceSigner, Verifier
from sync.sqlcipher import EncryptedDatabase
from sync.sqlite_outbox import SqliteOutbox
from sync.transport import Transport
from tests.simulation.fate import Fate, PowerCut

DEVICE = "dev-0007"
KEY = bytes(range(32))
SIGNER = DeviceSigner(bytes(range(1, 33)))
KIND = "sim_event"
SUBJECTS = ("r-1", "r-2", "r-3", "r-4")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CUT_CHANCE = 0.012


@dataclass
class KioskClock:
    """The wall clock jumps, the monotonic one begins anew at each start."""

    wall: datetime = NOW
    boots: int = 1
    monotonic_ms: int = 1_000_000

    def read(self) -> ClockReading:
        return ClockReading(self.wall, f"boot-{self.boots}", self.monotonic_ms)

    def forward(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic_ms += round(seconds * 1000)

    def reboot(self) -> None:
        self.boots += 1
        self.monotonic_ms = 5000


class MortalDatabase(EncryptedDatabase):
    """Tells before and after each commit, so that the power can go there."""

    def __init__(self, path: Path, step: Callable[[str], None]) -> None:
        self._step = step
        super().__init__(path, KEY)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Any]:
        is_outer = self._depth == 0
        with super().transaction() as database:
            yield database
            if is_outer:
                self._step("kiosk before commit")
        if is_outer:
            self._step("kiosk after commit")


class UpwardEngine(SyncEngine):
    """Sends and never pulls: what comes down costs a third of a seed, and every third seed pulls too."""

    def _phases(self) -> Sequence[Any]:
        return [self._pusher.run]


@dataclass
class SimListener:
    """Keeps its own rows in the transaction of the settlement, as the kiosk does."""

    holds: Callable[[str], bool]
    fate: Fate
    faults: list[str] = field(default_factory=list)

    def settled(self, database, event_id: str, outcome: EventResult, centre_time: datetime) -> None:
        database.execute("INSERT INTO told VALUES (?, ?)", [event_id, outcome.status.value])
        if self.fate.strikes("listener fails", 0.05):
            raise LookupError("made to fail")
        is_taken = outcome.status in (EventStatus.APPLIED, EventStatus.DUPLICATE)
        if is_taken and not self.holds(event_id):
            self.faults.append(f"acknowledged without the centre: {event_id}")

    def decided(self, database, decision) -> None:
        pass

    def roster_changed(self, database, page) -> None:
        pass


def build_template(path: Path, keyring: bytes | None = None, anchor: bytes = b"") -> None:
    """A kiosk's file with its tables, made once and copied for each seed.

    Args:
        keyring: with it the kiosk seals its events.
        anchor: the centre's public key.
    """
    database = EncryptedDatabase(path, KEY)
    with database.reading() as raw:
        apply_migrations(raw)
        raw.execute("CREATE TABLE record (n INTEGER PRIMARY KEY, id TEXT NOT NULL)")
        if keyring is not None:
            KeyringStore(Verifier(anchor)).take(raw, keyring, NOW)
        raw.execute("CREATE TABLE told (id TEXT NOT NULL, status TEXT NOT NULL)")
    database.close()


class SimKiosk:
    """One device, through all its lives."""

    def __init__(
        self,
        folder: Path,
        template: Path,
        *,
        centre_key: bytes,
        has_pulls: bool,
        fate: Fate,
        connect: Callable[["SimKiosk"], Transport],
        holds: Callable[[str], bool],
    ) -> None:
        self.clock = KioskClock()
        self.listener = SimListener(holds, fate)
        self._folder = folder
        self._fate = fate
        self._connect = connect
        self._centre_key = centre_key
        self._engine_kind = SyncEngine if has_pulls else UpwardEngine
        self._life = 0
        self._disk = folder / "kiosk-0.db"
        shutil.copyfile(template, self._disk)
        self._open()

    def step(self, point: str) -> None:
        """The power may go here; the disk stays as it is at this very moment."""
        if not self._fate.strikes(point, CUT_CHANCE):
            return
        self._life += 1
        self._next_disk = self._folder / f"kiosk-{self._life}.db"
        _copy_disk(self._disk, self._next_disk)
        raise PowerCut(point)

    def restart(self) -> None:
        """Start again from what was on the disk when the power went; memory and timers are gone."""
        self.database.close()
        _remove_disk(self._disk)
        self._disk = self._next_disk
        self.clock.reboot()
        self._open()

    def close(self) -> None:
        self.database.close()
        _remove_disk(self._disk)

    def accept(self, events: Sequence[tuple[int, OutboxEvent]]) -> None:
        """Write records and events in one transaction; when this returns, the residents hold receipts."""
        with self.database.transaction() as database:
            for n, event in events:
                self.outbox.append(database, event)
                database.execute("INSERT INTO record VALUES (?, ?)", [n, event.id])

    def run(self) -> SyncReport:
        return self.engine.run_once()

    def settle(self, epoch: str, results: Sequence[EventResult]) -> bool:
        """A delivery report came back: acknowledge what it says the centre has; False for another epoch's.

        What a centre said before it was set back may be gone since; the courier refuses such reports too.
        """
        with self.database.transaction() as database:
            if cursors.read_text(database, cursors.EPOCH) not in ("", epoch):
                return False
            for result in results:
                known = database.execute(
                    "SELECT 1 FROM outbox WHERE id = ?", [result.id]
                ).fetchone()
                if known and self.outbox.acknowledge(
                    database, result.id, result.server_seq, self.clock.wall
                ):
                    database.execute("INSERT INTO told VALUES (?, 'applied')", [result.id])
        return True

    def retry_parked(self) -> None:
        with self.database.transaction() as database:
            for event_id, _ in self.parked():
                self.outbox.retry(database, event_id)

    def parked(self) -> list[tuple[str, str]]:
        """Id and reason of each event that was set aside."""
        return self.rows("SELECT id, last_error_code FROM outbox WHERE state = 'parked'")

    def states(self) -> dict[str, ItemState]:
        return {
            event_id: ItemState(state)
            for event_id, state in self.rows("SELECT id, state FROM outbox ORDER BY seq")
        }

    def waiting_items(self) -> list[tuple[str, bytes]]:
        rows = self.rows("SELECT id, item FROM outbox WHERE state = 'queued' ORDER BY seq")
        return [(event_id, bytes(item)) for event_id, item in rows]

    def due(self) -> list[str]:
        """What a run that ends now would have left behind."""
        with self.database.reading() as database:
            batch = self.outbox.next_batch(database, 100, 10**9, self.clock.read())
        return [pending.id for pending in batch]

    def rows(self, sql: str) -> list[tuple]:
        with self.database.reading() as database:
            return [tuple(row) for row in database.execute(sql).fetchall()]

    def _open(self) -> None:
        self.database = MortalDatabase(self._disk, self.step)
        self.outbox = SqliteOutbox(DEVICE, SIGNER, self.clock, self._centre_key)
        self.engine = self._engine_kind(
            self.database, self.outbox, self._connect(self), self.listener, self.clock
        )


def _copy_disk(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    log = source.with_name(source.name + "-wal")
    if log.exists():
        shutil.copyfile(log, target.with_name(target.name + "-wal"))


def _remove_disk(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
