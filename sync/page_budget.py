"""How large a page a link bears: about ten seconds' worth, by what the last pages took."""

LEAST_BYTES = 2 * 1024
FIRST_BYTES = 12 * 1024
"""Ten seconds at 9.6 kbit/s: right for the slowest link that is served, and soon more on a better one."""
MOST_BYTES = 256 * 1024
TARGET_S = 10.0
"""Of a page; with what a link needs besides, a page stays below 15 s."""


class PageBudget:
    """Grows to at most twice the last page, shrinks at once."""

    def __init__(self) -> None:
        self.limit_bytes = FIRST_BYTES
        """What to ask for."""

    def note(self, size_bytes: int, elapsed_s: float) -> None:
        """A page came in that time; a small last page tells little of a fast link and changes nothing."""
        if elapsed_s > TARGET_S:
            self._set(round(size_bytes * TARGET_S / elapsed_s))
        elif size_bytes * 2 >= self.limit_bytes:
            borne = round(size_bytes * TARGET_S / max(elapsed_s, 0.001))
            self._set(max(self.limit_bytes, min(borne, self.limit_bytes * 2)))

    def shrink(self) -> None:
        """No page came within the time allowed."""
        self._set(self.limit_bytes // 2)

    def _set(self, limit_bytes: int) -> None:
        self.limit_bytes = min(max(limit_bytes, LEAST_BYTES), MOST_BYTES)
