"""One number, very large, with its unit: an amount, a year, the answer to a question."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit


class Figure(QWidget):
    """Shrinks a long number until it fits; a field to type into has a frame and a caret."""

    def __init__(
        self,
        kit: Kit,
        degrees: float,
        *,
        is_field: bool = False,
        colour: str = "ink",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kit = kit
        self._most_px = kit.tokens.text(degrees)
        self._is_field = is_field
        self._colour = colour
        self._digits = ""
        self._unit = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        height = max(round(self._most_px * 1.3), kit.tokens.mm(30) if is_field else 0)
        self.setFixedHeight(height)

    @property
    def digits(self) -> str:
        """The number that is shown."""
        return self._digits

    def show_figure(self, digits: str, unit: str = "", name: str = "") -> None:
        """Show a number; the name says what it is of."""
        self._digits, self._unit = digits, unit
        self.setAccessibleName(f"{name} {digits}{unit}".strip())
        self.update()

    def wipe(self) -> None:
        """Forget the number."""
        self.show_figure("")

    def sizeHint(self) -> QSize:
        """Return the size that shows the number at full size."""
        return QSize(round(self._width(self._most_px)) + 2 * self._side(), self.height())

    def minimumSizeHint(self) -> QSize:
        """Return a size at which the number shrinks but can be read."""
        return QSize(self._kit.tokens.mm(30), self.height())

    def digit_px(self) -> int:
        """Size of the digits."""
        room = self.width() - 2 * self._side()
        widest = self._width(self._most_px)
        if widest <= room:
            return self._most_px
        return max(1, int(self._most_px * room / widest))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, number, caret and unit."""
        del event
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_field:
            self._paint_frame(painter)
        size = self.digit_px()
        face, small = font(size, is_bold=True), font(self._unit_px(size), is_bold=True)
        metrics = QFontMetricsF(face)
        left = (self.width() - self._width(size)) / 2
        baseline = self.height() / 2 + metrics.capHeight() / 2
        painter.setFont(face)
        painter.setPen(QColor(getattr(colours, self._colour)))
        painter.drawText(QPointF(left, baseline), self._digits)
        left += metrics.horizontalAdvance(self._digits)
        if self._is_field:
            caret = QRectF(left + tokens.mm(1), baseline - size * 0.82, tokens.mm(1.2), size * 0.9)
            painter.fillRect(caret, QColor(colours.accent))
            left += self._caret_room()
        if self._unit:
            painter.setFont(small)
            painter.drawText(QPointF(left + self._unit_gap(), baseline), self._unit)
        painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        painter.setPen(QPen(QColor(colours.edge), tokens.edge))
        painter.setBrush(QColor(colours.surface))
        half = tokens.edge / 2
        side = tokens.ring_room + half
        frame = QRectF(self.rect()).adjusted(side, half, -side, -half)
        painter.drawRoundedRect(frame, tokens.radius, tokens.radius)

    def _side(self) -> int:
        """Left and right of the number."""
        return self._kit.tokens.mm(6) + self._kit.tokens.ring_room if self._is_field else 0

    def _unit_px(self, size: int) -> int:
        return max(min(size, self._kit.tokens.body), round(size * 0.55))

    def _unit_gap(self) -> float:
        return float(self._kit.tokens.mm(2))

    def _caret_room(self) -> float:
        return float(self._kit.tokens.mm(3))

    def _width(self, size: int) -> float:
        """How wide number, caret and unit are at a size."""
        width = QFontMetricsF(font(size, is_bold=True)).horizontalAdvance(self._digits)
        if self._is_field:
            width += self._caret_room()
        if self._unit:
            small = QFontMetricsF(font(self._unit_px(size), is_bold=True))
            width += self._unit_gap() + small.horizontalAdvance(self._unit)
        return width
