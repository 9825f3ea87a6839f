"""When to try a link again: pure arithmetic, no waiting."""

from dataclasses import dataclass
from random import Random

MAXIMUM_BACKOFF_S = 15 * 60.0
"""An outage of weeks must not end in an attempt a day: a link in a village may be there for an hour."""


@dataclass(frozen=True, slots=True)
class FullJitterBackoff:
    """Waits drawn evenly from zero to a doubling limit, so that a region's kiosks do not return together.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog (2015), the variant "full jitter".
    """

    random: Random
    base_s: float = 2.0
    """Limit of the first wait, in seconds."""
    cap_s: float = MAXIMUM_BACKOFF_S
    """Limit of every wait, in seconds."""

    def limit_s(self, attempt: int) -> float:
        """Longest wait after that many failures in a row, from 1."""
        # 2**attempt is bounded before it is computed: a link may be down for a million attempts.
        return float(min(self.cap_s, self.base_s * 2 ** min(max(attempt - 1, 0), 30)))

    def delay_s(self, attempt: int) -> float:
        """Draw the wait after that many failures in a row, from 1."""
        return self.random.uniform(0.0, self.limit_s(attempt))


def bounded_retry_after_s(asked_s: float) -> float:
    """What of a server's Retry-After is followed: never negative, never longer than our own cap."""
    return min(max(asked_s, 0.0), MAXIMUM_BACKOFF_S)
