"""How long an exchange may take: one fixed time cuts every large body on a slow link, again and again.

Source: SecureDrop's client, 25 s + bytes / rate x 1.5; here with the measured rate and a cap.
"""

LONGEST_S = 240.0
"""A connection that says nothing for longer is dead; an item of 64 KiB passes in that time at 3 kbit/s."""
MARGIN = 1.5
TELLING_BYTES = 4 * 1024
"""What is smaller takes the time of the way there and back, and tells nothing of the rate."""


class TimeAllowance:
    """Remembers the rate of the last exchanges.

    Args:
        base_s: for an exchange of hardly any bytes, and for every one before a rate is known.
    """

    def __init__(self, base_s: float) -> None:
        self._base_s = base_s
        self.bytes_per_s: float | None = None
        """None before the first exchange that tells it."""

    def total_s(self, size: int) -> float:
        """What a body of so many bytes may take, its answer included."""
        if self.bytes_per_s is None:
            return self._base_s
        return max(self._base_s, min(self._base_s + size / self.bytes_per_s * MARGIN, LONGEST_S))

    def note(self, size: int, took_s: float) -> None:
        """An exchange of so many bytes, there and back, came to its end."""
        if size < TELLING_BYTES:
            return
        measured = size / max(took_s, 0.001)
        before = self.bytes_per_s
        # A slower link is believed at once, a faster one by halves: a deadline errs on the long side.
        is_slower = before is None or measured < before
        self.bytes_per_s = measured if is_slower else (measured + (before or 0.0)) / 2

    def note_timed_out(self, size: int, total_s: float) -> None:
        """An exchange did not come to its end in its time: the rate is below that, if the link is up at all."""
        if size >= TELLING_BYTES:
            ceiling = size / max(total_s, 0.001)
            self.bytes_per_s = min(self.bytes_per_s or ceiling, ceiling)
