"""A kiosk in a process of its own that is cut off by SIGKILL just before or just after a commit.

Run as ``python -m tests.e2e.doomed_kiosk SETTINGS before-commit|after-commit``.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kiosk.config import load_config
from kiosk.devices.simulated_card_reader import SimulatedCardReader
from kiosk.flows.actions import Begin, CardPresented, Confirm, PinTyped
from kiosk.flows.navigator import Navigator
from kiosk.runtime import open_runtime
from kiosk.services.store import Transaction
from kiosk.storage.store import SqliteStore
from tests.e2e.visits import FOR_MYSELF, PIN, SERVICE, exchange


def die() -> None:
    """As a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(SqliteStore):
    """Dies with everything written and nothing committed."""

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Die at the end of the body."""
        with super().transaction() as transaction:
            yield transaction
            die()


def main(settings: str, instant: str) -> None:
    """One visit by card and PIN, up to the instant."""
    with open_runtime(load_config(Path(settings))) as runtime:
        exchange(runtime)
        reader = runtime.card_reader
        assert isinstance(reader, SimulatedCardReader)
        reader.insert(reader.card_numbers[1])
        ports = runtime.visit_ports(on_accepted=die if instant == "after-commit" else lambda: None)
        navigator = Navigator(ports)
        card = reader.read()
        assert card is not None
        to_review = (Begin(), SERVICE, CardPresented(card), Confirm(), PinTyped(PIN), FOR_MYSELF)
        for action in to_review:
            navigator.act(action)
        if instant == "before-commit":
            store = runtime.store
            doomed = DyingStore(store.encrypted, store.outbox, store.clock)
            submit = replace(ports.submit_request, store=doomed)
            navigator._ports = replace(ports, submit_request=submit)
        navigator.act(Confirm())


if __name__ == "__main__":
    main(*sys.argv[1:])
