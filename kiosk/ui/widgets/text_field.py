"""What is being written, large, with a caret at its end."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.keyboard.key import picture_of
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.text_block import wrap_lines

DEGREES = (1.6, 1.2, 0.92, 0.74)
"""The largest size at which the whole text fits is taken."""
LINE = 1.3


class TextField(QWidget):
    """Shrinks a long text; of one that is still too long it shows the end, where the caret is."""

    def __init__(self, kit: Kit, height_mm: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._text = ""
        self._name = kit.label("form.text.field")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(kit.tokens.mm(height_mm))
        self.show_text("")

    def show_text(self, text: str) -> None:
        """Show a text; a character that the font lacks is shown as its code point."""
        self._text = text
        self.setAccessibleName(f"{self._name} {text}".strip())
        self.update()

    def shown_lines(self) -> tuple[list[str], int]:
        """Return the lines that are shown, and their size in pixels."""
        room = self._room()
        words = picture_of(self._text)
        lines, size = [""], self._kit.tokens.text(DEGREES[-1])
        for degrees in DEGREES:
            size = self._kit.tokens.text(degrees)
            lines = wrap_lines(words, font(size, is_bold=True), room.width() - size * 0.2)
            if len(lines) * size * LINE <= room.height():
                return lines, size
        return lines[-max(1, int(room.height() / (size * LINE))) :], size

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, text and caret."""
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
        lines, size = self.shown_lines()
        face = font(size, is_bold=True)
        metrics = QFontMetricsF(face)
        room = self._room()
        top = room.center().y() - len(lines) * size * LINE / 2
        lead = (size * LINE - metrics.ascent() - metrics.descent()) / 2
        painter.setFont(face)
        painter.setPen(QColor(colours.ink))
        for line in lines:
            painter.drawText(QPointF(room.left(), top + lead + metrics.ascent()), line)
            top += size * LINE
        left = room.left() + metrics.horizontalAdvance(lines[-1]) + tokens.mm(1)
        caret = QRectF(left, top - size * (LINE + 0.96) / 2, tokens.mm(1.2), size * 0.96)
        painter.fillRect(caret, QColor(colours.accent))
        painter.end()

    def _room(self) -> QRectF:
        tokens = self._kit.tokens
        side, up = tokens.ring_room + tokens.mm(7), tokens.mm(2)
        return QRectF(self.rect()).adjusted(side, up, -side, -up)
