"""What a visit may have printed: makes the paper, queues it, says how far it is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from kiosk.clock import Clock
from kiosk.domain.form import Form
from kiosk.domain.print_job import PrintJobState
from kiosk.domain.printout import PRACTICE_WATERMARK, PrintKind, Printout
from kiosk.domain.receipt_statement import ReceiptStatement
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import StorageError
from kiosk.services.answer_sheet import AnswerSheet
from kiosk.services.ports import PrinterStatus
from kiosk.services.print_document import PrintDocument
from kiosk.services.printouts import (
    AnswerSlip,
    DraftSlip,
    EstimateSlip,
    Pairs,
    Printouts,
    ProofSheet,
    ReceiptSlip,
)
from kiosk.services.receipt_code import ReceiptCode
from sync.identifiers import new_event_id

_log = logging.getLogger(__name__)

_NOT_QUEUED = "not-queued"
"""The job of a paper that could not even be queued."""

CARD_LOSS = "card.loss_report"
"""The service whose receipt must say when the card is blocked."""

_STATES: dict[PrintJobState | None, Literal["", "printing", "printed", "failed"]] = {
    None: "",
    PrintJobState.WAITING: "printing",
    PrintJobState.PRINTED: "printed",
    PrintJobState.GIVEN_UP: "failed",
    PrintJobState.EXPIRED: "failed",
}
_NUMBERED = {
    "participation_proof": PrintKind.PARTICIPATION_PROOF,
    "rights_statement": PrintKind.RIGHTS_STATEMENT,
}


@dataclass(frozen=True, slots=True)
class PaperDesk:
    """The ``VisitPrinting`` of a kiosk with a printer."""

    documents: PrintDocument
    printouts: Printouts
    code: ReceiptCode
    clock: Clock
    label: Callable[..., str]
    title_of: Callable[[str], str]
    """A service's title by its id."""
    status: Callable[[], PrinterStatus]
    """What the printer said last; must not wait for it."""
    wake: Callable[[], None]
    """Tell whoever prints that a paper waits."""
    drafts_kept_for: timedelta
    is_practice: bool = False
    """Every paper says 练习 · 无效 across, has no code and takes no number."""

    def practising(self) -> "PaperDesk":
        """The desk of the practice mode."""
        return replace(self, is_practice=True)

    def can_print(self) -> bool:
        """Whether the printer was ready when it was asked last."""
        return self.status().can_print

    def state_of(self, job: str) -> Literal["", "printing", "printed", "failed"]:
        """How far a printing is."""
        if job in ("", _NOT_QUEUED):
            return "failed" if job else ""
        try:
            return _STATES[self.documents.state_of(job)]
        except StorageError as error:
            # The page that asks is the receipt: it stands whether or not the paper can be looked up.
            _log.warning("print state unknown code=%s", error.code)
            return "printing"

    def print_receipt(self, request: ServiceRequest) -> str:
        """Queue the receipt of an accepted request; a second paper of it is marked 补打."""
        return self._queued(lambda: self._print_receipt(request))

    def print_answer(self, form: Form, sheet: AnswerSheet, resident: Resident | None) -> str:
        """Queue an answer: a slip, an estimate, or a proof with a number and a code of its own."""
        return self._queued(lambda: self._print_answer(form, sheet, resident))

    def print_slip(self, code: str, service: str) -> str:
        """Queue the code of a draft."""
        kept_until = self.clock.now() + self.drafts_kept_for
        printout = self.printouts.draft(DraftSlip(code, service, kept_until))
        return self._queued(lambda: self._submit(printout, new_event_id()))

    def print_enrolment(self, name: str, lines: Pairs) -> str:
        """Queue what was enrolled, for the resident to keep."""
        printout = self.printouts.enrolment(name, self.clock.now(), lines)
        return self._queued(lambda: self._submit(printout, new_event_id()))

    def _queued(self, submit: Callable[[], str]) -> str:
        try:
            job = submit()
        except StorageError as error:
            # What was promised stays promised; only the paper is missing.
            _log.warning("paper not queued code=%s", error.code)
            return _NOT_QUEUED
        self.wake()
        return job

    def _print_receipt(self, request: ServiceRequest) -> str:
        slip = ReceiptSlip(
            number=request.receipt_number,
            service_title=self.title_of(request.service_id),
            accepted_at=request.accepted_at,
            qr_text="" if self.is_practice else self.code.text_of(request),
            is_provisional=request.is_provisional,
            is_card_loss=request.service_id == CARD_LOSS,
        )
        return self._submit(self.printouts.receipt(slip), request.request_id)

    def _print_answer(self, form: Form, sheet: AnswerSheet, resident: Resident | None) -> str:
        job = new_event_id()
        if form.definition.answer not in _NUMBERED or resident is None:
            return self._submit(self._slip(form, sheet), job)
        if self.is_practice:
            return self._submit(self._sheet(form, sheet, resident, PRACTICE_WATERMARK, job), job)
        self.documents.submit_numbered(
            lambda number: self._sheet(form, sheet, resident, number, job), job
        )
        return job

    def _submit(self, printout: Printout, job: str) -> str:
        state = self.documents.state_of(job)
        if state is not None and state is not PrintJobState.WAITING:
            # Asked for once more: the paper was lost, or the printer could not.
            job = f"{job}/{new_event_id()}"
            printout = printout.reprint() if state is PrintJobState.PRINTED else printout
        self.documents.submit(printout.practice() if self.is_practice else printout, job)
        return job

    def _slip(self, form: Form, sheet: AnswerSheet) -> Printout:
        now = self.clock.now()
        if form.definition.answer == "estimate":
            estimate = EstimateSlip(sheet.figure_label, sheet.figure, sheet.lines, sheet.as_of, now)
            return self.printouts.estimate(estimate)
        title = form.definition.title
        return self.printouts.answer(
            AnswerSlip(title, sheet.lines, sheet.as_of, now, sheet.figure_label, sheet.figure)
        )

    def _sheet(
        self, form: Form, sheet: AnswerSheet, resident: Resident, number: str, job: str
    ) -> Printout:
        now = self.clock.now()
        kind = _NUMBERED[form.definition.answer]
        code = ""
        if not self.is_practice:
            statement = ReceiptStatement(kind, number, form.definition.id, now, job)
            code = self.code.text_of_statement(statement)
        # The screen shows name and masked number; a proof is worth something with the whole ones only.
        shown = {self.label("sheet.rights.name"), self.label("sheet.rights.number")}
        figure = ((sheet.figure_label, sheet.figure),) if sheet.figure else ()
        proof = ProofSheet(
            number=number,
            name=resident.name,
            citizen_id=resident.citizen_id.value,
            lines=(*(line for line in sheet.lines if line[0] not in shown), *figure),
            as_of=sheet.as_of,
            printed_at=now,
            qr_text=code,
        )
        if kind is PrintKind.PARTICIPATION_PROOF:
            return self.printouts.participation_proof(proof)
        return self.printouts.rights_statement(proof, int(form.lookup("year")))
