"""Applies the centre's answers to the kiosk's rows, inside the transaction that changes the outbox."""

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlite_utils import Database

from kiosk.clock import Clock, site_date
from kiosk.domain.citizen_id import CitizenId
from kiosk.services.settle_delivery import SettleDelivery
from kiosk.storage.clock_mark import note_carried_moment, note_centre_moment
from kiosk.storage.residents import SqliteResidents, parse_record
from kiosk.storage.store import SqliteTransaction
from sync.answers import (
    Decision,
    DecisionState,
    EventResult,
    EventStatus,
    RosterPage,
    RosterResident,
)
from sync.decision_fields import plain_fields
from sync.roster_record import record_text
from sync.sqlite_outbox import SqliteOutbox

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KioskSettlement:
    """The kiosk's side of every answer."""

    outbox: SqliteOutbox
    clock: Clock
    settle: SettleDelivery = field(default_factory=SettleDelivery)
    on_centre_time: Callable[[datetime], None] = lambda _at: None
    """Told what the centre has just signed: a clock that is wrong goes by it from now on."""
    is_carried: bool = False
    """What it is told came on a medium: the centre's time in it is past, nobody knows how long."""

    def settled(
        self, database: Database, event_id: str, outcome: EventResult, centre_time: datetime
    ) -> None:
        """An event was applied, was a duplicate, or was refused."""
        transaction = SqliteTransaction(database, self.outbox, self.clock)
        self._note_time(database, centre_time, is_carried=self.is_carried)
        if outcome.status in (EventStatus.APPLIED, EventStatus.DUPLICATE):
            self.settle.delivered(transaction, event_id, outcome.status.value, centre_time)
        elif outcome.status in (EventStatus.CONFLICT, EventStatus.REJECTED, EventStatus.GONE):
            reason = outcome.problem.code if outcome.problem else outcome.status.value
            self.settle.refused(transaction, event_id, reason)
            if reason == EventStatus.GONE.value:
                self.settle.gone(transaction, event_id)

    def decided(self, database: Database, decision: Decision) -> None:
        """The centre has decided a request."""
        self.settle.decided(
            SqliteTransaction(database, self.outbox, self.clock),
            decision.event_id,
            needs_correction=decision.state is DecisionState.NEEDS_CORRECTION,
            code=decision.code,
            text=decision.text,
            at=decision.decided_at,
            fields=plain_fields(decision.fields),
        )

    def roster_changed(self, database: Database, page: RosterPage) -> None:
        """A delta of the roster: a row that fails its checks is left out, a wrong record alone; both are counted."""
        residents = SqliteResidents(database)
        as_of = page.as_of.isoformat(timespec="milliseconds")
        # A kiosk whose clock's battery is empty believes that half the village is not born yet; the centre's signed
        # time bounds it from below. A row left out by mistake would not come again: the cursor moves on.
        today = site_date(max(self.clock.now(), page.time))
        unusable = unusable_records = 0
        for entry in page.upserts:
            try:
                citizen_id = CitizenId.parse(entry.citizen_id, today)
                if entry.certified_until is not None:
                    date.fromisoformat(entry.certified_until)
            except ValueError:  # InvalidCitizenId is one
                unusable += 1
                continue
            record = _usable_record(entry)
            unusable_records += record is None
            # The checked form: a lookup would miss a small x or a space.
            row = {**entry.model_dump(), "citizen_id": citizen_id.value, "record": record}
            residents.put(entry.resident_id, row, as_of)
        for resident_id in page.tombstones:
            residents.remove(resident_id)
        residents.set_as_of(as_of)
        self._note_time(database, page.time, is_carried=not page.nonce)
        if unusable:
            _log.warning("roster rows with impossible values count=%d", unusable)
        if unusable_records:
            _log.warning("roster records that fail their schema count=%d", unusable_records)

    def _note_time(self, database: Database, at: datetime, *, is_carried: bool) -> None:
        if is_carried:
            note_carried_moment(database, at)
            return
        note_centre_moment(database, at)
        self.on_centre_time(at)


def _usable_record(entry: RosterResident) -> str | None:
    """The text to keep, empty when the centre knows nothing; None when the record is wrong: the resident stays."""
    if entry.record is None:
        return ""
    try:
        text = record_text(entry.record)
        parse_record(text)
    except ValueError:  # RecordFault and pydantic's ValidationError are ones
        return None
    return text


def unlisted_subject(key: bytes, citizen_id: CitizenId) -> str:
    """A pseudonym for a person without a roster row: keyed, so that numbers cannot be tried against it.

    Args:
        key: a secret of this device.
    """
    digest = hmac.new(key, b"xianglin/subject/1\n" + citizen_id.value.encode(), hashlib.sha256)
    return f"unlisted-{digest.hexdigest()[:24]}"
