"""The only loop: runs the engine, waits on an event, stops when told."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sync.backoff import FullJitterBackoff, bounded_retry_after_s
from sync.connectivity import LinkState, SyncStatus
from sync.engine import SyncEngine, SyncReport
from sync.errors import (
    ClockFault,
    NotTheCentre,
    SenderBusy,
    SyncError,
    TimedOut,
    Unreachable,
)
from sync.feed_health import ROSTER_WARNING_DAYS
from sync.link_watch import Ways, ways_out

logger = logging.getLogger(__name__)

INTERVAL_S = 60.0
"""Between runs on a good link: decisions and roster come this fast."""
LINK_CAP_S = 2 * 60.0
"""Limit of the waits while nobody answers: a try costs the centre nothing, and a link in a village is brief.
The longer waits are for a centre that is busy, and for what only people can mend."""
_NO_ANSWER = (Unreachable.code, TimedOut.code)
_MENDED_HERE = (*_NO_ANSWER, NotTheCentre.code, ClockFault.code)
"""What somebody may mend at this machine, which can be seen here."""
AFTER_ANOTHER_SENDER_S = 5.0
"""Wait while another process of this device is sending: it takes what waits along."""
LOOK_S = 5.0
"""While nobody answers or the clock is at fault, how often this machine is looked at: whoever plugged the cable in or
set the clock waits for no back-off."""
CLOCK_STEP_S = 60.0
"""A wall clock that moved by more against the monotonic one was set."""


class SyncWorker:
    """Runs an engine in one thread; every public method may be called from any thread.

    Args:
        interval_s: between runs while all is well.
        on_status: called in the worker's thread after each change of the status.
        after_run: called in the worker's thread after each run with what it did and the event that ends the worker;
            another way for what waits, such as a van.
        roster_warning_days: from which age on the status says how old the roster is.
        ways: tells what ways out this machine has.
    """

    def __init__(
        self,
        engine: SyncEngine,
        backoff: FullJitterBackoff,
        interval_s: float = INTERVAL_S,
        on_status: Callable[[SyncStatus], None] | None = None,
        after_run: Callable[[SyncReport, threading.Event], None] | None = None,
        roster_warning_days: int = ROSTER_WARNING_DAYS,
        ways: Callable[[], Ways] = ways_out,
    ) -> None:
        self._engine = engine
        self._backoff = backoff
        self._link_backoff = replace(backoff, cap_s=min(backoff.cap_s, LINK_CAP_S))
        self._interval_s = interval_s
        self._on_status = on_status
        self._after_run = after_run
        self._roster_warning_days = roster_warning_days
        self._ways_now = ways
        self._lock = threading.Lock()
        self._status = SyncStatus()
        self._failures = 0
        self._least_s = 0.0
        """How long the centre asked to be left alone after the last run, whoever wakes the worker."""
        self._set_s = 0.0
        """How the wall clock stood against the monotonic one when the last run began."""
        self._ways: Ways = frozenset()
        """What ways out there were then."""
        self._wake = threading.Event()
        self._stop = threading.Event()
        # No daemon: a daemon thread is cut off in the middle of a transaction when the process ends.
        self._thread = threading.Thread(target=self._loop, name="sync", daemon=False)

    def start(self) -> None:
        """Begin; the first run comes at once."""
        self._thread.start()

    def wake(self) -> None:
        """Run now, as after each enqueue; a run that is under way is followed by another."""
        self._wake.set()

    def link_up(self) -> None:
        """The network came back: forget the failures and run now."""
        with self._lock:
            self._failures = 0
        self._wake.set()

    def stop(self, timeout_s: float) -> bool:
        """End after the exchange under way; returns whether the thread ended in time."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def status(self) -> SyncStatus:
        """The latest snapshot; touches neither disk nor network."""
        with self._lock:
            return self._status

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._publish(None)
            self._rest(self._run())

    def _rest(self, delay_s: float) -> None:
        """Wait until the next run is due or wanted, and in any case as long as the centre asked."""
        ends = time.monotonic() + self._least_s
        is_wanted = False
        while not self._stop.is_set() and (left_s := ends - time.monotonic()) > 0:
            if self._wake.wait(left_s):
                # Accepted meanwhile: counted at once, sent when the centre wants to hear of us again.
                self._wake.clear()
                is_wanted = True
                self._publish(None)
        if not is_wanted and self._is_woken(
            0.0 if self._stop.is_set() else delay_s - self._least_s
        ):
            self._wake.clear()

    def _is_woken(self, delay_s: float) -> bool:
        """Wait; a new way out ends the wait as well, or the setting of a clock that was at fault."""
        if (code := self.status().error_code) not in _MENDED_HERE:
            return self._wake.wait(delay_s)
        ends = time.monotonic() + delay_s
        while (left_s := ends - time.monotonic()) > 0:
            if self._wake.wait(min(left_s, LOOK_S)):
                return True
            if self._is_mended(code):
                with self._lock:
                    self._failures = 0
                return False
        return False

    def _is_mended(self, code: str) -> bool:
        if code == ClockFault.code:
            return abs(self._clock_set_s() - self._set_s) > CLOCK_STEP_S
        return not self._ways_now() <= self._ways

    def _clock_set_s(self) -> float:
        return self._engine.now().timestamp() - time.monotonic()

    def _run(self) -> float:
        self._least_s = 0.0
        self._set_s, self._ways = self._clock_set_s(), self._ways_now()
        try:
            report = self._engine.run_once(self._stop.is_set)
        except Exception as error:  # noqa: BLE001  (a bug must not end delivery for ever)
            # Only the type is logged: a message may hold personal data.
            logger.error("sync run failed: %s", type(error).__name__)  # noqa: TRY400
            report = SyncReport(link=LinkState.UNKNOWN, error_code=_code_of(error))
        if report.error_code == SenderBusy.code:
            self._publish(None)
            return AFTER_ANOTHER_SENDER_S
        self._publish(report)
        if self._after_run is not None and not self._stop.is_set():
            try:
                self._after_run(report, self._stop)
            except Exception as error:  # noqa: BLE001  (the other way must not end this one)
                logger.error("the way beside the network failed: %s", type(error).__name__)  # noqa: TRY400
        with self._lock:
            self._failures = self._failures + 1 if report.error_code else 0
            failures = self._failures
        if not failures:
            return 0.0 if report.has_more_files else self._interval_s
        backoff = self._link_backoff if report.error_code in _NO_ANSWER else self._backoff
        self._least_s = bounded_retry_after_s(report.retry_after_s or 0.0)
        return max(backoff.delay_s(failures), self._least_s)

    def _publish(self, report: SyncReport | None) -> None:
        status = self._measured(self.status())
        if report is not None:
            status = replace(status, error_code=report.error_code)
            if report.link is not LinkState.UNKNOWN:
                status = replace(status, link=report.link)
            if report.answers:
                status = replace(status, last_success_at=self._engine.now())
        with self._lock:
            is_new = status != self._status
            self._status = status
        if is_new and self._on_status is not None:
            self._on_status(status)

    def _measured(self, status: SyncStatus) -> SyncStatus:
        try:
            counts, files = self._engine.counts(), self._engine.file_counts()
            feeds = self._engine.feed_health()
            carried = self._engine.carried_count() if counts.waiting else 0
        except Exception as error:  # noqa: BLE001  (a closed or broken database must not end delivery for ever)
            logger.error("the queue cannot be counted: %s", type(error).__name__)  # noqa: TRY400
            return replace(status, error_code=_code_of(error))
        age_s = None
        if counts.oldest_created_at is not None:
            # A wall clock that was set back must not show a negative age.
            age_s = max(0.0, (self._engine.now() - counts.oldest_created_at).total_seconds())
        return replace(
            status,
            waiting=counts.waiting,
            parked=counts.parked,
            oldest_age_s=age_s,
            files_waiting=files.waiting,
            files_parked=files.parked,
            stale_roster_days=feeds.stale_roster_days(
                self._engine.now(), self._roster_warning_days
            ),
            is_catalogue_refused=bool(feeds.refusal),
            carried=carried,
        )


def _code_of(error: Exception) -> str:
    return error.code if isinstance(error, SyncError) else SyncError.code
