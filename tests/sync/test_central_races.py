"""What another worker writes between the look at what is known and the transaction."""

from collections.abc import Callable

import pytest

from sync.central import inbox
from sync.central.opening import OpenedItem
from tests.sync.sender import Sender
from tests.sync.sync_parts import Centre, event

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Do something once, when the next batch is open and not yet written."""
    usual = inbox.open_items

    def set_up(act: Callable[[], object]) -> None:
        waiting = [act]

        def open_items(*arguments):
            readings = usual(*arguments)
            assert all(isinstance(one, OpenedItem) for one in readings)
            if waiting:
                waiting.pop()()
            return readings

        monkeypatch.setattr(inbox, "open_items", open_items)

    return set_up


def test_event_that_another_worker_took_meanwhile_is_a_duplicate(
    sender: Sender, centre: Centre, meanwhile
):
    first, second, third = (sender.item(seq) for seq in (1, 2, 3))
    meanwhile(lambda: sender.send(second))
    assert sender.outcomes(first, second, third) == [
        ("applied", ""),
        ("duplicate", ""),
        ("applied", ""),
    ]
    assert len(centre.admin.applications()) == 3
    assert sender.transport.device_state().gaps == ()


def test_sequence_number_that_was_taken_meanwhile_is_a_cloned_device(
    sender: Sender, centre: Centre, meanwhile
):
    meanwhile(lambda: sender.send(sender.item(2)))
    assert sender.outcomes(sender.item(1), sender.item(2)) == [
        ("applied", ""),
        ("conflict", "cloned-device"),
    ]
    assert len(centre.admin.applications()) == 2


def test_id_that_was_taken_with_other_bytes_meanwhile_is_a_conflict(
    sender: Sender, centre: Centre, meanwhile
):
    one = event()
    changed = event(event_id=one.id, receipt_number="A07-000124-X")
    meanwhile(lambda: sender.send(sender.item(1, one)))
    assert sender.outcomes(sender.item(2, changed), sender.item(3)) == [
        ("conflict", "id-reused"),
        ("applied", ""),
    ]
    assert {one["receipt_number"] for one in centre.admin.applications()} == {"A07-000123-K"}


def test_epoch_of_an_answer_is_the_one_that_the_events_were_taken_in_under(
    sender: Sender, centre: Centre, meanwhile
):
    meanwhile(centre.admin.renew_epoch)
    before = sender.transport.device_state().epoch
    answer = sender.send(sender.item(1))
    assert answer.epoch == sender.transport.device_state().epoch != before
