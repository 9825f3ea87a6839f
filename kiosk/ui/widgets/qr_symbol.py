"""A QR symbol, drawn from its rows with its quiet zone."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.visibility import show_part

QUIET_MODULES = 4
"""White modules around the symbol. Source: ISO/IEC 18004."""


class QrSymbol(QWidget):
    """Black on white whatever the theme: scanners are tested with that."""

    def __init__(self, kit: Kit, side_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._side = side_px
        self._rows: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(kit.label("receipt.qr"))

    def show_rows(self, rows: tuple[str, ...]) -> None:
        """Replace the symbol; no rows hide it."""
        self._rows = rows
        show_part(self, is_shown=bool(rows))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self._side, self._side)

    def minimumSizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw whole pixels only, so that edges stay sharp."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._kit.tokens.colours.hairline))
        painter.setBrush(QColor("#FFFFFF"))
        radius = self._kit.tokens.mm(3)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._rows:
            module = self._side // (len(self._rows) + 2 * QUIET_MODULES)
            start = (self._side - module * len(self._rows)) // 2
            for y, row in enumerate(self._rows):
                for x, bit in enumerate(row):
                    if bit == "1":
                        left, top = start + x * module, start + y * module
                        painter.fillRect(left, top, module, module, QColor("#000000"))
        painter.end()
