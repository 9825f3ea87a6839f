"""Hold a paper before the camera or scan it, and see whether it is genuine."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Choose, CodeScanned, Finish
from kiosk.ui.page import Page
from kiosk.ui.pages.foot import add_foot
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_lines import CardLine, CardLines
from kiosk.ui.widgets.scanner_input import ScannerInput
from kiosk.ui.widgets.visibility import show_part

ICONS = {
    "": "verify_receipt",
    "genuine": "check",
    "changed": "cross",
    "not_yet": "waiting",
    "unknown": "notice",
}
"""A shape of its own for each verdict: colours alone do not tell them apart."""


class VerifyReceiptPage(Page[models.VerifyReceiptPage]):
    """The place to scan, or the verdict with what was printed then."""

    hero_icon = "verify_receipt"
    prompt_share = 0.38

    def build(self) -> None:
        """Make the place to scan, the lines and the buttons."""
        tokens = self.kit.tokens
        self.scanner = ScannerInput(self.kit, tokens.mm(96))
        self.scanner.scanned.connect(self._scanned)
        self.lines = CardLines(self.kit, 0.9)
        self.answers.addStretch(1)
        self.answers.addWidget(self.scanner, 0, Qt.AlignmentFlag.AlignHCenter)
        self.answers.addWidget(self.lines)
        self.answers.addStretch(1)
        self.again = self.button(Look.SECONDARY, "verify_receipt.again", "retry", Choose("again"))
        self.finish = self.button(Look.PRIMARY, "verify_receipt.finish", "check", Finish())
        add_foot(self, [[self.again], [self.finish]])

    def fill(self, model: models.VerifyReceiptPage) -> None:
        """Show the verdict, or wait for a code."""
        self.scanner.clear()
        # One large sign for the verdict: above the lines of a genuine paper, else in the middle.
        self.prompt_panel.show_icon(ICONS[model.verdict] if model.lines else "")
        self.scanner.show_icon(ICONS[model.verdict])
        show_part(self.scanner, is_shown=not model.lines)
        self.lines.show_lines(
            tuple(CardLine(line.value, line.label, icon=line.icon) for line in model.lines)
        )
        show_part(self.lines, is_shown=bool(model.lines))
        show_part(self.again, is_shown=bool(model.verdict))

    def wipe(self) -> None:
        """Forget the paper."""
        super().wipe()
        self.scanner.clear()
        self.lines.show_lines(())

    def first_control(self) -> QWidget | None:
        """What a scanner types belongs to the scanner's place, never to a button."""
        return self.scanner if self.scanner.isVisibleTo(self) else super().first_control()

    def _scanned(self, text: str) -> None:
        # Not through the tap guard: a scanner does not tremble.
        self.acted.emit(CodeScanned(text))
