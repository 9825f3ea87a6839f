"""Digits to read aloud, as large as the page allows; those that were heard are ticked off."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit

LARGEST_DEGREES = 3.0
"""Capital height of a digit at the viewing distance: read from two steps away without glasses."""


class SpokenDigits(QWidget):
    """Two groups in one row, read from the left; colour and a thick line mark where the reader is."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._digits = ""
        self._next = 0
        self._is_turn = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(kit.tokens.mm(40 if kit.tokens.is_landscape else 46))
        self.setAccessibleName(kit.label("voice.digits"))

    def show_digits(self, digits: str, next_place: int, *, is_turn: bool) -> None:
        """Show what is to be read.

        Args:
            digits: in the order of reading; empty before they are drawn.
            next_place: how many of them were heard, from the left.
            is_turn: whether the person is to speak now; the mark of the next digit is shown only then.
        """
        shown = (digits, next_place, is_turn)
        if shown == (self._digits, self._next, self._is_turn):
            return
        self._digits, self._next, self._is_turn = shown
        name = self._kit.label("voice.digits")
        self.setAccessibleName(f"{name} {' '.join(digits)}".strip())
        self.update()

    def wipe(self) -> None:
        """Forget the digits."""
        self.show_digits("", 0, is_turn=False)

    @property
    def digits(self) -> str:
        """What is shown."""
        return self._digits

    @property
    def heard(self) -> int:
        """How many are ticked off."""
        return self._next

    @property
    def is_turn(self) -> bool:
        """Whether the person is to speak now."""
        return self._is_turn

    def sizeHint(self) -> QSize:
        """Return a size at which eight digits stand clearly apart."""
        return QSize(self._kit.tokens.mm(150), self.height())

    def boxes(self) -> list[QRectF]:
        """Return the place of each digit."""
        count = len(self._digits)
        if not count:
            return []
        tokens = self._kit.tokens
        gap = float(tokens.mm(9))
        width = min(float(tokens.mm(34)), (self.width() - gap) / count)
        left = (self.width() - width * count - gap) / 2
        half = count // 2
        return [
            QRectF(left + place * width + (gap if place >= half else 0.0), 0, width, self.height())
            for place in range(count)
        ]

    def digit_px(self) -> int:
        """Return the size of the digits."""
        boxes = self.boxes()
        tokens = self._kit.tokens
        if not boxes:
            return tokens.huge
        return int(min(tokens.text(LARGEST_DEGREES), boxes[0].width() * 1.35, self.height() * 0.95))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the digits and the line below each."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = font(self.digit_px(), is_bold=True)
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        for place, box in enumerate(self.boxes()):
            self._paint_digit(painter, metrics, box, place)
        painter.end()

    def _paint_digit(
        self, painter: QPainter, metrics: QFontMetricsF, box: QRectF, place: int
    ) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        is_heard = place < self._next
        is_next = self._is_turn and place == self._next
        sign = self._digits[place]
        painter.setPen(QColor(colours.success if is_heard else colours.ink))
        line_y = box.bottom() - tokens.mm(2)
        middle = (box.top() + line_y - tokens.mm(2)) / 2
        x = box.center().x() - metrics.horizontalAdvance(sign) / 2
        painter.drawText(QPointF(x, middle + metrics.capHeight() / 2), sign)
        tone = colours.success if is_heard else colours.accent if is_next else colours.hairline
        pen = QPen(QColor(tone), tokens.mm(2.2 if is_heard or is_next else 0.8))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        inner = box.width() * 0.2
        painter.drawLine(QPointF(box.left() + inner, line_y), QPointF(box.right() - inner, line_y))
