"""A queue that grew for months, made at once; run as a program it is opened, counted, listed and drained.

Imports the engine and no centre: the program measures what the engine's process needs.
"""

import json
import random
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sync.answers import (
    BatchAnswer,
    DecisionPage,
    DeviceState,
    EventResult,
    EventStatus,
    RosterPage,
)
from sync.engine import SyncEngine
from sync.errors import ProtocolMismatch
from sync.migrations import apply_migrations
from sync.outbox import ItemState
from sync.queue_order import rebuild
from sync.signing import DeviceSigner
from sync.sqlcipher import EncryptedDatabase
from sync.sqlite_outbox import SqliteOutbox

KEY = bytes(range(32))
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ITEM_BYTES = 400


def opened(folder: Path) -> EncryptedDatabase:
    database = EncryptedDatabase(folder / "kiosk.db", KEY)
    with database.reading() as raw:
        apply_migrations(raw)
    return database


def fill(database: EncryptedDatabase, total: int) -> None:
    """Queue rows as ``append`` would leave them, without signing each; an item begins with its id."""
    chance = random.Random(7)

    def rows():
        for seq in range(1, total + 1):
            # Ids rise with the time, as those of the kiosk do.
            event_id = str(uuid.UUID(int=seq << 74 | chance.getrandbits(74)))
            item = event_id.encode() + chance.randbytes(ITEM_BYTES - 36)
            # Two events for each person, often with others' between them.
            subject = f"r-{seq // 2 + chance.randrange(300):06}"
            yield seq, event_id, subject, chance.choice((1, 1, 1, 2, 3)), item

    made = rows()
    while chunk := list(islice(made, 5000)):
        with database.transaction() as raw:
            raw.conn.executemany(
                """INSERT INTO outbox (seq, id, subject, kind, schema, priority, created_wall, boot_id,
                    monotonic_ms, item, digest)
                VALUES (?, ?, ?, 'service_request', 1, ?, '2026-11-23T08:00:00.000Z', 'b', 1, ?, '')""",
                chunk,
            )
    with database.transaction() as raw:
        rebuild(raw, "b")


class QuietCentre:
    """Applies everything in this process and remembers only how much."""

    def __init__(self) -> None:
        self.sent = 0
        self.largest = 0

    def send_batch(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        self.sent += len(items)
        self.largest = max(self.largest, sum(4 + len(item) for item in items))
        results = tuple(
            EventResult(id=item[:36].decode(), status=EventStatus.APPLIED) for item in items
        )
        return BatchAnswer(**self._common(), batch=batch_id, hwm=0, results=results)

    def decisions(self, after: int) -> DecisionPage:
        return DecisionPage(**self._common(), nonce="n", decisions=(), cursor=after, more=False)

    def roster(self, after: int) -> RosterPage:
        return RosterPage(
            **self._common(), nonce="n", upserts=(), tombstones=(), cursor=after, as_of=NOW, more=False
        )  # fmt: skip

    def feed_page(self, feed: str, after: int, limit_bytes: int):
        raise ProtocolMismatch("a centre of the version before")

    def device_state(self) -> DeviceState:
        return DeviceState(**self._common(), nonce="n", hwm=10**9, gaps=())

    def _common(self) -> dict[str, object]:
        return {"protocol": 1, "device": "dev-0007", "epoch": "e", "time": NOW}


class Deaf:
    """A kiosk's side that keeps nothing."""

    def settled(self, database, event_id, outcome, centre_time) -> None:
        pass

    def roster_changed(self, database, page) -> None:
        pass


def listed(database: EncryptedDatabase, outbox: SqliteOutbox) -> int:
    """Pages through all that waits, as ``xianglin queue list`` does."""
    seen = after = 0
    while True:
        with database.reading() as raw:
            page = outbox.items(raw, ItemState.QUEUED, 1000, after)
        if not page:
            return seen
        assert page[0].seq > after
        seen, after = seen + len(page), page[-1].seq


def rss_mib() -> int:
    """The most memory that this program ever used; getrusage would tell that of the process which started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(folder: Path) -> None:
    said: dict[str, object] = {}
    outbox, centre = SqliteOutbox("dev-0007", DeviceSigner(bytes(32))), QuietCentre()
    started = time.monotonic()
    with closing(opened(folder)) as database:
        engine = SyncEngine(database, outbox, centre, Deaf())
        said["open_s"] = round(time.monotonic() - started, 2)
        said["counted"] = engine.counts().waiting
        said["count_s"] = round(time.monotonic() - started, 2)
        said["listed"] = listed(database, outbox)
        said["list_s"] = round(time.monotonic() - started, 2)
        said["before_mib"] = rss_mib()
        parts = []
        for share in (1, 2, 3, 4):
            started = time.process_time()
            wanted = share * said["counted"] // 4
            engine.run_once(lambda wanted=wanted: centre.sent >= wanted)
            parts.append(round(time.process_time() - started, 2))
        said["quarters_s"] = parts
        said["left"] = engine.counts().waiting
        said["mib"] = rss_mib()
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
