"""A kiosk without a window that does what it is told and says what it shows; started with a clock of its own.

``python -m tests.storm.clocked_kiosk SETTINGS``: a command a line on the standard input, JSON on the standard output.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.__main__ import main as xianglin
from kiosk.config import load_config
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.explain import staff_text
from kiosk.runtime import Runtime, open_runtime
from sync.connectivity import SyncStatus
from sync.events import iso_utc
from sync.identifiers import new_event_id
from tests.storm.kiosk_process import residents

QUEUE = """SELECT seq, id, digest, hex(item), created_wall, state, attempts, last_error_code
    FROM outbox ORDER BY seq"""


def say(**values: object) -> None:
    """One line in one call, also from the worker's thread."""
    os.write(1, (json.dumps(values, ensure_ascii=False) + "\n").encode())


class ClockedKiosk:
    """One life of the process."""

    def __init__(self, settings: str, runtime: Runtime) -> None:
        self._settings = settings
        self._runtime = runtime
        worker = runtime.sync_worker(self._show, lambda report, _stop: say(run=report.error_code))
        assert worker is not None
        self.worker = worker
        self._submit = runtime.visit_ports(on_accepted=worker.wake).submit_request

    def _show(self, status: SyncStatus) -> None:
        code = status.error_code
        say(
            link=status.link.value,
            code=code,
            waiting=status.waiting,
            strip=self._runtime.prompts.label(f"status.{status.link.value}"),
            staff=staff_text(code, self._runtime.prompts) if code else "",
        )

    def obey(self, command: str, arguments: Sequence[str]) -> None:
        """Do one thing."""
        if command == "accept":
            person = residents(self._runtime.clock.now())[0]
            service = self._runtime.catalogue.find("pension.life_certification")
            assert service is not None
            evidence = Evidence(has_claim=True, factors=frozenset({Factor.CARD, Factor.PIN}))
            request = self._submit.submit(
                new_event_id(), service, person, person.citizen_id, evidence, {"说明": "本人办理"}
            )
            say(receipt=request.request_id, accepted_at=iso_utc(request.accepted_at))
        elif command == "queue":
            with self._runtime.encrypted.reading() as database:
                say(queue=[list(row) for row in database.execute(QUEUE).fetchall()])
        elif command == "time":
            machine, shown = self._runtime.clock.device.now(), self._runtime.clock.now()
            say(machine=iso_utc(machine), shown=iso_utc(shown))
        elif command == "wake":
            self.worker.wake()
        elif command == "xianglin":
            code = xianglin([*arguments, "--config", self._settings])
            sys.stdout.flush()
            say(ended=code)


def main(settings: str) -> None:
    """Run until the standard input ends."""
    with open_runtime(load_config(Path(settings))) as runtime:
        kiosk = ClockedKiosk(settings, runtime)
        kiosk.worker.start()
        try:
            for line in sys.stdin:
                command, *arguments = line.split()
                kiosk.obey(command, arguments)
        finally:
            kiosk.worker.stop(10)


if __name__ == "__main__":
    main(*sys.argv[1:])
