"""How loud the voice is: a bar of blocks with a marked middle, like the one of a recorder."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit

BLOCKS = 20
GOOD_FROM, GOOD_TO = 0.3, 0.9
"""Of the meter: -45 and -15 dBFS for a scale from -60 to -10."""
FALL = 0.12
"""How far the bar falls for each block of sound, 30 a second: it must be seen, not flicker."""


class LevelBar(QWidget):
    """Green when it is right; the words below say which end is which."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._level = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(kit.tokens.mm(14) + round(kit.tokens.caption * 1.5))
        self.setAccessibleName(kit.label("voice.level"))

    @property
    def level(self) -> float:
        """How far the bar goes, 0 to 1."""
        return self._level

    def show_level(self, level: float) -> None:
        """Rise at once, fall slowly."""
        self._level = max(0.0, min(1.0, level), self._level - FALL)
        self.update()

    def wipe(self) -> None:
        """Go down."""
        self._level = 0.0
        self.update()

    def sizeHint(self) -> QSize:
        """Return a width at which blocks can be told apart."""
        return QSize(self._kit.tokens.mm(120), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the blocks and the words."""
        del event
        tokens = self._kit.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() / BLOCKS
        for number in range(BLOCKS):
            self._paint_block(painter, number, width)
        face = font(tokens.caption)
        painter.setFont(face)
        metrics = QFontMetricsF(face)
        base = tokens.mm(14) + metrics.ascent()
        for words, middle in (
            ("voice.level.low", GOOD_FROM / 2),
            ("voice.level.good", (GOOD_FROM + GOOD_TO) / 2),
            ("voice.level.high", (GOOD_TO + 1.0) / 2),
        ):
            text = self._kit.label(words)
            half = metrics.horizontalAdvance(text) / 2
            x = min(middle * self.width() - half, self.width() - 2 * half)
            painter.setPen(QColor(tokens.colours.ink_soft))
            painter.drawText(round(x), round(base), text)
        painter.end()

    def _paint_block(self, painter: QPainter, number: int, width: float) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        share = (number + 0.5) / BLOCKS
        is_good = GOOD_FROM <= share < GOOD_TO
        is_on = share <= self._level
        is_right = GOOD_FROM <= self._level < GOOD_TO
        box = QRectF(number * width, 0, width, tokens.mm(12)).adjusted(
            tokens.mm(0.6), tokens.mm(0.4), -tokens.mm(0.6), -tokens.mm(0.4)
        )
        tone = QColor(colours.success if is_good else colours.accent)
        painter.setPen(QPen(tone if is_good else QColor(colours.edge), tokens.mm(0.5)))
        soft = QColor(colours.success_soft if is_good else colours.surface)
        # One colour for the whole bar: it says how loud the voice is, not which blocks are lit.
        lit = QColor(colours.success if is_right else colours.accent)
        painter.setBrush(lit if is_on else soft)
        if is_on:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, tokens.mm(1), tokens.mm(1))
