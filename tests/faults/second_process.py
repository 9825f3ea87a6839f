"""A second process on the same database, started by a test: ``python -m tests.faults.second_process STATE TASK``.

``hold`` writes a row, says so, and keeps the transaction open until its standard input ends.
``submit N`` waits for a line, then accepts N requests and prints their receipt numbers.
"""

import sys
from pathlib import Path

from tests.builders import NOW, make_world
from tests.storage.states import submit


def hold(folder: Path) -> None:
    with make_world(folder) as world, world.store.transaction() as transaction:
        transaction.next_receipt_counter()
        transaction.residents.set_as_of(NOW.isoformat())
        sys.stdout.write("holding\n")
        sys.stdout.flush()
        sys.stdin.read()


def accept(folder: Path, count: int) -> None:
    with make_world(folder) as world:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        for _ in range(count):
            sys.stdout.write(submit(world) + "\n")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if sys.argv[2] == "hold":
        hold(place)
    else:
        accept(place, int(sys.argv[3]))
