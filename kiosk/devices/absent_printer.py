"""The printer of a kiosk that has none: the receipt stays on the screen, with its code."""

from collections.abc import Sequence

from kiosk.domain.printout import ROLL_80, PrintTarget
from kiosk.errors import PrinterUnavailable
from kiosk.services.ports import PrinterState, PrinterStatus, PrintImage


class AbsentPrinter:
    """Says at once that there is no printer."""

    label = "未配置打印机"
    target: PrintTarget = ROLL_80

    def state(self) -> PrinterStatus:
        """Always absent."""
        return PrinterStatus(PrinterState.ABSENT, "没有配置打印机")

    def print(self, images: Sequence[PrintImage]) -> None:
        """Refuse.

        Raises:
            PrinterUnavailable: always.
        """
        raise PrinterUnavailable("this kiosk has no printer")
