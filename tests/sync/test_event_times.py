"""A kiosk whose clock stands in 1970 or 2099 delivers, and the centre knows when everything happened."""

from datetime import UTC, datetime, timedelta

import pytest

from sync.central.decisions import one_year_after
from sync.events import parse_utc
from sync.http_transport import HttpTransport
from sync.item import sign_item
from tests.sync.file_parts import know_keys
from tests.sync.sender import Sender
from tests.sync.sync_parts import DEVICE, NOW, Centre, FakeClock, Kiosk, event

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRONG = [datetime(1970, 1, 1, 0, 5, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]


SEALS = True


@pytest.fixture
def kiosk(kiosk: Kiosk, centre: Centre) -> Kiosk:
    """It knows the centre's keys from its provisioning and has never met it."""
    know_keys(kiosk, centre)
    return kiosk


def deliver(kiosk: Kiosk, centre: Centre) -> dict[str, tuple[datetime, str]]:
    """Deliver over a transport that goes by the kiosk's clocks; what the centre then says of each event."""
    transport = HttpTransport(
        centre.url, DEVICE, kiosk.signer, centre.admin.centre_public_key(), clock=kiosk.clock
    )
    try:
        report = kiosk.engine(transport).run_once()
    finally:
        transport.close()
    assert report.error_code == ""
    return {
        row["event_id"]: (parse_utc(row["corrected_at"]), row["clock_quality"])
        for row in centre.admin.applications()
    }


def is_near(moment: datetime, expected: datetime) -> bool:
    return abs(moment - expected) < timedelta(seconds=30)


@pytest.mark.parametrize("wall", WRONG)
def test_events_of_this_boot_are_dated_exactly(wall: datetime, kiosk: Kiosk, centre: Centre):
    kiosk.clock.wall = wall
    first, second = kiosk.append(event("r-0001"))[0], ""
    kiosk.clock.monotonic_ms += 3_600_000
    (second,) = kiosk.append(event("r-0002"))
    kiosk.clock.monotonic_ms += 1_800_000
    told = deliver(kiosk, centre)
    now = datetime.now(UTC)
    assert [quality for _, quality in told.values()] == ["exact", "exact"]
    assert is_near(told[second][0], now - HOUR / 2)
    assert abs(told[second][0] - told[first][0] - HOUR) < timedelta(milliseconds=2)
    # Of the certification the centre's reckoning decides, not the kiosk's clock or the payload.
    day = (now - HOUR * 1.5 + 8 * HOUR).date()
    dates = {row["resident_id"]: row["certified_until"] for row in centre.admin.residents()}
    assert dates["r-0001"] == one_year_after(day).isoformat()


@pytest.mark.parametrize("wall", WRONG)
def test_events_of_an_earlier_boot_are_dated_by_what_the_centre_had_said(
    wall: datetime, kiosk: Kiosk, centre: Centre
):
    deliver(kiosk, centre)  # The kiosk hears the time.
    heard = datetime.now(UTC)
    kiosk.clock.wall = wall
    kiosk.clock.monotonic_ms += 60_000
    (exact,) = kiosk.append(event("r-0001"))
    kiosk.clock.boot_id = "boot-2"
    kiosk.clock.monotonic_ms = 5_000
    (unknown,) = kiosk.append(event("r-0002"))
    kiosk.clock.boot_id = "boot-3"
    kiosk.clock.monotonic_ms = 0
    told = deliver(kiosk, centre)
    # Of a minute that the test did not wait for, the centre knows that it has not passed.
    assert told[exact][1] in ("exact", "none")
    assert told[unknown][1] == "none"
    for moment, _ in told.values():
        assert is_near(moment, heard)


def test_kiosk_that_never_met_the_centre_is_believed_within_reason(kiosk: Kiosk, centre: Centre):
    kiosk.clock.wall = datetime.now(UTC) - 3 * DAY
    (believed,) = kiosk.append(event("r-0001"))
    kiosk.clock.wall = WRONG[0]
    (nonsense,) = kiosk.append(event("r-0002"))
    kiosk.clock.boot_id = "boot-2"
    kiosk.clock.monotonic_ms = 3_600_000
    told = deliver(kiosk, centre)
    now = datetime.now(UTC)
    assert told[believed][1] == "device"
    assert is_near(told[believed][0], now - 3 * DAY)
    assert told[nonsense][1] == "none"
    assert is_near(told[nonsense][0], now - HOUR)


def test_item_of_the_version_before_keeps_the_order(centre: Centre, kiosk: Kiosk):
    """Without the request's clock: the wall clock, between the times that are known."""
    transport = centre.transport(kiosk.signer)
    walls = {2: NOW + HOUR, 1: NOW + 2 * HOUR, 4: NOW - HOUR, 3: WRONG[1]}
    events = {seq: event(f"r-000{seq}") for seq in walls}
    try:
        sender = Sender(transport, kiosk.signer)
        for seq, wall in walls.items():
            reading = FakeClock(wall).read()
            sender.send(sign_item(events[seq], DEVICE, seq, reading, kiosk.signer))
    finally:
        transport.close()
    rows = {row["event_id"]: row for row in centre.admin.applications()}
    times = [parse_utc(rows[events[seq].id]["corrected_at"]) for seq in (1, 2, 3, 4)]
    assert times == sorted(times)
    assert times[:2] == [NOW + HOUR, NOW + HOUR]


def test_database_says_when_for_every_event_that_is_kept(kiosk: Kiosk, centre: Centre):
    kiosk.append(event("r-0001"), event("r-0002", kind="unknown_kind"))
    deliver(kiosk, centre)
    with centre.admin._database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT corrected_at, clock_quality FROM event_key ORDER BY seq"
        ).all()
    assert [quality for _, quality in rows] == ["exact", "exact"]
    assert all(is_near(parse_utc(at), datetime.now(UTC)) for at, _ in rows)
