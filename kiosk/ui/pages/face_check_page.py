"""The face check: a mirror, one advice or one motion in large letters, another way."""

from PySide6.QtCore import Qt

from accessibility.prompt import Prompt
from kiosk.flows import pages as models
from kiosk.flows.actions import OtherWay
from kiosk.services.liveness_ports import Cue, LivenessView
from kiosk.services.ports import FaceAdvice
from kiosk.services.verify_face import FaceView
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.advice_card import AdviceCard
from kiosk.ui.widgets.face_preview import FacePreview
from kiosk.ui.widgets.text_block import TextBlock


class FaceCheckPage(Page[models.FaceCheckPage]):
    """The advice stands right below the mirror, where the eyes are."""

    prompt_share = 0.36
    asked: Cue | None = None
    """The motion that is up."""

    def build(self) -> None:
        """Make mirror, advice and the other way."""
        tokens = self.kit.tokens
        self.preview = FacePreview(self.kit)
        side = Qt.AlignmentFlag.AlignLeft if tokens.is_landscape else Qt.AlignmentFlag.AlignHCenter
        self.attempt = TextBlock(
            self.kit, tokens.caption, colour=tokens.colours.ink_soft, align=side
        )
        column = self.prompt_panel.column
        column.insertWidget(column.indexOf(self.prompt_panel.sentence) + 1, self.attempt)
        self.card = AdviceCard(self.kit)
        self.advice = self.card.words
        self.other_way = self.button(Look.SECONDARY, "face.other_way", "other_way", OtherWay())
        self.answers.addWidget(self.preview, 1)
        self.answers.addWidget(self.card)
        self.answers.addWidget(self.other_way)

    def fill(self, model: models.FaceCheckPage) -> None:
        """Start with the page's own instruction and no picture."""
        self._attempts = model.attempts
        self._turn = 0
        self.asked = None
        self.preview.wipe()
        self._show_attempt(model.attempt)
        self._show_advice(FaceAdvice.HOLD_STILL if model.attempt < 0 else None)

    def show_face(self, view: FaceView) -> None:
        """Show the newest picture and its advice at once."""
        self.preview.show_frame(
            view.frame, view.progress, is_good=view.advice in (None, FaceAdvice.HOLD_STILL)
        )
        if view.liveness is None:
            self._show_attempt(view.attempt)
            self._show_advice(view.advice)
        else:
            self._show_motion(view.liveness, view.advice)

    def wipe(self) -> None:
        """Drop the picture."""
        super().wipe()
        self.preview.wipe()
        self._show_advice(None)

    def _show_attempt(self, attempt: int) -> None:
        words = self.kit.label("face.attempt", attempt=attempt, attempts=self._attempts)
        if words != self.attempt.text():
            self.attempt.show_words(words)

    def _show_motion(self, asked: LivenessView, advice: FaceAdvice | None) -> None:
        """The motion stands where the prompt stood, so that nothing else asks to keep still."""
        words = self.kit.texts.text(Prompt(f"face.cue.{asked.cue.value}"))
        self.asked = asked.cue
        self.preview.show_cue(asked.cue, asked.colour)
        if asked.turn != self._turn:
            self._turn = asked.turn
            self.prompt_panel.title.show_words(words.title)
            self.prompt_panel.sentence.show_words(words.sentence)
            self.attempt.show_words(self.kit.label("face.motions"))
        if advice is not None:
            self._show_advice(advice)
        else:
            self.card.show_advice(words.title, asked.cue.value)

    def _show_advice(self, advice: FaceAdvice | None) -> None:
        if advice is None:
            self.card.show_advice(self.kit.label("face.looking"), "face")
        else:
            words = self.kit.texts.text(Prompt(f"face.advice.{advice.value}")).title
            self.card.show_advice(words, advice.value)
