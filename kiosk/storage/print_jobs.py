"""Papers that wait for the printer; what they say is erased as soon as it is not needed."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from kiosk.domain.print_job import PrintJob, PrintJobState
from kiosk.storage.printout_text import PrintoutUnreadable, parse_printout, printout_text
from kiosk.storage.rows import moment_text

_log = logging.getLogger(__name__)

UNREADABLE = "unreadable"
"""Stands as the error code of a job whose row this version cannot read."""


@dataclass(frozen=True, slots=True)
class SqlitePrintJobs:
    """The jobs' table."""

    database: Database

    def add(self, job: PrintJob) -> None:
        """Store a job; nothing happens when there is one of this id, whatever became of it."""
        self.database.execute(
            "INSERT OR IGNORE INTO print_job (job_id, kind, printout, submitted_at) VALUES (?, ?, ?, ?)",
            [
                job.job_id,
                job.printout.kind.value,
                printout_text(job.printout),
                moment_text(job.submitted_at),
            ],
        )

    def next_waiting(self) -> PrintJob | None:
        """The oldest job that waits; one that cannot be read is given up and holds up no other."""
        while True:
            row = self.database.execute(
                "SELECT job_id, printout, submitted_at, attempts, may_be_out FROM print_job "
                "WHERE state = 'waiting' ORDER BY job_no LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            try:
                printout = parse_printout(row[1])
            except PrintoutUnreadable:
                _log.error("print job given up: its row cannot be read")
                self.end(row[0], PrintJobState.GIVEN_UP, UNREADABLE)
                continue
            moment = datetime.fromisoformat(row[2])
            return PrintJob(row[0], printout, moment, int(row[3]), bool(row[4]))

    def begin_attempt(self, job_id: str) -> None:
        """Note before anything is sent that the paper may come out from now on."""
        self.database.execute(
            "UPDATE print_job SET attempts = attempts + 1, may_be_out = 1 WHERE job_id = ?",
            [job_id],
        )

    def wait_again(self, job_id: str, error_code: str, *, may_be_out: bool) -> None:
        """An attempt failed; the job stays for another."""
        self.database.execute(
            "UPDATE print_job SET may_be_out = ?, error_code = ? WHERE job_id = ?",
            [int(may_be_out), error_code, job_id],
        )

    def end(self, job_id: str, state: PrintJobState, error_code: str = "") -> None:
        """Printed, or given up: erase what it says."""
        self.database.execute(
            "UPDATE print_job SET state = ?, error_code = ?, printout = '' WHERE job_id = ?",
            [state.value, error_code, job_id],
        )

    def expire(self, now: datetime, keep: timedelta) -> int:
        """Erase what has waited too long, also when the clock was set back behind it; how many those were."""
        bounds = [moment_text(now - keep), moment_text(now + keep)]
        changed = self.database.execute(
            "UPDATE print_job SET state = 'expired', printout = '' "
            "WHERE state = 'waiting' AND (submitted_at < ? OR submitted_at > ?)",
            bounds,
        )
        return int(changed.rowcount)

    def state_of(self, job_id: str) -> PrintJobState | None:
        """How far a job is; None when there is none."""
        row = self.database.execute(
            "SELECT state FROM print_job WHERE job_id = ?", [job_id]
        ).fetchone()
        return PrintJobState(row[0]) if row else None
