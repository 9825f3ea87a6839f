"""A kiosk without a window that accepts requests as fast as it may and sends them, until it is killed.

``python -m tests.storm.kiosk_process SETTINGS SEED work|drain``: each receipt is a line on the standard output,
written when the resident would hold it in their hand.
"""

import json
import os
import random
import sys
import threading
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from kiosk.clock import site_date
from kiosk.config import load_config
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.resident import Resident
from kiosk.runtime import Runtime, open_runtime
from sync.identifiers import new_event_id

PAUSE_S = 0.03
DRAIN_LIMIT_S = 40.0


def residents(now: datetime) -> list[Resident]:
    """The people of the sample roster."""
    roster = json.loads((resources.files("assets") / "sample_roster.json").read_text("utf-8"))
    today = site_date(now)
    return [
        Resident(
            resident_id=row["resident_id"],
            citizen_id=CitizenId.parse(row["citizen_id"], today),
            name=row["name"],
            region_code=str(roster["region_code"]),
            certified_until=None,
            as_of=now,
        )
        for row in roster["residents"]
    ]


def say(*words: str) -> None:
    """One line in one call: a line that is there is whole."""
    os.write(1, (" ".join(words) + "\n").encode())


def work(runtime: Runtime, seed: int) -> None:
    """Accept requests of few people, so that many are of the same one, until the process ends."""
    chance = random.Random(seed)
    worker = runtime.sync_worker(lambda _status: None)
    assert worker is not None
    worker.start()
    submit = runtime.visit_ports(on_accepted=worker.wake).submit_request
    service = runtime.catalogue.find("pension.life_certification")
    assert service is not None
    people = residents(datetime.now(UTC))[:4]
    evidence = Evidence(has_claim=True, factors=frozenset({Factor.CARD, Factor.PIN}))
    say("READY")
    pause = threading.Event()
    while True:
        person = chance.choice(people)
        request = submit.submit(
            new_event_id(), service, person, person.citizen_id, evidence, {"说明": "本人办理"}
        )
        say("RECEIPT", request.request_id, person.resident_id, request.receipt_number)
        pause.wait(PAUSE_S)


def submit_some(runtime: Runtime, count: int) -> list[str]:
    """Accept requests of a few people; gives their event ids."""
    submit = runtime.visit_ports().submit_request
    service = runtime.catalogue.find("pension.life_certification")
    assert service is not None
    people = residents(datetime.now(UTC))[:4]
    evidence = Evidence(has_claim=True, factors=frozenset({Factor.CARD, Factor.PIN}))
    made = []
    for number in range(count):
        person = people[number % len(people)]
        request = submit.submit(
            new_event_id(), service, person, person.citizen_id, evidence, {"说明": "本人办理"}
        )
        made.append(request.request_id)
    return made


def drain(runtime: Runtime) -> None:
    """Send what waits, then end."""
    is_empty = threading.Event()
    worker = runtime.sync_worker(lambda status: is_empty.set() if not status.waiting else None)
    assert worker is not None
    worker.start()
    say("DRAINED" if is_empty.wait(DRAIN_LIMIT_S) else "LEFT")
    worker.stop(10)


def main(settings: str, seed: str, what: str) -> None:
    """One life."""
    with open_runtime(load_config(Path(settings))) as runtime:
        drain(runtime) if what == "drain" else work(runtime, int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
