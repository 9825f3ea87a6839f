"""Alarms, erasure and the centre's own status, on both databases."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sync.answers import PROTOCOL_V2, DecisionState
from sync.central import tables
from sync.central.corrected_time import Reception
from sync.central.devices import find_device
from sync.central.erasure import ErasureRefused
from sync.central.inbox import receive_batch
from sync.central.opening import ItemReader
from sync.central.tables_care import alarm
from sync.envelope import decode_item
from sync.outbox import ItemState
from tests.sync.sender import Sender
from tests.sync.sync_parts import DEVICE, Centre, Kiosk, event
from tests.sync.test_cli import run

DATABASES = ("sqlite", "postgresql")


def inbox_ids(centre: Centre) -> list[str]:
    with centre.admin._database.reading() as connection:
        return sorted(connection.execute(select(tables.inbox.c.id)).scalars())


def test_copied_disk_raises_an_alarm_and_both_facts_are_kept(sender: Sender, centre: Centre):
    first, second = event("r-0001"), event("r-0002")
    kept, refused = sender.item(1, first), sender.item(1, second)
    assert sender.outcomes(kept) == [("applied", "")]
    assert centre.admin.alarms() == []
    for _ in range(2):
        assert sender.outcomes(refused) == [("conflict", "cloned-device")]
    (found,) = centre.admin.alarms()
    assert (found["device"], found["kind"], found["seq"], found["times"]) == (
        DEVICE,
        "cloned-device",
        1,
        2,
    )
    assert (found["kept_id"], found["event_id"]) == (first.id, second.id)
    with centre.admin._database.reading() as connection:
        assert connection.execute(select(alarm.c.item)).scalar_one() == refused
    assert inbox_ids(centre) == [first.id]


def test_alarm_that_staff_settled_comes_back_with_the_next_clash(sender: Sender, centre: Centre):
    one = event()
    sender.send(sender.item(1, one))
    changed = sender.item(2, event(event_id=one.id, receipt_number="A07-000124-X"))
    assert sender.outcomes(changed) == [("conflict", "id-reused")]
    assert centre.admin.settle_alarms(DEVICE) == 1
    assert centre.admin.alarms() == []
    assert len(centre.admin.alarms(also_settled=True)) == 1
    sender.send(changed)
    assert [row["kind"] for row in centre.admin.alarms()] == ["id-reused"]


def test_broken_device_does_not_fill_the_disk_with_its_alarms(
    sender: Sender, centre: Centre, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.central.alarms.MAXIMUM_ITEMS", 2)
    sender.send(sender.item(1))
    sender.send(*(sender.item(1) for _ in range(4)))
    with centre.admin._database.reading() as connection:
        sizes = [len(item) for item in connection.execute(select(alarm.c.item)).scalars()]
    assert sorted(size > 0 for size in sizes) == [False, False, True, True]


def test_erased_event_is_gone_and_never_taken_again(sender: Sender, centre: Centre):
    one = event()
    item = sender.item(1, one)
    sender.send(item)
    centre.admin.erase(one.id)
    centre.admin.erase(one.id)
    assert inbox_ids(centre) == []
    assert centre.admin.applications() == []
    # To a kiosk of the version before it is a refusal with this reason.
    assert sender.outcomes(item) == [("rejected", "gone")]
    assert _second_version(centre, item) == [("gone", "gone")]
    other = sender.item(2, event(event_id=one.id, receipt_number="A07-000124-X"))
    assert sender.outcomes(other) == [("conflict", "id-reused")]
    assert inbox_ids(centre) == []
    state = sender.transport.device_state()
    assert (state.hwm, state.gaps) == (1, ())


def _second_version(centre: Centre, item: bytes) -> list[tuple[str, str]]:
    database, now = centre.admin._database, datetime.now(UTC)
    with database.reading() as connection:
        device = find_device(connection, DEVICE)
    assert device is not None
    reader = ItemReader(decode_item, protocol=PROTOCOL_V2)
    results, hwm, _ = receive_batch(database, device, [item], now, reader, Reception(now))
    assert hwm == 1
    return [(one.status.value, one.problem.code) for one in results if one.problem]


def test_application_that_somebody_waits_for_is_not_erased_by_mistake(
    sender: Sender, centre: Centre
):
    one = event(assurance=1)
    sender.send(sender.item(1, one))
    with pytest.raises(ErasureRefused, match="not decided"):
        centre.admin.erase(one.id)
    with pytest.raises(ErasureRefused, match="no event"):
        centre.admin.erase(str(uuid.uuid4()))
    assert inbox_ids(centre) == [one.id]
    centre.admin.erase(one.id, is_open_too=True)
    assert inbox_ids(centre) == []


def test_retention_erases_what_was_decided_before_a_day(
    sender: Sender, centre: Centre, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.central.admin._ERASED_AT_ONCE", 2)
    events = [event("r-0001", assurance=1) for _ in range(5)]
    sender.send(*(sender.item(number, one) for number, one in enumerate(events, start=1)))
    day = datetime(2026, 11, 20, tzinfo=UTC)
    for one in events[:3]:
        centre.admin.decide(one.id, at=day)
    centre.admin.decide(events[3].id, at=day + timedelta(days=2))
    assert centre.admin.erase_decided_before(day + timedelta(days=1)) == 3
    assert inbox_ids(centre) == sorted(one.id for one in events[3:])


def test_kiosk_sets_an_erased_event_aside_and_goes_on(kiosk: Kiosk, centre: Centre, sender: Sender):
    """The centre erased it while the answer was lost: the kiosk delivers it once more."""
    (event_id,) = kiosk.append(event("r-0001"))
    (row,) = kiosk.rows("SELECT item FROM outbox")
    sender.send(bytes(row[0]))
    centre.admin.erase(event_id)
    (behind,) = kiosk.append(event("r-0001"))
    report = kiosk.engine(sender.transport).run_once()
    assert report.error_code == ""
    assert kiosk.ids(ItemState.PARKED) == [event_id]
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [behind]


def test_event_that_is_held_is_answered_without_being_opened(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
):
    items = [sender.item(number) for number in range(1, 4)]
    sender.send(*items)

    def never(*_arguments: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr("sync.central.opening._open", never)
    assert sender.outcomes(*items) == [("duplicate", "")] * 3


def test_staff_see_status_and_alarms_by_command(
    sender: Sender, centre: Centre, capsys: pytest.CaptureFixture[str], monkeypatch
):
    monkeypatch.setenv("COLUMNS", "250")
    assert run(centre.state_dir, "alarms") == 0
    assert capsys.readouterr().out == "no alarms\n"
    one, other = event("r-0001"), event("r-0001", assurance=1)
    sender.send(sender.item(1, one), sender.item(2, other), sender.item(1))
    assert run(centre.state_dir, "alarms") == 0
    shown = capsys.readouterr().out
    assert "cloned-device" in shown
    assert one.id in shown
    assert run(centre.state_dir, "status") == 0
    shown = capsys.readouterr().out
    kind = centre.admin._database.kind
    assert f"database  {kind} " in shown
    assert "events    2" in shown
    assert "alarms    1 cloned-device" in shown
    # The cluster of the tests runs without fsync, and is told so.
    assert ("FAULT     fsync is off" in shown) == (kind == "postgresql")
    assert "r-0001" not in shown
    assert run(centre.state_dir, "alarms", "--settle", DEVICE) == 0
    assert capsys.readouterr().out == "settled 1\n"
    assert run(centre.state_dir, "erase", other.id) == 1
    assert capsys.readouterr().err.startswith("SYN-605")
    centre.admin.decide(other.id, DecisionState.DECIDED)
    assert run(centre.state_dir, "erase", "--decided-before", "2099-01-01") == 0
    assert capsys.readouterr().out == "erased 2\n"
