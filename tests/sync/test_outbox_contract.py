"""One contract, both outboxes."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from sync.errors import RejectedItem
from sync.item import SignedItem
from sync.memory_outbox import MemoryOutbox
from sync.outbox import ItemState, Outbox, ParkReason
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import DEVICE, NOW, FakeClock, event, make_kiosk


@dataclass
class Case:
    outbox: Outbox
    transaction: Callable[[], AbstractContextManager]
    clock: FakeClock
    signer: DeviceSigner

    def append(self, *events) -> list[str]:
        with self.transaction() as database:
            return [self.outbox.append(database, one).id for one in events]

    def batch(self, count: int = 100, size: int = 1_000_000, skip=()) -> list[str]:
        with self.transaction() as database:
            found = self.outbox.next_batch(database, count, size, self.clock.read(), skip)
        return [pending.id for pending in found]

    def call(self, method: str, *args):
        with self.transaction() as database:
            return getattr(self.outbox, method)(database, *args)

    def ids(self, state: ItemState) -> list[str]:
        return [entry.id for entry in self.call("items", state)]


@pytest.fixture(params=["sqlite", "memory"])
def case(request, tmp_path: Path) -> Iterator[Case]:
    if request.param == "sqlite":
        with make_kiosk(tmp_path) as kiosk:
            yield Case(kiosk.outbox, kiosk.database.transaction, kiosk.clock, kiosk.signer)
        return
    signer, clock = DeviceSigner.generate(), FakeClock()
    outbox = MemoryOutbox(DEVICE, signer, clock)
    yield Case(outbox, outbox.transaction, clock, signer)


def test_batch_gives_the_signed_bytes_of_append_when_asked_twice(case: Case):
    with case.transaction() as database:
        appended = case.outbox.append(database, event())
        first = case.outbox.next_batch(database, 10, 10**6, case.clock.read())
        second = case.outbox.next_batch(database, 10, 10**6, case.clock.read())
    assert [pending.item for pending in first] == [appended.item]
    assert first == second
    body = SignedItem.decode(appended.item).open(Verifier(case.signer.public_key))
    assert (body.id, body.device, body.seq, body.subject) == (appended.id, DEVICE, 1, "r-0001")


def test_sequence_numbers_rise_by_one(case: Case):
    case.append(event(), event())
    case.append(event())
    assert [entry.seq for entry in case.call("items", ItemState.QUEUED)] == [1, 2, 3]


def test_rolled_back_append_leaves_nothing(case: Case):
    with contextlib.suppress(KeyError), case.transaction() as database:
        case.outbox.append(database, event())
        raise KeyError
    assert case.call("counts").waiting == 0
    case.append(event())
    assert [entry.seq for entry in case.call("items", ItemState.QUEUED)] == [1]


def test_second_append_of_an_id_is_refused(case: Case):
    one = event()
    case.append(one)
    with pytest.raises(RejectedItem):
        case.append(one)
    assert case.call("counts").waiting == 1


@pytest.mark.parametrize("payload", [{"form": {"x": 1.5}}, {"form": {"x": "字" * 30_000}}])
def test_event_that_can_never_be_sent_is_refused_at_append(case: Case, payload):
    with pytest.raises(RejectedItem):
        case.append(event(**payload))
    assert case.call("counts").waiting == 0


def test_batch_is_ordered_by_priority_then_by_sequence(case: Case):
    slow, first, second = event("a", 3), event("b", 1), event("c", 1)
    case.append(slow, first, second)
    assert case.batch() == [first.id, second.id, slow.id]


def test_urgent_event_never_overtakes_an_earlier_one_of_its_subject(case: Case):
    earlier, urgent, other = event("a", 3), event("a", 1), event("b", 2)
    case.append(earlier, urgent, other)
    assert case.batch() == [other.id, earlier.id, urgent.id]


def test_deferred_event_holds_back_only_its_own_subject(case: Case):
    first, second, other = event("a"), event("a"), event("b")
    case.append(first, second, other)
    assert case.call("defer", first.id, 60.0, case.clock.read(), "later", "busy")
    assert case.batch() == [other.id]
    case.clock.forward(61)
    assert case.batch() == [first.id, second.id, other.id]


def test_event_in_the_middle_of_a_run_holds_back_only_what_follows(case: Case):
    first, second, third = event("a"), event("a"), event("a")
    case.append(first, second, third)
    case.call("defer", second.id, 60.0, case.clock.read(), "later", "")
    assert case.batch() == [first.id]


def test_deferral_is_bounded_to_a_quarter_of_an_hour(case: Case):
    (event_id,) = case.append(event())
    case.call("defer", event_id, 99_999.0, case.clock.read(), "later", "")
    case.clock.forward(899)
    assert case.batch() == []
    case.clock.forward(2)
    assert case.batch() == [event_id]


def test_deferral_ends_when_the_machine_starts_again(case: Case):
    (event_id,) = case.append(event())
    case.call("defer", event_id, 600.0, case.clock.read(), "later", "")
    case.clock.boot_id, case.clock.monotonic_ms = "boot-2", 5
    assert case.batch() == [event_id]


def test_deferral_ignores_a_jump_of_the_wall_clock(case: Case):
    (event_id,) = case.append(event())
    case.call("defer", event_id, 600.0, case.clock.read(), "later", "")
    case.clock.wall = case.clock.wall.replace(year=2099)
    assert case.batch() == []


def test_batch_keeps_its_limits_but_never_is_empty(case: Case):
    ids = case.append(event("a"), event("b"), event("c"))
    assert case.batch(count=2) == ids[:2]
    assert case.batch(size=10) == ids[:1]


def test_skipped_subjects_are_left_out(case: Case):
    ids = case.append(event("a"), event("b"))
    assert case.batch(skip={"a"}) == [ids[1]]


def test_acknowledged_event_is_kept_and_not_sent_again(case: Case):
    (event_id,) = case.append(event())
    assert case.call("acknowledge", event_id, 17, NOW) is True
    assert case.call("acknowledge", event_id, 17, NOW) is False
    (entry,) = case.call("items", ItemState.ACKNOWLEDGED)
    assert (entry.id, entry.server_seq, entry.settled_at) == (event_id, 17, NOW)
    assert case.batch() == []


def test_parked_event_keeps_its_reason_and_lets_its_subject_go_on(case: Case):
    bad, good = case.append(event("a"), event("a"))
    assert case.call("park", bad, "unknown-kind", "not known", NOW) is True
    (entry,) = case.call("items", ItemState.PARKED)
    assert (entry.id, entry.last_error_code, entry.last_error_text) == (
        bad,
        "unknown-kind",
        "not known",
    )
    assert case.batch() == [good]


def test_retried_event_goes_out_with_the_same_bytes(case: Case):
    with case.transaction() as database:
        appended = case.outbox.append(database, event())
    case.call("park", appended.id, "x", "", NOW)
    assert case.call("retry", appended.id) is True
    assert case.call("retry", appended.id) is False
    (again,) = case.call("next_batch", 1, 1, case.clock.read())
    assert again.item == appended.item


def test_parked_event_that_arrived_by_another_way_is_acknowledged(case: Case):
    (event_id,) = case.append(event())
    case.call("park", event_id, "x", "", NOW)
    assert case.call("acknowledge", event_id, 3, NOW) is True
    assert case.ids(ItemState.ACKNOWLEDGED) == [event_id]


def test_acknowledged_event_is_never_parked_or_deferred(case: Case):
    (event_id,) = case.append(event())
    case.call("acknowledge", event_id, 3, NOW)
    assert case.call("park", event_id, "x", "", NOW) is False
    assert case.call("defer", event_id, 1.0, case.clock.read(), "x", "") is False


def test_counts_tell_waiting_parked_and_the_oldest(case: Case):
    assert case.call("counts").oldest_created_at is None
    case.append(event("a"))
    case.clock.forward(3600)
    parked, _ = case.append(event("b"), event("c"))
    case.call("park", parked, "x", "", NOW)
    counts = case.call("counts")
    assert (counts.waiting, counts.parked, counts.oldest_created_at) == (2, 1, NOW)


def test_requeue_takes_back_only_what_the_centre_lost(case: Case):
    ids = case.append(*(event(f"s{number}") for number in range(5)))
    for event_id in ids[:4]:
        case.call("acknowledge", event_id, 1, NOW)
    assert case.call("requeue", 3, [(2, 2)]) == 2
    assert case.ids(ItemState.QUEUED) == [ids[1], ids[3], ids[4]]


def test_listing_goes_on_after_a_sequence_number(case: Case):
    ids = case.append(event("a"), event("b"), event("c"))
    page = case.call("items", ItemState.QUEUED, 2)
    assert [entry.id for entry in page] == ids[:2]
    rest = case.call("items", ItemState.QUEUED, 2, page[-1].seq)
    assert [entry.id for entry in rest] == ids[2:]


def test_urgent_event_is_urgent_again_when_the_earlier_one_of_its_subject_is_settled(case: Case):
    earlier, urgent, other = case.append(event("a", 3), event("a", 1), event("b", 2))
    case.call("acknowledge", earlier, 1, NOW)
    assert case.batch() == [urgent, other]


def test_later_events_go_on_when_the_deferred_one_is_parked(case: Case):
    first, second = case.append(event("a"), event("a"))
    case.call("defer", first, 60.0, case.clock.read(), "later", "")
    assert case.batch() == []
    case.call("park", first, "x", "", NOW)
    assert case.batch() == [second]


def test_retried_event_takes_its_old_place_in_its_subject(case: Case):
    first, second, other = case.append(event("a", 3), event("a", 1), event("b", 2))
    case.call("park", first, "x", "", NOW)
    assert case.batch() == [second, other]
    case.call("retry", first)
    assert case.batch() == [other, first, second]


def test_new_event_of_a_subject_waits_behind_a_deferred_one(case: Case):
    (first,) = case.append(event("a"))
    case.call("defer", first, 60.0, case.clock.read(), "later", "")
    (second,) = case.append(event("a"))
    assert case.batch() == []
    (_, entry) = case.call("items", ItemState.QUEUED)
    assert (entry.id, entry.wait_s(case.clock.read())) == (second, 60.0)
    case.clock.forward(60)
    assert case.batch() == [first, second]


def test_event_that_is_gone_at_the_centre_is_never_queued_again(case: Case):
    (event_id,) = case.append(event())
    assert case.call("park", event_id, "gone", "erased", NOW, ParkReason.GONE) is True
    assert case.call("retry", event_id) is False
    (entry,) = case.call("items", ItemState.PARKED)
    assert (entry.park_reason, entry.last_error_text) == (ParkReason.GONE, "erased")


def test_only_the_bytes_that_were_sent_are_acknowledged(case: Case):
    with case.transaction() as database:
        pending = case.outbox.append(database, event())
    assert case.call("acknowledge", pending.id, 1, NOW, "0" * 64) is False
    assert case.batch() == [pending.id]
    assert case.call("acknowledge", pending.id, 1, NOW, pending.digest) is True


def test_erasing_takes_bytes_and_subject_of_old_acknowledged_events_only(case: Case):
    old, young, waiting = case.append(event("a"), event("b"), event("c"))
    digest = case.call("find", old).digest
    case.call("acknowledge", old, 1, NOW)
    case.call("acknowledge", young, 2, NOW + timedelta(days=1))
    assert case.call("erase", NOW + timedelta(hours=1), 10) == 1
    erased = case.call("find", old)
    assert (erased.size, erased.subject, erased.digest) == (0, "", digest)
    assert min(case.call("find", one).size for one in (young, waiting)) > 0
    # What has no bytes cannot be sent again, whatever the centre lost.
    assert case.call("requeue", 0, []) == 1
    assert case.ids(ItemState.QUEUED) == [young, waiting]


def test_erasing_goes_in_small_steps_the_oldest_first(case: Case):
    ids = case.append(event("a"), event("b"), event("c"))
    for age, event_id in enumerate(ids):
        case.call("acknowledge", event_id, 1, NOW - timedelta(days=age))
    assert case.call("erase", NOW + timedelta(days=1), 2) == 2
    assert [case.call("find", one).size > 0 for one in ids] == [True, False, False]
    assert case.call("has_kept") is True
    assert case.call("erase", NOW + timedelta(days=1), 2) == 1
    assert case.call("has_kept") is False


def test_unknown_event_is_not_found(case: Case):
    assert case.call("find", "no-such-id") is None
