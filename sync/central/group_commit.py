"""Several small jobs share one transaction, and so one wait for the disk.

Whoever finds nobody at work commits for all who wait; who comes meanwhile waits and is in the next group. There is no
thread and no delay of its own: with one caller at a time each job is committed at once, in that caller's thread.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

MAXIMUM_JOBS = 32
MAXIMUM_SHARE = 4
"""Jobs of one owner in a group, so that one device does not fill it while others wait."""


class Job(Protocol):
    """Something that is committed together with others."""

    @property
    def owner(self) -> str:
        """Whose it is; a group takes few jobs of one owner."""

    def reset(self) -> None:
        """Forget what an attempt that was undone has left."""


JobT = TypeVar("JobT", bound=Job)


class _Waiting(Generic[JobT]):
    def __init__(self, job: JobT) -> None:
        self.job = job
        self.is_done = False
        self.error: BaseException | None = None


Commit = Callable[[Sequence[JobT]], None]
"""Runs jobs in one transaction; all or nothing."""


class GroupCommit(Generic[JobT]):
    """Commits jobs in groups; safe to use from several threads."""

    def __init__(
        self, observe: Callable[[int, float], None] = lambda _jobs, _seconds: None
    ) -> None:
        """Args: observe is told how many jobs a group had, and how long it took."""
        self._observe = observe
        self._queue_lock = threading.Lock()
        self._leader_lock = threading.Lock()
        self._queue: list[_Waiting[JobT]] = []

    def run(self, job: JobT, commit: Commit[JobT]) -> None:
        """Commit a job; when this returns it is on the disk.

        Args:
            commit: the same for every job.
        Raises:
            whatever ``commit`` raises for this job alone: others never fail with it.
        """
        mine = _Waiting(job)
        with self._queue_lock:
            self._queue.append(mine)
        while not mine.is_done:
            with self._leader_lock:
                if not mine.is_done:
                    self._lead(commit)
        if mine.error is not None:
            raise mine.error

    @property
    def waiting(self) -> int:
        """Jobs that wait for the next group."""
        return len(self._queue)

    def _lead(self, commit: Commit[JobT]) -> None:
        group = self._next_group()
        started = time.perf_counter()
        try:
            if len(group) > 1 and _is_committed(group, commit):
                return
            for one in group:
                _commit_alone(one, commit)
        finally:
            for one in group:
                one.is_done = True
            self._observe(len(group), time.perf_counter() - started)

    def _next_group(self) -> list[_Waiting[JobT]]:
        taken: list[_Waiting[JobT]] = []
        left: list[_Waiting[JobT]] = []
        shares: dict[str, int] = {}
        with self._queue_lock:
            for one in self._queue:
                share = shares.get(one.job.owner, 0)
                if len(taken) < MAXIMUM_JOBS and share < MAXIMUM_SHARE:
                    shares[one.job.owner] = share + 1
                    taken.append(one)
                else:
                    left.append(one)
            self._queue = left
        return taken


def _is_committed(group: Sequence[_Waiting[JobT]], commit: Commit[JobT]) -> bool:
    try:
        commit([one.job for one in group])
    except Exception:  # noqa: BLE001  (each job is tried alone now, and gets its own error)
        for one in group:
            one.job.reset()
        return False
    except BaseException as error:  # noqa: BLE001  (the process ends; nobody may take it for a success)
        for one in group:
            one.error = error
    return True


def _commit_alone(one: _Waiting[JobT], commit: Commit[JobT]) -> None:
    try:
        commit([one.job])
    except BaseException as error:  # noqa: BLE001  (raised in the thread that waits for it)
        one.error = error
