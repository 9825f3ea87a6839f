"""Shows on every page that nothing is real: 练习 across it, and an edge around it. Touches go through."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kiosk.ui.fonts import font
from kiosk.ui.gaps import Spot, fill_gaps
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.card_frame import CardFrame, Rule
from kiosk.ui.widgets.picture import Illustration, Picture

SLANT_DEGREES = -24.0
ROOM_EM = (2.4, 1.9)
"""Width and height that two slanted characters cover."""
STRENGTH = 62
"""Alpha of the words, of 255."""
SIZES_MM = (36, 24, 15, 9)
"""Sizes of the words; the largest that fits a gap is drawn into it."""
EDGE_MM = 2.4
DECORATION = (CardFrame, Rule, Picture, Illustration)


class PracticeMark(QWidget):
    """Whole words wherever the page has nothing to read or to aim at.

    A tint over letters would cost contrast, and the theme's pairs have none to spare above 7:1.
    """

    def __init__(self, kit: Kit, below: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("PracticeMark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._kit = kit
        self._below = below
        self._words = kit.label("practice.mark")
        self._read: list[QRect] = []
        self._spots: tuple[Spot, ...] = ()
        self.hide()

    @property
    def count(self) -> int:
        """How many words the last painted page had room for."""
        return len(self._spots)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge and the words."""
        del event
        tokens = self._kit.tokens
        self._find_spots()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = QColor(tokens.colours.accent)
        painter.setPen(QPen(tone, 2 * tokens.mm(EDGE_MM)))
        painter.drawRect(QRectF(self.rect()))
        tone.setAlpha(STRENGTH)
        painter.setPen(tone)
        for spot in self._spots:
            painter.resetTransform()
            painter.translate(QPointF(spot.x, spot.y))
            painter.rotate(SLANT_DEGREES)
            painter.setFont(font(spot.em, is_bold=True))
            box = QRectF(-1.1 * spot.em, -0.7 * spot.em, 2.2 * spot.em, 1.4 * spot.em)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()

    def _find_spots(self) -> None:
        """Look for gaps only when the page's parts moved: a camera's picture changes often, its place does not."""
        read = [self.rect(), *self._read_boxes()]
        if read == self._read:
            return
        self._read = read
        tokens = self._kit.tokens
        inset = tokens.mm(EDGE_MM) + 1
        room = self.rect().adjusted(inset, inset, -inset, -inset)
        sizes = tuple(tokens.mm(size) for size in SIZES_MM)
        self._spots = fill_gaps(room, read[1:], sizes, ROOM_EM, tokens.mm(3))

    def _read_boxes(self) -> list[QRect]:
        """Return where the page itself shows something."""
        return [
            part.rect().translated(self.mapFromGlobal(part.mapToGlobal(QPoint(0, 0))))
            for part in self._below.findChildren(QWidget)
            if part.isVisible() and _is_read(part)
        ]


def _is_read(part: QWidget) -> bool:
    is_leaf = not any(isinstance(child, QWidget) for child in part.children())
    return is_leaf and type(part) is not QWidget and not isinstance(part, DECORATION)
