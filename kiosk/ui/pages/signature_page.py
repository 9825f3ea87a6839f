"""Sign with a finger, or say that one cannot write."""

import json

from PySide6.QtWidgets import QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Answered, Decline
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_row import answer_row
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.ink_pad import InkPad


class SignaturePage(Page[models.SignaturePage]):
    """Who cannot write is no less welcome: both buttons are equally large."""

    prompt_share = 0.30

    def build(self) -> None:
        """Make the field and its buttons."""
        self.pad = InkPad(self.kit)
        self.pad.changed.connect(self._ink_changed)
        self.clear = ActionButton(
            self.kit, Look.SECONDARY, self.kit.label("signature.clear"), "retry"
        )
        self.clear.clicked.connect(self._clear)
        self.done = ActionButton(self.kit, Look.PRIMARY, self.kit.label("signature.done"), "check")
        self.done.clicked.connect(self._done)
        self.cannot = self.button(Look.SECONDARY, "signature.cannot", "cannot_write", Decline())
        self._place_key = ""
        self.answers.addWidget(self.pad, 1)
        self.answers.addWidget(self.clear)
        self.answers.addLayout(answer_row(self.kit, self.done, self.cannot))
        self._ink_changed()

    def fill(self, model: models.SignaturePage) -> None:
        """Begin with a clean field, unless the same signature is to be corrected."""
        if not (model.is_rejected and model.place_key == self._place_key):
            self.pad.wipe()
        self._place_key = model.place_key

    def wipe(self) -> None:
        """Forget the signature."""
        super().wipe()
        self.pad.wipe()
        self._place_key = ""

    def draft(self) -> str:
        """Keep the ink over a change of the window's size."""
        return json.dumps(self.pad.strokes()) if self.pad.has_ink else ""

    def restore_draft(self, draft: str) -> None:
        """Put the ink back."""
        if draft:
            self.pad.show_strokes(json.loads(draft))

    def first_control(self) -> QWidget | None:
        """Return the field: a key that is still down must not say that somebody cannot write."""
        return self.pad

    def _ink_changed(self) -> None:
        has_ink = self.pad.has_ink
        self.done.setEnabled(has_ink)
        self.clear.setEnabled(has_ink)

    def _clear(self) -> None:
        if self.kit.taps.accepts():
            self.pad.wipe()
            self.pad.setFocus()

    def _done(self) -> None:
        if self.pad.has_ink:
            self.emit_action(Answered(self.pad.strokes()))
