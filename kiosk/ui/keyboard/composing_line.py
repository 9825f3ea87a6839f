"""The line that shows what is being typed, or says what to do."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit


class ComposingLine(QWidget):
    """Typed letters in the accent's frame; without any, a hint in plain words."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._typed = ""
        self._hint = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_typed(self, typed: str, hint: str) -> None:
        """Show what is typed, and a hint beside or instead of it."""
        self._typed, self._hint = typed, hint
        self.setAccessibleName(f"{typed} {hint}".strip())
        self.update()

    def shown_words(self) -> str:
        """Return what is drawn: the end of it when it is longer than the line."""
        words = self._typed or self._hint
        if self._typed and self._hint:
            words = f"{self._typed}　{self._hint}"
        metrics = QFontMetricsF(font(self.font_px))
        return metrics.elidedText(words, Qt.TextElideMode.ElideLeft, self._words_box().width())

    @property
    def font_px(self) -> int:
        """Size of the words."""
        return self._kit.tokens.label if self._typed else self._kit.tokens.body

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame and the words."""
        del event
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._typed:
            painter.setPen(QPen(QColor(colours.accent), tokens.mm(0.9)))
            painter.setBrush(QColor(colours.surface))
            painter.drawRoundedRect(self._frame(), tokens.radius, tokens.radius)
        face = font(self.font_px, is_bold=bool(self._typed))
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        painter.setPen(QColor(colours.ink))
        box = self._words_box()
        base = box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(box.left(), base), self.shown_words())
        painter.end()

    def _frame(self) -> QRectF:
        ring = self._kit.tokens.ring_room
        return QRectF(self.rect()).adjusted(ring, ring, -ring, -ring)

    def _words_box(self) -> QRectF:
        padding = self._kit.tokens.mm(4)
        return self._frame().adjusted(padding, 0, -padding, 0)
