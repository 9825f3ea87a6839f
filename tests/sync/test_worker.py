"""The loop, and when it tries again."""

import threading
import time
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.answers import EventResult, EventStatus
from sync.backoff import FullJitterBackoff, bounded_retry_after_s
from sync.connectivity import LinkState, SyncStatus
from sync.courier import ledger
from sync.errors import (
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ServerBusy,
    SyncError,
    TimedOut,
    Unreachable,
)
from sync.item import SignedItem
from sync.link_watch import ways_out
from sync.outbox import ItemState
from sync.sender_lock import SenderLock
from sync.worker import AFTER_ANOTHER_SENDER_S, SyncWorker
from tests.sync.sync_parts import NOW, Kiosk, ScriptedTransport, answer_to, event

WAIT_S = 10.0


@given(st.integers(0, 10**9), st.integers(0, 2**32))
def test_wait_is_between_nothing_and_its_limit(attempt: int, seed: int):
    backoff = FullJitterBackoff(Random(seed))
    assert 0.0 <= backoff.delay_s(attempt) <= backoff.limit_s(attempt) <= 900.0


def test_limit_doubles_up_to_a_quarter_of_an_hour():
    backoff = FullJitterBackoff(Random(1))
    assert [backoff.limit_s(attempt) for attempt in range(1, 12)] == [
        2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 900.0, 900.0,
    ]  # fmt: skip


def test_waits_are_spread_over_the_whole_limit():
    backoff = FullJitterBackoff(Random(7))
    waits = [backoff.delay_s(20) for _ in range(500)]
    assert min(waits) < 90.0
    assert max(waits) > 810.0


@pytest.mark.parametrize(("asked", "followed"), [(-5.0, 0.0), (30.0, 30.0), (99_999.0, 900.0)])
def test_retry_after_is_bounded(asked: float, followed: float):
    assert bounded_retry_after_s(asked) == followed


def applied(batch_id, items):
    ids = [SignedItem.decode(item).header.id for item in items]
    return answer_to(batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids])


class Statuses:
    """Collects snapshots; a test waits for one that it describes."""

    def __init__(self) -> None:
        self.seen: list[SyncStatus] = []
        self._changed = threading.Condition()

    def __call__(self, status: SyncStatus) -> None:
        with self._changed:
            self.seen.append(status)
            self._changed.notify_all()

    def wait_for(self, wanted) -> SyncStatus:
        with self._changed:
            assert self._changed.wait_for(
                lambda: any(wanted(status) for status in self.seen), WAIT_S
            ), self.seen
            return next(status for status in self.seen if wanted(status))


def worker(kiosk: Kiosk, transport: ScriptedTransport, statuses: Statuses, base_s: float = 600.0):
    backoff = FullJitterBackoff(Random(1), base_s)
    return SyncWorker(kiosk.engine(transport), backoff, 600.0, statuses)


def test_worker_delivers_what_waits_at_its_start(kiosk: Kiosk):
    kiosk.append(event())
    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(applied), statuses)
    assert loop.status() == SyncStatus()
    loop.start()
    try:
        status = statuses.wait_for(lambda one: one.link is LinkState.ONLINE and one.waiting == 0)
    finally:
        assert loop.stop(WAIT_S)
    assert status.last_success_at == NOW
    assert statuses.seen[0].waiting == 1


def test_status_says_how_much_of_what_waits_is_with_a_van(kiosk: Kiosk):
    kiosk.append(event(), event("r-0002"), event("r-0003"))
    with kiosk.database.transaction() as database:
        ledger.begin_bundle(database, ledger.NewBundle("one", "x", 2, [(1, 2)], NOW))
        ledger.note_custody(database, "one", "van-0001", NOW, b"")

    def fail(batch_id, items):
        raise Unreachable("x")

    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(fail), statuses)
    loop.start()
    try:
        status = statuses.wait_for(lambda one: one.link is LinkState.OFFLINE)
    finally:
        assert loop.stop(WAIT_S)
    assert (status.waiting, status.carried) == (3, 2)


def test_wake_after_an_enqueue_delivers_at_once(kiosk: Kiosk):
    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(applied), statuses)
    loop.start()
    try:
        statuses.wait_for(lambda one: one.link is LinkState.ONLINE)
        (event_id,) = kiosk.append(event())
        kiosk.clock.forward(90)
        loop.wake()
        status = statuses.wait_for(lambda one: one.waiting == 1)
        statuses.wait_for(lambda one: one.last_success_at == NOW + timedelta(seconds=90))
    finally:
        assert loop.stop(WAIT_S)
    assert status.oldest_age_s == 90.0
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [event_id]


def test_link_that_comes_back_is_used_without_waiting(kiosk: Kiosk):
    kiosk.append(event())
    is_down = threading.Event()
    is_down.set()

    def fail(batch_id, items):
        if is_down.is_set():
            raise Unreachable("x")
        return applied(batch_id, items)

    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(fail), statuses)
    loop.start()
    try:
        status = statuses.wait_for(lambda one: one.link is LinkState.OFFLINE)
        assert (status.error_code, status.waiting) == ("SYN-101", 1)
        is_down.clear()
        loop.link_up()
        statuses.wait_for(lambda one: one.link is LinkState.ONLINE and one.error_code == "")
    finally:
        assert loop.stop(WAIT_S)
    assert kiosk.ids(ItemState.QUEUED) == []


def test_failed_link_is_tried_again_by_itself(kiosk: Kiosk):
    kiosk.append(event())
    tries: list[int] = []

    def fail_twice(batch_id, items):
        tries.append(1)
        if len(tries) < 3:
            raise Unreachable("x")
        return applied(batch_id, items)

    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(fail_twice), statuses, base_s=0.01)
    loop.start()
    try:
        statuses.wait_for(lambda one: one.link is LinkState.ONLINE)
    finally:
        assert loop.stop(WAIT_S)
    assert len(tries) == 3


def test_bug_in_a_run_does_not_end_the_loop(kiosk: Kiosk):
    kiosk.append(event())
    tries: list[int] = []

    def broken_once(batch_id, items):
        tries.append(1)
        if len(tries) == 1:
            raise LookupError("a bug")
        return applied(batch_id, items)

    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(broken_once), statuses, base_s=0.01)
    loop.start()
    try:
        statuses.wait_for(lambda one: one.link is LinkState.ONLINE)
    finally:
        assert loop.stop(WAIT_S)
    assert statuses.seen[1].error_code == "SYN-000"


def test_closed_database_is_said_and_does_not_end_the_loop(kiosk: Kiosk):
    statuses = Statuses()
    transport = ScriptedTransport(applied)
    loop = worker(kiosk, transport, statuses)
    with kiosk.database.reading() as database:
        database.execute("DROP TABLE outbox")
    loop.start()
    try:
        statuses.wait_for(lambda one: one.error_code != "")
    finally:
        assert loop.stop(WAIT_S)


def test_worker_that_never_started_stops():
    class Nothing:
        pass

    loop = SyncWorker(Nothing(), FullJitterBackoff(Random(1)))
    assert loop.stop(0.1)


@pytest.mark.parametrize(
    ("error", "longest_s"),
    [
        (Unreachable("x"), 120.0),
        (TimedOut("x"), 120.0),
        (ServerBusy(), 900.0),
        (NotTheCentre("x"), 900.0),
        (NotAuthorised("x"), 900.0),
    ],
)
def test_longest_wait_is_two_minutes_only_while_nobody_answers(kiosk: Kiosk, error, longest_s):
    class Latest(Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    def fail(what: str) -> None:
        raise error

    engine = kiosk.engine(ScriptedTransport(applied, on_pull=fail))
    loop = SyncWorker(engine, FullJitterBackoff(Latest()))
    assert max(loop._run() for _ in range(12)) == longest_s


def test_clock_that_was_set_ends_the_wait_for_it(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch):
    """Whoever has just set it stands before the kiosk, and its back-off may be a quarter of an hour."""
    monkeypatch.setattr("sync.worker.LOOK_S", 0.05)
    right = kiosk.clock.wall
    kiosk.clock.wall = right - timedelta(days=20_000)
    kiosk.append(event())

    def refuse(batch_id, items):
        if kiosk.clock.wall != right:
            raise ClockFault("the certificate is not yet valid")
        return applied(batch_id, items)

    transport = ScriptedTransport(refuse)
    statuses = Statuses()
    loop = worker(kiosk, transport, statuses)
    loop.start()
    try:
        statuses.wait_for(lambda one: one.link is LinkState.CLOCK_FAULT)
        tries = len(transport.sent)
        # A clock that merely runs is no reason to try again.
        assert not threading.Event().wait(0.3)
        assert len(transport.sent) == tries
        kiosk.clock.wall = right
        statuses.wait_for(lambda one: one.link is LinkState.ONLINE and not one.waiting)
    finally:
        assert loop.stop(WAIT_S)


@pytest.mark.parametrize("error", [Unreachable("x"), TimedOut("x"), NotTheCentre("x")])
def test_new_way_out_ends_the_wait_for_it(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, error: SyncError
):
    """A cable, a card or the hotspot of a van: nobody should wait for a back-off that began before it."""
    monkeypatch.setattr("sync.worker.LOOK_S", 0.02)
    ways = [frozenset({("eth0", "cable")})]

    def fail(batch_id, items):
        if ("wlan0", "van") not in ways[0]:
            raise error
        return applied(batch_id, items)

    kiosk.append(event())
    transport = ScriptedTransport(fail)
    statuses = Statuses()
    backoff = FullJitterBackoff(Random(1), 600.0)
    loop = SyncWorker(kiosk.engine(transport), backoff, 600.0, statuses, ways=lambda: ways[0])
    loop.start()
    try:
        statuses.wait_for(lambda one: one.error_code == error.code)
        tries = len(transport.sent)
        # One that went is no reason to try.
        ways[0] = frozenset()
        assert not threading.Event().wait(0.2)
        assert len(transport.sent) == tries
        ways[0] = frozenset({("wlan0", "van")})
        statuses.wait_for(lambda one: one.link is LinkState.ONLINE and not one.waiting)
    finally:
        assert loop.stop(WAIT_S)


def test_ways_out_are_told_by_the_tables_of_the_system(tmp_path):
    ipv4, ipv6 = tmp_path / "route", tmp_path / "ipv6_route"
    assert ways_out(ipv4, ipv6) == frozenset()
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    ipv4.write_text(head + "wlan0\t00000000\t0101A8C0\t0003\t0\t{use}\t600\t00000000\t0\t0\t0\n")
    anywhere, here = "0" * 32, "fe80" + "0" * 28
    rows = [
        f"{anywhere} 00 {anywhere} 00 {here} 00000400 00000001 00000009 00450003 usb0",
        f"{anywhere} 00 {anywhere} 00 {anywhere} ffffffff 00000001 00000000 00200200 lo",
        f"{here} 40 {anywhere} 00 {anywhere} 00000100 00000001 00000000 00000001 usb0",
        "cut",
    ]
    ipv6.write_text("\n".join(rows))
    assert ways_out(ipv4, ipv6) == {("wlan0", "00000000", "0101A8C0"), ("usb0", anywhere, here)}


def test_centre_that_asks_for_time_gets_it_whoever_wakes_the_worker(kiosk: Kiosk):
    """Each resident who is served wakes the worker; a busy centre must not be asked by every one of them."""

    def busy(batch_id, items):
        raise ServerBusy(0.6)

    transport = ScriptedTransport(busy)
    statuses = Statuses()
    kiosk.append(event())
    loop = worker(kiosk, transport, statuses, base_s=0.001)
    loop.start()
    try:
        statuses.wait_for(lambda one: one.error_code == ServerBusy.code)
        asked, began = len(transport.sent), time.monotonic()
        kiosk.append(event())
        loop.wake()
        loop.link_up()
        # The strip counts the new one at once; the centre hears of it later.
        statuses.wait_for(lambda one: one.waiting == 2)
        assert len(transport.sent) == asked or time.monotonic() - began > 0.5
        transport.on_batch = applied
        statuses.wait_for(lambda one: one.waiting == 0)
        assert time.monotonic() - began > 0.3
    finally:
        assert loop.stop(WAIT_S)


def test_worker_that_rests_for_a_busy_centre_can_be_stopped_at_once(kiosk: Kiosk):
    kiosk.append(event())

    def busy(batch_id, items):
        raise ServerBusy(900.0)

    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(busy), statuses)
    loop.start()
    statuses.wait_for(lambda one: one.error_code == ServerBusy.code)
    assert loop.stop(WAIT_S)


def test_turn_of_another_sender_is_no_failure(kiosk: Kiosk):
    statuses = Statuses()
    loop = worker(kiosk, ScriptedTransport(applied), statuses)
    with SenderLock(kiosk.database.path).held():
        assert loop._run() == AFTER_ANOTHER_SENDER_S
        assert loop.status().error_code == ""
    assert loop._run() == 600.0
