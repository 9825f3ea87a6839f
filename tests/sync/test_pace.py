"""How much is sent at once, and how long it may take, on links from a modem to a fibre."""

import pytest

from sync.answers import EventResult, EventStatus
from sync.batch_limits import (
    FIRST_BATCH_BYTES,
    LARGEST_BATCH_BYTES,
    SMALLEST_BATCH_BYTES,
    TARGET_MS,
    BatchLimits,
)
from sync.errors import TimedOut
from sync.framing import LENGTH_BYTES
from sync.item import SignedItem
from sync.outbox import ItemState
from sync.time_allowance import LONGEST_S, TimeAllowance
from tests.sync.sync_parts import Kiosk, ScriptedTransport, answer_to, event


def applied(batch_id, items):
    ids = [SignedItem.decode(item).header.id for item in items]
    return answer_to(batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids])


def settled_on(bytes_per_s: float, round_trip_ms: int) -> list[int]:
    """The sizes of twelve full batches in a row."""
    limits, sizes = BatchLimits(), []
    for _ in range(12):
        size = limits.allowed_bytes
        sizes.append(size)
        limits.grow(size, round_trip_ms + round(size / bytes_per_s * 1000))
    return sizes


@pytest.mark.parametrize(
    ("bytes_per_s", "least", "most"),
    [
        (200, SMALLEST_BATCH_BYTES, SMALLEST_BATCH_BYTES),
        (1200, 16_000, 18_000),
        (8000, 100_000, 120_000),
        (125_000, LARGEST_BATCH_BYTES, LARGEST_BATCH_BYTES),
    ],
)
def test_batch_takes_a_quarter_of_a_minute_at_most(bytes_per_s, least, most):
    sizes = settled_on(bytes_per_s, round_trip_ms=600)
    assert sizes[0] == FIRST_BATCH_BYTES
    assert least <= sizes[-1] <= most
    if sizes[-1] > SMALLEST_BATCH_BYTES:
        assert 600 + sizes[-1] / bytes_per_s * 1000 <= TARGET_MS + 100


def test_link_that_becomes_slow_is_followed_after_one_batch():
    limits = BatchLimits()
    limits.paced_bytes = LARGEST_BATCH_BYTES
    limits.grow(LARGEST_BATCH_BYTES, 60_000)
    assert limits.allowed_bytes == LARGEST_BATCH_BYTES // 4


def test_small_batch_over_a_satellite_is_not_taken_for_a_slow_link():
    limits = BatchLimits()
    for _ in range(20):
        limits.grow(400, 1300)
    assert limits.allowed_bytes == FIRST_BATCH_BYTES


def test_engine_measures_its_batches_and_sends_what_fits(kiosk: Kiosk):
    """9.6 kbit/s and 600 ms: no request takes longer than 16 s, and all arrives."""
    kiosk.append(*(event(f"r-{number}") for number in range(90)))

    def slow(batch_id, items):
        size = sum(LENGTH_BYTES + len(item) for item in items)
        took_s.append(0.6 + size / 1200)
        kiosk.clock.forward(took_s[-1])
        return applied(batch_id, items)

    took_s: list[float] = []
    report = kiosk.engine(ScriptedTransport(slow)).run_once()
    assert report.acknowledged == 90
    assert max(took_s) < 16
    assert min(took_s[:-1]) > 10


def test_batch_that_ran_out_of_time_is_halved_down_to_one_and_grows_again(kiosk: Kiosk):
    kiosk.append(*(event(f"r-{number}") for number in range(8)))
    is_slow = [True]

    def link(batch_id, items):
        if is_slow[0]:
            raise TimedOut("x")
        return applied(batch_id, items)

    transport = ScriptedTransport(link)
    engine = kiosk.engine(transport)
    for _ in range(4):
        engine.run_once()
    assert [len(batch) for batch in transport.sent] == [8, 4, 2, 1]
    is_slow[0] = False
    assert engine.run_once().acknowledged == 8
    for _ in range(60):
        kiosk.append(event())
        engine.run_once()
    assert engine._pusher._limits.allowed_bytes == LARGEST_BATCH_BYTES
    assert kiosk.ids(ItemState.QUEUED) == []


def test_time_of_an_exchange_grows_with_its_size_on_a_link_known_to_be_slow():
    allowance = TimeAllowance(25.0)
    assert allowance.total_s(256 * 1024) == 25.0
    allowance.note(12_000, 10.0)
    assert allowance.total_s(0) == 25.0
    assert allowance.total_s(16_000) == pytest.approx(25.0 + 20.0)
    assert allowance.total_s(10**9) == LONGEST_S


def test_small_exchange_tells_nothing_of_the_rate():
    allowance = TimeAllowance(25.0)
    allowance.note(500, 1.2)
    assert allowance.bytes_per_s is None


def test_exchange_that_was_cut_may_take_longer_the_next_time():
    allowance = TimeAllowance(25.0)
    allowance.note_timed_out(64 * 1024, 25.0)
    assert allowance.total_s(64 * 1024) == pytest.approx(62.5)
    allowance.note(64 * 1024, 0.1)
    assert allowance.total_s(4 * 1024) < 26.0


def test_configured_time_is_never_cut_by_the_cap():
    allowance = TimeAllowance(600.0)
    allowance.note(8_000, 80.0)
    assert allowance.total_s(64 * 1024) == 600.0
