"""An event that fails when it travels alone: is it the event or the link?"""

from sync.answers import EventResult, EventStatus
from sync.connectivity import LinkState
from sync.errors import TimedOut, Unreachable
from sync.item import SignedItem
from sync.outbox import ItemState
from tests.sync.sync_parts import Kiosk, ScriptedTransport, answer_to, event


def applied(batch_id, items):
    ids = [SignedItem.decode(item).header.id for item in items]
    return answer_to(batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids])


def test_lone_event_is_not_deferred_when_only_the_link_is_proven_bad(kiosk: Kiosk):
    (event_id,) = kiosk.append(event())
    for error in (TimedOut("x"), Unreachable("x"), TimedOut("x")):

        def fail(batch_id, items, error=error):
            raise error

        transport = ScriptedTransport(fail)
        engine = kiosk.engine(transport)
        assert engine.run_once().deferred == 0
        assert kiosk.entry(event_id).attempts == 0
        transport.on_batch = applied
        # The link is back in the same second, and so is the event.
        assert engine.run_once().acknowledged == 1
        with kiosk.database.transaction() as database:
            kiosk.outbox.requeue(database, 0, ())


def test_suspect_is_deferred_when_another_batch_passed_in_the_run(kiosk: Kiosk):
    (poison,) = kiosk.append(event("a"))

    def choke(batch_id, items):
        if poison in [SignedItem.decode(item).header.id for item in items]:
            raise TimedOut("x")
        return applied(batch_id, items)

    engine = kiosk.engine(ScriptedTransport(choke))
    assert engine.run_once().deferred == 0
    kiosk.append(event("b"))
    report = engine.run_once()
    assert (report.acknowledged, report.deferred) == (1, 1)
    assert kiosk.ids(ItemState.QUEUED) == [poison]


def test_suspects_take_turns_so_that_a_poisoned_one_holds_up_no_other(kiosk: Kiosk):
    """Found by the simulation: where everybody is suspected, the same one was tried for ever."""
    poison, healthy = kiosk.append(event("a"), event("b"))
    is_up = False

    def choke(batch_id, items):
        if not is_up or poison in [SignedItem.decode(item).header.id for item in items]:
            raise TimedOut("x")
        return applied(batch_id, items)

    engine = kiosk.engine(ScriptedTransport(choke))
    for _ in range(4):
        engine.run_once()
    is_up = True
    for _ in range(2):
        kiosk.clock.forward(1000)
        engine.run_once()
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [healthy]


def test_feeds_are_read_all_the_same_when_a_lone_event_times_out(kiosk: Kiosk):
    kiosk.append(event())

    def fail(batch_id, items):
        raise TimedOut("x")

    transport = ScriptedTransport(fail)
    report = kiosk.engine(transport).run_once()
    assert transport.asked == ["decisions", "roster"]
    assert (report.error_code, report.link) == ("SYN-105", LinkState.OFFLINE)


def test_feed_that_times_out_too_ends_the_run(kiosk: Kiosk):
    kiosk.append(event())

    def fail(*_):
        raise TimedOut("x")

    transport = ScriptedTransport(fail, on_pull=fail)
    kiosk.engine(transport).run_once()
    assert transport.asked == ["decisions"]
