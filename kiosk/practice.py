"""The world of practice: a database, keys and people of its own, made for it and thrown away."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from kiosk.clock import Clock
from kiosk.domain.resident_record import ResidentRecord
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.find_resident import FindResident
from kiosk.services.list_requests import ListRequests
from kiosk.services.ports import Card, DeviceState, PinCheck
from kiosk.services.receipt_code import ReceiptCode
from kiosk.services.record_consent import RecordConsent
from kiosk.services.store import AuditEntry
from kiosk.services.submit_request import SubmitRequest
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.residents import SqliteResidents
from kiosk.storage.store import SqliteStore
from sync.signing import DeviceSigner, Purpose
from sync.sqlite_outbox import SqliteOutbox

LASTS = timedelta(minutes=30)
"""One practice; the kiosk is for those who wait behind."""

PIN = "123456"
"""Of every invented card; the page says it."""

DEVICE_ID = "practice"
RECEIPT_PREFIX = "ZZZ"
"""Given to no device: a practised receipt number can never be taken for a real one."""

DONE = "practice.done"


@dataclass(frozen=True, slots=True)
class PracticeCardReader:
    """A reader on which the invented card always lies."""

    label: str = "practice"

    def state(self) -> DeviceState:
        """There, always."""
        return DeviceState.READY

    def read(self) -> Card:
        """The card of whom is practised with is chosen by the flow; any will do for the PIN."""
        return practice_people()[0][0]

    def verify_pin(self, pin: str) -> PinCheck:
        """Compare with the PIN that the page says; a wrong one costs nothing."""
        return PinCheck(pin == PIN, 3)


def practice_people() -> tuple[tuple[Card, dict[str, object]], ...]:
    """The invented people: card and roster row."""
    text = (resources.files("assets") / "practice" / "people.json").read_text("utf-8")
    return tuple(
        (Card(row["citizen_id"], row["name"], f"6217999999999{number:06d}"), row)
        for number, row in enumerate(json.loads(text)["residents"])
    )


@dataclass(frozen=True, slots=True)
class DatabaseBook:
    """Remembers in the database of practice what was done."""

    store: SqliteStore
    clock: Clock
    ends_at: datetime
    people: tuple[Card, ...]

    def is_over(self) -> bool:
        """Whether the time is up; a clock that jumps back ends it too."""
        now = self.clock.now()
        return now >= self.ends_at or now < self.ends_at - LASTS

    def done(self) -> int:
        """How many different services were practised."""
        with self.store.transaction() as transaction:
            row = transaction.database.execute(
                "SELECT count(DISTINCT subject) FROM audit WHERE kind = ?", [DONE]
            ).fetchone()
        return int(row[0])

    def mark_done(self, service_id: str) -> None:
        """Remember a service, once."""
        with self.store.transaction() as transaction:
            known = transaction.database.execute(
                "SELECT 1 FROM audit WHERE kind = ? AND subject = ?", [DONE, service_id]
            ).fetchone()
            if known is None:
                transaction.audit(AuditEntry(DONE, service_id, {}))


@contextmanager
def practice_ports(real: VisitPorts, folder: Path, clock: Clock) -> Iterator[VisitPorts]:
    """Ports for one practice; everything that it wrote is gone afterwards.

    Args:
        real: of the kiosk: catalogue, county and texts are the same; nothing that writes is taken over.
        folder: made for it, removed at the end; what an interrupted practice left is removed first.
        clock: also measures how long practice lasts.
    Raises:
        StorageError: its database cannot be made.
    """
    shutil.rmtree(folder, ignore_errors=True)
    encrypted = open_kiosk_database(folder, "file")
    try:
        # A key that no centre knows: even a stolen outbox of practice can never be delivered.
        signer = DeviceSigner.generate()
        outbox = SqliteOutbox(DEVICE_ID, signer)
        store = SqliteStore(encrypted, outbox, clock)
        people = practice_people()
        _settle(store, people, clock)
        book = DatabaseBook(store, clock, clock.now() + LASTS, tuple(card for card, _ in people))
        yield _ports(real, store, signer, book, clock)
    finally:
        encrypted.close()
        shutil.rmtree(folder, ignore_errors=True)


def _settle(
    store: SqliteStore, people: tuple[tuple[Card, dict[str, object]], ...], clock: Clock
) -> None:
    as_of = clock.now().isoformat(timespec="milliseconds")
    with store.transaction() as transaction:
        residents = SqliteResidents(transaction.database)
        for _, row in people:
            record = ResidentRecord.model_validate(row.get("record", {}))
            fields = {**row, "record": record.model_dump_json(exclude_defaults=True)}
            residents.put(str(row["resident_id"]), fields, as_of)
        residents.set_as_of(as_of)


def _ports(
    real: VisitPorts,
    store: SqliteStore,
    signer: DeviceSigner,
    book: DatabaseBook,
    clock: Clock,
) -> VisitPorts:
    def sign(statement: bytes, _certificate: bytes) -> bytes:
        return signer.sign(Purpose.RECEIPT, statement)

    return replace(
        real,
        card_reader=PracticeCardReader(),
        find_resident=FindResident(store, clock),
        record_consent=RecordConsent(store, clock),
        submit_request=SubmitRequest(store, clock, lambda _number: "practice", RECEIPT_PREFIX),
        list_requests=ListRequests(store),
        face_template=lambda _id: None,
        has_camera=lambda: False,
        voice=None,
        enrol=None,
        qr_rows=ReceiptCode(sign).rows_of,
        printing=real.printing.practising(),
        hints=lambda _scope, _open, _offered: (),
        drafts=None,
        staff=None,
        withdraw_consent=None,
        update_template=None,
        attest=None,
        limits=None,
        practice=book,
    )
