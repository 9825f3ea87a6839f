"""When something happened, told from clocks that may stand anywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.corrected_time import (
    EARLIEST,
    ClockQuality,
    CorrectedTime,
    EventClocks,
    Reception,
    Timeline,
    correct,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EMPTY, AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
EXACT, BOUNDED, DEVICE, NONE = ClockQuality
MS_PER_HOUR = 3_600_000


def clocks(wall=NOW - HOUR, boot="a", ms=0, centre=None, age=None) -> EventClocks:
    return EventClocks(wall, boot, ms, centre, age)


SAME_BOOT = Reception(NOW, "a", 5 * MS_PER_HOUR)
LATER_BOOT = Reception(NOW, "b", 2 * MS_PER_HOUR)
BY_VAN = Reception(NOW)


@pytest.mark.parametrize("wall", [EMPTY, AHEAD, NOW, None])
def test_event_of_the_boot_that_brings_it_is_dated_exactly(wall):
    found = correct(clocks(wall, ms=2 * MS_PER_HOUR), SAME_BOOT)
    assert found == CorrectedTime(NOW - 3 * HOUR, EXACT)


@pytest.mark.parametrize("wall", [EMPTY, AHEAD, NOW, None])
def test_event_after_a_word_of_the_centre_in_its_own_boot_is_dated_exactly(wall):
    told = clocks(wall, "old", 7, centre=NOW - 9 * DAY, age=2 * MS_PER_HOUR)
    for arrival in (BY_VAN, LATER_BOOT):
        assert correct(told, arrival) == CorrectedTime(NOW - 9 * DAY + 2 * HOUR, EXACT)


@pytest.mark.parametrize(
    ("wall", "centre", "expected", "quality"),
    [
        (NOW - 3 * HOUR, NOW - DAY, NOW - 3 * HOUR, BOUNDED),
        (NOW - 3 * HOUR, None, NOW - 3 * HOUR, DEVICE),
        # The device was started two hours ago, and this event is older.
        (NOW - HOUR, NOW - DAY, NOW - DAY, NONE),
        (NOW - HOUR, None, NOW - 2 * HOUR, NONE),
        (EMPTY, NOW - DAY, NOW - DAY, NONE),
        (AHEAD, NOW - DAY, NOW - DAY, NONE),
        (EMPTY, None, NOW - 2 * HOUR, NONE),
        (None, None, NOW - 2 * HOUR, NONE),
        (NOW - 2 * DAY, NOW - DAY, NOW - DAY, NONE),
        # A device that claims to know a time of the centre that has not been yet.
        (NOW - 3 * HOUR, NOW + DAY, NOW - 3 * HOUR, DEVICE),
        (NOW - 3 * HOUR, EMPTY, NOW - 3 * HOUR, DEVICE),
    ],
)
def test_event_of_an_earlier_boot_lies_within_its_bounds(wall, centre, expected, quality):
    found = correct(clocks(wall, centre=centre), LATER_BOOT)
    assert found == CorrectedTime(expected, quality)


def test_monotonic_clock_that_ran_backwards_is_not_believed():
    found = correct(clocks(ms=6 * MS_PER_HOUR), SAME_BOOT)
    assert found == CorrectedTime(NOW - HOUR, DEVICE)


@pytest.mark.parametrize("number", [2**53 - 1, 10**18])
def test_numbers_beyond_all_reason_give_no_nonsense(number):
    for told, arrival in [
        (clocks(ms=0), Reception(NOW, "a", number)),
        (clocks(boot="old"), Reception(NOW, "b", number)),
        (clocks(centre=NOW - DAY, age=number), BY_VAN),
    ]:
        assert correct(told, arrival) == CorrectedTime(NOW - HOUR, DEVICE)


MOMENTS = st.one_of(
    st.none(),
    st.sampled_from([EMPTY, AHEAD, datetime.min.replace(tzinfo=UTC)]),
    st.datetimes(NAIVE - 700 * DAY, NAIVE + 400 * DAY, timezones=st.just(UTC)),
)
COUNTS = st.one_of(st.integers(0, 10**12), st.integers(0, 2**53 - 1))
CLOCKS = st.builds(
    EventClocks, MOMENTS, st.sampled_from("ab"), COUNTS, MOMENTS, st.one_of(st.none(), COUNTS)
)
ARRIVALS = st.builds(
    Reception,
    st.datetimes(NAIVE - 150 * DAY, NAIVE + 40 * DAY, timezones=st.just(UTC)),
    st.sampled_from(["", "a", "b"]),
    st.one_of(st.none(), COUNTS),
)


@given(CLOCKS, ARRIVALS)
def test_corrected_time_lies_between_the_first_kiosk_and_the_arrival(told, arrival):
    found = correct(told, arrival)
    assert EARLIEST <= found.at <= arrival.at
    if told.centre is not None and found.quality is BOUNDED:
        assert found.at >= told.centre


@given(
    st.lists(st.tuples(st.integers(1, 40), CLOCKS, ARRIVALS), unique_by=lambda row: row[0]),
    st.randoms(use_true_random=False),
)
def test_corrected_times_keep_the_order_of_the_device_whatever_comes_first(rows, random):
    """Each row is an event that arrives alone, by any path, in any order."""
    rows.sort(key=lambda row: row[2].at)
    stored: dict[int, datetime] = {}
    arrivals: list[datetime] = []
    for seq, told, arrival in rows:
        near = sorted(stored)
        below = [one for one in near if one < seq][-1:]
        above = [one for one in near if one > seq][:1]
        line = Timeline((one, stored[one]) for one in (*below, *above))
        placed = line.place(seq, correct(told, arrival))
        stored[seq] = placed.at
        arrivals.append(arrival.at)
        assert EARLIEST <= placed.at <= max(arrivals)
    ordered = [stored[seq] for seq in sorted(stored)]
    assert ordered == sorted(ordered)


@given(st.data())
def test_honest_kiosk_is_dated_to_the_second_whatever_its_wall_clock_does(data):
    """Two boots, a wall clock that jumps, a centre that is met now and then: what is exact is right."""
    true_time, boot, boot_at = NOW - 20 * DAY, "a", NOW - 20 * DAY
    last_centre: tuple[datetime, str] | None = None
    events: list[tuple[datetime, EventClocks]] = []
    for _ in range(data.draw(st.integers(1, 12))):
        step = data.draw(st.integers(1, 100_000))
        true_time = min(true_time + timedelta(seconds=step), NOW - HOUR)
        if data.draw(st.booleans()) and boot == "a":
            boot, boot_at = "b", true_time
        if data.draw(st.booleans()):
            last_centre = (true_time, boot)
        ms = round((true_time - boot_at).total_seconds() * 1000)
        centre, age = None, None
        if last_centre is not None:
            centre = last_centre[0]
            if last_centre[1] == boot:
                age = round((true_time - centre).total_seconds() * 1000)
        wall = data.draw(st.sampled_from([true_time, EMPTY, AHEAD]))
        events.append((true_time, EventClocks(wall, boot, ms, centre, age)))
    arrival = Reception(NOW, boot, round((NOW - boot_at).total_seconds() * 1000))
    line = Timeline()
    for seq, (true, told) in enumerate(events, 1):
        placed = line.place(seq, correct(told, arrival))
        assert placed.at <= max(true, arrival.at - timedelta(milliseconds=arrival.monotonic_ms))
        if placed.quality is EXACT:
            assert placed.at == true
        if told.boot_id == boot:
            assert placed.quality is EXACT


def test_exact_time_that_contradicts_its_neighbours_is_no_longer_called_exact():
    line = Timeline([(1, NOW - HOUR), (9, NOW)])
    assert line.place(5, CorrectedTime(NOW - 2 * HOUR, EXACT)) == CorrectedTime(NOW - HOUR, BOUNDED)
    second = timedelta(seconds=1)
    assert line.place(6, CorrectedTime(NOW + second, EXACT)) == CorrectedTime(NOW, EXACT)
