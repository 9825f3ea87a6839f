"""Writers of one SQLite file take turns, across threads and processes.

SQLite lets a writer that finds the file busy look again after a while, so whoever writes all the time is always there
first, and another worker can wait in vain. Here the next one holds the gate until the present one is done.
"""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

GATE_FILE = "central.gate"
TURN_FILE = "central.turn"
PATIENCE_S = 5.0
"""Then SQLite's own lock decides, as it always does in the end."""
_LOOK_EVERY_S = 0.001


class Turns:
    """The turns at a database.

    WORKAROUND(Windows has no ``fcntl``, until several workers are tried there): nobody waits, SQLite alone decides.

    Args:
        folder: of the database.
    """

    def __init__(self, folder: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gate = folder / GATE_FILE
        self._turn = folder / TURN_FILE
        self._monotonic = monotonic

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and have it for the length of the body; what ends the process gives it back too."""
        if sys.platform == "win32":
            yield
            return
        until = self._monotonic() + PATIENCE_S
        with contextlib.ExitStack() as turn:
            with contextlib.ExitStack() as gate:
                self._wait(self._gate, until, gate)
                self._wait(self._turn, until, turn)
            yield

    def _wait(self, path: Path, until: float, held: contextlib.ExitStack) -> None:
        import fcntl  # noqa: PLC0415 (POSIX only)

        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        # To close it gives the lock back.
        held.callback(os.close, descriptor)
        pause = threading.Event()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._monotonic() >= until:
                    return
                pause.wait(_LOOK_EVERY_S)
            else:
                return
