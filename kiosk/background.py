"""Work off the user interface's thread; Qt-free, so that use cases and tests need no window."""

from collections.abc import Callable
from typing import Protocol, TypeVar

ResultT = TypeVar("ResultT")


class BackgroundRunner(Protocol):
    """Runs jobs one way or another and calls back on the thread of the user interface."""

    def submit(
        self,
        job: Callable[[], ResultT],
        done: Callable[[ResultT], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run a job, then call ``done`` with its result or ``failed`` with what it raised.

        A job must not touch any widget. After the runner is closed nothing is called any more.
        """
