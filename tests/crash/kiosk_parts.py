"""A kiosk without a window and without texts, quick to start: storage, queue and the use cases around them."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.domain.attachment import Attachment
from kiosk.domain.catalogue import ServiceDefinition, parse_definition
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.services.submit_request import SubmitRequest
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.settlement import KioskSettlement
from kiosk.storage.store import SqliteStore
from sync import events
from sync.answers import (
    BatchAnswer,
    Decision,
    DecisionState,
    EventResult,
    EventStatus,
    Problem,
)
from sync.compression import known_dictionaries
from sync.identifiers import new_event_id
from sync.keyring import Keyring, ListedKey, sign_keyring
from sync.keyring_store import KeyringStore
from sync.sealing import KEMS, OpeningKey
from sync.settlement import Settlement, Tally
from sync.signing import DeviceSigner, Verifier
from sync.sqlite_outbox import SqliteOutbox

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SERVICE = Path(__file__).parents[2] / "assets/services/pension.life_certification.json"
EVIDENCE = Evidence(has_claim=True, factors=frozenset({Factor.CARD, Factor.PIN}))
PERSON = Resident("r-0001", CitizenId("51302219480312064X"), "赵桂兰", "513022104203", None, NOW)
ATTACHED = 70_000
"""Bytes of a picture: two chunks, so that a cut may fall between them."""
CENTRE = DeviceSigner(bytes(range(32)))
ANCHOR = Verifier(CENTRE.public_key)
KEYRING = sign_keyring(
    Keyring(
        serial=1,
        issued_at=NOW,
        signing=(ListedKey(CENTRE.public_key),),
        past=(),
        sealing={kem: (ListedKey(OpeningKey.generate(kem).sealing_key.public),) for kem in KEMS},
        dictionaries=known_dictionaries(),
    ),
    [CENTRE],
)
"""What provisioning takes from the centre's file: events are sealed from the first one on."""


@dataclass(slots=True)
class Kiosk:
    """Open parts."""

    encrypted: KioskDatabase
    signer: DeviceSigner
    outbox: SqliteOutbox
    store: SqliteStore
    service: ServiceDefinition
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def submit(self, attachments: int = 0) -> ServiceRequest:
        """Accept one request with that many pictures."""
        pictures = [
            Attachment(f"photo_{number}", "image/jpeg", self.dice.randbytes(ATTACHED))
            for number in range(attachments)
        ]
        submit = SubmitRequest(self.store, self.store.clock, lambda _number: "unlisted", "A07")
        return submit.submit(
            new_event_id(),
            self.service,
            PERSON,
            PERSON.citizen_id,
            EVIDENCE,
            {"photos": [picture.sha256 for picture in pictures]},
            answers={"who": "self"},
            attachments=pictures,
        )

    def checkpoint_after(self, pages: int) -> None:
        """Let SQLite copy its WAL home after so few pages that a short trace has it."""
        with self.encrypted.reading() as raw:
            raw.execute(f"PRAGMA wal_autocheckpoint = {pages}").fetchall()


@contextmanager
def open_sealing_kiosk(
    folder: Path, opens: Callable[[Path, str], KioskDatabase] = open_kiosk_database
) -> Iterator[Kiosk]:
    """Open what the product opens, with the centre's keys as provisioning gives them."""
    with open_kiosk(folder, opens, CENTRE.public_key) as kiosk:
        keys = KeyringStore(ANCHOR)
        with kiosk.encrypted.reading() as raw:
            has_keys = keys.serial(raw) > 0
        if not has_keys:
            with kiosk.encrypted.transaction() as raw:
                keys.take(raw, KEYRING, NOW)
        yield kiosk


@contextmanager
def open_kiosk(
    folder: Path,
    opens: Callable[[Path, str], KioskDatabase] = open_kiosk_database,
    centre_key: bytes | None = None,
) -> Iterator[Kiosk]:
    """Open what the product opens, in its order; without the centre's key its events are signed only."""
    encrypted = opens(folder / "state", "file")
    try:
        signer = DeviceSigner(load_or_make_device_seed(encrypted))
        outbox = SqliteOutbox("dev-0007", signer, centre_key=centre_key)
        store = SqliteStore(encrypted, outbox, SystemClock(), reserve_bytes=0)
        service = parse_definition(SERVICE.read_text("utf-8"), SERVICE.name)
        yield Kiosk(encrypted, signer, outbox, store, service)
    finally:
        encrypted.close()


STATUSES = (
    EventStatus.APPLIED,
    EventStatus.DUPLICATE,
    EventStatus.REJECTED,
    EventStatus.LATER,
    None,
)
"""What the centre says of one event after another; None names it not."""


def answer_all(kiosk: Kiosk) -> Iterator[str]:
    """Settle everything that waits, in batches of three; gives the ids of what is settled for good, once it is."""
    settlement = Settlement(kiosk.outbox, KioskSettlement(kiosk.outbox, kiosk.store.clock))
    clock = events.SystemClock()
    with kiosk.encrypted.reading() as raw:
        waiting = list(kiosk.outbox.next_batch(raw, 100, 1 << 20, clock.read()))
    for start in range(0, len(waiting), 3):
        batch = waiting[start : start + 3]
        results = []
        for place, pending in enumerate(batch, start):
            status = STATUSES[place % len(STATUSES)]
            if status is not None:
                problem = Problem(type="urn:xianglin:problem:unknown-kind")
                is_refused = status is EventStatus.REJECTED
                results.append(
                    EventResult(
                        id=pending.id, status=status, problem=problem if is_refused else None
                    )
                )
        answer = BatchAnswer(
            protocol=1,
            device="dev-0007",
            epoch="e",
            time=NOW,
            batch="b",
            hwm=9,
            results=tuple(results),
        )
        with kiosk.encrypted.transaction() as raw:
            settlement.apply(raw, batch, answer, clock.read(), Tally())
        final = {EventStatus.APPLIED, EventStatus.DUPLICATE, EventStatus.REJECTED}
        yield from (result.id for result in results if result.status in final)


def decide_all(kiosk: Kiosk) -> Iterator[str]:
    """Take in the centre's decision on every request; gives the ids, once they are decided."""
    listener = KioskSettlement(kiosk.outbox, kiosk.store.clock)
    with kiosk.encrypted.reading() as raw:
        ids = [row[0] for row in raw.execute("SELECT request_id FROM service_request ORDER BY 1")]
    for request_id in ids:
        decision = Decision(
            event_id=request_id, state=DecisionState.DECIDED, code="ok", text="", decided_at=NOW
        )
        with kiosk.encrypted.transaction() as raw:
            listener.decided(raw, decision)
        yield request_id
