"""When files use the link: never before events, little of a slow link, and nothing of it when the site says so."""

import threading
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from sync.backoff import FullJitterBackoff
from sync.blob_messages import (
    MAXIMUM_PIECE_BYTES,
    BlobAnswer,
    BlobsAnswer,
    BlobStanding,
    BlobState,
)
from sync.blob_policy import REST_S, TRIAL_BYTES, BlobPolicy, BlobWish, LinkSpeed
from sync.blob_retention import KEEP
from sync.blob_sender import BUDGET_MS
from sync.blob_shelf import BlobShelf
from sync.engine import SyncEngine
from sync.errors import ProtocolMismatch, ServerBusy, Unreachable
from sync.outbox import ItemState
from sync.worker import SyncWorker
from tests.sync.file_parts import Files, TimedLink, blob_of, content_of_size, counts, put
from tests.sync.sync_parts import NOW, FakeClock, Kiosk, ScriptedTransport, answer_to, event

PHOTO = content_of_size(200_000)
FAST = BlobPolicy(BlobWish.FAST)
NEVER = BlobPolicy(BlobWish.NEVER)


@dataclass
class MemoryCentre(ScriptedTransport):
    """Keeps what comes; a file is complete when all its bytes are there."""

    on_batch: object = None
    kiosk: Kiosk | None = None
    held: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    questions: int = 0
    fails_with: Exception | None = None

    def send_batch(self, batch_id, items):
        from sync.answers import EventResult, EventStatus
        from sync.envelope import decode_item

        self.sent.append(list(items))
        ids = [decode_item(item).header.id for item in items]
        results = [EventResult(id=one, status=EventStatus.APPLIED) for one in ids]
        return answer_to(batch_id, results)

    def lacking_blobs(self, names):
        self.questions += 1
        if self.fails_with is not None:
            raise self.fails_with
        return BlobsAnswer(**self.common(), blobs=tuple(self.standing(name) for name in names))

    def put_blob(self, name, offset, piece):
        if self.fails_with is not None:
            raise self.fails_with
        if offset == len(self.held.get(name, b"")):
            self.held[name] = self.held.get(name, b"") + piece
        return BlobAnswer(**self.common(), blob=self.standing(name))

    def standing(self, name: str) -> BlobStanding:
        held = len(self.held.get(name, b""))
        state = BlobState.COMPLETE if held == self.sizes.get(name) else BlobState.WANTED
        if name not in self.sizes:
            state = BlobState.UNKNOWN
        return BlobStanding(name=name, state=state, held=held)

    def common(self) -> dict[str, object]:
        return {**self._common(), "protocol": 2, "time": self.now()}

    def now(self):
        return self.kiosk.clock.wall if self.kiosk else NOW


@pytest.fixture
def centre(kiosk: Kiosk) -> MemoryCentre:
    return MemoryCentre(kiosk=kiosk)


def accept(kiosk: Kiosk, centre: MemoryCentre, *contents: bytes) -> str:
    event_id = put(kiosk, *contents)
    with kiosk.database.transaction() as database:
        # As if it had been sealed: this centre opens nothing.
        database.execute("UPDATE outbox SET seal = 'a test'")
    kiosk.engine(centre).run_once()
    for content in contents:
        blob = blob_of(kiosk, content)
        centre.sizes[blob.name] = blob.sealed_bytes
    return event_id


def held(centre: MemoryCentre) -> int:
    return sum(len(bytes_) for bytes_ in centre.held.values())


@pytest.mark.parametrize(
    ("kbit", "policy", "is_sent"),
    [
        (9.6, FAST, False),
        (64, FAST, True),
        (1000, FAST, True),
        (9.6, BlobPolicy(BlobWish.FAST, fast_kbit=5.0), True),
        (1000, BlobPolicy(BlobWish.FAST, fast_kbit=2000.0), False),
        (9.6, BlobPolicy(BlobWish.ALWAYS), True),
        (1000, NEVER, False),
    ],
)
def test_files_flow_by_policy_and_measured_speed(
    kiosk: Kiosk, centre: MemoryCentre, kbit: float, policy: BlobPolicy, is_sent: bool
) -> None:
    accept(kiosk, centre, PHOTO)
    files = Files(kiosk, TimedLink(centre, kiosk, kbit), policy)
    for _ in range(8):
        if not files.run().has_more_files:
            break
    assert (counts(kiosk).waiting == 0) is is_sent
    if not is_sent:
        assert held(centre) == (0 if policy is NEVER else TRIAL_BYTES)


def test_slow_link_brings_a_little_each_quarter_of_an_hour_and_is_seen_to_become_fast(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO)
    link = TimedLink(centre, kiosk, kbit=9.6)
    files = Files(kiosk, link, FAST)
    for _ in range(30):  # half an hour of runs each minute
        assert files.run().file_error == ""
        kiosk.clock.forward(60)
    assert 2 * TRIAL_BYTES <= held(centre) <= 3 * TRIAL_BYTES
    assert centre.questions <= 3
    link.kbit = 1000
    kiosk.clock.forward(REST_S)
    for _ in range(5):
        files.run()
    assert counts(kiosk).waiting == 0


def test_file_that_came_by_courier_is_learnt_of_whatever_the_policy(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO)
    name = blob_of(kiosk, PHOTO).name
    centre.held[name] = bytes(centre.sizes[name])
    assert Files(kiosk, centre, NEVER).run().files_delivered == 1


def test_event_that_comes_meanwhile_has_the_link_at_once(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    """The bytes of the file that are left wait behind it."""
    accept(kiosk, centre, PHOTO)

    class Interrupted(TimedLink):
        def put_blob(self, name, offset, piece):
            if len(self.pieces) == 1:
                self.ids = kiosk.append(event("r-0002"))
            return super().put_blob(name, offset, piece)

    link = Interrupted(centre, kiosk, kbit=64)
    engine = SyncEngine(
        kiosk.database,
        kiosk.outbox,
        link,
        kiosk.listener,
        kiosk.clock,
        files=BlobPolicy(BlobWish.ALWAYS),
    )
    report = engine.run_once()
    assert (report.has_more_files, len(link.pieces)) == (True, 2)
    assert engine.counts().waiting == 1
    report = engine.run_once()
    assert report.acknowledged == 1
    assert kiosk.ids(ItemState.QUEUED) == []


def test_event_that_comes_while_feeds_are_read_goes_before_any_file(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO)
    late: list[str] = []

    def on_pull(what: str) -> None:
        if what == "roster" and not late:
            late.extend(kiosk.append(event("r-0002")))

    centre.on_pull = on_pull
    engine = SyncEngine(
        kiosk.database, kiosk.outbox, centre, kiosk.listener, kiosk.clock, files=FAST
    )
    engine.run_once()
    assert (held(centre), kiosk.ids(ItemState.QUEUED)) == (0, late)
    assert engine.run_once().acknowledged == 1
    assert held(centre) > 0


def test_events_and_feeds_come_before_files_and_a_failing_file_is_no_failure_of_the_run(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO)
    kiosk.append(event("r-0002"))
    centre.asked.clear()
    centre.fails_with = Unreachable("cut")
    engine = SyncEngine(
        kiosk.database, kiosk.outbox, centre, kiosk.listener, kiosk.clock, files=FAST
    )
    report = engine.run_once()
    assert (report.acknowledged, report.error_code, report.file_error) == (1, "", "SYN-101")
    assert report.link.value == "online"
    assert centre.asked == ["decisions", "roster"]
    # The files rest; a run at once does not try again.
    asked = centre.questions
    assert engine.run_once().file_error == ""
    assert centre.questions == asked


@pytest.mark.parametrize(
    ("error", "longest_s"),
    [(Unreachable("x"), 900), (ServerBusy(120.0), 900), (ProtocolMismatch("v1 only"), 900)],
)
def test_files_wait_longer_after_each_failure_by_the_monotonic_clock(
    kiosk: Kiosk, centre: MemoryCentre, error: Exception, longest_s: int
) -> None:
    accept(kiosk, centre, PHOTO)
    files = Files(kiosk, centre)
    centre.fails_with = error
    tries = []
    while len(tries) < 14:
        if files.run().file_error:
            tries.append(kiosk.clock.monotonic_ms / 1000)
            # A jump of the wall clock changes nothing.
            kiosk.clock.wall = kiosk.clock.wall.replace(year=2026 + len(tries) % 3)
        kiosk.clock.forward(1)
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert max(waits) <= longest_s + 1
    assert max(waits[7:]) > 60
    if isinstance(error, ServerBusy):
        assert min(waits) >= 120


def test_run_ends_in_time_for_decisions_and_goes_on_at_once(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO)
    files = Files(kiosk, TimedLink(centre, kiosk, kbit=9.6))
    begun = kiosk.clock.monotonic_ms
    assert files.run().has_more_files
    assert kiosk.clock.monotonic_ms - begun < BUDGET_MS + 20_000
    assert 0 < held(centre) < blob_of(kiosk, PHOTO).sealed_bytes


def test_file_whose_event_the_centre_does_not_know_is_parked_after_bounded_tries_and_asked_for_again_after_a_restore(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO)
    size = centre.sizes.pop(blob_of(kiosk, PHOTO).name)
    files = Files(kiosk, centre)
    for _ in range(30):
        files.run()
        kiosk.clock.forward(1000)
    assert counts(kiosk).parked == 1
    assert centre.questions == 5
    from sync.blob_queue import BlobQueue

    with kiosk.database.transaction() as database:
        assert BlobQueue(database).ask_again() == 1
    centre.sizes[blob_of(kiosk, PHOTO).name] = size
    assert files.run().files_delivered == 1


def test_centre_that_takes_nothing_does_not_hold_the_kiosk(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    """Answers that are signed and never move: a fault of the centre."""
    accept(kiosk, centre, PHOTO)
    centre.put_blob = lambda name, _offset, _piece: BlobAnswer(  # type: ignore[method-assign]
        **centre.common(), blob=centre.standing(name)
    )
    files = Files(kiosk, centre)
    for _ in range(30):
        files.run()
        kiosk.clock.forward(1000)
    assert counts(kiosk).parked == 1


def test_decided_file_that_the_centre_never_takes_is_kept_half_a_year_by_the_centres_clock(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    event_id = accept(kiosk, centre, PHOTO)
    with kiosk.database.transaction() as database:
        BlobShelf(database).release(event_id)
    files = Files(kiosk, centre, NEVER)
    files.run()
    kiosk.clock.forward((KEEP.days - 1) * 86400)
    files.run()
    assert counts(kiosk).waiting == 1
    kiosk.clock.forward(2 * 86400)
    files.run()
    assert counts(kiosk).waiting == 0
    assert kiosk.rows("SELECT * FROM blob_chunk") == []


def test_worker_goes_on_at_once_while_files_flow_and_shows_what_waits(
    kiosk: Kiosk, centre: MemoryCentre
) -> None:
    accept(kiosk, centre, PHOTO, content_of_size(190_000, seed=3))
    link = TimedLink(centre, kiosk, kbit=64)
    engine = SyncEngine(
        kiosk.database,
        kiosk.outbox,
        link,
        kiosk.listener,
        kiosk.clock,
        files=BlobPolicy(BlobWish.ALWAYS),
    )
    seen: list[int] = []
    is_done = threading.Event()

    def note(status) -> None:
        seen.append(status.files_waiting)
        if not status.files_waiting:
            is_done.set()

    import random

    worker = SyncWorker(
        engine, FullJitterBackoff(random.Random(1)), interval_s=3600, on_status=note
    )
    worker.start()
    # Two files take longer than one run's time; without a run at once this would wait an hour.
    assert is_done.wait(20)
    assert worker.stop(10)
    assert seen[0] == 2
    assert seen[-1] == 0


def test_pieces_grow_to_what_the_link_bears_and_shrink_when_one_fails() -> None:
    speed = LinkSpeed()
    for _ in range(20):
        speed.note(speed.piece_bytes, took_ms=speed.piece_bytes * 8 // 64)  # 64 kbit/s
    assert speed.piece_bytes == pytest.approx(64_000, rel=0.01)
    for _ in range(10):
        speed.note(speed.piece_bytes, took_ms=10)
    assert speed.piece_bytes == MAXIMUM_PIECE_BYTES
    for _ in range(20):
        speed.note_failed(speed.piece_bytes, took_ms=30_000)
    assert speed.piece_bytes == 1024
    assert not speed.is_fast(FAST)


def test_rest_ends_with_a_new_boot(kiosk: Kiosk, centre: MemoryCentre) -> None:
    accept(kiosk, centre, PHOTO)
    files = Files(kiosk, centre)
    centre.fails_with = ServerBusy(900.0)
    files.run()
    centre.fails_with = None
    assert files.run().answers == 0
    clock = kiosk.clock
    assert isinstance(clock, FakeClock)
    clock.boot_id, clock.monotonic_ms = "boot-2", 5
    assert files.run().files_delivered == 1
