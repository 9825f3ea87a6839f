"""Writing the events of one batch: all at once, and one by one when that does not go."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import bindparam, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from sync.answers import EventResult, EventStatus, Problem
from sync.central import tables
from sync.central.alarms import Clash, raise_alarms
from sync.central.blobs import declare
from sync.central.bulk import BulkInsert
from sync.central.database import received_numbers
from sync.central.effects import Intake, Refused
from sync.central.event_times import times_of
from sync.central.opening import OpenedItem
from sync.central.verdicts import CLONED, Known, KnownEvent, known_among, later
from sync.events import iso_utc

logger = logging.getLogger(__name__)

_INSERT_KEYS = BulkInsert(tables.event_key)
_INSERT_ITEMS = BulkInsert(tables.inbox)
# Built once: building a statement costs more than running it.
_JUDGE_ANEW = (
    update(tables.event_key)
    .where(tables.event_key.c.id == bindparam("event"))
    .values(status=bindparam("outcome"), problem=bindparam("why"))
)


@dataclass(slots=True)
class _Entry:
    """One event that is to be written."""

    place: int
    """In the batch."""
    item: OpenedItem
    server_seq: int
    is_new: bool
    refusal: Problem | None

    @property
    def status(self) -> EventStatus:
        return EventStatus.REJECTED if self.refusal else EventStatus.APPLIED

    @property
    def answer(self) -> EventResult:
        return EventResult(
            id=self.item.id, status=self.status, problem=self.refusal, server_seq=self.server_seq
        )


class Recorder:
    """Answers each item of a batch, and writes those that are new."""

    def __init__(self, intake: Intake, items: Sequence[OpenedItem]) -> None:
        self._intake = intake
        self._items = items
        self._known = Known({}, {})
        self._answers: dict[int, EventResult] = {}
        self._fault: Exception | None = None
        """Why the last try failed."""
        self.highest = 0
        """The highest sequence number that was written."""

    def record(self, *, seem_new: bool = False) -> list[EventResult]:
        """Write what is new; an answer for each item, in their order.

        Args:
            seem_new: none was known a moment ago. Then they are written without asking again: the table itself refuses
                an id and a sequence number that it has, and only when it does so somebody has to look.
        """
        if seem_new and self._is_all_written():
            return [self._answers[place] for place in range(len(self._items))]
        self._known = known_among(self._intake.connection, self._intake.device, self._items)
        ids: dict[str, int] = {}
        seqs: set[int] = set()
        repeated: list[int] = []
        for place, item in enumerate(self._items):
            verdict = self._known.verdict(item)
            if verdict is not None:
                self._answers[place] = verdict
            elif item.id in ids or item.seq in seqs:
                repeated.append(place)
            else:
                ids[item.id] = place
                seqs.add(item.seq)
        self._write(self._entries(list(ids.values())))
        for place in repeated:
            item = self._items[place]
            first = self._answers.get(ids.get(item.id, -1), later(item.id))
            self._answers[place] = self._known.verdict(item) or first
        answers = self._held_back()
        self._raise_alarms(answers)
        return answers

    def _is_all_written(self) -> bool:
        """Write all as new; whether it went. When it did not, nothing is left of it."""
        items = self._items
        if len({item.id for item in items}) < len(items) or len({item.seq for item in items}) < len(
            items
        ):
            return False
        return bool(items) and self._is_tried(lambda: self._entries(range(len(items))))

    def _raise_alarms(self, answers: Sequence[EventResult]) -> None:
        clashes = []
        for item, answer in zip(self._items, answers, strict=True):
            if answer.status is EventStatus.CONFLICT and answer.problem is not None:
                kind = answer.problem.code
                kept_id = self._known.owners.get(item.seq, item.id) if kind == CLONED else item.id
                clashes.append(Clash(item, kind, kept_id))
        if clashes:
            intake = self._intake
            raise_alarms(intake.connection, intake.device, clashes, intake.now)

    def _entries(self, places: Sequence[int]) -> list[_Entry]:
        """Give each event its number; one that was rejected before has it."""
        events, intake = self._known.events, self._intake
        intake.times = times_of(
            intake.connection,
            intake.device,
            [self._items[place] for place in places],
            intake.reception,
        )
        intake.stamps = {event_id: iso_utc(time.at) for event_id, time in intake.times.items()}
        count = sum(self._items[place].id not in events for place in places)
        numbers = iter(received_numbers(self._intake.connection, count) if count else ())
        entries: list[_Entry] = []
        for place in places:
            item = self._items[place]
            known = events.get(item.id)
            number = next(numbers) if known is None else known.server_seq
            entries.append(_Entry(place, item, number, known is None, item.refusal))
        return entries

    def _write(self, entries: Sequence[_Entry]) -> None:
        if len(entries) > 1 and self._is_written(entries):
            return
        held: set[str] = set()
        for entry in entries:
            if entry.item.subject in held:
                # What stands behind it in the order of the same subject waits with it.
                self._answers[entry.place] = later(entry.item.id)
            elif not self._is_written([entry]):
                self._answers[entry.place] = self._second_judgement(entry)
                if self._answers[entry.place].status is EventStatus.LATER:
                    held.add(entry.item.subject)

    def _is_written(self, entries: Sequence[_Entry]) -> bool:
        """Write in a savepoint; whether it went."""
        if self._is_tried(lambda: entries):
            return True
        if len(entries) > 1:
            return False
        (entry,) = entries
        fault = self._fault
        if isinstance(fault, Refused) and entry.refusal is None:
            entry.refusal = fault.problem
            return self._is_written(entries)
        # Not the kiosk's fault, so it is not told to set the event aside; the type only, no personal data.
        logger.error("event %s: not taken: %s", entry.item.id, type(fault).__name__)
        return False

    def _is_tried(self, made: Callable[[], Sequence[_Entry]]) -> bool:
        """Write in a savepoint; whether it went. Why it did not is kept."""
        intake = self._intake
        before = intake.change, dict(intake.certified)
        try:
            with intake.connection.begin_nested():
                entries = made()
                self._insert(entries)
        except Exception as error:
            intake.change, intake.certified = before
            # A full disk or a lost connection may have ended the whole transaction, and then nothing of this batch
            # may be promised.
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
                raise
            self._fault = error
            return False
        for entry in entries:
            item = entry.item
            self._known.events[item.id] = KnownEvent(item.digest, entry.status, entry.server_seq)
            self._known.owners[item.seq] = item.id
            self._answers[entry.place] = entry.answer
            self.highest = max(self.highest, item.seq)
        return True

    def _insert(self, entries: Sequence[_Entry]) -> None:
        connection = self._intake.connection
        new = [entry for entry in entries if entry.is_new]
        if new:
            received_at = iso_utc(self._intake.now)
            _INSERT_KEYS(connection, [self._key_row(entry, received_at) for entry in new])
            _INSERT_ITEMS(connection, [self._inbox_row(entry) for entry in new])
        again = [entry for entry in entries if not entry.is_new]
        if again:
            connection.execute(
                _JUDGE_ANEW,
                [
                    {"event": entry.item.id, "outcome": entry.status.value, "why": _why(entry)}
                    for entry in again
                ],
            )
        good = [entry.item for entry in entries if entry.refusal is None]
        for handler, run in groupby(good, key=lambda item: item.handler):
            if handler is not None:
                handler.apply(self._intake, [item.arrival for item in run])
        for item in good:
            if item.arrival.body.attachments:
                self._declare_files(item)

    def _declare_files(self, item: OpenedItem) -> None:
        intake, body = self._intake, item.arrival.body
        problem = declare(intake.connection, intake.device, item.id, body.attachments, intake.now)
        if problem is not None:
            raise Refused(problem)

    def _key_row(self, entry: _Entry, received_at: str) -> dict[str, object]:
        item, time = entry.item, self._intake.times[entry.item.id]
        return {
            "id": item.id,
            "device": self._intake.device,
            "seq": item.seq,
            "digest": item.digest,
            "region_code": self._intake.region_code,
            "status": entry.status.value,
            "problem": _why(entry),
            "received_at": received_at,
            "server_seq": entry.server_seq,
            "corrected_at": self._intake.stamps[item.id],
            "clock_quality": time.quality.value,
        }

    def _inbox_row(self, entry: _Entry) -> dict[str, object]:
        item = entry.item
        return {
            "region_code": self._intake.region_code,
            "id": item.id,
            "subject": item.subject,
            "item": item.encoded,
        }

    def _second_judgement(self, entry: _Entry) -> EventResult:
        """An event that cannot be written: perhaps another worker wrote its id meanwhile, for another device."""
        item = entry.item
        if not entry.is_new:
            return later(item.id)
        now_known = known_among(self._intake.connection, self._intake.device, [item])
        return now_known.verdict(item) or later(item.id)

    def _held_back(self) -> list[EventResult]:
        """While an event waits, those of its subject behind it wait too."""
        held: set[str] = set()
        answers: list[EventResult] = []
        for place, item in enumerate(self._items):
            answer = self._answers[place]
            if item.subject in held and answer.status is not EventStatus.APPLIED:
                answer = later(item.id)
            elif answer.status is EventStatus.LATER:
                held.add(item.subject)
            answers.append(answer)
        return answers


def _why(entry: _Entry) -> str:
    return entry.refusal.type if entry.refusal else ""
