"""A number to type: of a person, a telephone, a bank card, an amount, a count."""

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from accessibility.numerals import read_count, read_money
from kiosk.flows import pages as models
from kiosk.flows.actions import Action, Answered
from kiosk.ui.pages.question_parts import QuestionParts
from kiosk.ui.pages.typing_page import TypingPage
from kiosk.ui.widgets.digit_slots import DigitSlots
from kiosk.ui.widgets.figure import Figure
from kiosk.ui.widgets.keypad import Keypad
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

Kind = Literal["citizen_id", "phone", "bank_card", "money", "number"]

EXTRA_KEYS: Mapping[str, str] = {"citizen_id": "X", "money": "."}
SHORTEST: Mapping[str, int] = {"citizen_id": 18, "phone": 7, "bank_card": 12}
"""From this length on 确定 works; the flow says what is wrong with a number."""
CITIZEN_ID_PLACES = (6, 4, 4, 4)
MOBILE_PLACES = (3, 4, 4)
FEN_DIGITS = 2


def phone_places(typed: str, longest: int) -> tuple[int, ...]:
    """Places as a number is read aloud: a mobile 3-4-4, a landline its area code and the rest."""
    if not typed.startswith("0"):
        return MOBILE_PLACES
    area = 3 if typed[1:2] in ("1", "2") else 4
    return (area, max(8, min(longest, 12) - area) if area == 4 else 8)


def card_places(longest: int) -> tuple[int, ...]:
    """Places of a bank card in fours, as they are embossed."""
    fours, rest = divmod(longest, 4)
    return (4,) * fours + ((rest,) if rest else ())


def with_amount_sign(typed: str, sign: str, longest: int, *, has_fraction: bool) -> str:
    """Return an amount after one more sign; a second point, a third decimal and leading zeros have no place."""
    whole, point, fraction = typed.partition(".")
    if sign == ".":
        return typed if point or not has_fraction else f"{whole or '0'}."
    if not sign.isdigit() or len(fraction) >= FEN_DIGITS or len(typed) >= longest:
        return typed
    return sign if typed == "0" else typed + sign


class DigitsPage(TypingPage[models.DigitsPage]):
    """Places for numbers that have groups, a large figure for amounts and counts."""

    def build(self) -> None:
        """Make places, figure and keypad."""
        tokens = self.kit.tokens
        self.kind: Kind = "number"
        self.longest = 18
        self.unit = ""
        self.question = QuestionParts(self)
        self.figure = Figure(self.kit, 1.75, is_field=True)
        self.words = TextBlock(
            self.kit,
            tokens.body,
            is_bold=True,
            colour=tokens.colours.primary,
            align=Qt.AlignmentFlag.AlignHCenter,
        )
        # as high as its one line, words or not: the keys below may not move while somebody types
        self.words_line = QWidget()
        self.words_line.setFixedHeight(round(self.words.line_height))
        line = QVBoxLayout(self.words_line)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.words)
        slots = DigitSlots(self.kit, CITIZEN_ID_PLACES, is_secret=False, name="")
        self.build_typing(slots, Keypad(self.kit), self.question.decline)
        self.answers.insertWidget(0, self.figure)
        self.answers.insertWidget(2, self.words_line)

    def fill(self, model: models.DigitsPage) -> None:
        """Set the page up for a kind of number."""
        keeps_typed = self.question.show(model)
        self.kind, self.longest, self.unit = model.kind, model.longest, model.unit
        self.keypad.show_extra(EXTRA_KEYS.get(model.kind, ""))
        for part in (self.figure, self.words_line):
            show_part(part, is_shown=self.is_amount)
        show_part(self.slots, is_shown=not self.is_amount)
        if not keeps_typed:
            known = (sign for sign in model.value if sign in self.keypad.keys)
            self.typed = "".join(known)[: model.longest]
        self.begin_typing(keeps_typed=True)

    def wipe(self) -> None:
        """Forget the number."""
        self.question.wipe()
        super().wipe()

    @property
    def is_amount(self) -> bool:
        """Whether the number has a value, not only digits."""
        return self.kind in ("money", "number")

    def with_sign(self, sign: str) -> str:
        """Return what is typed after one more sign."""
        if self.is_amount:
            has_fraction = self.kind == "money"
            return with_amount_sign(self.typed, sign, self.longest, has_fraction=has_fraction)
        return self.typed + sign if len(self.typed) < sum(self._places()) else self.typed

    def is_complete(self) -> bool:
        """Whether the number is long enough to be checked."""
        return len(self.typed) >= SHORTEST.get(self.kind, 1)

    def show_typed(self) -> None:
        """Show the number in its groups, or as a figure with its reading in words below."""
        name = self.kit.label(f"form.digits.{self.kind}")
        self.slots.show_places(self._places(), name)
        super().show_typed()
        self.figure.show_figure(self.typed if self.is_amount else "", self.unit, name)
        self.words.show_words(self._reading())

    def finished(self, typed: str) -> Action:
        """Return the number as it was typed."""
        return Answered(typed.removesuffix("."))

    def _places(self) -> tuple[int, ...]:
        if self.kind == "phone":
            return phone_places(self.typed, self.longest)
        return card_places(self.longest) if self.kind == "bank_card" else CITIZEN_ID_PLACES

    def _reading(self) -> str:
        if not self.typed or not self.is_amount:
            return ""
        if self.kind == "money":
            return read_money(self.typed.removesuffix("."))
        return read_count(int(self.typed)) + self.unit
