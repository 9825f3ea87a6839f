"""Use case: print a paper and confirm late, so that a crash prints it again rather than never.

A job is committed before the first dot is sent and ends only when the printer has confirmed. Between the two a paper
may have come out without our knowing; the next try marks it 补打.
"""

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from kiosk.clock import Clock
from kiosk.domain.print_job import PrintJob, PrintJobState
from kiosk.domain.printout import Printout, PrintTarget
from kiosk.domain.receipt import format_receipt_number
from kiosk.errors import KioskError, PrinterUnavailable
from kiosk.services.ports import Printer, PrintImage
from kiosk.services.store import AuditEntry, Store

_log = logging.getLogger(__name__)

TRIES = 12
"""Then the receipt stays on the screen with its code, and the resident is told."""
RETRY_S = 5.0
"""Between two tries: time to close a cover."""
KEPT_FOR = timedelta(hours=2)
"""A paper that could not be printed is erased: whom it belongs to has gone home, and others would find it."""


class PrintOutcome(enum.Enum):
    """What became of one step."""

    NOTHING = "nothing"
    """No paper waits."""
    PRINTED = "printed"
    LATER = "later"
    """It failed and waits for the next try."""
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class PrintDocument:
    """The queue before one printer. ``run_next`` belongs on one background thread."""

    store: Store
    printer: Printer
    render: Callable[[Printout, PrintTarget], tuple[PrintImage, ...]]
    clock: Clock
    receipt_prefix: str
    tries: int = TRIES
    kept_for: timedelta = KEPT_FOR

    def submit(self, printout: Printout, job_id: str) -> None:
        """Queue a paper; it will be printed also after a power cut. The same id is queued once.

        Raises:
            StorageError: it was not queued.
        """
        with self.store.transaction() as transaction:
            transaction.print_jobs.add(PrintJob(job_id, printout, self.clock.now()))

    def submit_numbered(self, build: Callable[[str], Printout], job_id: str) -> str:
        """Queue a paper that carries a number of its own, such as a proof; number and job are committed together.

        Args:
            build: makes the paper from its number.
        Returns:
            the number.
        Raises:
            StorageError: neither number nor job was taken.
        """
        with self.store.transaction() as transaction:
            counter = transaction.next_receipt_counter()
            number = format_receipt_number(self.receipt_prefix, counter)
            printout = build(number)
            transaction.print_jobs.add(PrintJob(job_id, printout, self.clock.now()))
            details = {"receipt": number, "kind": printout.kind.value}
            transaction.audit(AuditEntry("paper.numbered", job_id, details))
        return number

    def state_of(self, job_id: str) -> PrintJobState | None:
        """How far a paper is; None when there is none of this id.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return transaction.print_jobs.state_of(job_id)

    def run_next(self) -> PrintOutcome:
        """Print the oldest paper that waits.

        Raises:
            StorageError: nothing was begun, or the paper came out and could not be noted: it is printed again, marked.
        """
        with self.store.transaction() as transaction:
            jobs = transaction.print_jobs
            if expired := jobs.expire(self.clock.now(), self.kept_for):
                _log.warning("print jobs erased after waiting too long count=%d", expired)
            job = jobs.next_waiting()
            if job is None:
                return PrintOutcome.NOTHING
            jobs.begin_attempt(job.job_id)
        # Committed: from here on the paper may be out, whatever happens to this process.
        try:
            printout = job.printout.reprint() if job.may_be_out else job.printout
            self.printer.print(self.render(printout, self.printer.target))
        except PrinterUnavailable as error:
            return self._failed(job, error, may_be_out=job.may_be_out)
        except KioskError as error:
            return self._failed(job, error, may_be_out=True)
        except ValueError as error:
            # A paper that cannot be drawn would fail for ever.
            _log.error("paper cannot be drawn kind=%s", job.printout.kind.value)
            return self._end(job, PrintJobState.GIVEN_UP, type(error).__name__)
        return self._end(job, PrintJobState.PRINTED, "")

    def _failed(self, job: PrintJob, error: KioskError, *, may_be_out: bool) -> PrintOutcome:
        _log.warning("not printed code=%s attempt=%d", error.code, job.attempts + 1)
        if job.attempts + 1 >= self.tries:
            return self._end(job, PrintJobState.GIVEN_UP, error.code)
        with self.store.transaction() as transaction:
            transaction.print_jobs.wait_again(job.job_id, error.code, may_be_out=may_be_out)
        return PrintOutcome.LATER

    def _end(self, job: PrintJob, state: PrintJobState, code: str) -> PrintOutcome:
        with self.store.transaction() as transaction:
            transaction.print_jobs.end(job.job_id, state, code)
            details = {
                "kind": job.printout.kind.value,
                "attempts": job.attempts + 1,
                "error": code,
            }
            transaction.audit(AuditEntry(f"paper.{state.value}", job.job_id, details))
        return PrintOutcome.PRINTED if state is PrintJobState.PRINTED else PrintOutcome.GIVEN_UP
