"""A kiosk without a link looks for a van by itself, now and then, when it has something for one."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.runtime import Runtime
from sync.connectivity import LinkState
from sync.courier import ledger
from sync.courier.errors import CourierError, VanNotFound
from sync.engine import SyncReport

if TYPE_CHECKING:
    from sync.courier.handover import HandedOver

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 5 * 60.0
"""A van stays in a village for hours; looking costs a few packets."""
LOOK_FOR_S = 3.0

AfterRun = Callable[[SyncReport, threading.Event], None]


def van_watch(runtime: Runtime, interfaces: list[str] | None = None) -> AfterRun | None:
    """What the sync worker calls after each run; None when the settings do not ask for it.

    Args:
        interfaces: addresses of this machine to look from; None for all.
    """
    if not runtime.config.courier.lan:
        return None
    # Discovery and TLS are loaded only where they are used: a window is painted sooner without.
    from kiosk.courier_parts import courier_parts  # noqa: PLC0415

    def has_something() -> bool:
        with runtime.encrypted.reading() as database:
            return ledger.has_open_items(database)

    def hand_over(stop: threading.Event) -> "HandedOver":
        return courier_parts(runtime).hand_over(LOOK_FOR_S, interfaces=interfaces, stop=stop)

    return VanWatch(has_something, hand_over).look


@dataclass(slots=True)
class VanWatch:
    """Looks at most every few minutes."""

    has_something: Callable[[], bool]
    """Whether anything waits, also what a van carries already: it may be back with the report."""
    hand_over: Callable[[threading.Event], "HandedOver"]
    every_s: float = LOOK_EVERY_S
    monotonic: Callable[[], float] = time.monotonic
    _looked_at: float | None = None

    def look(self, report: SyncReport, stop: threading.Event) -> None:
        """Hand over to a van in the network when the centre was not reached and something waits."""
        now = self.monotonic()
        is_too_soon = self._looked_at is not None and now - self._looked_at < self.every_s
        if report.link is LinkState.ONLINE or is_too_soon or not self.has_something():
            return
        self._looked_at = now
        try:
            done = self.hand_over(stop)
        except VanNotFound:
            return
        except CourierError as error:
            _log.warning("handing over failed code=%s", error.code)
            return
        _log.info("handed over bundles=%d items=%d", done.bundles, done.items)
