"""Delivered events keep their sealed bytes until the site's time is over and the centre is known to hold them."""

from datetime import timedelta

import pytest

from sync.answers import DeviceState, EventResult, EventStatus
from sync.engine import SyncEngine
from sync.errors import Unreachable
from sync.item import SignedItem
from sync.outbox import ItemState
from sync.retention import STEP_COUNT, STEPS_OF_A_RUN
from tests.sync.sync_parts import DEVICE, NOW, Kiosk, ScriptedTransport, answer_to, event

KEEP = timedelta(days=30)


class Centre(ScriptedTransport):
    """Holds everything, and its time is told by the test."""

    def __init__(self) -> None:
        super().__init__(self.apply)
        self.time = NOW
        self.hwm = 10**9

    def apply(self, batch_id, items):
        ids = [SignedItem.decode(item).header.id for item in items]
        answer = answer_to(
            batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids], self.epoch
        )
        return answer.model_copy(update={"time": self.time})

    def device_state(self):
        super().device_state()
        return DeviceState(
            protocol=1, device=DEVICE, epoch=self.epoch, time=self.time, nonce="n", hwm=self.hwm, gaps=()
        )  # fmt: skip


def engine_of(kiosk: Kiosk, centre: Centre) -> SyncEngine:
    return SyncEngine(kiosk.database, kiosk.outbox, centre, kiosk.listener, kiosk.clock, keep=KEEP)


def days_pass(kiosk: Kiosk, centre: Centre, days: int) -> None:
    kiosk.clock.forward(days * 86_400)
    centre.time += timedelta(days=days)


def test_bytes_go_when_the_time_is_over_and_id_and_digest_stay(kiosk: Kiosk):
    centre = Centre()
    engine = engine_of(kiosk, centre)
    (event_id,) = kiosk.append(event())
    engine.run_once()
    before = kiosk.entry(event_id)
    days_pass(kiosk, centre, 29)
    assert engine.run_once().erased == 0
    days_pass(kiosk, centre, 2)
    assert engine.run_once().erased == 1
    after = kiosk.entry(event_id)
    assert (after.state, after.id, after.seq, after.digest, after.server_seq) == (
        ItemState.ACKNOWLEDGED, before.id, before.seq, before.digest, before.server_seq,
    )  # fmt: skip
    assert kiosk.rows("SELECT length(item), subject FROM outbox") == [(0, "")]


def test_wrong_clock_of_this_machine_erases_nothing(kiosk: Kiosk):
    centre = Centre()
    engine = engine_of(kiosk, centre)
    kiosk.append(event())
    engine.run_once()
    kiosk.clock.forward(20 * 365 * 86_400)
    assert engine.run_once().erased == 0


def test_nothing_is_erased_before_the_centre_told_what_it_holds(kiosk: Kiosk):
    centre = Centre()
    engine = engine_of(kiosk, centre)
    kiosk.append(event())
    engine.run_once()

    def fail() -> None:
        raise Unreachable("x")

    centre.on_state = fail
    for _ in range(40):
        days_pass(kiosk, centre, 5)
        assert engine.run_once().erased == 0
    centre.on_state = None
    days_pass(kiosk, centre, 1)
    assert engine.run_once().erased == 1


def test_event_that_the_centre_lost_is_sent_again_and_not_erased(kiosk: Kiosk):
    centre = Centre()
    engine = engine_of(kiosk, centre)
    (event_id,) = kiosk.append(event())
    engine.run_once()
    days_pass(kiosk, centre, 31)
    centre.hwm = 0
    report = engine.run_once()
    assert (report.requeued, report.acknowledged, report.erased) == (1, 1, 0)
    assert kiosk.entry(event_id).size > 0


def test_nothing_is_erased_between_a_new_epoch_and_its_comparison(kiosk: Kiosk):
    """The centre came back from a backup, and the link fails before it could tell what is left."""
    centre = Centre()
    engine = engine_of(kiosk, centre)
    kiosk.append(event("old"))
    engine.run_once()
    days_pass(kiosk, centre, 29)
    engine.run_once()
    days_pass(kiosk, centre, 2)
    kiosk.clock.forward(-2 * 86_400)  # so that no comparison of its own is due
    centre.epoch, centre.hwm = "epoch-2", 0
    kiosk.append(event("new"))

    def fail() -> None:
        raise Unreachable("x")

    centre.on_state = fail
    for _ in range(3):
        assert engine.run_once().erased == 0
    centre.on_state = None
    engine.run_once()
    assert len(kiosk.rows("SELECT 1 FROM outbox WHERE length(item) > 0")) == 2


@pytest.mark.parametrize("state", [ItemState.QUEUED, ItemState.PARKED])
def test_what_was_not_delivered_is_never_erased(kiosk: Kiosk, state: ItemState):
    centre = Centre()
    engine = engine_of(kiosk, centre)
    kiosk.append(event("delivered"))
    engine.run_once()
    (event_id,) = kiosk.append(event("kept"))
    with kiosk.database.transaction() as database:
        if state is ItemState.PARKED:
            kiosk.outbox.park(database, event_id, "x", "", NOW)
        else:
            kiosk.outbox.defer(database, event_id, 900, kiosk.clock.read(), "x", "")
    centre.time += timedelta(days=4000)
    kiosk.clock.forward(400)
    kiosk.clock.monotonic_ms += 3_600_000
    with kiosk.database.transaction() as database:
        kiosk.outbox.defer(database, event_id, 900, kiosk.clock.read(), "x", "")
    assert engine.run_once().erased == 1
    assert kiosk.entry(event_id).size > 0


def test_much_is_erased_in_small_steps_and_the_rest_in_the_next_run(kiosk: Kiosk):
    centre = Centre()
    engine = engine_of(kiosk, centre)
    kiosk.append(event())
    engine.run_once()
    many = STEP_COUNT * STEPS_OF_A_RUN + 50
    with kiosk.database.transaction() as database:
        database.conn.executemany(
            """INSERT INTO outbox (id, subject, kind, schema, priority, created_wall, boot_id, monotonic_ms,
                item, digest, state, settled_at)
            VALUES (?, 's', 'k', 1, 1, '2026-01-01T00:00:00.000Z', 'b', 1, x'00', '', 'acknowledged',
                '2026-01-01T00:00:00.000Z')""",
            [(f"id-{number}",) for number in range(many)],
        )
    days_pass(kiosk, centre, 1)
    assert engine.run_once().erased == STEP_COUNT * STEPS_OF_A_RUN
    assert engine.run_once().erased == 50
