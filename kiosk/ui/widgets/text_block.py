"""Words on a page: evenly broken lines with room between them."""

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.visibility import show_part

LINE_FACTOR = 1.42
"""Line to line, in em. Source: 工信部 APP 适老化规范 1.2 asks for at least 1.3."""

_STOPS = (
    "\uff0c\u3002\uff01\uff1f\uff1b\u3001"  # Chinese comma, full stop, ! ? ; and enumeration comma
)
_CLAUSE = re.compile(f"[^{_STOPS}]+[{_STOPS}]*")


def break_lines(words: str, face: QFont, width: float) -> list[str]:
    """Break a text into lines: after its clauses where that costs no line, else into lines of even length."""
    plain = wrap_lines(words, face, width)
    if len(plain) < 2 or "\n" in words:
        return plain
    by_clause = _packed(_CLAUSE.findall(words), face, width)
    if by_clause and len(by_clause) <= len(plain):
        return by_clause
    low, high = width / 2, width
    while high - low > 4:
        middle = (low + high) / 2
        if len(wrap_lines(words, face, middle)) > len(plain):
            low = middle
        else:
            high = middle
    return wrap_lines(words, face, high)


def _packed(clauses: list[str], face: QFont, width: float) -> list[str]:
    """Put whole clauses on lines; empty when one of them is too long for a line."""
    metrics = QFontMetricsF(face)
    lines: list[str] = []
    for clause in clauses:
        if metrics.horizontalAdvance(clause) > width:
            return []
        if lines and metrics.horizontalAdvance(lines[-1] + clause) <= width:
            lines[-1] += clause
        else:
            lines.append(clause)
    return lines


def wrap_lines(words: str, face: QFont, width: float) -> list[str]:
    """Fill one line after the other; at least one, also for no words."""
    lines: list[str] = []
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    for paragraph in words.split("\n"):
        layout = QTextLayout(paragraph, face)
        layout.setTextOption(option)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            start = line.textStart()
            lines.append(paragraph[start : start + line.textLength()].strip())
        layout.endLayout()
    return lines or [""]


class TextBlock(QLabel):
    """A text that asks for exactly the height that its lines need; the accessibility tree sees a label."""

    def __init__(
        self,
        kit: Kit,
        size_px: int,
        *,
        is_bold: bool = False,
        colour: str = "",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.face = font(size_px, is_bold=is_bold)
        self._broken: dict[float, list[str]] = {}
        self._heights: dict[int, int] = {}
        self.size_px = size_px
        self.colour = colour or kit.tokens.colours.ink
        self._align = align
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def line_height(self) -> float:
        """Pixels from line to line."""
        return self.size_px * LINE_FACTOR

    def show_words(self, words: str) -> None:
        """Replace the text; an empty text takes no room."""
        self.setText(words)
        self.setAccessibleName(words)
        show_part(self, is_shown=bool(words))
        self.updateGeometry()

    def set_colour(self, colour: str) -> None:
        """Change the colour of the words."""
        self.colour = colour
        self.update()

    def setText(self, words: str) -> None:
        """Replace the text, and forget how the one before was broken: it may have been personal."""
        self._broken.clear()
        self._heights.clear()
        super().setText(words)

    def lines(self, width: float) -> list[str]:
        """Return the lines that a width gives.

        A layout asks for the same few widths some hundred times while it settles.
        """
        if width not in self._broken:
            self._broken[width] = break_lines(self.text(), self.face, width)
        return self._broken[width]

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        if width not in self._heights:
            height = len(self.lines(width)) * self.line_height if self.text() else 0
            self._heights[width] = round(height)
        return self._heights[width]

    def hasHeightForWidth(self) -> bool:
        """Tell layouts that the height follows from the width."""
        return True

    def sizeHint(self) -> QSize:
        """Return the size on one line, or on the longest of the lines that the text prescribes."""
        metrics = QFontMetricsF(self.face)
        lines = self.text().split("\n")
        width = max(metrics.horizontalAdvance(line) for line in lines) + 2
        return QSize(int(width) + 1, round(len(lines) * self.line_height))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size: four characters of one line."""
        return QSize(min(self.sizeHint().width(), self.size_px * 4), round(self.line_height))

    def is_cut(self) -> bool:
        """Whether a part of the text has no room."""
        metrics = QFontMetricsF(self.face)
        lines = self.lines(self.width())
        needed = len(lines) * self.line_height
        return needed > self.height() + 1.5 or any(
            metrics.horizontalAdvance(line) > self.width() + 1.5 for line in lines
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines."""
        del event
        painter = QPainter(self)
        painter.setFont(self.face)
        painter.setPen(QColor(self.colour))
        metrics = QFontMetricsF(self.face)
        lines = self.lines(self.width())
        top = (self.height() - len(lines) * self.line_height) / 2
        if self._align & Qt.AlignmentFlag.AlignTop:
            top = 0
        lead = (self.line_height - metrics.ascent() - metrics.descent()) / 2
        for number, line in enumerate(lines):
            baseline = top + number * self.line_height + lead + metrics.ascent()
            painter.drawText(QPointF(self._left_of(line, metrics), baseline), line)
        painter.end()

    def _left_of(self, line: str, metrics: QFontMetricsF) -> float:
        # A Chinese full stop fills a whole square: leave it out of the middle, as print does.
        visible = line.rstrip(_STOPS)
        if self._align & Qt.AlignmentFlag.AlignHCenter:
            return (self.width() - metrics.horizontalAdvance(visible)) / 2
        if self._align & Qt.AlignmentFlag.AlignRight:
            return self.width() - metrics.horizontalAdvance(line)
        return 0.0

    def text_rect(self) -> QRectF:
        """Return the rectangle that the words cover, in the widget's coordinates."""
        return QRectF(0, 0, self.width(), self.heightForWidth(self.width()))
