"""Files at both ends for tests: real queue and shelf, the real centre over HTTP, a link that can be made to fail."""

import contextlib
import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from sync.blob_policy import BlobPolicy, BlobWish
from sync.blob_queue import BlobCounts, BlobQueue
from sync.blob_sender import BlobSender
from sync.blob_shelf import BlobShelf, StoredBlob
from sync.central.blobs import content_of
from sync.central.tables_blobs import blob as blob_table
from sync.events import AttachmentRef
from sync.http_transport import HttpTransport
from sync.settlement import Tally
from sync.transport import Transport
from tests.sync.sync_parts import NOW, Centre, Kiosk, event, make_centre, make_kiosk

ALWAYS = BlobPolicy(BlobWish.ALWAYS)


def content_of_size(size: int, seed: int = 1) -> bytes:
    """Bytes that no two places share."""
    return hashlib.shake_128(seed.to_bytes(4, "big")).digest(size)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(kiosk: Kiosk, *contents: bytes, subject: str = "r-0001") -> str:
    """Queue an event that names files."""
    one = event(subject)
    with kiosk.database.transaction() as database:
        shelf = BlobShelf(database)
        blobs = [shelf.put(one.id, content, "image/jpeg", NOW) for content in contents]
        refs = tuple(AttachmentRef(b.sha256, b.size, "image/jpeg", b.secret) for b in blobs)
        kiosk.outbox.append(database, replace(one, attachments=refs))
    return one.id


def accept(kiosk: Kiosk, transport: Transport, *contents: bytes) -> str:
    """An event that names files and that the centre has applied."""
    event_id = put(kiosk, *contents)
    assert kiosk.engine(transport).run_once().acknowledged
    return event_id


def know_keys(kiosk: Kiosk, centre: Centre) -> None:
    """What a kiosk takes at provisioning: from now on it seals, and its events name their files."""
    with kiosk.database.transaction() as database:
        kiosk.outbox._maker._store.take(database, centre.admin.keyring(), kiosk.clock.wall)


def blob_of(kiosk: Kiosk, content: bytes) -> StoredBlob:
    with kiosk.database.reading() as database:
        found = BlobShelf(database).find(sha(content))
    assert found is not None
    return found


def counts(kiosk: Kiosk) -> BlobCounts:
    with kiosk.database.reading() as database:
        return BlobQueue(database).counts()


def at_centre(centre: Centre, blob: StoredBlob) -> bytes:
    """The plain file as the centre's staff get it."""
    with centre.admin._database.reading() as connection:
        owner = select(blob_table.c.device).where(blob_table.c.name == blob.name)
        return content_of(connection, connection.execute(owner).scalar_one(), blob.name)


@dataclass
class Files:
    """One device's files phase; a fresh ``sender`` is a restarted kiosk."""

    kiosk: Kiosk
    transport: Transport
    policy: BlobPolicy = ALWAYS
    seed: int = 7
    sender: BlobSender = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.sender = BlobSender(
            self.kiosk.database,
            self.kiosk.outbox,
            self.transport,
            self.kiosk.clock,
            self.policy,
            random.Random(self.seed),
        )

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> Tally:
        tally = Tally()
        self.sender.run(tally, should_stop)
        return tally


class Wrapped:
    """A transport in front of another; tests replace what they need."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.pieces: list[tuple[str, int, int]] = []
        self.questions: list[list[str]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def lacking_blobs(self, names):
        self.questions.append(list(names))
        return self.inner.lacking_blobs(names)

    def put_blob(self, name, offset, piece):
        self.pieces.append((name, offset, len(piece)))
        return self.inner.put_blob(name, offset, piece)


class TimedLink(Wrapped):
    """A link of so many kilobits a second, in the kiosk's own time."""

    def __init__(self, inner: Transport, kiosk: Kiosk, kbit: float, latency_s: float = 0.6) -> None:
        super().__init__(inner)
        self.kiosk, self.kbit, self.latency_s = kiosk, kbit, latency_s

    def lacking_blobs(self, names):
        self._pass(700 + 67 * len(names))
        return super().lacking_blobs(names)

    def put_blob(self, name, offset, piece):
        self._pass(700 + len(piece))
        return super().put_blob(name, offset, piece)

    def _pass(self, sent_bytes: int) -> None:
        self.kiosk.clock.forward(self.latency_s + sent_bytes * 8 / 1000 / self.kbit)


PHOTO = content_of_size(150_000)
SMALL = content_of_size(20_000, seed=2)


def run_until_quiet(kiosk: Kiosk, files: Files, runs: int = 40) -> None:
    """Runs with the waits between them, until nothing waits."""
    for _ in range(runs):
        files.run()
        if not counts(kiosk).waiting:
            return
        kiosk.clock.forward(16 * 60)


def sealed_of(kiosk: Kiosk, content: bytes) -> bytes:
    rows = kiosk.rows(
        "SELECT sealed FROM blob_chunk JOIN blob USING (blob_no) WHERE name = ? ORDER BY number",
        blob_of(kiosk, content).name,
    )
    return b"".join(row[0] for row in rows)


def held_at(centre: Centre, kiosk: Kiosk) -> list[int]:
    mine = select(blob_table.c.held).where(blob_table.c.device == kiosk.outbox.device_id)
    with centre.admin._database.reading() as connection:
        return [row[0] for row in connection.execute(mine)]


@contextlib.contextmanager
def own_centre(
    folder: Path, *, is_sealing: bool = True
) -> Iterator[tuple[Kiosk, Centre, HttpTransport]]:
    """A centre that a test may break, with a kiosk."""
    with make_centre(folder / "own") as centre:
        key = centre.admin.centre_public_key()
        with make_kiosk(folder / "kiosk", None, key) as kiosk:
            if is_sealing:
                know_keys(kiosk, centre)
            centre.enrol(kiosk.signer)
            transport = centre.transport(kiosk.signer)
            # Without the exchange of keys: a test says itself when the kiosk learns them.
            kiosk.is_sealing = False
            yield kiosk, centre, transport
            transport.close()
