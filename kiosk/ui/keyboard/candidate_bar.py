"""What is typed, and six words to choose from; more on further pages."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from kiosk.ui.keyboard.composing_line import ComposingLine
from kiosk.ui.keyboard.key import KeyboardKey
from kiosk.ui.keyboard.key_panel import KEY_GAP_MM
from kiosk.ui.kit import Kit

PER_PAGE = 6
COLUMNS = 3
"""Two rows of three: a word of four characters is drawn large in a third of the width."""
CANDIDATE_ROWS = 1 + PER_PAGE // COLUMNS
"""The line and the words below it."""
_GRID = 12
"""Columns of the grid, so that the line above can be divided otherwise than the words."""


class CandidateBar(QWidget):
    """Offers words, six at a time, always in the same six places."""

    chosen = Signal(int)
    """The place of a word in the whole list."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._words: tuple[str, ...] = ()
        self._first = 0
        self.line = ComposingLine(kit)
        self.previous = self._pager("keyboard.previous", -PER_PAGE)
        self.next = self._pager("keyboard.next", PER_PAGE)
        self.keys = [self._candidate(place) for place in range(PER_PAGE)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(kit.tokens.mm(KEY_GAP_MM))
        grid.addWidget(self.line, 0, 0, 1, 8)
        grid.addWidget(self.previous, 0, 8, 1, 2)
        grid.addWidget(self.next, 0, 10, 1, 2)
        span = _GRID // COLUMNS
        for place, key in enumerate(self.keys):
            grid.addWidget(key, 1 + place // COLUMNS, place % COLUMNS * span, 1, span)
        for column in range(_GRID):
            grid.setColumnStretch(column, 1)
        for row in range(CANDIDATE_ROWS):
            grid.setRowStretch(row, 1)

    def show_words(self, words: Sequence[str], typed: str, hint: str) -> None:
        """Show a new list from its first page."""
        self._words, self._first = tuple(words), 0
        self.line.show_typed(typed, hint)
        self._show_page()

    def turn(self, by: int) -> None:
        """Go to the next or previous page, where there is one."""
        first = self._first + by
        if 0 <= first < len(self._words):
            self._first = first
            self._show_page()

    def choose(self, place: int) -> None:
        """Choose by the place on this page, from 0."""
        if self._first + place < len(self._words):
            self.chosen.emit(self._first + place)

    def _show_page(self) -> None:
        page = self._words[self._first : self._first + PER_PAGE]
        for place, key in enumerate(self.keys):
            word = page[place] if place < len(page) else ""
            key.show_word(word)
            key.setVisible(bool(word))
        has_more = len(self._words) > PER_PAGE
        for pager, is_there in (
            (self.previous, self._first > 0),
            (self.next, self._first + PER_PAGE < len(self._words)),
        ):
            pager.setVisible(has_more)
            pager.setEnabled(is_there)

    def _candidate(self, place: int) -> KeyboardKey:
        key = KeyboardKey(self._kit)
        key.corner = str(place + 1)
        self._keep_room(key)
        key.clicked.connect(lambda: self._tap(f"candidate{place}", lambda: self.choose(place)))
        return key

    def _pager(self, text_id: str, by: int) -> KeyboardKey:
        key = KeyboardKey(self._kit, self._kit.label(text_id))
        key.is_small = True
        self._keep_room(key)
        key.clicked.connect(lambda: self._tap(text_id, lambda: self.turn(by)))
        return key

    def _tap(self, sign: str, act: object) -> None:
        if self._kit.taps.accepts_key(sign) and callable(act):
            act()

    @staticmethod
    def _keep_room(key: KeyboardKey) -> None:
        policy = key.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        key.setSizePolicy(policy)
        key.hide()
