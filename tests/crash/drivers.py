"""What is traced: the product's own code, promising aloud. ``trace.traced`` runs them.

A promise is a line of JSON on standard output, written as soon as the product would let a resident or a peer know.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from kiosk.storage.recovery import open_or_recover
from tests.crash import controls, courier_parts
from tests.crash.kiosk_parts import (
    Kiosk,
    answer_all,
    decide_all,
    open_sealing_kiosk,
)


def say(**promise: object) -> None:
    """Promise; one write, so that it stands at one place of the trace."""
    os.write(1, json.dumps(promise).encode() + b"\n")


def accept(kiosk: Kiosk, count: int, attachments: int = 0) -> None:
    for _ in range(count):
        request = kiosk.submit(attachments)
        say(accepted=request.request_id, receipt=request.receipt_number)


def first_start(folder: Path) -> None:
    """A machine's very first start, its first requests and its first orderly end."""
    with open_sealing_kiosk(folder) as kiosk:
        say(key=kiosk.signer.public_key.hex())
        accept(kiosk, 2)


def enqueue(folder: Path) -> None:
    """Requests, with a checkpoint among them, an orderly end and a new start."""
    with open_sealing_kiosk(folder) as kiosk:
        kiosk.checkpoint_after(pages=60)
        accept(kiosk, 5)
    with open_sealing_kiosk(folder) as kiosk:
        accept(kiosk, 1)


def attachment(folder: Path) -> None:
    """A request with a picture in two chunks."""
    with open_sealing_kiosk(folder) as kiosk:
        accept(kiosk, 1, attachments=1)


def acknowledgement(folder: Path) -> None:
    """The centre's answers to what waits: applied, refused, later, and some not named."""
    with open_sealing_kiosk(folder) as kiosk:
        kiosk.checkpoint_after(pages=40)
        for settled in answer_all(kiosk):
            say(settled=settled)


def prune(folder: Path) -> None:
    """What is decided loses its answers and pictures; what the centre has had for long loses its bytes."""
    with open_sealing_kiosk(folder) as kiosk:
        for settled in answer_all(kiosk):
            say(settled=settled)
        with kiosk.encrypted.transaction() as raw:
            kiosk.outbox.erase(raw, datetime(2030, 1, 1, tzinfo=UTC), 100)
        for decided in decide_all(kiosk):
            say(decided=decided)


def migration(folder: Path) -> None:
    """The first start of this version over the version before."""
    with open_sealing_kiosk(folder) as kiosk:
        say(migrated=True)
        accept(kiosk, 1)


def courier_export(folder: Path) -> None:
    """A bundle for the van, in several parts, with a picture."""
    with open_sealing_kiosk(folder) as kiosk:
        done = courier_parts.export(kiosk, folder)
        say(exported=done.bundle, items=done.items)


def courier_import(folder: Path) -> None:
    """The centre's report comes back on the stick."""
    with open_sealing_kiosk(folder) as kiosk:
        for settled in courier_parts.take_in(kiosk, folder):
            say(settled=settled)


def repair(folder: Path) -> None:
    """A damaged database gives way to a fresh one, which goes on."""
    with open_sealing_kiosk(folder, open_or_recover) as kiosk:
        accept(kiosk, 1)


DRIVERS: dict[str, Callable[[Path], None]] = {
    driver.__name__: driver
    for driver in (
        first_start,
        enqueue,
        attachment,
        acknowledgement,
        prune,
        migration,
        courier_export,
        courier_import,
        repair,
    )
}


def main() -> None:
    """Run the jobs of standard input, each in a process of its own; say which process that was."""
    for name, folder, *chosen in json.load(sys.stdin):
        pid = os.fork()
        if not pid:
            _run(name, Path(folder), chosen)
        _, status = os.waitpid(pid, 0)
        if status:
            raise SystemExit(f"{name} failed")
        os.write(1, f"TRACED {pid}\n".encode())


def _run(name: str, folder: Path, chosen: list[str]) -> NoReturn:
    try:
        for control in chosen:
            controls.CONTROLS[control]()
        DRIVERS[name](folder)
    except BaseException:  # noqa: BLE001 (a child of a fork must never run on into its parent's code)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
