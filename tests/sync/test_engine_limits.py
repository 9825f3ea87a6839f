"""What the engine does when a batch does not pass: smaller ones, each alone, and never a park for the link's sake."""

from sync.batch_limits import LARGEST_BATCH_BYTES
from sync.errors import (
    BatchTooLarge,
    ServerFault,
    TimedOut,
)
from sync.outbox import ItemState, ParkReason
from sync.outcome import Outcome
from tests.sync.sync_parts import (
    Kiosk,
    ScriptedTransport,
    all_applied,
    event,
    ids_of,
)


def test_batch_is_halved_until_it_passes_when_a_proxy_refuses_its_size(kiosk: Kiosk):
    ids = kiosk.append(*(event(f"r-{number}") for number in range(35)))

    def at_most_four(batch_id, items):
        if len(items) > 4:
            raise BatchTooLarge("x")
        return all_applied(batch_id, items)

    transport = ScriptedTransport(at_most_four)
    engine = kiosk.engine(transport)
    engine._pusher._limits.paced_bytes = LARGEST_BATCH_BYTES
    report = engine.run_once()
    assert report.acknowledged == 35
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    assert [len(batch) for batch in transport.sent][:4] == [35, 17, 8, 4]


def test_event_that_is_refused_alone_is_parked_in_the_end_and_all_others_pass(kiosk: Kiosk):
    ids = kiosk.append(*(event(f"r-{number}") for number in range(9)))
    poison = ids[4]

    def choke(batch_id, items):
        if poison in ids_of(items):
            raise BatchTooLarge("x")
        return all_applied(batch_id, items)

    engine = kiosk.engine(ScriptedTransport(choke))
    engine.run_once()
    assert kiosk.ids(ItemState.QUEUED) == [poison]
    for _ in range(3):
        kiosk.append(event("r-other"))
        kiosk.clock.forward(900)
        engine.run_once()
    assert kiosk.ids(ItemState.PARKED) == [poison]
    entry = kiosk.entry(poison)
    assert (entry.last_error_code, entry.park_reason) == (
        BatchTooLarge.code,
        ParkReason.UNDELIVERABLE,
    )
    assert len(kiosk.ids(ItemState.ACKNOWLEDGED)) == 11


def test_proxy_that_refuses_everything_parks_nothing(kiosk: Kiosk):
    """Then it is not the events; each run tries a few, and decisions still come."""
    kiosk.append(*(event(f"r-{number}") for number in range(9)))

    def refuse(batch_id, items):
        raise BatchTooLarge("x")

    transport = ScriptedTransport(refuse)
    engine = kiosk.engine(transport)
    for _ in range(12):
        kiosk.clock.forward(900)
        report = engine.run_once()
        assert report.outcome is Outcome.SIZE
    assert len(kiosk.ids(ItemState.QUEUED)) == 9
    assert "decisions" in transport.asked
    assert len(transport.sent) < 12 * 5


def test_event_that_breaks_the_centre_is_parked_in_the_end_and_all_others_pass(kiosk: Kiosk):
    ids = kiosk.append(*(event(f"r-{number}") for number in range(5)))
    poison = ids[2]

    def choke(batch_id, items):
        if poison in ids_of(items):
            raise ServerFault
        return all_applied(batch_id, items)

    engine = kiosk.engine(ScriptedTransport(choke))
    for _ in range(20):
        kiosk.append(event("r-other"))
        kiosk.clock.forward(900)
        engine.run_once()
    assert kiosk.ids(ItemState.PARKED) == [poison]
    assert kiosk.ids(ItemState.QUEUED) == []


def test_dead_link_never_parks_an_event(kiosk: Kiosk):
    kiosk.append(event("a"), event("b"))

    def dead(batch_id, items):
        raise TimedOut("x")

    engine = kiosk.engine(ScriptedTransport(dead))
    for _ in range(40):
        kiosk.clock.forward(900)
        engine.run_once()
    assert len(kiosk.ids(ItemState.QUEUED)) == 2


def test_time_out_halves_the_next_batch(kiosk: Kiosk):
    kiosk.append(*(event(f"r-{number}") for number in range(8)))

    def slow(batch_id, items):
        raise TimedOut("x")

    transport = ScriptedTransport(slow)
    engine = kiosk.engine(transport)
    for _ in range(4):
        engine.run_once()
    assert [len(batch) for batch in transport.sent] == [8, 4, 2, 1]
