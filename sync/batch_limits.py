"""How much to send at once: what passes in a quarter of a minute, less after a failure, alone when suspected."""

from collections.abc import Sequence

from sync.framing import LENGTH_BYTES, MAXIMUM_BATCH_COUNT
from sync.outbox import PendingItem

LARGEST_BATCH_BYTES = 256 * 1024
SMALLEST_BATCH_BYTES = 4 * 1024
FIRST_BATCH_BYTES = 16 * 1024
"""Passes in 14 s at 9.6 kbit/s; a faster link is known after one batch."""
TARGET_MS = 15_000
"""What one request should take: a cut costs no more, and an urgent event that comes meanwhile waits no longer."""
FASTEST_GROWTH = 4
"""From one batch to the next: a lucky moment must not make a request that outlasts its deadline."""
SUCCESSES_TO_GROW = 8
"""A proxy with a fixed limit refuses every larger batch again; so the limit is tried only now and then."""
POISON_COUNT = 3
"""Failures alone after which an event is parked instead of tried for ever."""


def batch_bytes(batch: Sequence[PendingItem]) -> int:
    """Of a batch's body."""
    return sum(LENGTH_BYTES + len(pending.item) for pending in batch)


class BatchLimits:
    """Two limits, the smaller counts: what the link's speed allows, and what failures have left."""

    def __init__(self) -> None:
        self.count = MAXIMUM_BATCH_COUNT
        self.total_bytes = LARGEST_BATCH_BYTES
        """Halves on failure down to one event, doubles after some successes."""
        self.paced_bytes = FIRST_BATCH_BYTES
        """Follows the measured throughput."""
        self._successes = 0

    @property
    def allowed_bytes(self) -> int:
        """The most that the next batch may hold."""
        return min(self.total_bytes, self.paced_bytes)

    def shrink(self, batch: Sequence[PendingItem]) -> None:
        """The batch was too much: ask for half of it next time."""
        half = max(SMALLEST_BATCH_BYTES, batch_bytes(batch) // 2)
        self.count = max(1, len(batch) // 2)
        self.total_bytes = half
        self._successes = 0

    def slow_down(self, batch: Sequence[PendingItem]) -> None:
        """The batch did not pass in its time."""
        self.shrink(batch)
        self.paced_bytes = min(self.paced_bytes, self.total_bytes)

    def grow(self, size: int, took_ms: int) -> None:
        """A batch of so many bytes passed, and how long that took."""
        self._pace(size, took_ms)
        self._successes += 1
        if self._successes >= SUCCESSES_TO_GROW:
            self._successes = 0
            self.count = min(MAXIMUM_BATCH_COUNT, self.count * 2)
            self.total_bytes = min(LARGEST_BATCH_BYTES, self.total_bytes * 2)

    def _pace(self, size: int, took_ms: int) -> None:
        fitting = size * TARGET_MS // max(took_ms, 1)
        is_full = 2 * size >= self.paced_bytes
        if fitting < self.paced_bytes and took_ms <= TARGET_MS and not is_full:
            # A small batch's time is the way there and back; of the throughput it tells nothing.
            return
        bounded = min(fitting, FASTEST_GROWTH * self.paced_bytes, LARGEST_BATCH_BYTES)
        self.paced_bytes = max(SMALLEST_BATCH_BYTES, bounded)


class Suspects:
    """Events that failed when they were sent alone.

    It counts only when another batch passed since the last time: a dead link, a broken centre or a proxy that refuses
    everything would else park the whole queue one by one.
    """

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, int]] = {}
        self._subjects: dict[str, str] = {}
        self._passed = 0

    def subjects(self) -> list[str]:
        """Whose events are suspected; whoever failed longest ago comes first and has the next turn."""
        return list(dict.fromkeys(self._subjects.values()))

    def note_passed(self, batch: Sequence[PendingItem]) -> None:
        """A batch passed."""
        self._passed += 1
        for pending in batch:
            self.forget(pending.id)

    def note_failed_alone(self, pending: PendingItem) -> int:
        """An event failed alone; returns how often that counts by now."""
        count, passed_then = self._failures.get(pending.id, (0, -1))
        if self._passed > passed_then:
            count += 1
        self.forget(pending.id)
        self._failures[pending.id] = (count, self._passed)
        self._subjects[pending.id] = pending.subject
        return count

    def forget(self, event_id: str) -> None:
        """The event passed or was parked."""
        self._failures.pop(event_id, None)
        self._subjects.pop(event_id, None)

    def isolate(self, batch: Sequence[PendingItem]) -> Sequence[PendingItem]:
        """Cut a batch so that a suspect travels alone and harms no other."""
        for place, pending in enumerate(batch):
            if pending.id in self._failures:
                return batch[: max(1, place)]
        return batch
