"""Yes or no: a tile as large as half the page, its picture above its words."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.marks import CHOSEN_MM, DIGIT_MM, paint_chosen, paint_digit
from kiosk.ui.widgets.row_button import RowContent


class ChoiceTile(ActionButton):
    """Shows the digit of its key in one corner and, when it is the present answer, a tick in the other."""

    def __init__(self, kit: Kit, content: RowContent, parent: QWidget | None = None) -> None:
        self.content = content
        super().__init__(kit, Look.TILE, content.title, content.icon, parent)
        self.setMinimumHeight(kit.tokens.mm(60))
        self.setMaximumHeight(kit.tokens.mm(200))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def font_px(self) -> int:
        """Size of the words."""
        return self._kit.tokens.text(1.15 if len(self.text()) <= 5 else 0.92)

    def forget(self) -> None:
        """Drop the words."""
        self.content = RowContent("")
        self.show_words("")

    def colours(self) -> tuple[str, str, str]:
        """Return the names of the colours; the present answer is tinted and has the outline of what goes on."""
        is_tinted = self.isDown() or self.content.is_chosen
        ground = "primary_soft" if is_tinted else "surface"
        return ("ink", ground, "primary" if self.content.is_chosen else "edge")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tile, then its two signs."""
        super().paintEvent(event)
        tokens = self._kit.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, margin = self.drawn_box(), tokens.mm(5)
        if self.content.digit:
            side = tokens.mm(DIGIT_MM)
            corner = QRectF(box.left() + margin, box.top() + margin, side, side)
            paint_digit(painter, self._kit, corner, self.content.digit)
        if self.content.is_chosen:
            width = tokens.mm(1.2)
            painter.setPen(QPen(QColor(tokens.colours.primary), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = width / 2
            painter.drawRoundedRect(
                box.adjusted(half, half, -half, -half), tokens.radius, tokens.radius
            )
            side = tokens.mm(CHOSEN_MM)
            corner = QRectF(box.right() - margin - side, box.top() + margin, side, side)
            paint_chosen(painter, self._kit, corner)
        painter.end()

    def _icon_side(self) -> float:
        room = self.drawn_box().height() - self._words_height() - self._kit.tokens.mm(14)
        return max(1.0, min(self._kit.tokens.mm(52), room))

    def _paint_icon(self, painter: QPainter) -> None:
        colours = self._kit.tokens.colours
        box = self._icon_box()
        painter.setPen(Qt.PenStyle.NoPen)
        is_tinted = self.content.is_chosen or self.isDown()
        painter.setBrush(QColor(colours.surface if is_tinted else colours.primary_soft))
        painter.drawEllipse(box)
        trim = box.width() * 0.18
        icons = self._kit.icons
        icons.paint(painter, icons.icon(self._icon), box.adjusted(trim, trim, -trim, -trim))
