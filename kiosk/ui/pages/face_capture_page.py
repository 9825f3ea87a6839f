"""Pictures for an enrolment: a mirror, what to do next in large letters, how many there are."""

from PySide6.QtCore import Qt

from accessibility.prompt import Prompt
from kiosk.flows import pages as models
from kiosk.flows.actions import OtherWay
from kiosk.services.capture_faces import CaptureView
from kiosk.services.ports import FaceAdvice
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.advice_card import AdviceCard
from kiosk.ui.widgets.face_preview import FacePreview
from kiosk.ui.widgets.text_block import TextBlock

POSE_ICONS = {"front": "face", "left": "turn_left", "right": "turn_right", "glasses": "glasses"}


class FaceCapturePage(Page[models.FaceCapturePage]):
    """The mirror's ring fills while the face is good; then the picture is taken by itself."""

    prompt_share = 0.36

    def build(self) -> None:
        """Make mirror, advice, count and the way past."""
        tokens = self.kit.tokens
        self.preview = FacePreview(self.kit)
        side = Qt.AlignmentFlag.AlignLeft if tokens.is_landscape else Qt.AlignmentFlag.AlignHCenter
        self.count = TextBlock(
            self.kit, tokens.label, is_bold=True, colour=tokens.colours.primary, align=side
        )
        column = self.prompt_panel.column
        column.insertWidget(column.indexOf(self.prompt_panel.sentence) + 1, self.count)
        self.card = AdviceCard(self.kit)
        self.advice = self.card.words
        self.skip = self.button(Look.SECONDARY, "enrol.skip_face", "skip", OtherWay())
        self.answers.addWidget(self.preview, 1)
        self.answers.addWidget(self.card)
        self.answers.addWidget(self.skip)

    def fill(self, model: models.FaceCapturePage) -> None:
        """Start without a picture."""
        del model
        self.preview.wipe()
        self.count.show_words("")
        self.card.show_advice(self.kit.label("photo.opening"), "camera")

    def show_capture(self, view: CaptureView) -> None:
        """Show the newest picture, and its advice before anything else."""
        self.preview.show_frame(view.frame, view.progress, is_good=view.advice is None)
        number = min(view.taken + 1, view.wanted)
        words = self.kit.label("enrol.count", number=number, wanted=view.wanted)
        if words != self.count.text():
            self.count.show_words(words)
        if view.advice is None or view.advice is FaceAdvice.HOLD_STILL:
            self.card.show_advice(
                self.kit.label(f"enrol.pose.{view.pose}"), POSE_ICONS.get(view.pose, "face")
            )
        else:
            prompt = Prompt(f"face.advice.{view.advice.value}")
            self.card.show_advice(self.kit.texts.text(prompt).title, view.advice.value)

    def wipe(self) -> None:
        """Drop the picture."""
        super().wipe()
        self.preview.wipe()
