"""Letters, strokes or parts of characters to words: the keyboard for names, addresses and free text."""

import enum
import logging

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from accessibility.errors import InputTableUnusable
from accessibility.input_method import (
    CharacterFinder,
    Composition,
    Mode,
    PinyinEngine,
    RadicalSearch,
)
from kiosk.ui.keyboard import layout
from kiosk.ui.keyboard.candidate_bar import CANDIDATE_ROWS, PER_PAGE, CandidateBar
from kiosk.ui.keyboard.choice_panel import ChoicePanel
from kiosk.ui.keyboard.key import MOST_MM, KeyboardKey
from kiosk.ui.keyboard.key_panel import KEY_GAP_MM, KeyPanel
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.keypad import DELETE

_log = logging.getLogger(__name__)

_PAGES = {
    Qt.Key.Key_PageDown: PER_PAGE,
    Qt.Key.Key_PageUp: -PER_PAGE,
    Qt.Key.Key_Equal: PER_PAGE,
    Qt.Key.Key_Minus: -PER_PAGE,
}
_DOTS = "·.`"
"""What a real keyboard has for the middle dot of a name."""


class Panel(enum.Enum):
    """What the lower part shows, by the name of its key."""

    PINYIN = "pinyin"
    STROKES = "strokes"
    PARTS = "parts"
    RADICAL = "radical"
    DIGITS = "digits"


_MODES = {Panel.PINYIN: Mode.PINYIN, Panel.STROKES: Mode.STROKES, Panel.PARTS: Mode.PARTS}


class PinyinKeyboard(QWidget):
    """Composes words and commits them; the page keeps the text."""

    committed = Signal(str)
    """Text to append."""
    deleted = Signal()
    """Take the last character of the page's text away."""
    composing_changed = Signal(str)
    """What is typed and not committed, as it is shown."""

    def __init__(
        self,
        kit: Kit,
        engine: PinyinEngine,
        finder: CharacterFinder,
        *,
        has_digits: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kit = kit
        self._composition = Composition(engine, finder)
        self._search = RadicalSearch(finder)
        self._panel = Panel.PINYIN
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(kit.label("keyboard.name"))
        self.candidates = CandidateBar(kit)
        self.candidates.chosen.connect(self._choose)
        is_landscape = kit.tokens.is_landscape
        letters = layout.letters(is_landscape=is_landscape)
        strokes = layout.strokes(is_landscape=is_landscape)
        digits = layout.digits(is_landscape=is_landscape)
        room_mm = MOST_MM * len(letters)
        self.letters = KeyPanel(kit, letters)
        self.strokes = KeyPanel(kit, strokes, are_strokes=True, most_mm=room_mm / len(strokes))
        self.digits = KeyPanel(kit, digits, most_mm=room_mm / len(digits))
        self._stack = QStackedWidget()
        self.radicals = ChoicePanel(kit, len(letters), len(letters[0]))
        for panel in (self.letters, self.strokes, self.radicals, self.digits):
            panel.pressed.connect(self._press)
            self._stack.addWidget(panel)
        self.switches = self._make_switches(has_digits=has_digits)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(kit.tokens.mm(KEY_GAP_MM))
        column.addWidget(self.candidates, CANDIDATE_ROWS)
        column.addWidget(self._stack, len(letters))
        column.addLayout(self._switch_row(), 1)
        rows = len(letters) + CANDIDATE_ROWS + 1
        self.setMaximumHeight(
            rows * (kit.tokens.mm(MOST_MM + KEY_GAP_MM) + 2 * kit.tokens.ring_room)
        )
        self.show_panel(Panel.PINYIN)

    @property
    def is_composing(self) -> bool:
        """Whether something is typed and not committed."""
        return bool(self._source.typed)

    @property
    def _source(self) -> Composition | RadicalSearch:
        """What the present panel works on."""
        return self._search if self._panel is Panel.RADICAL else self._composition

    def show_panel(self, panel: Panel) -> None:
        """Show letters, strokes or digits; what was typed in another way is dropped."""
        self._panel = panel
        self._composition.switch(_MODES.get(panel, Mode.PINYIN))
        self._search.clear()
        widgets: dict[Panel, QWidget] = {
            Panel.STROKES: self.strokes,
            Panel.RADICAL: self.radicals,
            Panel.DIGITS: self.digits,
        }
        self._stack.setCurrentWidget(widgets.get(panel, self.letters))
        for each, key in self.switches.items():
            key.choose(is_chosen=each is panel)
        self._show()

    def first_control(self) -> QWidget:
        """Return what the page gives the focus to: the keyboard itself, so that Enter presses no letter."""
        return self

    def wipe(self) -> None:
        """Forget what is typed and show the letters."""
        self.show_panel(Panel.PINYIN)

    def settle(self) -> None:
        """Commit the first word of what is typed, as often as there is one; then forget the rest."""
        while self.is_composing and self._source.candidates:
            self._choose(0)
        self._source.clear()
        self._show()

    def take_key(self, event: QKeyEvent) -> bool:
        """Take a key of a real keyboard or numeric pad; False when it is none of the keyboard's."""
        if event.isAutoRepeat() or event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            return False
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            return self._typed_press(DELETE)
        if self.is_composing and self._take_composing_key(key, event.text()):
            return True
        text = event.text().lower()
        if text in _DOTS and text:
            return self._typed_press(layout.DOT)
        if text in self.letters.keys or text in self.digits.keys or text == "'":
            return self._typed_press(text)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what is typed while the keyboard or one of its keys has the focus."""
        if self.take_key(event):
            return
        focused = self.focusWidget()
        is_space = event.key() == Qt.Key.Key_Space and not event.isAutoRepeat()
        if is_space and isinstance(focused, KeyboardKey) and focused.hasFocus():
            focused.click()  # nothing is typed: the space bar presses the key, as it does elsewhere
        else:
            super().keyPressEvent(event)

    def _take_composing_key(self, key: Qt.Key, text: str) -> bool:
        """Take what works on the words: space and Enter the first one, digits, pages, Escape."""
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._kit.taps.accepts_key(f"key{int(key)}"):
                self.candidates.choose(0)
        elif key in _PAGES:
            self.candidates.turn(_PAGES[key])
        elif key == Qt.Key.Key_Escape:
            self._source.clear()
            self._show()
        elif len(text) == 1 and text in "123456" and self._panel is not Panel.STROKES:
            if self._kit.taps.accepts_key(text):
                self.candidates.choose(int(text) - 1)
        else:
            return False
        return True

    def _typed_press(self, sign: str) -> bool:
        """Do what a touched key does, and take the focus: a later Enter belongs to the page, not to a key."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._kit.taps.accepts_key(sign):
            is_letter = len(sign) == 1 and sign in self.letters.keys
            if is_letter and self._panel in (Panel.STROKES, Panel.RADICAL, Panel.DIGITS):
                self.show_panel(Panel.PINYIN)
            self._press(sign)
        return True

    def _press(self, sign: str) -> None:
        try:
            if sign == DELETE:
                is_taken = self._source.delete()
                if not is_taken:
                    self.deleted.emit()
            elif self._panel is Panel.DIGITS or not self._source.add(sign):
                self._press_other(sign)
        except InputTableUnusable as error:
            self._say_unusable(error)
            return
        self._show()

    def _press_other(self, sign: str) -> None:
        """Commit what needs no composing: digits, hyphen, middle dot."""
        if self.is_composing or len(sign) > 1 or sign.isalpha() or sign == "'":
            return
        self.committed.emit(sign)

    def _choose(self, index: int) -> None:
        try:
            text = self._source.choose(index)
        except InputTableUnusable as error:
            self._say_unusable(error)
            return
        if text:
            self.committed.emit(text)
        self._show()

    def _show(self) -> None:
        source = self._source
        words = [candidate.text for candidate in source.candidates]
        hint = "digits" if self._panel is Panel.DIGITS else source.hint
        said = self._kit.label(f"keyboard.hint.{hint}") if hint else ""
        self.candidates.show_words(words, source.shown, said)
        if self._panel is Panel.RADICAL:
            self.radicals.show_choices(self._search.choices)
        self.composing_changed.emit(source.shown)

    def _say_unusable(self, error: InputTableUnusable) -> None:
        _log.error("%s: %s", error.code, error)
        self._source.clear()
        self.candidates.show_words((), "", self._kit.label("keyboard.unusable"))

    def _make_switches(self, *, has_digits: bool) -> dict[Panel, KeyboardKey]:
        made: dict[Panel, KeyboardKey] = {}
        for panel in Panel:
            if panel is Panel.DIGITS and not has_digits:
                continue
            key = KeyboardKey(self._kit, self._kit.label(f"keyboard.panel.{panel.value}"))
            key.is_small = True
            key.clicked.connect(lambda _=False, panel=panel: self._switch(panel))
            made[panel] = key
        return made

    def _switch_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._kit.tokens.mm(KEY_GAP_MM))
        for key in self.switches.values():
            row.addWidget(key, 1)
        self.dot = KeyboardKey(self._kit, layout.DOT, name=self._kit.label("keyboard.dot"))
        self.dot.clicked.connect(self._press_dot)
        row.addWidget(self.dot, 1)
        return row

    def _switch(self, panel: Panel) -> None:
        if self._kit.taps.accepts_key(panel.value):
            self.show_panel(panel)

    def _press_dot(self) -> None:
        if self._kit.taps.accepts_key(layout.DOT):
            self._press(layout.DOT)
