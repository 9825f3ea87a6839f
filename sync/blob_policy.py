"""When files may use the link: by the site's wish and by what the link was measured to bear."""

import enum
from dataclasses import dataclass

from sync.backoff import FullJitterBackoff
from sync.blob_messages import MAXIMUM_PIECE_BYTES
from sync.events import ClockReading

DEFAULT_FAST_KBIT = 32.0
"""A picture of 200 KB in under a minute; slower, and events of the same hour would feel it."""
TRIAL_BYTES = 4 * 1024
"""Sent on a link of unknown or low speed, to learn whether it has become fast; bytes of a file all the same."""
REST_S = 15 * 60.0
"""Between trials. At 4 KiB each even the slowest link brings a picture in half a day."""
TARGET_S = 8.0
"""Length of one request: what a cut costs, and how long an event that comes meanwhile waits."""
_LEAST_PIECE_BYTES = 1024
_FIRST_PIECE_BYTES = 16 * 1024


class BlobWish(enum.StrEnum):
    """``sync.attachments``."""

    ALWAYS = "always"
    FAST = "fast"
    """Only on a link that bears it; on a slow one a little each quarter of an hour."""
    NEVER = "never"
    """By courier only."""


@dataclass(frozen=True, slots=True)
class BlobPolicy:
    """What the site wants."""

    wish: BlobWish = BlobWish.FAST
    fast_kbit: float = DEFAULT_FAST_KBIT
    """Kilobits a second from which a link counts as fast."""


@dataclass(slots=True)
class LinkSpeed:
    """How fast the last pieces went, without the time that any answer takes: over a satellite that is most of it."""

    kbit: float | None = None
    """Kilobits a second; None before the first piece."""
    piece_bytes: int = _FIRST_PIECE_BYTES
    """What the next request should carry."""
    latency_ms: int = 0
    """The shortest that the centre took to answer a question of hardly any bytes."""

    def note_question(self, took_ms: int) -> None:
        """A question was answered."""
        self.latency_ms = min(self.latency_ms or took_ms, took_ms)

    def note(self, sent_bytes: int, took_ms: int) -> None:
        """A piece went through."""
        net_ms = max(took_ms - self.latency_ms, took_ms // 4, 1)
        measured, before = sent_bytes * 8 / net_ms, self.kbit
        is_step = before is None or not before / 2 < measured < before * 2
        self.kbit = measured if before is None or is_step else (before + measured) / 2
        aimed = int(self.kbit * 1000 / 8 * TARGET_S)
        # Doubling: one lucky measurement must not make a piece that outlasts the deadline.
        self.piece_bytes = max(
            _LEAST_PIECE_BYTES, min(aimed, 2 * self.piece_bytes, MAXIMUM_PIECE_BYTES)
        )

    def note_failed(self, sent_bytes: int, took_ms: int) -> None:
        """A piece did not go through in its time: the link bears less than that."""
        self.kbit = min(self.kbit or float("inf"), sent_bytes * 8 / max(took_ms, 1))
        self.piece_bytes = max(_LEAST_PIECE_BYTES, min(self.piece_bytes, sent_bytes) // 2)

    def is_fast(self, policy: BlobPolicy) -> bool:
        """Whether files may flow."""
        if policy.wish is BlobWish.FAST:
            return self.kbit is not None and self.kbit >= policy.fast_kbit
        return policy.wish is BlobWish.ALWAYS


@dataclass(slots=True)
class Rest:
    """A pause of the files' own; events and feeds know nothing of it. Monotonic, and over with a new boot."""

    backoff: FullJitterBackoff
    failures: int = 0
    until: ClockReading | None = None

    def is_on(self, now: ClockReading) -> bool:
        """Whether to leave the link alone."""
        until = self.until
        return (
            until is not None
            and until.boot_id == now.boot_id
            and now.monotonic_ms < until.monotonic_ms
        )

    def begin(self, now: ClockReading, seconds: float) -> None:
        """Pause for that long."""
        self.until = ClockReading(now.wall, now.boot_id, now.monotonic_ms + round(seconds * 1000))

    def fail(self, now: ClockReading, least_s: float = 0.0) -> None:
        """Pause after a failure of the link, longer each time, by chance within that."""
        self.failures += 1
        self.begin(now, max(self.backoff.delay_s(self.failures), least_s))

    def pass_on(self) -> None:
        """The link is well."""
        self.failures, self.until = 0, None
