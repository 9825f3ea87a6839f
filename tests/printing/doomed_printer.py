"""A kiosk in a process of its own that is cut off by SIGKILL around a paper.

Run as ``python -m tests.printing.doomed_printer FOLDER after-submit|before-paper|after-paper``.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.devices.simulated_printer import SimulatedPrinter
from kiosk.domain.printout import ROLL_58
from kiosk.services.ports import PrintImage
from tests.builders import make_world
from tests.printing.papers import receipt
from tests.printing.queues import JOB, documents


def die() -> None:
    """As a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedPrinter(SimulatedPrinter):
    """Dies just before, or just after, the paper is out."""

    instant = ""

    def print(self, images: Sequence[PrintImage]) -> None:
        if self.instant == "before-paper":
            die()
        super().print(images)
        die()


def main(folder: Path, instant: str) -> None:
    with make_world(folder) as world:
        printer = DoomedPrinter(folder / "paper", ROLL_58)
        printer.instant = instant
        queue = documents(world, printer)
        queue.submit(receipt(), JOB)
        if instant == "after-submit":
            die()
        queue.run_next()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
