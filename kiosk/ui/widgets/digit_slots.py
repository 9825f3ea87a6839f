"""Places for what is typed: digits of a number in groups, or dots of a PIN."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit


class DigitSlots(QWidget):
    """A row of places; the next one to fill is marked by colour and by a thicker line."""

    def __init__(
        self,
        kit: Kit,
        groups: tuple[int, ...],
        *,
        is_secret: bool,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kit = kit
        self._groups = groups
        self._is_secret = is_secret
        self._name = name
        self._typed = ""
        self._is_open = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(kit.tokens.mm(30))
        self.setAccessibleName(name)

    @property
    def length(self) -> int:
        """How many places there are."""
        return sum(self._groups)

    def show_places(self, groups: tuple[int, ...], name: str) -> None:
        """Replace the places; what is typed stays."""
        self._groups = groups
        self._name = name
        self.updateGeometry()
        self.show_typed(self._typed)

    def show_typed(self, typed: str) -> None:
        """Show what has been typed; a secret is shown as dots and never named."""
        self._typed = typed
        shown = str(len(typed)) if self._is_secret else typed
        self.setAccessibleName(f"{self._name} {shown}".strip())
        self.update()

    def show_open(self, *, is_open: bool) -> None:
        """Mark the next place, or none where another row is being filled."""
        self._is_open = is_open
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size that shows every place with room around its digit."""
        return QSize(self._kit.tokens.mm(11) * self.length, self._kit.tokens.mm(30))

    def slot_boxes(self) -> list[QRectF]:
        """Return the rectangle of each place."""
        tokens = self._kit.tokens
        gap, group_gap, pad = tokens.mm(0.8), tokens.mm(5), tokens.mm(6) + tokens.ring_room
        fixed = (
            gap * (self.length - len(self._groups)) + group_gap * (len(self._groups) - 1) + 2 * pad
        )
        widest = tokens.mm(22 if self._is_secret else 14)
        width = min(widest, (self.width() - fixed) / self.length)
        left = (self.width() - fixed - width * self.length) / 2 + pad
        boxes: list[QRectF] = []
        for count in self._groups:
            for _ in range(count):
                boxes.append(QRectF(left, tokens.mm(4), width, self.height() - tokens.mm(8)))
                left += width + gap
            left += group_gap - gap
        return boxes

    def digit_px(self) -> int:
        """Return the size of the digits: as large as a place allows, never below body text."""
        tokens = self._kit.tokens
        width = self.slot_boxes()[0].width()
        return int(max(tokens.body, min(tokens.huge, width * 1.55)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the places and what was typed."""
        del event
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.edge), tokens.edge))
        painter.setBrush(QColor(colours.surface))
        half = tokens.edge / 2
        side = tokens.ring_room + half
        frame = QRectF(self.rect()).adjusted(side, half, -side, -half)
        painter.drawRoundedRect(frame, tokens.radius, tokens.radius)
        for number, box in enumerate(self.slot_boxes()):
            self._paint_place(painter, box, number)
        painter.end()

    def _paint_place(self, painter: QPainter, box: QRectF, number: int) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        is_typed = number < len(self._typed)
        is_next = self._is_open and number == len(self._typed)
        line = QPen(
            QColor(colours.accent if is_next else colours.edge), tokens.mm(1.4 if is_next else 0.6)
        )
        line.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(line)
        if self._is_secret:
            side = tokens.mm(10 if is_typed else 8.5)
            dot = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
            painter.setBrush(QColor(colours.primary) if is_typed else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(dot)
            return
        inner = tokens.mm(0.8)
        painter.drawLine(
            QPointF(box.left() + inner, box.bottom()), QPointF(box.right() - inner, box.bottom())
        )
        if is_typed:
            face = font(self.digit_px(), is_bold=True)
            metrics = QFontMetricsF(face)
            sign = self._typed[number]
            painter.setFont(face)
            painter.setPen(QColor(colours.ink))
            x = box.center().x() - metrics.horizontalAdvance(sign) / 2
            painter.drawText(QPointF(x, box.center().y() + metrics.capHeight() / 2), sign)
