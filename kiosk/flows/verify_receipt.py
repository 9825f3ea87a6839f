"""Is this paper genuine: scan its code, see what was printed then. Nobody signs in for it."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.clock import SITE_TIME_ZONE
from kiosk.domain.receipt_statement import ReceiptStatement
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose, CodeScanned
from kiosk.flows.flow import Destination
from kiosk.flows.pages import ReviewLine, VerifyReceiptPage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.verify_receipt import ReceiptCheck

AGAIN = "again"


@dataclass(frozen=True, slots=True)
class VerifyReceiptStep:
    """Waits for a code, or shows the verdict on one. Needs ``VisitPorts.verify_receipt``."""

    check: ReceiptCheck | None = None

    def page(self, visit: Visit, ports: VisitPorts) -> VerifyReceiptPage:
        """The invitation, or the verdict."""
        if self.check is None:
            has_camera = ports.start_code_scan is not None
            prompt = Prompt("verify_receipt" if has_camera else "verify_receipt.no_camera")
            return VerifyReceiptPage(prompt, has_camera=has_camera)
        verdict = self.check.verdict.value
        lines = self._lines(self.check.statement, ports) if self.check.statement else ()
        return VerifyReceiptPage(Prompt(f"verify_receipt.{verdict}"), verdict, lines)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Judge a code, also one that is scanned while a verdict is up; or wait for the next."""
        if isinstance(action, CodeScanned) and ports.verify_receipt is not None:
            return Destination(VerifyReceiptStep(ports.verify_receipt(action.text)), replaces=True)
        if isinstance(action, Choose) and action.choice_id == AGAIN:
            return Destination(VerifyReceiptStep(), replaces=True)
        raise FlowError(f"receipt check does not offer {type(action).__name__}")

    def _lines(self, statement: ReceiptStatement, ports: VisitPorts) -> tuple[ReviewLine, ...]:
        label = ports.label
        definition = ports.catalogue.find(statement.service_id)
        service = definition.title if definition is not None else statement.service_id
        local = statement.accepted_at.astimezone(SITE_TIME_ZONE)
        kind = label(f"receipt_kind.{statement.kind.value}")
        return (
            ReviewLine(label("verify_receipt.number"), statement.number, "number"),
            ReviewLine(label("verify_receipt.kind"), kind, "document"),
            ReviewLine(label("verify_receipt.service"), service, "receipt"),
            ReviewLine(label("verify_receipt.time"), f"{local:%Y-%m-%d %H:%M}", "calendar"),
        )
