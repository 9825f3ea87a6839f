"""Mistakes put into the queue on purpose, each one that a real system was seen to make."""

import contextlib
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from sync import cursors, http_transport
from sync.answers import BatchAnswer, EventResult, EventStatus
from sync.comparison import Comparison
from sync.engine import SyncEngine
from sync.errors import NotTheCentre, SyncError
from sync.events import ClockReading
from sync.http_transport import HttpTransport
from sync.push import Pusher
from sync.settlement import Settlement
from sync.signing import Verifier
from sync.sqlite_outbox import SqliteOutbox
from tests.simulation.sim_kiosk import NOW, SimKiosk
from tests.simulation.van import Van

Mutant = Callable[[pytest.MonkeyPatch], None]


def new_id_per_retry(patch: pytest.MonkeyPatch) -> None:
    """formhub #678, collect #3391: a retry is another submission."""
    known = {}
    append, send = SqliteOutbox.append, Pusher._send

    def remember(self, database, event):
        known[event.id] = event
        return append(self, database, event)

    def send_anew(self, batch, skipped, tally):
        try:
            send(self, batch, skipped, tally)
        except SyncError:
            with self._database.transaction() as database:
                for pending in batch:
                    other = replace(known[pending.id], id=str(uuid.uuid4()))
                    database.execute("DELETE FROM outbox WHERE id = ?", [pending.id])
                    self._outbox.append(database, other)
                    database.execute(
                        "UPDATE record SET id = ? WHERE id = ?", [other.id, pending.id]
                    )
            raise

    patch.setattr(SqliteOutbox, "append", remember)
    patch.setattr(Pusher, "_send", send_anew)


def acknowledge_the_whole_batch(patch: pytest.MonkeyPatch) -> None:
    """odoo #211219: all that was sent is removed, not all that the answer names."""

    def apply(self, database, batch, answer, now, tally) -> set[str]:
        _acknowledge(self, database, [pending.id for pending in batch])
        return set()

    patch.setattr(Settlement, "apply", apply)


def acknowledge_before_the_answer(patch: pytest.MonkeyPatch) -> None:
    """AppSync-android #40, huey: taken out of the queue, then sent."""
    send = Pusher._send

    def send_after(self, batch, skipped, tally):
        with self._database.transaction() as database:
            _acknowledge(self._settlement, database, [pending.id for pending in batch])
        send(self, batch, skipped, tally)

    patch.setattr(Pusher, "_send", send_after)


def any_200_is_success(patch: pytest.MonkeyPatch) -> None:
    """A captive portal's page counts as the answer."""
    send = HttpTransport.send_batch

    def believing(self, batch_id, items):
        try:
            return send(self, batch_id, items)
        except NotTheCentre as error:
            if "status" in str(error):
                raise
            return _all_applied(batch_id, items, self._link.centre.epoch, self._kiosk)

    patch.setattr(HttpTransport, "send_batch", believing)


def bulk_mark_after_the_loop(patch: pytest.MonkeyPatch) -> None:
    """Simple's SyncCoordinator: after the loop everything pending is done."""
    run = Pusher.run

    def run_and_mark(self, tally, should_stop):
        run(self, tally, should_stop)
        if tally.acknowledged:
            with self._database.transaction() as database:
                rows = database.execute("SELECT id FROM outbox WHERE state = 'queued'").fetchall()
                _acknowledge(self._settlement, database, [row[0] for row in rows])

    patch.setattr(Pusher, "run", run_and_mark)


def drop_what_is_refused(patch: pytest.MonkeyPatch) -> None:
    """pretix: any 4xx deletes the queued item, nothing we can do."""

    def park(self, database, event_id, code, text, at, *_) -> bool:
        return database.execute("DELETE FROM outbox WHERE id = ?", [event_id]).rowcount == 1

    patch.setattr(SqliteOutbox, "park", park)


def park_after_three_dead_links(patch: pytest.MonkeyPatch) -> None:
    """Retries are counted against the record, and staff find it failed though the centre has it."""
    send, tries = Pusher._send, Counter()

    def send_thrice(self, batch, skipped, tally):
        try:
            send(self, batch, skipped, tally)
        except SyncError as error:
            with self._database.transaction() as database:
                for pending in batch:
                    tries[pending.id] += 1
                    if tries[pending.id] == 3:
                        self._outbox.park(database, pending.id, error.code, "gave up", NOW)
            raise

    patch.setattr(Pusher, "_send", send_thrice)


def requeue_forgets_gaps(patch: pytest.MonkeyPatch) -> None:
    """Only what lies above the high-water mark is sent again to a restored centre."""
    requeue = SqliteOutbox.requeue
    patch.setattr(
        SqliteOutbox, "requeue", lambda self, database, above, gaps: requeue(self, database, above, ())
    )  # fmt: skip


def restored_centre_is_ignored(patch: pytest.MonkeyPatch) -> None:
    """cht-core #8093: after a restore phones think that everything was sent."""
    patch.setattr(Comparison, "run", lambda self, tally: None)
    patch.setattr(SyncEngine, "_start_over", lambda self, change, tally, should_stop: None)


def new_epoch_is_ignored(patch: pytest.MonkeyPatch) -> None:
    """The renewed epoch is stored and nothing else."""

    def start_over(self, change, tally, should_stop):
        with self._database.transaction() as database:
            cursors.store(database, cursors.EPOCH, change.epoch)
        return self._run_phases(tally, should_stop)

    patch.setattr(SyncEngine, "_start_over", start_over)


def later_ones_pass_a_deferred_one(patch: pytest.MonkeyPatch) -> None:
    """Only the row itself waits, not what stands behind it."""
    ask = SqliteOutbox.next_batch

    def next_batch(self, database, limit_count, limit_bytes, now, skip_subjects=()):
        deferred = database.execute(
            "SELECT id FROM outbox WHERE not_before_boot = ? AND not_before_mono_ms > ?",
            [now.boot_id, now.monotonic_ms],
        ).fetchall()
        waiting = {row[0] for row in deferred}
        much_later = replace(now, monotonic_ms=now.monotonic_ms + 10**9)
        batch = ask(self, database, 1000, 10**9, much_later, skip_subjects)
        return [pending for pending in batch if pending.id not in waiting][:limit_count]

    patch.setattr(SqliteOutbox, "next_batch", next_batch)


def urgent_ones_pass_their_own_subject(patch: pytest.MonkeyPatch) -> None:
    """Priority before order."""
    ask = SqliteOutbox.next_batch

    def next_batch(self, database, limit_count, limit_bytes, now, skip_subjects=()):
        batch = ask(self, database, 1000, 10**9, now, skip_subjects)
        return sorted(batch, key=lambda pending: (pending.priority, pending.seq))[:limit_count]

    patch.setattr(SqliteOutbox, "next_batch", next_batch)


def waits_by_the_wall_clock(patch: pytest.MonkeyPatch) -> None:
    """A clock that is set back a year holds an event for a year."""
    ask, defer = SqliteOutbox.next_batch, SqliteOutbox.defer

    def by_wall(now: ClockReading) -> ClockReading:
        return ClockReading(now.wall, "one boot", int(now.wall.timestamp() * 1000))

    def next_batch(self, database, limit_count, limit_bytes, now, skip_subjects=()):
        return ask(self, database, limit_count, limit_bytes, by_wall(now), skip_subjects)

    def defer_by_wall(self, database, event_id, delay_s, now, code, text):
        return defer(self, database, event_id, delay_s, by_wall(now), code, text)

    patch.setattr(SqliteOutbox, "next_batch", next_batch)
    patch.setattr(SqliteOutbox, "defer", defer_by_wall)


def offset_paging(patch: pytest.MonkeyPatch) -> None:
    """MOSIP: the next page is looked for behind the last one, in a list that has shrunk meanwhile."""
    run = Pusher.run

    def run_from_the_start(self, tally, should_stop):
        self._offset = 0
        run(self, tally, should_stop)

    def page(self, skipped):
        with self._database.reading() as database:
            rows = self._outbox.next_batch(database, 1000, 10**9, self._clock.read(), skipped)
        batch = rows[self._offset : self._offset + self._limits.count]
        self._offset += len(batch)
        return batch

    patch.setattr(Pusher, "run", run_from_the_start)
    patch.setattr(Pusher, "_ask", page)


def results_by_place(patch: pytest.MonkeyPatch) -> None:
    """The first result is taken for the first event, whatever it names."""
    apply = Settlement.apply

    def apply_by_place(self, database, batch, answer, now, tally):
        named = tuple(
            result.model_copy(update={"id": pending.id})
            for pending, result in zip(batch, answer.results, strict=False)
        )
        placed = answer.model_copy(update={"results": named})
        return apply(self, database, batch, placed, now, tally)

    patch.setattr(Settlement, "apply", apply_by_place)


def answer_may_name_anything(patch: pytest.MonkeyPatch) -> None:
    """What was not sent in this batch is settled too."""
    apply = Settlement.apply

    def apply_all(self, database, batch, answer, now, tally):
        skipped = apply(self, database, batch, answer, now, tally)
        sent = {pending.id for pending in batch}
        others = [r.id for r in answer.results if r.id not in sent]
        _acknowledge(self, database, others)
        return skipped

    patch.setattr(Settlement, "apply", apply_all)


def answer_of_another_batch(patch: pytest.MonkeyPatch) -> None:
    """The echo of the batch is not compared."""
    opened = http_transport.open_answer

    class Anything(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

    def open_any(body, kind, *rest):
        answer = opened(body, kind, *rest)
        if kind is BatchAnswer:
            return answer.model_copy(update={"batch": Anything()})
        return answer

    patch.setattr(http_transport, "open_answer", open_any)


def signature_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    """Anybody can say "applied"."""
    patch.setattr(Verifier, "is_valid", lambda self, purpose, data, signature: True)


def custody_is_delivery(patch: pytest.MonkeyPatch) -> None:
    """android-registration-client #947, turned round: what the van has taken is done."""
    load = Van.load

    def load_and_forget(self, kiosk: SimKiosk) -> None:
        load(self, kiosk)
        with kiosk.database.transaction() as database:
            for event_id, _ in kiosk.waiting_items():
                kiosk.outbox.acknowledge(database, event_id, None, NOW)
                database.execute("INSERT INTO told VALUES (?, 'applied')", [event_id])

    patch.setattr(Van, "load", load_and_forget)


def _acknowledge(settlement: Settlement, database, ids: list[str]) -> None:
    for event_id in ids:
        # The listener's own failures are no part of the mistake.
        with contextlib.suppress(LookupError), database.atomic():
            if settlement.outbox.acknowledge(database, event_id, None, NOW):
                applied = EventResult(id=event_id, status=EventStatus.APPLIED)
                settlement.listener.settled(database, event_id, applied, NOW)


def _all_applied(batch_id: str, items, epoch: str, kiosk: SimKiosk) -> BatchAnswer:
    sent = set(items)
    ids = [event_id for event_id, item in kiosk.waiting_items() if item in sent]
    return BatchAnswer(
        protocol=1,
        batch=batch_id,
        device="dev-0007",
        epoch=epoch,
        hwm=0,
        time=NOW,
        results=tuple(EventResult(id=one, status=EventStatus.APPLIED) for one in ids),
    )


MUTANTS: tuple[Mutant, ...] = (
    new_id_per_retry,
    acknowledge_the_whole_batch,
    acknowledge_before_the_answer,
    any_200_is_success,
    bulk_mark_after_the_loop,
    drop_what_is_refused,
    park_after_three_dead_links,
    requeue_forgets_gaps,
    restored_centre_is_ignored,
    new_epoch_is_ignored,
    later_ones_pass_a_deferred_one,
    urgent_ones_pass_their_own_subject,
    waits_by_the_wall_clock,
    offset_paging,
    results_by_place,
    answer_may_name_anything,
    answer_of_another_batch,
    signature_is_not_checked,
    custody_is_delivery,
)
