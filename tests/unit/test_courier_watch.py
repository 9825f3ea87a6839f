import threading

import pytest

from kiosk.courier_watch import VanWatch
from sync.connectivity import LinkState
from sync.courier.errors import HandoverFailed, VanNotFound
from sync.courier.handover import HandedOver
from sync.engine import SyncReport


class Asked:
    """Counts how often a van was looked for."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self._error = error

    def __call__(self, _stop: threading.Event) -> HandedOver:
        self.count += 1
        if self._error is not None:
            raise self._error
        return HandedOver("van-0001", 1, 3)


@pytest.mark.parametrize(
    ("link", "waits", "seconds", "count"),
    [
        (LinkState.OFFLINE, True, (0,), 1),
        (LinkState.CAPTIVE, True, (0,), 1),
        (LinkState.ONLINE, True, (0,), 0),
        (LinkState.OFFLINE, False, (0,), 0),
        (LinkState.OFFLINE, True, (0, 10, 299), 1),
        (LinkState.OFFLINE, True, (0, 10, 301), 2),
    ],
)
def test_a_van_is_looked_for_only_without_a_link_with_something_to_hand_over_and_not_too_often(
    link: LinkState, waits: bool, seconds: tuple[int, ...], count: int
) -> None:
    asked, now = Asked(), [0.0]
    watch = VanWatch(lambda: waits, asked, 300.0, lambda: now[0])
    for second in seconds:
        now[0] = float(second)
        watch.look(SyncReport(link=link), threading.Event())
    assert asked.count == count


def test_no_van_is_no_fault_and_a_failed_hand_over_is_only_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for error, said in ((VanNotFound("x"), ""), (HandoverFailed("x"), "code=SYN-711")):
        caplog.clear()
        VanWatch(lambda: True, Asked(error)).look(
            SyncReport(link=LinkState.OFFLINE), threading.Event()
        )
        assert said in caplog.text
        assert bool(caplog.records) is bool(said)
