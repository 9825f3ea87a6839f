"""Small signs on a choice: the digit that a keypad chooses it with, and that it is the present answer."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit

DIGIT_MM = 11.0
CHOSEN_MM = 14.0


def paint_digit(painter: QPainter, kit: Kit, box: QRectF, digit: str) -> None:
    """Draw the key's digit on a disc."""
    tokens, colours = kit.tokens, kit.tokens.colours
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.paper_deep))
    painter.drawEllipse(box)
    face = font(tokens.caption, is_bold=True)
    metrics = QFontMetricsF(face)
    painter.setFont(face)
    painter.setPen(QColor(colours.ink))
    left = box.center().x() - metrics.horizontalAdvance(digit) / 2
    painter.drawText(QPointF(left, box.center().y() + metrics.capHeight() / 2), digit)


def paint_chosen(painter: QPainter, kit: Kit, box: QRectF) -> None:
    """Draw a filled disc with a tick: the shape tells it as well as the colour."""
    colours = kit.tokens.colours
    icon = kit.icons.icon("chosen", colours.on_primary, colours.on_primary, colours.primary)
    kit.icons.paint(painter, icon, box)
