"""How much to send at once: less after a failure, alone when suspected, slowly more again."""

from collections.abc import Sequence

from sync.framing import LENGTH_BYTES, MAXIMUM_BATCH_COUNT
from sync.outbox import PendingItem

LARGEST_BATCH_BYTES = 256 * 1024
SMALLEST_BATCH_BYTES = 4 * 1024
SUCCESSES_TO_GROW = 8
"""A proxy with a fixed limit refuses every larger batch again; so the limit is tried only now and then."""
POISON_COUNT = 3
"""Failures alone after which an event is parked instead of tried for ever."""


class BatchLimits:
    """Halves on failure down to one event, doubles after some successes."""

    def __init__(self) -> None:
        self.count = MAXIMUM_BATCH_COUNT
        self.total_bytes = LARGEST_BATCH_BYTES
        self._successes = 0

    def shrink(self, batch: Sequence[PendingItem]) -> None:
        """The batch was too much: ask for half of it next time."""
        size = sum(LENGTH_BYTES + len(pending.item) for pending in batch)
        self.count = max(1, len(batch) // 2)
        self.total_bytes = max(SMALLEST_BATCH_BYTES, size // 2)
        self._successes = 0

    def grow(self) -> None:
        """A batch passed."""
        self._successes += 1
        if self._successes >= SUCCESSES_TO_GROW:
            self._successes = 0
            self.count = min(MAXIMUM_BATCH_COUNT, self.count * 2)
            self.total_bytes = min(LARGEST_BATCH_BYTES, self.total_bytes * 2)


class Suspects:
    """Events that failed when they were sent alone.

    A refusal for size is the event's own doing and counts each time. A time-out or a fault of the centre counts
    only when another batch passed since the last one, or a dead link would park the whole queue one by one.
    """

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, int]] = {}
        self._subjects: dict[str, str] = {}
        self._passed = 0

    def subjects(self) -> list[str]:
        """Whose events are suspected; first the one whose failure is the longest ago."""
        return list(dict.fromkeys(reversed(self._subjects.values())))[::-1]

    def note_passed(self, batch: Sequence[PendingItem]) -> None:
        """A batch passed."""
        self._passed += 1
        for pending in batch:
            self.forget(pending.id)

    def note_failed_alone(self, pending: PendingItem, *, is_own_doing: bool) -> int:
        """An event failed alone; returns how often that counts by now."""
        count, passed_then = self._failures.get(pending.id, (0, -1))
        if is_own_doing or self._passed > passed_then:
            count += 1
        self._failures[pending.id] = (count, self._passed)
        self._subjects.pop(pending.id, None)
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
