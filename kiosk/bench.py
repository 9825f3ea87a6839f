"""What the benchmarks measure inside the product."""

import time
from pathlib import Path

from kiosk.catalogue_sources import load_catalogue
from kiosk.clock import SystemClock
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.resident import Resident
from kiosk.services.submit_request import SubmitRequest
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.store import SqliteStore
from sync.identifiers import new_event_id
from sync.signing import DeviceSigner
from sync.sqlite_outbox import SqliteOutbox


def enqueue_rate(count: int, directory: Path) -> float:
    """Accept requests one by one, each fsynced: request, signed outbox event, chained audit entry, encrypted.

    Args:
        count: how many.
        directory: where the database lies; must be on the disk that is measured.
    Returns:
        requests a second.
    """
    clock = SystemClock()
    encrypted = open_kiosk_database(directory, "file")
    try:
        store = SqliteStore(encrypted, SqliteOutbox("bench-device", DeviceSigner.generate()), clock)
        submit = SubmitRequest(store, clock, lambda _: "unlisted", "B00")
        service = load_catalogue().services()[0]
        person = Resident(
            "r-0001", CitizenId("513022194803120647"), "赵桂兰", "513022104203", None, clock.now()
        )
        proof = Evidence(True, frozenset({Factor.FACE, Factor.CARD}), 0.31, "dlib-resnet-v1", 0.38)
        start = time.perf_counter()
        for _ in range(count):
            submit.submit(
                new_event_id(), service, person, person.citizen_id, proof, {"for": "self"}
            )
        return count / (time.perf_counter() - start)
    finally:
        encrypted.close()
