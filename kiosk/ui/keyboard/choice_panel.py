"""A grid of keys whose signs change: numbers of strokes, radicals."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QRawFont
from PySide6.QtWidgets import QGridLayout, QWidget

from accessibility.input_method.radical_search import CHOICE
from kiosk.ui.fonts import font
from kiosk.ui.keyboard.key import KeyboardKey
from kiosk.ui.keyboard.key_panel import KEY_GAP_MM
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.keypad import DELETE


class ChoicePanel(QWidget):
    """As many choices as there are places, and a key for more."""

    pressed = Signal(str)
    """``CHOICE`` and the number of a choice, or ``DELETE``."""

    def __init__(self, kit: Kit, rows: int, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._shown: tuple[tuple[int, str], ...] = ()
        self._first = 0
        self.keys = [self._key(place) for place in range(rows * columns - 2)]
        self.more = KeyboardKey(kit, kit.label("keyboard.more"))
        self.more.is_small = True
        self.more.clicked.connect(self._turn)
        self.delete = KeyboardKey(kit, icon="delete", name=kit.label("keyboard.delete"))
        self.delete.clicked.connect(lambda: self._press(DELETE))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(kit.tokens.mm(KEY_GAP_MM))
        for place, key in enumerate((*self.keys, self.more, self.delete)):
            policy = key.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            key.setSizePolicy(policy)
            grid.addWidget(key, place // columns, place % columns)
        for row in range(rows):
            grid.setRowStretch(row, 1)
        for column in range(columns):
            grid.setColumnStretch(column, 1)

    def show_choices(self, choices: Sequence[str]) -> None:
        """Show new choices; a form that the font cannot draw is left out: each radical has another one."""
        raw = QRawFont.fromFont(font(40, is_bold=True))
        shown = tuple(
            (number, sign)
            for number, sign in enumerate(choices)
            if all(raw.supportsCharacter(ord(character)) for character in sign)
        )
        if shown != self._shown:
            self._shown, self._first = shown, 0
        self._show_page()

    def _show_page(self) -> None:
        page = self._shown[self._first : self._first + len(self.keys)]
        for place, key in enumerate(self.keys):
            key.show_word(page[place][1] if place < len(page) else "")
            key.setVisible(place < len(page))
        self.more.setVisible(len(self._shown) > len(self.keys))

    def _turn(self) -> None:
        if self._kit.taps.accepts_key("more"):
            following = self._first + len(self.keys)
            self._first = following if following < len(self._shown) else 0
            self._show_page()

    def _key(self, place: int) -> KeyboardKey:
        key = KeyboardKey(self._kit)
        key.clicked.connect(lambda: self._choose(place))
        return key

    def _choose(self, place: int) -> None:
        if self._first + place < len(self._shown):
            self._press(f"{CHOICE}{self._shown[self._first + place][0]}")

    def _press(self, sign: str) -> None:
        if self._kit.taps.accepts_key(sign):
            self.pressed.emit(sign)
