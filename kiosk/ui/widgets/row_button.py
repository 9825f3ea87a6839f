"""A whole row that can be touched: digit, picture, words in up to three sizes, and a sign at its end."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.marks import CHOSEN_MM, DIGIT_MM, paint_chosen, paint_digit

LINE = 1.3
"""Line to line, in em."""


@dataclass(frozen=True, slots=True)
class RowContent:
    """What a row shows."""

    title: str = field(repr=False)
    """The words that matter."""
    icon: str = ""
    digit: str = ""
    """Key of a keypad that does the same."""
    above: str = ""
    """Small: what the title is the value of."""
    below: str = field(default="", repr=False)
    """Small: where it comes from, or why."""
    tail: str = ""
    """Words of the sign at the end, such as 改."""
    is_chosen: bool = False
    """The present answer."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Lines of one size."""

    lines: tuple[str, ...]
    size_px: int
    is_bold: bool
    colour: str

    @property
    def height(self) -> float:
        return len(self.lines) * self.size_px * LINE


class RowButton(ActionButton):
    """Paints its content; as high as its words need, and higher where there is room."""

    def __init__(
        self,
        kit: Kit,
        content: RowContent,
        *,
        size_px: int = 0,
        small_px: int = 0,
        least_mm: float = 18.0,
        icon_mm: float = 0.0,
        look: Look = Look.TILE,
        parent: QWidget | None = None,
    ) -> None:
        self.content = content
        self._size_px = size_px or kit.tokens.label
        self._small_px = small_px or kit.tokens.caption
        self._least_px = kit.tokens.mm(least_mm)
        self._icon_most_mm = icon_mm or (22.0 if kit.tokens.is_landscape else 28.0)
        super().__init__(kit, look, content.title, content.icon, parent)
        self.is_column = False
        self.setMinimumHeight(0)
        self.setMaximumHeight(kit.tokens.mm(200))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def font_px(self) -> int:
        """Size of the title."""
        return self._size_px

    def stay_low(self) -> None:
        """Be as high as the words need, also where there is more room."""
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def forget(self) -> None:
        """Drop the words."""
        self.content = RowContent("")
        self.show_words("")

    def colours(self) -> tuple[str, str, str]:
        """Return the names of the colours; a row that cannot be changed is plain text on the paper."""
        if not self.isEnabled():
            return ("ink", "paper", "edge")
        is_tinted = self.isDown() or self.content.is_chosen
        ground = "primary_soft" if is_tinted else "surface"
        return ("ink", ground, "primary" if self.content.is_chosen else "edge")

    def is_cut(self) -> bool:
        """Whether words have no room."""
        room = self._room(self.width())
        parts = self._words(room.width())
        if self._height(parts) > self.drawn_box().height() + 1.5:
            return True
        return any(
            QFontMetricsF(font(part.size_px, is_bold=part.is_bold)).horizontalAdvance(line)
            > room.width() + 1.5
            for part in parts
            for line in part.lines
        )

    def hasHeightForWidth(self) -> bool:
        """Tell layouts that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that the words need; never less than can be touched."""
        tokens = self._kit.tokens
        words = self._height(self._words(self._room(width).width()))
        padding = tokens.mm(3 if tokens.is_landscape else 7)
        return max(self._least_px, round(words) + padding) + 2 * self.inset

    def sizeHint(self) -> QSize:
        """Return a size for the words on few lines."""
        width = self._kit.tokens.mm(110)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that can be touched."""
        tokens = self._kit.tokens
        return QSize(tokens.mm(60), tokens.mm(18) + 2 * self.inset)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, signs, picture, words and ring."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isEnabled():
            self._paint_ground(painter)
        if self.content.is_chosen:
            self._paint_thick_outline(painter)
        if self.content.digit:
            paint_digit(painter, self._kit, self._digit_box(), self.content.digit)
        if self.content.icon:
            self._paint_icon(painter)
        self._paint_words(painter)
        if self.content.is_chosen:
            paint_chosen(painter, self._kit, self._tail_box(self.width()))
        elif self.content.tail and self.isEnabled():
            self._paint_tail(painter)
        if self.has_ring:
            self._paint_ring(painter)
        painter.end()

    # -- where things are

    def _side(self) -> float:
        """Left and right of the content."""
        return self._kit.tokens.mm(6)

    def _digit_box(self) -> QRectF:
        side = self._kit.tokens.mm(DIGIT_MM)
        box = self.drawn_box()
        return QRectF(box.left() + self._side(), box.center().y() - side / 2, side, side)

    def _digit_room(self) -> float:
        return self._kit.tokens.mm(DIGIT_MM + 4) if self.content.digit else 0.0

    def _icon_px(self) -> float:
        tokens = self._kit.tokens
        return min(
            tokens.mm(self._icon_most_mm), max(self.drawn_box().height() * 0.72, tokens.mm(14))
        )

    def _icon_box(self) -> QRectF:
        side, box = self._icon_px(), self.drawn_box()
        left = box.left() + self._side() + self._digit_room()
        return QRectF(left, box.center().y() - side / 2, side, side)

    def _tail_px(self) -> tuple[float, float]:
        """Width and height of the sign at the end."""
        tokens = self._kit.tokens
        if self.content.is_chosen:
            return tokens.mm(CHOSEN_MM), tokens.mm(CHOSEN_MM)
        if not self.content.tail or not self.isEnabled():
            return 0.0, 0.0
        metrics = QFontMetricsF(font(tokens.body, is_bold=True))
        width = metrics.horizontalAdvance(self.content.tail) + 2 * tokens.mm(6)
        return max(width, tokens.mm(18)), tokens.mm(16)

    def _tail_box(self, width: float) -> QRectF:
        across, down = self._tail_px()
        right = width - self.inset - self._side()
        return QRectF(right - across, self.drawn_box().center().y() - down / 2, across, down)

    def _room(self, width: float) -> QRectF:
        """Where the words stand in a button of a width."""
        tokens = self._kit.tokens
        left = self.inset + self._side() + self._digit_room()
        if self.content.icon:
            # a fixed room, so that the height does not change what the width allows
            left += tokens.mm(self._icon_most_mm + (5 if tokens.is_landscape else 6))
        right = width - self.inset - self._side()
        across, _ = self._tail_px()
        if across:
            right -= across + tokens.mm(4)
        return QRectF(left, 0, max(1.0, right - left), self.height())

    def _words(self, width: float) -> tuple[_Words, ...]:
        small = self._small_px
        parts = (
            (self.content.above, small, False, "ink_soft"),
            (self.content.title, self._size_px, True, "ink"),
            (self.content.below, small, False, "ink_soft"),
        )
        return tuple(
            _Words(
                tuple(self._broken_lines(text, size, width, is_bold=is_bold)), size, is_bold, colour
            )
            for text, size, is_bold, colour in parts
            if text
        )

    def _part_gap(self) -> float:
        """Between words of two sizes."""
        return self._small_px * 0.12

    def _height(self, parts: tuple[_Words, ...]) -> float:
        return sum(part.height for part in parts) + self._part_gap() * max(0, len(parts) - 1)

    # -- paint

    def _paint_thick_outline(self, painter: QPainter) -> None:
        tokens = self._kit.tokens
        width = tokens.mm(1.2)
        painter.setPen(QPen(QColor(tokens.colours.primary), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = width / 2
        box = self.drawn_box().adjusted(half, half, -half, -half)
        painter.drawRoundedRect(box, tokens.radius, tokens.radius)

    def _paint_icon(self, painter: QPainter) -> None:
        colours = self._kit.tokens.colours
        box = self._icon_box()
        painter.setPen(Qt.PenStyle.NoPen)
        is_tinted = self.colours()[1] == "primary_soft"
        painter.setBrush(QColor(colours.surface if is_tinted else colours.primary_soft))
        painter.drawEllipse(box)
        trim = box.width() * 0.18
        icons = self._kit.icons
        icons.paint(painter, icons.icon(self.content.icon), box.adjusted(trim, trim, -trim, -trim))

    def _paint_words(self, painter: QPainter) -> None:
        room = self._room(self.width())
        parts = self._words(room.width())
        top = self.drawn_box().center().y() - self._height(parts) / 2
        for part in parts:
            face = font(part.size_px, is_bold=part.is_bold)
            metrics = QFontMetricsF(face)
            painter.setFont(face)
            painter.setPen(QColor(getattr(self._kit.tokens.colours, part.colour)))
            step = part.size_px * LINE
            lead = (step - metrics.ascent() - metrics.descent()) / 2
            for line in part.lines:
                painter.drawText(QPointF(room.left(), top + lead + metrics.ascent()), line)
                top += step
            top += self._part_gap()

    def _paint_tail(self, painter: QPainter) -> None:
        tokens = self._kit.tokens
        box = self._tail_box(self.width())
        painter.setPen(QPen(QColor(tokens.colours.primary), tokens.mm(0.5)))
        painter.setBrush(QColor(tokens.colours.surface))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        face = font(tokens.body, is_bold=True)
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        painter.setPen(QColor(tokens.colours.primary))
        left = box.center().x() - metrics.horizontalAdvance(self.content.tail) / 2
        middle = box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(left, middle), self.content.tail)
