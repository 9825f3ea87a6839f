"""The voice check: digits to read aloud, whose turn it is, how loud it is, another way."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from accessibility.prompt import Prompt
from kiosk.flows import pages as models
from kiosk.flows.actions import OtherWay
from kiosk.services.hear_digits import VoiceView
from kiosk.services.voice_ports import VoiceAdvice
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.level_bar import LevelBar
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.spoken_digits import SpokenDigits
from kiosk.ui.widgets.text_block import TextBlock


class VoiceCheckPage(Page[models.VoiceCheckPage]):
    """One thing to do at a time: listen, then speak."""

    prompt_share = 0.34

    def build(self) -> None:
        """Make the digits, the turn, the bar and the other way."""
        tokens = self.kit.tokens
        side = Qt.AlignmentFlag.AlignLeft if tokens.is_landscape else Qt.AlignmentFlag.AlignHCenter
        self.attempt = TextBlock(
            self.kit, tokens.caption, colour=tokens.colours.ink_soft, align=side
        )
        column = self.prompt_panel.column
        column.insertWidget(column.indexOf(self.prompt_panel.sentence) + 1, self.attempt)
        self.digits = SpokenDigits(self.kit)
        self.turn = TextBlock(self.kit, tokens.text(1.35), is_bold=True)
        self.turn_icon = Picture(self.kit, tokens.mm(26), "listen_first", has_disc=True)
        self.level = LevelBar(self.kit)
        self.other_way = self.button(Look.SECONDARY, "face.other_way", "other_way", OtherWay())
        numbers = CardFrame(self.kit)
        numbers.column.addWidget(self.digits)
        turn = CardFrame(self.kit)
        row = QHBoxLayout()
        row.setSpacing(tokens.mm(6))
        row.addWidget(self.turn_icon)
        row.addWidget(self.turn, 1)
        turn.column.addLayout(row)
        turn.column.addWidget(self.level)
        self.answers.addStretch(1)
        self.answers.addWidget(numbers)
        self.answers.addWidget(turn)
        self.answers.addStretch(1)
        self.answers.addWidget(self.other_way)

    def fill(self, model: models.VoiceCheckPage) -> None:
        """Start without digits: they are drawn when the microphone is ready."""
        self._attempts, self._phrases = model.attempts, model.phrases
        self.other_way.show_words(self.kit.label(model.other_way))
        self.digits.wipe()
        self.level.wipe()
        self._show_count(1, 1)
        self._show_turn("voice.opening", "microphone")

    def show_voice(self, view: VoiceView) -> None:
        """Show where the check is; what to do better at once."""
        self.digits.show_digits(view.challenge.digits, view.next_place, is_turn=view.is_listening)
        if view.is_listening:
            self.level.show_level(view.level)
        else:
            self.level.wipe()
        self._show_count(view.attempt, view.phrase)
        advice = view.hint if view.is_listening else view.advice
        if advice is not None:
            self._show_advice(advice)
        elif not view.is_listening:
            self._show_turn("voice.wait", "listen_first")
        elif view.next_place >= len(view.challenge.digits):
            self._show_turn("voice.heard", "check")
        else:
            self._show_turn("voice.speak", "microphone")

    def wipe(self) -> None:
        """Forget the digits."""
        super().wipe()
        self.digits.wipe()
        self.level.wipe()

    def _show_count(self, attempt: int, phrase: int) -> None:
        if self._phrases > 1:
            words = self.kit.label("voice.phrase", phrase=phrase, phrases=self._phrases)
        else:
            words = self.kit.label("voice.attempt", attempt=attempt, attempts=self._attempts)
        if words != self.attempt.text():
            self.attempt.show_words(words)

    def _show_advice(self, advice: VoiceAdvice) -> None:
        words = self.kit.texts.text(Prompt(f"voice.advice.{advice.value}")).title
        self._show(words, advice.value)

    def _show_turn(self, text_id: str, icon: str) -> None:
        self._show(self.kit.label(text_id), icon)

    def _show(self, words: str, icon: str) -> None:
        if words != self.turn.text():
            self.turn.show_words(words)
            self.turn_icon.show_icon(icon)
