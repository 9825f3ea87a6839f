"""What the benchmarks measure inside the product."""

import time
from datetime import UTC, datetime
from pathlib import Path

from kiosk.catalogue_sources import load_catalogue
from kiosk.clock import SystemClock
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.resident import Resident
from kiosk.services.submit_request import SubmitRequest
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.store import SqliteStore
from sync.central.admin import CentralAdmin
from sync.identifiers import new_event_id
from sync.keyring_store import KeyringStore
from sync.signing import DeviceSigner, Verifier
from sync.sqlite_outbox import SqliteOutbox


def enqueue_rate(count: int, directory: Path) -> float:
    """``enqueue_times`` as requests a second."""
    return count / enqueue_times(count, directory)[0]


def enqueue_times(count: int, directory: Path) -> tuple[float, float]:
    """Accept requests one by one, each fsynced: request, sealed outbox event, chained audit entry, encrypted.

    Args:
        count: how many.
        directory: where the database lies; must be on the disk that is measured.
    Returns:
        Seconds that all of them took, and seconds of the processor in them.
    """
    clock = SystemClock()
    encrypted = open_kiosk_database(directory / "kiosk", "file")
    with CentralAdmin(directory / "centre", "file") as centre:
        centre_key, keyring = centre.centre_public_key(), centre.keyring()
    try:
        with encrypted.transaction() as database:
            KeyringStore(Verifier(centre_key)).take(database, keyring, datetime.now(UTC))
        outbox = SqliteOutbox("bench-device", DeviceSigner.generate(), centre_key=centre_key)
        submit = SubmitRequest(
            SqliteStore(encrypted, outbox, clock), clock, lambda _: "unlisted", "B00"
        )
        service = load_catalogue().services()[0]
        person = Resident(
            "r-0001", CitizenId("513022194803120647"), "赵桂兰", "513022104203", None, clock.now()
        )
        proof = Evidence(True, frozenset({Factor.FACE, Factor.CARD}), 0.31, "dlib-resnet-v1", 0.38)
        start, worked = time.perf_counter(), time.process_time()
        for _ in range(count):
            submit.submit(
                new_event_id(), service, person, person.citizen_id, proof, {"for": "self"}
            )
        return time.perf_counter() - start, time.process_time() - worked
    finally:
        encrypted.close()
