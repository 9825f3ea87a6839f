"""A white field to write on with a finger: ink follows at once, and nothing else moves."""

from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.kit import Kit

SIDE = 1000
"""Points are whole numbers from 0 to this."""
LEAST_STEP_MM = 0.5
"""Points nearer than this to the last one are noise of the screen."""
MOST_POINTS = 3800
"""Then the ink is full; what takes a signature allows a little more."""
MOST_STROKES = 190

Strokes = list[list[list[int]]]


class InkPad(QWidget):
    """Takes one finger or the mouse; other fingers are hands that rest on the screen."""

    changed = Signal()
    """Ink came or went."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._strokes: list[list[QPointF]] = []
        """In thousandths of the field's longer side, so that a new size of the window keeps them."""
        self._finger: int | None = None
        self._is_down = False
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(kit.label("signature.field"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(kit.tokens.mm(70))

    @property
    def has_ink(self) -> bool:
        """Whether anything is written."""
        return bool(self._strokes)

    def strokes(self) -> Strokes:
        """Return the ink in whole numbers, 0 to 1000, both directions by the field's longer side."""
        return [
            [[min(SIDE, round(point.x())), min(SIDE, round(point.y()))] for point in stroke]
            for stroke in self._strokes
        ]

    def show_strokes(self, strokes: Strokes) -> None:
        """Put ink back."""
        self._strokes = [[QPointF(x, y) for x, y in stroke] for stroke in strokes]
        self._ink_changed()

    def wipe(self) -> None:
        """Take all ink away."""
        self._strokes = []
        self._is_down = False
        self._finger = None
        self._ink_changed()

    def field(self) -> QRectF:
        """Return where ink may be."""
        inset = self._kit.tokens.ring_room
        return QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        tokens = self._kit.tokens
        return QSize(tokens.mm(220), tokens.mm(110))

    # -- finger and mouse

    def event(self, event: QEvent) -> bool:
        """Follow the first finger; every touch ends here."""
        if isinstance(event, QTouchEvent):
            event.accept()
            self._touched(event)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton:
            self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        event.accept()
        self._go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton:
            self._end(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second of two quick strokes for a stroke."""
        self.mousePressEvent(event)

    def _touched(self, event: QTouchEvent) -> None:
        if event.type() is QEvent.Type.TouchCancel:
            self._finger, self._is_down = None, False
            return
        for point in event.points():
            state = point.state()
            if state is point.State.Pressed and self._finger is None:
                self._finger = point.id()
                self._begin(point.position())
            elif point.id() != self._finger:
                continue
            elif state is point.State.Updated:
                self._go_on(point.position())
            elif state is point.State.Released:
                self._finger = None
                self._end(point.position())

    # -- ink

    def _begin(self, at: QPointF) -> None:
        if len(self._strokes) >= MOST_STROKES or self._points() >= MOST_POINTS:
            return
        self._is_down = True
        self._strokes.append([self._inside(at)])
        self._ink_changed()

    def _go_on(self, at: QPointF) -> None:
        if not self._is_down or self._points() >= MOST_POINTS:
            return
        stroke, point = self._strokes[-1], self._inside(at)
        away = (point - stroke[-1]) * self._scale()
        if away.manhattanLength() >= self._kit.tokens.mm(LEAST_STEP_MM):
            stroke.append(point)
            self._update_end(stroke)

    def _update_end(self, stroke: list[QPointF]) -> None:
        """Draw anew only where the last points are: the whole field would lag behind the finger."""
        reach = self._kit.tokens.mm(4)
        ends = QPolygonF([self._shown(point) for point in stroke[-4:]]).boundingRect()
        self.update(ends.adjusted(-reach, -reach, reach, reach).toAlignedRect())

    def _end(self, at: QPointF) -> None:
        self._go_on(at)
        self._is_down = False

    def _points(self) -> int:
        return sum(len(stroke) for stroke in self._strokes)

    def _scale(self) -> float:
        """Return pixels for each thousandth."""
        room = self.field()
        return max(room.width(), room.height()) / SIDE

    def _inside(self, at: QPointF) -> QPointF:
        """Return a point of the widget as a point of the ink; beyond the edge counts as the edge."""
        room = self.field()
        x = min(room.right(), max(room.left(), at.x())) - room.left()
        y = min(room.bottom(), max(room.top(), at.y())) - room.top()
        return QPointF(x, y) / self._scale()

    def _shown(self, point: QPointF) -> QPointF:
        return self.field().topLeft() + point * self._scale()

    def _ink_changed(self) -> None:
        self.update()
        self.changed.emit()

    # -- paint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw field, line, ink and ring."""
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.field()
        painter.setPen(QPen(QColor(colours.edge), tokens.edge))
        painter.setBrush(QColor("#FFFFFF"))  # paper is white whatever the theme
        painter.drawRoundedRect(room, tokens.radius, tokens.radius)
        self._paint_line(painter, room)
        pen = QPen(QColor(colours.ink), tokens.mm(1.5))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            painter.drawPath(_smooth([self._shown(point) for point in stroke]))
        if self.hasFocus() and self._kit.taps.is_keyboard:
            painter.setPen(QPen(QColor(colours.focus), tokens.focus))
            half = tokens.focus / 2
            ring = QRectF(self.rect()).adjusted(half, half, -half, -half)
            painter.drawRoundedRect(ring, tokens.radius, tokens.radius)
        painter.end()

    def _paint_line(self, painter: QPainter, room: QRectF) -> None:
        """Draw the line to write on, and a pen while there is no ink."""
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        height = room.top() + room.height() * 0.78
        pen = QPen(QColor(colours.hairline), tokens.mm(0.8))
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        side = tokens.mm(12)
        painter.drawLine(QPointF(room.left() + side, height), QPointF(room.right() - side, height))
        if not self._strokes:
            edge = tokens.mm(26)
            box = QRectF(room.center().x() - edge / 2, height - edge * 1.15, edge, edge)
            painter.setOpacity(0.45)
            self._kit.icons.paint(painter, self._kit.icons.icon("signature"), box)
            painter.setOpacity(1.0)


def _smooth(stroke: list[QPointF]) -> QPainterPath:
    """Lead a curve through the middles of the points: corners of a slow screen disappear."""
    path = QPainterPath(stroke[0])
    if len(stroke) < 3:
        path.lineTo(stroke[-1] + QPointF(0.01, 0))
        return path
    for point, following in pairwise(stroke[1:]):
        path.quadTo(point, (point + following) / 2)
    path.lineTo(stroke[-1])
    return path
