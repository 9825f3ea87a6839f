"""The outbox on disk against the outbox in memory: whatever is done to both, they say the same."""

import contextlib
import shutil
import tempfile
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from sync.memory_outbox import MemoryOutbox
from sync.migrations import apply_migrations
from sync.outbox import ItemState, ParkReason
from sync.signing import DeviceSigner
from sync.sqlcipher import EncryptedDatabase
from sync.sqlite_outbox import SqliteOutbox
from tests.sync.prepared import KIOSK_KEY
from tests.sync.sync_parts import DEVICE, FakeClock, event

SIGNER = DeviceSigner(bytes(range(32)))
SUBJECTS = ["a", "b", "c"]


class Undo(Exception):
    """Rolls a transaction back."""


def fresh_file(folder: Path) -> bytes:
    """A migrated, empty database, made once: examples copy it."""
    database = EncryptedDatabase(folder / "kiosk.db", KIOSK_KEY)
    with database.reading() as raw:
        apply_migrations(raw)
    database.close()
    return (folder / "kiosk.db").read_bytes()


class OutboxMachine(RuleBasedStateMachine):
    """Every rule does the same to both and compares what they answer."""

    template = b""
    events = Bundle("events")

    @initialize()
    def open_both(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outbox-"))
        self.lives = count()
        self.clock = FakeClock()
        path = self.folder / "0.db"
        path.write_bytes(self.template)
        self.open(path)
        self.model = MemoryOutbox(DEVICE, SIGNER, self.clock)

    def open(self, path: Path) -> None:
        self.path = path
        self.database = EncryptedDatabase(path, KIOSK_KEY)
        self.outbox = SqliteOutbox(DEVICE, SIGNER, self.clock)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def both(self, method: str, *values: object):
        """Call both; returns the one answer that they must share."""
        with self.database.transaction() as database:
            found = getattr(self.outbox, method)(database, *values)
        expected = getattr(self.model, method)(None, *values)
        assert found == expected, method
        return found

    @rule(
        target=events,
        places=st.lists(
            st.tuples(st.sampled_from(SUBJECTS), st.integers(0, 3)), min_size=1, max_size=4
        ),
    )
    def append(self, places):
        return multiple(
            *(self.both("append", event(subject, priority)).id for subject, priority in places)
        )

    @rule(subject=st.sampled_from(SUBJECTS), one=events)
    def append_is_undone(self, subject, one):
        lost = event(subject)
        for outbox, transaction in (
            (self.outbox, self.database.transaction()),
            (self.model, self.model.transaction()),
        ):
            with contextlib.suppress(Undo), transaction as database:
                outbox.append(database, lost)
                outbox.acknowledge(database, one, 1, self.clock.wall)
                raise Undo

    @rule(
        limit=st.integers(1, 6),
        size=st.integers(1, 6000),
        skipped=st.sets(st.sampled_from(SUBJECTS), max_size=1),
    )
    def batch(self, limit, size, skipped):
        self.both("next_batch", limit, size, self.clock.read(), skipped)

    @rule(one=events, server_seq=st.none() | st.integers(1, 9), is_right=st.booleans())
    def acknowledge(self, one, server_seq, is_right):
        entry = self.model.find(None, one)
        digest = entry.digest if is_right else "0" * 64
        self.both("acknowledge", one, server_seq, self.clock.wall, digest)

    @rule(limit=st.integers(1, 4))
    def acknowledge_what_is_sent(self, limit):
        for pending in self.both("next_batch", limit, 10**6, self.clock.read()):
            self.both("acknowledge", pending.id, None, self.clock.wall, pending.digest)

    @rule(one=events, delay_s=st.sampled_from([1.0, 14.0, 16.0, 60.0, 99_999.0, 0.0, -1.0]))
    def defer(self, one, delay_s):
        self.both("defer", one, delay_s, self.clock.read(), "later", "busy")

    @rule(place=st.integers(0, 5), delay_s=st.sampled_from([1.0, 14.0, 29.0, 99_999.0]))
    def defer_what_waits(self, place, delay_s):
        waiting = self.model.items(None, ItemState.QUEUED)[place : place + 1]
        for entry in waiting:
            self.both("defer", entry.id, delay_s, self.clock.read(), "later", "busy")

    @rule(place=st.integers(0, 5), priority=st.integers(0, 3))
    def park_what_waits_and_retry_it_behind_a_change(self, place, priority):
        waiting = self.model.items(None, ItemState.QUEUED)[place : place + 1]
        for entry in waiting:
            self.both("park", entry.id, "x", "why", self.clock.wall, ParkReason.STAFF)
            self.both_say_the_same()
            self.both("append", event(entry.subject, priority))
            self.both("retry", entry.id)

    @rule(one=events, reason=st.sampled_from(ParkReason))
    def park(self, one, reason):
        self.both("park", one, reason.value, "why", self.clock.wall, reason)

    @rule(one=events)
    def retry(self, one):
        self.both("retry", one)

    @rule(above=st.integers(0, 30), gap=st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9)))
    def requeue(self, above, gap):
        self.both("requeue", above, [gap] if gap else [])

    @rule(age_s=st.sampled_from([-1, 30, 3600]), limit=st.integers(1, 3))
    def erase(self, age_s, limit):
        self.both("erase", self.clock.wall - timedelta(seconds=age_s), limit)

    @rule(seconds=st.sampled_from([1, 13, 15, 61, 901]))
    def time_passes(self, seconds):
        self.clock.forward(seconds)

    @rule(days=st.integers(-400, 400))
    def wall_clock_jumps(self, days):
        self.clock.wall += timedelta(days=days)

    @rule(uptime_ms=st.integers(0, 2_000_000), subject=st.sampled_from(SUBJECTS))
    def power_is_cut(self, uptime_ms, subject):
        """Inside a transaction: what the disk holds then is opened by the next boot."""
        life = self.folder / f"{next(self.lives) + 1}.db"
        with contextlib.suppress(Undo), self.database.transaction() as database:
            self.outbox.append(database, event(subject))
            for suffix in ("", "-wal"):
                source = self.path.with_name(self.path.name + suffix)
                if source.exists():
                    shutil.copyfile(source, life.with_name(life.name + suffix))
            raise Undo
        self.database.close()
        self.clock.boot_id, self.clock.monotonic_ms = life.name, uptime_ms
        self.open(life)

    @invariant()
    def both_say_the_same(self):
        if not hasattr(self, "model"):
            return
        now = self.clock.read()
        self.both("next_batch", 100, 10**6, now)
        self.both("counts")
        self.both("has_kept")
        for state in ItemState:
            with self.database.reading() as database:
                found = self.outbox.items(database, state)
            expected = self.model.items(None, state)
            # Ends of waits that are over may differ; what staff see of them may not.
            assert [self.shown(entry, now) for entry in found] == [
                self.shown(entry, now) for entry in expected
            ], state

    @staticmethod
    def shown(entry, now):
        return (
            entry.seq, entry.id, entry.subject, entry.state, entry.attempts, entry.settled_at, entry.digest,
            entry.size, entry.park_reason, entry.last_error_code, entry.server_seq, entry.wait_s(now),
        )  # fmt: skip


@pytest.mark.slow
def test_outbox_on_disk_does_what_its_model_does(tmp_path: Path):
    OutboxMachine.template = fresh_file(tmp_path)
    run_state_machine_as_test(
        OutboxMachine,
        settings=settings(
            max_examples=130,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
