"""One key of the keyboard: its sign as large as fits, and a code point where the font has no picture."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRawFont,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look

LEAST_MM = (16.6, 14.3)
"""Least width and height that is drawn: MIN_KEY_MM and a little for the rounding of pixels."""
MOST_MM = 25.0
"""A key grows with the room that a page gives, but its row is found at a glance."""
_LINE_ROOM = 1.24
"""Height of a key for each pixel of its sign."""


def picture_of(text: str) -> str:
    """Return what a key shows: the text, with U+XXXXX for each character that the bundled font lacks.

    An empty box looks the same for every rare character; a code point can at least be told apart, written down
    and compared with the identity card's data by staff.
    """
    raw = QRawFont.fromFont(font(40, is_bold=True))
    return "".join(
        sign if sign.isspace() or raw.supportsCharacter(ord(sign)) else f"U+{ord(sign):04X}"
        for sign in text
    )


class KeyboardKey(ActionButton):
    """A key that fits into its grid."""

    def __init__(
        self,
        kit: Kit,
        words: str = "",
        icon: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(kit, Look.KEY, words, icon, parent)
        self.is_chosen = False
        """Whether this is the key of the present mode: filled."""
        self.is_small = False
        """Whether its words are a label, not a sign to type."""
        self.corner = ""
        """The real key that does the same; drawn in the corner for who uses one."""
        self._whole = words
        if name:
            self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(self.minimumSizeHint().height())
        self.grow_to(MOST_MM)

    def show_word(self, word: str) -> None:
        """Show a word of any length; of one that is too long its beginning and its end, its name is whole."""
        self._whole = picture_of(word)
        self.show_words(self._whole)
        self._fit()

    def _fit(self) -> None:
        """Draw as much of the words as there is room for; the accessible name stays."""
        self.setText(self._whole)
        if self._whole and self.is_cut():
            metrics = QFontMetricsF(font(self._kit.tokens.body, is_bold=True))
            room = self._words_box().width()
            self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room))
        self.update()

    def grow_to(self, most_mm: float) -> None:
        """Let the drawn key become so high where the page has room."""
        self.setMaximumHeight(self._kit.tokens.mm(most_mm) + 2 * self.inset)

    @property
    def font_px(self) -> int:
        """Size of the words: as large as key and line allow, never below body text, which may take two lines."""
        tokens = self._kit.tokens
        box = self.drawn_box()
        most = tokens.label if self.is_small else tokens.huge
        size = min(most, int(box.height() / _LINE_ROOM))
        width = QFontMetricsF(font(size, is_bold=True)).horizontalAdvance(self.text())
        room = box.width() - 2 * self._padding()
        if width > room:
            size = int(size * room / width)
        return max(tokens.body, size)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size of a key."""
        width, height = LEAST_MM
        ring = 2 * self.inset
        return QSize(self._kit.tokens.mm(width) + ring, self._kit.tokens.mm(height) + ring)

    def sizeHint(self) -> QSize:
        """Return the same for every key: the grid divides the room evenly."""
        return self.minimumSizeHint()

    def choose(self, *, is_chosen: bool) -> None:
        """Show whether this key's mode is the present one."""
        self.is_chosen = is_chosen
        self.setAccessibleDescription("✓" if is_chosen else "")
        self.update()

    def colours(self) -> tuple[str, str, str]:
        """Return the colours of the present state; the present mode is filled."""
        if self.is_chosen and self.isEnabled() and not self.isDown():
            return ("on_primary", "primary", "primary")
        return super().colours()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit a long word into the new size."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the key, and its shortcut for who works by keyboard."""
        super().paintEvent(event)
        if not self.corner or not self._kit.taps.is_keyboard:
            return
        tokens = self._kit.tokens
        painter = QPainter(self)
        face = font(tokens.caption)
        painter.setFont(face)
        painter.setPen(QColor(tokens.colours.ink_soft))
        corner = self.drawn_box().topLeft()
        ascent = QFontMetricsF(face).ascent()
        painter.drawText(corner + QPointF(tokens.mm(2), tokens.mm(0.5) + ascent), self.corner)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the space bar to the keyboard, where it takes the first word."""
        if event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)
