"""A grid of keys."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from accessibility.input_method.composition import STROKES
from kiosk.ui.keyboard.key import MOST_MM, KeyboardKey
from kiosk.ui.keyboard.layout import DOT, HYPHEN, Rows
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.keypad import DELETE

KEY_GAP_MM = 0.3
"""Between two keys, beside the room that each has around it for its ring."""


class KeyPanel(QWidget):
    """Keys that say which sign was touched."""

    pressed = Signal(str)
    """A sign of the layout, or ``DELETE``."""

    def __init__(
        self,
        kit: Kit,
        rows: Rows,
        *,
        are_strokes: bool = False,
        most_mm: float = MOST_MM,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._most_mm = most_mm
        self._kit = kit
        self._are_strokes = are_strokes
        self.keys: dict[str, KeyboardKey] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(kit.tokens.mm(KEY_GAP_MM))
        for row, signs in enumerate(rows):
            for column, sign in enumerate(signs):
                if sign:
                    span = 1
                    while column + span < len(signs) and not signs[column + span]:
                        span += 1
                    grid.addWidget(self._key(sign), row, column, 1, span)
            grid.setRowStretch(row, 1)
        for column in range(max(len(signs) for signs in rows)):
            grid.setColumnStretch(column, 1)

    def _key(self, sign: str) -> KeyboardKey:
        kit = self._kit
        if sign == DELETE:
            key = KeyboardKey(kit, icon="delete", name=kit.label("keyboard.delete"))
        elif self._are_strokes:
            name = kit.label(f"keyboard.stroke.{sign}")
            # by its name too: everybody learnt 横竖撇点折, not everybody sees a thin line
            key = KeyboardKey(kit, f"{name} {STROKES[sign]}", name=name)
        else:
            names = {DOT: kit.label("keyboard.dot"), HYPHEN: kit.label("keyboard.hyphen")}
            key = KeyboardKey(kit, sign.upper(), name=names.get(sign, sign.upper()))
        key.grow_to(self._most_mm)
        key.clicked.connect(lambda: self._press(sign))
        self.keys[sign] = key
        return key

    def _press(self, sign: str) -> None:
        if self._kit.taps.accepts_key(sign):
            self.pressed.emit(sign)
