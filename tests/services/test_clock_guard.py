"""A clock that stands before a time that has already been is found out, and one that is right never is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.clock import BUILT_AT
from kiosk.services.clock_guard import ClockGuard
from kiosk.storage.settlement import KioskSettlement
from sync.answers import EventResult, EventStatus, RosterPage
from tests.builders import NOW, World, make_world
from tests.storage.states import submit

HOUR = timedelta(hours=1)
BATTERY_EMPTY = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def is_behind(world: World, at: datetime) -> bool:
    world.clock.wall = at
    return ClockGuard(world.store, world.clock).is_behind()


def latest(world: World) -> datetime | None:
    with world.store.transaction() as transaction:
        return transaction.latest_moment()


def note_and_break_off(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.note_device_moment(NOW + HOUR)
        raise KeyError


def settle(world: World, centre_time: datetime) -> None:
    result = EventResult(id="0199-unknown", status=EventStatus.APPLIED)
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(world.store.outbox, world.clock).settled(
            raw, "0199-unknown", result, centre_time
        )


def settle_carried(world: World, centre_time: datetime) -> None:
    result = EventResult(id="0199-unknown", status=EventStatus.APPLIED)
    told: list[datetime] = []
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(
            world.store.outbox, world.clock, on_centre_time=told.append, is_carried=True
        ).settled(raw, "0199-unknown", result, centre_time)
    # Days may lie between: it is not what time it is now.
    assert told == []


def take_roster(world: World, centre_time: datetime) -> None:
    page = RosterPage(
        protocol=1,
        device="dev-0007",
        epoch="e",
        time=centre_time,
        nonce="0" * 32,
        upserts=(),
        tombstones=(),
        cursor=9,
        as_of=centre_time,
        more=False,
    )
    with world.store.encrypted.transaction() as raw:
        KioskSettlement(world.store.outbox, world.clock).roster_changed(raw, page)


def test_new_kiosk_knows_the_time_of_its_version_only(world: World) -> None:
    assert latest(world) is None
    assert is_behind(world, BATTERY_EMPTY)
    assert not is_behind(world, BUILT_AT)


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        (timedelta(days=-20_000), True),
        (timedelta(minutes=-10, seconds=-1), True),
        (timedelta(minutes=-10), False),
        (timedelta(0), False),
        (timedelta(days=400), False),
    ],
)
def test_clock_is_behind_from_ten_minutes_on(off: timedelta, expected: bool, world: World) -> None:
    submit(world)
    assert latest(world) == NOW
    assert is_behind(world, NOW + off) is expected


@pytest.mark.parametrize("told", [settle, settle_carried, take_roster])
def test_time_of_the_centre_counts(told, world: World) -> None:  # type: ignore[no-untyped-def]
    told(world, NOW + HOUR)
    assert latest(world) == NOW + HOUR
    assert is_behind(world, NOW)
    told(world, NOW)
    assert latest(world) == NOW + HOUR


def test_mark_never_moves_back_when_the_clock_does(world: World) -> None:
    submit(world)
    for moment in (BATTERY_EMPTY, NOW - HOUR, BATTERY_EMPTY + HOUR):
        world.clock.wall = moment
        submit(world)
        assert latest(world) == NOW
        assert is_behind(world, moment)
    world.clock.wall = NOW + HOUR
    submit(world)
    assert latest(world) == NOW + HOUR


def test_clock_that_once_ran_ahead_is_forgiven_when_the_centre_tells_the_time(
    world: World,
) -> None:
    world.clock.wall = datetime(2099, 1, 1, tzinfo=UTC)
    submit(world)
    assert is_behind(world, NOW)
    settle(world, NOW)
    assert latest(world) == NOW
    assert not is_behind(world, NOW)
    assert is_behind(world, NOW - HOUR)


def test_report_that_was_days_on_its_way_takes_no_newer_mark_away(world: World) -> None:
    submit(world)
    settle_carried(world, NOW - timedelta(days=3))
    assert latest(world) == NOW
    assert is_behind(world, NOW - HOUR)


def test_mark_outlives_a_restart_and_a_break_in_the_transaction_leaves_it(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        submit(world)
        with pytest.raises(KeyError):
            note_and_break_off(world)
    with make_world(tmp_path) as world:
        assert latest(world) == NOW
        assert is_behind(world, BATTERY_EMPTY)


def test_moment_of_another_time_zone_is_the_same_moment(world: World) -> None:
    from kiosk.clock import SITE_TIME_ZONE

    with world.store.transaction() as transaction:
        transaction.note_device_moment(NOW.astimezone(SITE_TIME_ZONE))
    assert world.rows("clock_mark")[0]["device_at"] == "2026-11-23T08:00:00.000+00:00"
