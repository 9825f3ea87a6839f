"""How long a delivered event keeps its sealed bytes: as the site says, and never before the centre is known to hold it.

A centre that is restored from a backup asks for what it lost, and gets what still has its bytes. After that time the
bytes and the person's id go; the row stays for ever with id, number and digest, so that nothing is given twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sync import cursors
from sync.blob_retention import erase_unwanted, has_news
from sync.centre_clock import last_centre_time
from sync.events import parse_utc
from sync.outbox import Outbox
from sync.settlement import Tally
from sync.sqlcipher import EncryptedDatabase

DEFAULT_KEEP = timedelta(days=180)
STEP_COUNT = 100
"""Erased in one transaction, some 40 KiB: a resident who submits meanwhile waits milliseconds."""
STEPS_OF_A_RUN = 20
_FILES_EVERY = timedelta(hours=1)


class Retention:
    """Erases in small steps what is old enough.

    Both ends are the centre's time: that of the answer which acknowledged an event, and that of the last comparison,
    in which the centre signed what it holds under its present epoch. What it did not hold then was queued again and
    is not acknowledged any more; so what is erased here was there, after it was delivered. This machine's own clock
    has no say.
    """

    def __init__(self, database: EncryptedDatabase, outbox: Outbox, keep: timedelta) -> None:
        self._database = database
        self._outbox = outbox
        self._keep = keep
        self._looked_at: datetime | None = None

    def run(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        """Erase some; what is left has its turn in the next run.

        Raises:
            DatabaseError: the database cannot be used.
        """
        self._erase_files()
        for _ in range(STEPS_OF_A_RUN):
            if should_stop() or not self._step(tally):
                return

    def _step(self, tally: Tally) -> bool:
        with self._database.reading() as database:
            confirmed = cursors.read_text(database, cursors.CONFIRMED)
        if not confirmed:
            return False
        with self._database.transaction() as database:
            erased = self._outbox.erase(database, parse_utc(confirmed) - self._keep, STEP_COUNT)
        tally.erased += erased
        return erased == STEP_COUNT

    def _erase_files(self) -> None:
        """Files that have no way to the centre left, by what it last signed; looked for now and then."""
        with self._database.reading() as database:
            heard = last_centre_time(database)
            last = self._looked_at
            if heard is None or (last is not None and last <= heard < last + _FILES_EVERY):
                return
            is_due = has_news(database, heard)
        if is_due:
            with self._database.transaction() as database:
                erase_unwanted(database, heard)
        self._looked_at = heard
