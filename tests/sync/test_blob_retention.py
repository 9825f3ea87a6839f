"""Files that will never be sent do not fill the disk, and nothing goes without an answer of the centre that names it."""

from datetime import timedelta

import pytest

from sync.answers import EventResult, EventStatus
from sync.blob_messages import UNKNOWN_BLOB
from sync.blob_queue import BlobQueue
from sync.blob_retention import KEEP, erase_unwanted, has_news
from sync.blob_shelf import BlobShelf
from sync.centre_clock import note
from sync.engine import SyncEngine
from sync.envelope import decode_item
from sync.outbox import ParkReason
from sync.retention import Retention
from sync.settlement import Tally
from tests.sync.file_parts import content_of_size, put
from tests.sync.sync_parts import NOW, Kiosk, ScriptedTransport, answer_to, event

PHOTO, OTHER = content_of_size(70_000), content_of_size(3_000, seed=2)
A_DAY = timedelta(days=1)


def park(kiosk: Kiosk, event_id: str, reason: ParkReason) -> None:
    with kiosk.database.transaction() as database:
        assert kiosk.outbox.park(database, event_id, "x", "", kiosk.clock.wall, reason)


def release(kiosk: Kiosk, event_id: str) -> None:
    with kiosk.database.transaction() as database:
        BlobShelf(database).release(event_id)


def deliver(kiosk: Kiosk) -> None:
    with kiosk.database.transaction() as database:
        for (name,) in database.execute("SELECT name FROM blob").fetchall():
            BlobShelf(database).delivered(name, NOW)


def pass_time(kiosk: Kiosk, *days: int) -> int:
    """The centre is heard on each of these days from now; how many files were erased."""
    erased = 0
    for day in days:
        with kiosk.database.transaction() as database:
            moment = NOW + timedelta(days=day)
            is_news = has_news(database, moment)
            gone = erase_unwanted(database, moment)
            assert is_news or not gone
            erased += gone
    return erased


def chunks(kiosk: Kiosk) -> int:
    return kiosk.rows("SELECT count(*) FROM blob_chunk")[0][0]


LONG = KEEP.days * 20


@pytest.mark.parametrize("reason", [ParkReason.REFUSED, ParkReason.CONFLICT])
def test_files_of_a_refused_event_are_kept_for_their_time_and_then_erased(
    kiosk: Kiosk, reason: ParkReason
) -> None:
    event_id = put(kiosk, PHOTO, OTHER)
    park(kiosk, event_id, reason)
    assert pass_time(kiosk, 0, 1, KEEP.days) == 0
    assert chunks(kiosk) == 3
    assert pass_time(kiosk, KEEP.days + 1) == 2
    assert chunks(kiosk) == 0
    assert kiosk.rows("SELECT * FROM blob_claim") == []
    assert kiosk.entry(event_id).size > 0


@pytest.mark.parametrize("reason", [ParkReason.STAFF, ParkReason.UNDELIVERABLE])
def test_files_that_no_answer_names_stay_for_ever(kiosk: Kiosk, reason: ParkReason) -> None:
    park(kiosk, put(kiosk, PHOTO), reason)
    waiting = put(kiosk, OTHER, subject="r-0002")
    assert pass_time(kiosk, 0, LONG, 2 * LONG) == 0
    # Nor when nobody can open them here any more.
    release(kiosk, waiting)
    assert pass_time(kiosk, 3 * LONG, 4 * LONG) == 0


def test_event_that_is_sent_again_has_its_files_and_their_time_begins_anew(kiosk: Kiosk) -> None:
    event_id = put(kiosk, PHOTO)
    park(kiosk, event_id, ParkReason.REFUSED)
    assert pass_time(kiosk, 0, KEEP.days) == 0
    with kiosk.database.transaction() as database:
        assert kiosk.outbox.retry(database, event_id)
    assert pass_time(kiosk, LONG) == 0
    park(kiosk, event_id, ParkReason.REFUSED)
    assert pass_time(kiosk, LONG, LONG + KEEP.days) == 0
    assert pass_time(kiosk, LONG + KEEP.days + 1) == 1


def test_file_that_another_event_needs_stays(kiosk: Kiosk) -> None:
    park(kiosk, put(kiosk, PHOTO), ParkReason.REFUSED)
    second = put(kiosk, PHOTO, subject="r-0002")
    assert pass_time(kiosk, 0, LONG) == 0
    with kiosk.database.transaction() as database:
        kiosk.outbox.acknowledge(database, second, 1, NOW)
    assert pass_time(kiosk, 2 * LONG) == 0
    # The centre has it, and the request of the second is decided: only the refused one shows it still.
    deliver(kiosk)
    release(kiosk, second)
    assert chunks(kiosk) == 2
    assert pass_time(kiosk, 3 * LONG, 3 * LONG + KEEP.days) == 0
    assert pass_time(kiosk, 3 * LONG + KEEP.days + 1) == 1


def test_files_of_an_event_that_is_gone_go_at_once_when_it_is_let_go(kiosk: Kiosk) -> None:
    gone = put(kiosk, PHOTO)
    shared = put(kiosk, OTHER)
    also_gone = put(kiosk, OTHER)
    park(kiosk, gone, ParkReason.GONE)
    release(kiosk, gone)
    assert chunks(kiosk) == 1
    park(kiosk, also_gone, ParkReason.GONE)
    release(kiosk, also_gone)
    # The third event waits, and needs it.
    assert chunks(kiosk) == 1
    park(kiosk, shared, ParkReason.GONE)
    release(kiosk, shared)
    assert chunks(kiosk) == 0


def test_superseded_event_that_waits_is_still_sent_with_its_files(kiosk: Kiosk) -> None:
    """A correction takes the place of the first request here; the centre is promised both."""
    first = put(kiosk, PHOTO)
    release(kiosk, first)
    assert pass_time(kiosk, 0, LONG, 2 * LONG) == 0
    with kiosk.database.transaction() as database:
        kiosk.outbox.acknowledge(database, first, 1, NOW)
    assert pass_time(kiosk, 3 * LONG, 4 * LONG) == 0
    deliver(kiosk)
    assert chunks(kiosk) == 0


def test_file_that_the_centre_does_not_know_goes_in_its_time(kiosk: Kiosk) -> None:
    """Its event was erased there before the file came; five signed answers said so."""
    event_id = put(kiosk, PHOTO)
    with kiosk.database.transaction() as database:
        kiosk.outbox.acknowledge(database, event_id, 1, NOW)
        database.execute("UPDATE blob SET state = 'parked', last_error_code = ?", [UNKNOWN_BLOB])
    assert pass_time(kiosk, 0, KEEP.days) == 0
    with kiosk.database.transaction() as database:
        BlobQueue(database).retry(event_id)
    assert pass_time(kiosk, LONG) == 0
    with kiosk.database.transaction() as database:
        database.execute("UPDATE blob SET state = 'parked'")
    assert pass_time(kiosk, LONG, LONG + KEEP.days + 1) == 1


@pytest.mark.parametrize("code", ["blob-damaged", "no-progress"])
def test_file_that_failed_on_its_way_stays(kiosk: Kiosk, code: str) -> None:
    event_id = put(kiosk, PHOTO)
    with kiosk.database.transaction() as database:
        kiosk.outbox.acknowledge(database, event_id, 1, NOW)
        database.execute("UPDATE blob SET state = 'parked', last_error_code = ?", [code])
    assert pass_time(kiosk, 0, LONG, 2 * LONG) == 0


def test_files_of_an_unsealed_event_go_by_the_event_that_names_them(kiosk: Kiosk) -> None:
    first = put(kiosk, PHOTO)
    (later,) = kiosk.append(event(kind="attachments"))
    with kiosk.database.transaction() as database:
        kiosk.outbox.acknowledge(database, first, 1, NOW)
    assert pass_time(kiosk, 0, LONG) == 0
    with kiosk.database.transaction() as database:
        database.execute("UPDATE blob_claim SET named_by = ?", [later])
        database.execute(
            "INSERT INTO blob_claim SELECT ?, blob_no, media_type, 0, '' FROM blob_claim", [later]
        )
    park(kiosk, later, ParkReason.REFUSED)
    # The request may still be opened here for a correction.
    assert pass_time(kiosk, 2 * LONG, 3 * LONG) == 0
    release(kiosk, first)
    assert pass_time(kiosk, 4 * LONG, 4 * LONG + KEEP.days) == 0
    assert pass_time(kiosk, 4 * LONG + KEEP.days + 1) == 1


def test_run_erases_by_the_time_that_the_centre_signed_and_by_no_clock_of_this_machine(
    kiosk: Kiosk,
) -> None:
    park(kiosk, put(kiosk, PHOTO), ParkReason.REFUSED)
    retention = Retention(kiosk.database, kiosk.outbox, A_DAY)

    def run(heard_at: timedelta | None) -> int:
        if heard_at is not None:
            with kiosk.database.transaction() as database:
                note(database, NOW + heard_at, kiosk.clock.read())
        retention.run(Tally(), lambda: False)
        return chunks(kiosk)

    assert run(None) == 2
    kiosk.clock.forward(20 * 365 * 86_400)
    assert run(None) == 2
    assert run(timedelta(0)) == 2
    assert run(KEEP) == 2
    assert run(KEEP + A_DAY) == 0


class Centre(ScriptedTransport):
    """Applies everything, at the time that the test says."""

    def __init__(self) -> None:
        super().__init__(self.apply)
        self.time = NOW

    def apply(self, batch_id, items):
        ids = [decode_item(item).header.id for item in items]
        results = [EventResult(id=one, status=EventStatus.APPLIED) for one in ids]
        return answer_to(batch_id, results).model_copy(update={"time": self.time})

    def _common(self):
        return super()._common() | {"time": self.time}


def test_engine_looks_after_files_also_when_none_is_to_be_sent(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    park(kiosk, put(kiosk, PHOTO), ParkReason.REFUSED)
    centre = Centre()
    engine = SyncEngine(kiosk.database, kiosk.outbox, centre, kiosk.listener, kiosk.clock)
    for day, left in ((0, 2), (KEEP.days, 2), (KEEP.days + 1, 0)):
        centre.time = NOW + timedelta(days=day)
        kiosk.append(event("r-0002"))
        engine.run_once()
        assert chunks(kiosk) == left
    assert "erased by age count=1" in caplog.text
