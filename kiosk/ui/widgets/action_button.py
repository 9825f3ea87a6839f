"""The buttons: one class, six looks. Each paints itself, acts on release and can be worked by keyboard."""

import enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.text_block import break_lines

_KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_BUTTON_LINE = 1.25
"""Line to line on a button, in em."""


class Look(enum.Enum):
    """How a button looks."""

    PRIMARY = "primary"
    """The one that goes on: filled."""
    SECONDARY = "secondary"
    """Another way: outlined."""
    TILE = "tile"
    """A service: large, its icon on a soft disc."""
    BAR = "bar"
    """In the fixed bar at the bottom."""
    KEY = "key"
    """One key of a keypad: no icon, a large sign."""
    ROW = "row"
    """One line of what is read back: touching it corrects the line, so it is no choice of the page."""


class ActionButton(QAbstractButton):
    """A button with an icon and words."""

    def __init__(
        self, kit: Kit, look: Look, words: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._broken: dict[tuple[str, int, bool, float], list[str]] = {}
        self.look = look
        self.is_column = look is Look.TILE
        """Whether the icon stands above the words."""
        self.is_large = False
        """Whether a tile has the whole width to itself; whether another button is the one that matters."""
        self.picture_mm = 36.0
        """The most that the picture of a column may take."""
        self._kit = kit
        self._icon = icon
        self.has_ring = False
        """Whether the ring of the keyboard's focus is drawn."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self._drawn_height() + 2 * self.inset)
        self.show_words(words, icon)

    @property
    def inset(self) -> int:
        """Room around the drawn button for the focus ring, in pixels; it can be touched too."""
        return self._kit.tokens.ring_room

    @property
    def font_px(self) -> int:
        """Size of the words."""
        tokens = self._kit.tokens
        if self.look is Look.TILE:
            return tokens.text(1.15 if self.is_large else 0.92)
        if self.is_large and self.look in (Look.PRIMARY, Look.SECONDARY):
            return tokens.huge
        return {Look.KEY: tokens.huge, Look.BAR: tokens.body}.get(self.look, tokens.label)

    def setText(self, words: str) -> None:
        """Replace the words, and forget how those before were broken: they may have been personal."""
        self._broken.clear()
        super().setText(words)

    def show_words(self, words: str, icon: str | None = None) -> None:
        """Replace words (and icon); the words are the accessible name."""
        self.setText(words)
        self.setAccessibleName(words)
        if icon is not None:
            self._icon = icon
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the smallest size that shows icon and words on one line."""
        metrics = QFontMetricsF(font(self.font_px, is_bold=True))
        width = metrics.horizontalAdvance(self.text()) + 2 * self._padding() + self._icon_room()
        return QSize(int(width) + 2 * self.inset, self._drawn_height() + 2 * self.inset)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which the button can be touched safely."""
        return QSize(self._kit.tokens.target, self._drawn_height() + 2 * self.inset)

    def is_cut(self) -> bool:
        """Whether words have no room."""
        room = self._words_box()
        metrics = QFontMetricsF(font(self.font_px, is_bold=True))
        lines = self._lines(room)
        height = len(lines) * self.font_px * _BUTTON_LINE
        widest = max(metrics.horizontalAdvance(line) for line in lines)
        return height > room.height() + 1.5 or widest > room.width() + 1.5

    def colours(self) -> tuple[str, str, str]:
        """Return the names of the theme's colours of words, ground and outline in the present state."""
        is_down = self.isDown()
        if self.look is Look.PRIMARY:
            if not self.isEnabled():
                return ("ink_soft", "paper_deep", "edge")
            return ("on_primary", "primary_pressed" if is_down else "primary", "primary")
        if not self.isEnabled():
            return ("ink_soft", "paper", "edge")
        ground = "primary_soft" if is_down else "surface"
        return ("primary" if self.look is Look.SECONDARY and not is_down else "ink", ground, "edge")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button; leave arrows to the window, which moves the focus."""
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif event.key() in arrows:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring only to somebody who works by keyboard."""
        self.has_ring = self._kit.taps.is_keyboard or event.reason() in _KEYBOARD_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self.has_ring = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw shadow, ground, outline, icon, words and ring."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if self._icon:
            self._paint_icon(painter)
        self._paint_words(painter)
        if self.has_ring:
            self._paint_ring(painter)
        painter.end()

    def _drawn_height(self) -> int:
        tokens = self._kit.tokens
        heights = {Look.PRIMARY: tokens.primary, Look.TILE: tokens.tile}
        return heights.get(self.look, tokens.target)

    def drawn_box(self) -> QRectF:
        """Return what is drawn of the button, without the room for its ring."""
        inset = self.inset
        return QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)

    def _padding(self) -> float:
        return self._kit.tokens.mm(2 if self.look in (Look.BAR, Look.KEY) else 5)

    def _icon_side(self) -> float:
        tokens = self._kit.tokens
        if self.is_column:
            room = self.drawn_box().height() - self._words_height() - tokens.mm(9)
            return max(1.0, min(tokens.mm(self.picture_mm), room))
        if self.look is Look.TILE:
            return min(tokens.mm(44 if self.is_large else 34), self.drawn_box().height() * 0.66)
        sides_mm = {Look.BAR: 10, Look.KEY: 17}
        return tokens.mm(sides_mm.get(self.look, 20 if self.is_large else 13))

    def _words_height(self) -> float:
        """How high the words of a column are."""
        width = self.drawn_box().width() - 2 * self._padding()
        lines = self._broken_lines(self.text(), self.font_px, width)
        return len(lines) * self.font_px * _BUTTON_LINE

    def _column_top(self) -> float:
        """Where icon and words of a column begin when they stand in the middle."""
        height = self._icon_side() + self._kit.tokens.mm(3) + self._words_height()
        return self.drawn_box().center().y() - height / 2

    def _icon_room(self) -> float:
        """How far the words stand from the left of the icon."""
        if not self._icon or self.is_column:
            return 0.0
        if self.look is Look.KEY:
            return self._icon_side()
        gap_mm = 3.5
        if self.look is Look.TILE:
            gap_mm = 10 if self.is_large else 5
        return self._icon_side() + self._kit.tokens.mm(gap_mm)

    def _group_left(self) -> float:
        """Where icon and words together begin when they stand in the middle."""
        box = self.drawn_box()
        if self.look is Look.TILE:
            return box.left() + self._kit.tokens.mm(12 if self.is_large else 6)
        metrics = QFontMetricsF(font(self.font_px, is_bold=True))
        width = max(metrics.horizontalAdvance(line) for line in self._lines(self._words_box()))
        return max(box.left() + self._padding(), box.center().x() - (width + self._icon_room()) / 2)

    def _icon_box(self) -> QRectF:
        side = self._icon_side()
        middle = self.drawn_box().center()
        if self.is_column:
            return QRectF(middle.x() - side / 2, self._column_top(), side, side)
        return QRectF(self._group_left(), middle.y() - side / 2, side, side)

    def _words_box(self) -> QRectF:
        box = self.drawn_box()
        padding = self._padding()
        if self.is_column:
            top = self._column_top() + self._icon_side() + self._kit.tokens.mm(3)
            return QRectF(box.left() + padding, top, box.width() - 2 * padding, box.bottom() - top)
        return box.adjusted(padding + self._icon_room(), 0, -padding, 0)

    def _lines(self, room: QRectF) -> list[str]:
        return self._broken_lines(self.text(), self.font_px, room.width())

    def _broken_lines(
        self, words: str, size_px: int, width: float, *, is_bold: bool = True
    ) -> list[str]:
        """Break words of this button into lines; a layout asks for the same some hundred times while it settles."""
        key = (words, size_px, is_bold, width)
        if key not in self._broken:
            self._broken[key] = break_lines(words, font(size_px, is_bold=is_bold), width)
        return self._broken[key]

    def _paint_ground(self, painter: QPainter) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        _, ground, outline = self.colours()
        box = self.drawn_box()
        radius = box.height() / 2 if self.look is Look.BAR else tokens.radius
        if self.isEnabled() and not self.isDown() and self.look is not Look.BAR:
            shade = QColor(colours.scrim)
            painter.setPen(Qt.PenStyle.NoPen)
            for step, alpha in ((1.5, 9), (0.9, 14)):
                shade.setAlpha(alpha)
                painter.setBrush(shade)
                drop = tokens.mm(step)
                painter.drawRoundedRect(box.adjusted(0, drop / 2, 0, drop), radius, radius)
        pen = QPen(QColor(getattr(colours, outline)), tokens.edge)
        if not self.isEnabled():
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(getattr(colours, ground)))
        half = tokens.edge / 2
        painter.drawRoundedRect(box.adjusted(half, half, -half, -half), radius, radius)

    def _paint_icon(self, painter: QPainter) -> None:
        colours = self._kit.tokens.colours
        icons = self._kit.icons
        box = self._icon_box()
        if self.look is Look.TILE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.primary_soft))
            painter.drawEllipse(box)
            trim = box.width() * 0.18
            icon = icons.icon(self._icon)
            box = box.adjusted(trim, trim, -trim, -trim)
        elif self.look is Look.PRIMARY and self.isEnabled():
            icon = icons.icon(
                self._icon, colours.on_primary, colours.on_primary, colours.primary_pressed
            )
        elif not self.isEnabled():
            icon = icons.icon(self._icon, colours.ink_soft, colours.ink_soft, colours.paper_deep)
        else:
            icon = icons.icon(self._icon)
        icons.paint(painter, icon, box)

    def _paint_words(self, painter: QPainter) -> None:
        words, _, _ = self.colours()
        face = font(self.font_px, is_bold=True)
        metrics = QFontMetricsF(face)
        room = self._words_box()
        lines = self._lines(room)
        step = self.font_px * _BUTTON_LINE
        top = room.center().y() - len(lines) * step / 2
        if self.is_column:
            top = room.top()
        left = self._group_left() + self._icon_room()
        painter.setFont(face)
        painter.setPen(QColor(getattr(self._kit.tokens.colours, words)))
        for number, line in enumerate(lines):
            x = left
            if self.is_column or (not self._icon and self.look is not Look.TILE):
                x = room.center().x() - metrics.horizontalAdvance(line) / 2
            lead = (step - metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(x, top + number * step + lead + metrics.ascent()), line)

    def _paint_ring(self, painter: QPainter) -> None:
        tokens = self._kit.tokens
        painter.setPen(QPen(QColor(tokens.colours.focus), tokens.focus))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = tokens.focus / 2
        box = QRectF(self.rect()).adjusted(half, half, -half, -half)
        radius = box.height() / 2 if self.look is Look.BAR else tokens.radius + self.inset
        painter.drawRoundedRect(box, radius, radius)
