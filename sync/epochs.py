"""Which of its lives the centre lives: a new epoch says that it was set back to a backup."""

from datetime import datetime

from sqlite_utils import Database

from sync import centre_clock, cursors
from sync.events import ClockReading


class EpochChanged(Exception):
    """The centre was set back to a backup: what it holds must be compared before anything else."""

    def __init__(self, epoch: str) -> None:
        super().__init__("the centre's epoch changed")
        self.epoch = epoch


def note_answer(database: Database, epoch: str, time: datetime, reading: ClockReading) -> None:
    """Remember the centre's time, and its epoch when none is known yet.

    Args:
        time: as the centre signed it.
        reading: when the answer came.
    Raises:
        EpochChanged: it is another one than before; the caller's transaction is undone.
    """
    centre_clock.note(database, time, reading)
    known = cursors.read_text(database, cursors.EPOCH)
    if not known:
        cursors.store(database, cursors.EPOCH, epoch)
    elif known != epoch:
        raise EpochChanged(epoch)
