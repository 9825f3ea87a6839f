"""An item carries the last time that the centre signed, and how long ago that was."""

from datetime import timedelta

from sync.centre_clock import ClockSource, last_centre_time
from sync.events import SystemClock
from tests.sync.sync_parts import NOW, Kiosk, event


def stamp(kiosk: Kiosk):
    with kiosk.database.transaction() as database:
        return ClockSource(kiosk.clock).read(database)


def test_device_that_never_met_the_centre_says_so(kiosk: Kiosk):
    reading = stamp(kiosk)
    assert (reading.wall, reading.boot_id, reading.monotonic_ms) == (NOW, "boot-1", 1_000_000)
    assert (reading.centre_at, reading.centre_age_ms) == (None, None)


def test_every_kind_of_answer_tells_the_time(kiosk: Kiosk, centre, transport):
    engine = kiosk.engine(transport)
    engine.run_once()  # Feeds only: nothing waits.
    after_feeds = stamp(kiosk).centre_at
    assert after_feeds is not None
    kiosk.append(event())
    engine.run_once()
    after_batch = stamp(kiosk).centre_at
    assert after_batch > after_feeds
    with kiosk.database.transaction() as database:
        database.execute("DELETE FROM centre_clock")
    kiosk.engine(transport)._comparison._compare(_tally())
    assert stamp(kiosk).centre_at > after_batch


def _tally():
    from sync.settlement import Tally

    return Tally()


def test_age_runs_with_the_monotonic_clock_and_ends_with_the_boot(kiosk: Kiosk, centre, transport):
    kiosk.engine(transport).run_once()
    kiosk.clock.wall -= timedelta(days=20_000)
    kiosk.clock.monotonic_ms += 61_000
    reading = stamp(kiosk)
    assert reading.centre_age_ms == 61_000
    kiosk.clock.boot_id = "boot-2"
    kiosk.clock.monotonic_ms = 5
    later = stamp(kiosk)
    assert (later.centre_at, later.centre_age_ms) == (reading.centre_at, None)


def test_clock_that_went_back_within_a_boot_gives_no_age(kiosk: Kiosk, centre, transport):
    kiosk.engine(transport).run_once()
    kiosk.clock.monotonic_ms -= 1
    assert stamp(kiosk).centre_age_ms is None


def test_wrong_wall_clock_does_not_touch_what_the_centre_said(kiosk: Kiosk, centre, transport):
    kiosk.clock.wall = NOW + timedelta(days=30_000)
    kiosk.engine(transport).run_once()
    with kiosk.database.reading() as database:
        said = last_centre_time(database)
    # The test's centre goes by this machine's clock.
    assert abs((said - SystemClock().read().wall).total_seconds()) < 60


def test_system_clock_counts_the_time_that_the_machine_slept():
    import time

    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    before = time.monotonic_ns() if boot_time is None else time.clock_gettime_ns(boot_time)
    reading = SystemClock().read()
    assert 0 <= reading.monotonic_ms - before // 1_000_000 < 5_000


def test_clocks_of_one_process_tell_of_one_boot_where_the_system_names_none(monkeypatch, tmp_path):
    """As on Windows: an event and the request that delivers it must agree."""
    monkeypatch.setattr("sync.events._BOOT_ID_FILE", tmp_path / "missing")
    first, second = SystemClock().read(), SystemClock().read()
    assert first.boot_id == second.boot_id
    assert 0 <= first.monotonic_ms <= second.monotonic_ms < 3_600_000
