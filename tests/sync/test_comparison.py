"""The kiosk notices by itself that the centre lost what it acknowledged."""

import pytest

from sync.answers import DecisionPage, DeviceState, EventResult, EventStatus
from sync.connectivity import LinkState
from sync.errors import DatabaseBusy, NotTheCentre, ServerBusy, Unreachable
from sync.item import SignedItem
from sync.outbox import ItemState
from tests.sync.sync_parts import DEVICE, NOW, Kiosk, ScriptedTransport, answer_to, event


def all_applied(batch_id, items):
    ids = [SignedItem.decode(item).header.id for item in items]
    return answer_to(batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids])


def holding(hwm: int, *gaps: tuple[int, int]) -> DeviceState:
    return DeviceState(
        protocol=1, device=DEVICE, epoch="epoch-1", time=NOW, nonce="n", hwm=hwm, gaps=gaps
    )


def sent_ids(batch) -> list[str]:
    return [SignedItem.decode(item).header.id for item in batch]


def test_lost_events_are_sent_again_by_the_first_run_of_a_process(kiosk: Kiosk):
    ids = kiosk.append(*(event(f"r-{number}") for number in range(4)))
    kiosk.engine(ScriptedTransport(all_applied)).run_once()
    again = ScriptedTransport(all_applied, state=holding(3, (2, 2)))
    report = kiosk.engine(again).run_once()
    assert (report.requeued, report.acknowledged, report.error_code) == (2, 2, "")
    assert [sent_ids(batch) for batch in again.sent] == [[ids[1], ids[3]]]
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def test_feeds_are_read_from_their_start_when_events_were_lost(kiosk: Kiosk):
    kiosk.append(event())
    page = DecisionPage(
        protocol=1, device=DEVICE, epoch="epoch-1", time=NOW, nonce="n", decisions=(), cursor=9,
        more=False,
    )  # fmt: skip
    kiosk.engine(ScriptedTransport(all_applied, page=page)).run_once()
    kiosk.engine(ScriptedTransport(all_applied, state=holding(0))).run_once()
    assert kiosk.rows("SELECT value FROM sync_cursor WHERE name = 'decisions'") == [("0",)]


def deliver(kiosk: Kiosk) -> None:
    kiosk.append(event("delivered"))
    assert kiosk.engine(ScriptedTransport(all_applied)).run_once().acknowledged == 1


def test_nothing_is_compared_before_anything_was_acknowledged(kiosk: Kiosk):
    transport = ScriptedTransport(all_applied)
    kiosk.append(event())
    engine = kiosk.engine(transport)
    engine.run_once()
    assert transport.compared == 0
    engine.run_once()
    assert transport.compared == 1


def test_centre_is_compared_once_an_hour(kiosk: Kiosk):
    deliver(kiosk)
    transport = ScriptedTransport(all_applied)
    engine = kiosk.engine(transport)
    for forward_s, compared in ((0, 1), (1, 1), (3590, 1), (10, 2), (1, 2)):
        kiosk.clock.forward(forward_s)
        engine.run_once()
        assert transport.compared == compared, forward_s


def test_events_of_the_same_run_are_not_taken_for_lost(kiosk: Kiosk):
    """The state is of before the push: it names nothing of what this run delivers."""
    deliver(kiosk)
    ids = kiosk.append(event("a"), event("b"))
    transport = ScriptedTransport(all_applied, state=holding(1))
    report = kiosk.engine(transport).run_once()
    assert (transport.compared, report.requeued, report.sent) == (1, 0, 2)
    assert kiosk.ids(ItemState.ACKNOWLEDGED)[1:] == ids


@pytest.mark.parametrize(
    "error", [Unreachable("x"), NotTheCentre("x"), ServerBusy(30.0), DatabaseBusy("x")]
)
def test_comparison_that_fails_stops_nothing_and_comes_again_soon(kiosk: Kiosk, error):
    deliver(kiosk)
    kiosk.append(event())

    def fail():
        raise error

    transport = ScriptedTransport(all_applied, on_state=fail)
    engine = kiosk.engine(transport)
    report = engine.run_once()
    assert (report.acknowledged, report.link, report.error_code) == (1, LinkState.ONLINE, "")
    assert transport.asked == ["decisions", "roster"]
    engine.run_once()
    assert transport.compared == 1
    transport.on_state, transport.state = None, holding(0)
    kiosk.clock.forward(301)
    assert engine.run_once().requeued == 2


def test_run_that_is_told_to_stop_compares_nothing(kiosk: Kiosk):
    deliver(kiosk)
    transport = ScriptedTransport(all_applied)
    kiosk.engine(transport).run_once(lambda: True)
    assert (transport.compared, transport.asked) == (0, [])


@pytest.mark.parametrize("name", ["decisions", "roster"])
def test_feed_is_read_from_its_start_when_the_cursor_is_ahead_of_the_centre(
    kiosk: Kiosk, name: str
):
    class Restored(ScriptedTransport):
        afters: list[int]

        def decisions(self, after):
            page = super().decisions(after)
            return self._ending(page, after) if name == "decisions" else page

        def roster(self, after):
            page = super().roster(after)
            return self._ending(page, after) if name == "roster" else page

        def _ending(self, page, after):
            self.afters.append(after)
            return page.model_copy(update={"cursor": 4})

    with kiosk.database.transaction() as database:
        database.execute("INSERT INTO sync_cursor VALUES (?, '9')", [name])
    transport = Restored(all_applied)
    transport.afters = []
    kiosk.engine(transport).run_once()
    assert transport.afters == [9, 0]
    assert kiosk.rows("SELECT value FROM sync_cursor WHERE name = ?", name) == [("4",)]


def test_feed_that_always_ends_before_the_cursor_is_restarted_once_a_run(kiosk: Kiosk):
    class Mad(ScriptedTransport):
        def decisions(self, after):
            page = super().decisions(after)
            return page.model_copy(update={"cursor": 9 if after == 0 else 4, "more": True})

    with kiosk.database.transaction() as database:
        database.execute("INSERT INTO sync_cursor VALUES ('decisions', '9')")
    transport = Mad(all_applied)
    kiosk.engine(transport).run_once()
    assert transport.asked == ["decisions", "decisions", "decisions", "roster"]
