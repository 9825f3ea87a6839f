"""What people read is never a date before one that has certainly been, and a clock that is right is left alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.clock import BUILT_AT, FLOOR_TOLERANCE, FlooredClock
from kiosk.storage.clock_mark import clock_floor
from tests.builders import NOW, FakeClock, make_world

BATTERY_EMPTY = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def test_clock_in_1970_shows_the_floor_and_runs_on() -> None:
    device = FakeClock(BATTERY_EMPTY)
    clock = FlooredClock(device, NOW)
    assert clock.now() == NOW
    device.forward(90)
    assert clock.now() == NOW + timedelta(seconds=90)
    assert clock.device.now() == BATTERY_EMPTY + timedelta(seconds=90)


@pytest.mark.parametrize("off", [-FLOOR_TOLERANCE, timedelta(0), 400 * DAY])
def test_clock_that_may_be_right_is_left_alone(off: timedelta) -> None:
    assert FlooredClock(FakeClock(NOW + off), NOW).now() == NOW + off


def test_time_of_the_centre_takes_the_place_of_every_floor() -> None:
    device = FakeClock(BATTERY_EMPTY)
    clock = FlooredClock(device, NOW + 30 * DAY)
    device.forward(5)
    clock.note_centre_time(NOW)
    device.forward(5)
    assert clock.now() == NOW + timedelta(seconds=5)
    clock.note_centre_time(BATTERY_EMPTY)
    assert clock.now() == BUILT_AT


@pytest.mark.parametrize(
    ("device_at", "centre_at", "floor"),
    [
        (None, None, BUILT_AT),
        (NOW, None, NOW),
        (NOW, NOW + DAY, NOW + DAY),
        (NOW + DAY, NOW, NOW + DAY),
        # Made while the clock stood in 2099: not everybody's date.
        (datetime(2099, 1, 1, tzinfo=UTC), None, BUILT_AT),
        (datetime(2099, 1, 1, tzinfo=UTC), NOW, NOW),
        (BATTERY_EMPTY, None, BUILT_AT),
    ],
)
def test_floor_is_the_latest_time_that_can_be_believed(
    device_at: datetime | None, centre_at: datetime | None, floor: datetime, tmp_path: Path
) -> None:
    with make_world(tmp_path) as world:
        with world.store.transaction() as transaction:
            if centre_at is not None:
                transaction.note_centre_moment(centre_at)
            if device_at is not None:
                transaction.note_device_moment(device_at)
        with world.store.encrypted.reading() as database:
            assert clock_floor(database) == floor
