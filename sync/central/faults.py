"""Faults that tests ask for, set only by the variable ``XIANGLIN_CENTRAL_FAULT`` of a server process.

``kill-after-commit:N`` ends the process with SIGKILL at the N-th batch, between commit and answer: the one moment
in which the centre has everything and the kiosk knows nothing.
"""

import os
import signal
from collections.abc import Callable

_KILL_AFTER_COMMIT = "kill-after-commit:"


def after_commit_hook(fault: str) -> Callable[[], None]:
    """What to do after each batch's commit: nothing, or the fault.

    Raises:
        ValueError: the fault is unknown; a test that injects nothing must not pass.
    """
    if not fault:
        return lambda: None
    count = fault.removeprefix(_KILL_AFTER_COMMIT)
    if count == fault or not count.isdecimal():
        raise ValueError(f"unknown fault {fault!r}")
    left = int(count)

    def kill() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            # Windows has no SIGKILL; there SIGTERM ends a process just as suddenly.
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    return kill
