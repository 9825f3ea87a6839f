"""Take a picture: the live camera with one advice, a huge button, then the picture to look at."""

import enum
import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from accessibility.prompt import Prompt
from kiosk.flows import pages as models
from kiosk.flows.actions import Answered, Choose, Decline
from kiosk.services.take_photo import PhotoView
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.advice_card import AdviceCard
from kiosk.ui.widgets.photo_preview import PhotoPreview
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

ANYWAY_AFTER_S = 6.0
"""A paper that never looks good enough can be taken all the same: nobody is kept in front of a camera."""
GOOD_LASTS_S = 1.0
"""How long a good picture keeps the button ready: a hand on its way would miss a flickering one."""
WORDS_LAST_S = 0.4
"""Advice is not replaced faster than it can be read."""


class CameraWish(enum.Enum):
    """What the page asks of whoever has the camera."""

    OPEN = "open"
    SHOOT = "shoot"
    ADVISE = "advise"
    """The button was touched too early: say again what to improve."""


class _Mode(enum.Enum):
    LIVE = "live"
    SHOOTING = "shooting"
    TAKEN = "taken"
    FAULT = "fault"


class PhotoPage(Page[models.PhotoPage]):
    """Words below the picture, where the eyes are; the button never jumps."""

    camera_wished = Signal(object)
    """Carries a ``CameraWish``."""

    prompt_share = 0.34

    def build(self) -> None:
        """Make picture, advice and all buttons; the mode shows those that it needs."""
        tokens = self.kit.tokens
        panel = self.prompt_panel
        side = Qt.AlignmentFlag.AlignLeft if tokens.is_landscape else Qt.AlignmentFlag.AlignHCenter
        self.subject = TextBlock(
            self.kit, tokens.label, is_bold=True, colour=tokens.colours.primary, align=side
        )
        self.count = TextBlock(self.kit, tokens.caption, colour=tokens.colours.ink_soft, align=side)
        for part in (self.count, self.subject):
            panel.column.insertWidget(panel.column.indexOf(panel.sentence) + 1, part)
        self.preview = PhotoPreview(self.kit)
        self.shutter = ActionButton(self.kit, Look.PRIMARY, self.kit.label("photo.shoot"), "camera")
        self.shutter.clicked.connect(self._shutter_pressed)
        self.use = self.button(Look.PRIMARY, "photo.use", "check", Answered(None))
        self.retry = ActionButton(self.kit, Look.PRIMARY, self.kit.label("photo.retry"), "retry")
        self.retry.clicked.connect(self._open)
        for button in (self.shutter, self.use, self.retry):
            button.is_large = True
            button.setFixedHeight(tokens.mm(30 if tokens.is_landscape else 38) + 2 * button.inset)
        self.another = ActionButton(
            self.kit, Look.SECONDARY, self.kit.label("photo.another"), "add"
        )
        self.another.clicked.connect(self._open)
        self.again = self.button(Look.SECONDARY, "photo.again", "retry", Choose("again"))
        self.stop = self.button(Look.SECONDARY, "photo.enough", "check", Answered(None))
        self.later = self.button(Look.SECONDARY, "photo.later", "later", Decline())
        self.answers.addWidget(self.preview, 1)
        self.answers.addWidget(self._advice_card())
        first: list[ActionButton] = [self.shutter, self.use, self.retry]
        second = [self.another, self.again]
        (first if tokens.is_landscape else second).extend((self.stop, self.later))
        self.answers.addLayout(self._row(first))
        self.answers.addLayout(self._row(second))
        self._model: models.PhotoPage | None = None
        self._mode = _Mode.LIVE
        self._began_s = math.inf
        """When the first picture came."""
        self._good_s = -math.inf
        self._changed_s = -math.inf

    def _advice_card(self) -> AdviceCard:
        is_wide = self.kit.tokens.is_landscape
        self.card = AdviceCard(
            self.kit,
            text_scale=1.0 if is_wide else 1.2,
            icon="camera",
            icon_mm=18,
            height_mm=26 if is_wide else 30,
        )
        self.advice = self.card.words
        return self.card

    def _row(self, buttons: list[ActionButton]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.answers.spacing())
        for button in buttons:
            if button.is_large or not self.kit.tokens.is_landscape:
                row.addWidget(button, 2)
                continue
            if button in (self.stop, self.later):  # beside the large one, as high as it
                button.setFixedHeight(self.shutter.height())
            row.addWidget(button, 1)
        return row

    def fill(self, model: models.PhotoPage) -> None:
        """Show the picture that was taken, or begin with the live one."""
        self._model = model
        self.subject.show_words(model.document)
        self.preview.show_kind(model.kind)
        if model.preview:
            self.preview.show_taken(model.preview)
            self._enter(_Mode.TAKEN)
        else:
            self._begin_live()

    def show_photo(self, view: PhotoView) -> None:
        """Show the newest picture and its advice."""
        if self._mode not in (_Mode.LIVE, _Mode.SHOOTING):
            return
        now_s = self.kit.clock.monotonic_s()
        self._began_s = min(self._began_s, now_s)
        if view.is_good:
            self._good_s = now_s
        self.preview.show_frame(view.frame, is_good=view.is_good)
        if self._mode is _Mode.LIVE:
            self._show_advice(view.advice, now_s)
            self._show_shutter(now_s)

    def show_fault(self) -> None:
        """Say that the camera gives no picture."""
        self.preview.show_fault()
        self._enter(_Mode.FAULT)

    def wipe(self) -> None:
        """Drop the picture and what it is of."""
        super().wipe()
        self.preview.wipe()
        self._model = None
        for block in (self.subject, self.count, self.advice):
            block.show_words("")

    def draft(self) -> str:
        """Remember that one more picture is being taken."""
        return self._mode.value if self._mode is _Mode.LIVE else ""

    def restore_draft(self, draft: str) -> None:
        """Go on taking one more."""
        if draft == _Mode.LIVE.value and self._mode is _Mode.TAKEN:
            self._begin_live()

    def first_control(self) -> QWidget | None:
        """Return the button that goes on."""
        ways = (self.shutter, self.use, self.retry, self.another, self.later)
        return next((button for button in ways if button.isVisibleTo(self)), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter of a physical key shoot wherever the focus is not on a button."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.isAutoRepeat() and self.shutter.isVisibleTo(self):
            self.shutter.click()
        else:
            super().keyPressEvent(event)

    # -- modes

    def _begin_live(self) -> None:
        assert self._model is not None  # noqa: S101 (a page is filled before it is used)
        self.preview.show_kind(self._model.kind)
        self._forget_time()
        if self._model.has_camera:
            self._enter(_Mode.LIVE)
        else:
            self.show_fault()

    def _open(self) -> None:
        if self._model is not None and self.kit.taps.accepts():
            self._begin_live()
            control = self.first_control()
            if control is not None:
                control.setFocus(Qt.FocusReason.OtherFocusReason)
            self.camera_wished.emit(CameraWish.OPEN)

    def _forget_time(self) -> None:
        self._mode = _Mode.LIVE
        self._began_s = math.inf
        self._good_s = self._changed_s = -math.inf

    def _enter(self, mode: _Mode) -> None:
        model = self._model
        if model is None:
            return
        self._mode = mode
        is_live = mode in (_Mode.LIVE, _Mode.SHOOTING)
        is_taken = mode is _Mode.TAKEN
        has_enough = model.can_finish and model.taken > 0
        for part, is_shown in (
            (self.shutter, is_live),
            (self.use, is_taken and model.can_finish),
            (self.retry, mode is _Mode.FAULT and model.has_camera),
            (self.another, is_taken and model.taken < model.maximum),
            (self.again, is_taken),
            (self.stop, not is_taken and has_enough),
            (self.later, not is_taken and not has_enough and model.may_follow),
            (self.card, not is_taken),
        ):
            show_part(part, is_shown=is_shown)
        self._show_count(model, is_taken=is_taken)
        if mode is _Mode.FAULT:
            text_id = "photo.fault" if model.has_camera else "photo.no_camera"
            self.card.show_advice(self.kit.label(text_id), "warning")
        elif mode is _Mode.LIVE:
            self.card.show_advice(self.kit.label("photo.opening"), "camera")
            self._show_shutter(self.kit.clock.monotonic_s())

    def _show_count(self, model: models.PhotoPage, *, is_taken: bool) -> None:
        words = ""
        if model.maximum > 1:
            text_id = "photo.count.taken" if is_taken else "photo.count.next"
            number = model.taken if is_taken else model.taken + 1
            words = self.kit.label(text_id, number=number, maximum=model.maximum)
        self.count.show_words(words)
        is_several = model.taken > 1
        self.use.show_words(self.kit.label("photo.use_all" if is_several else "photo.use"))

    # -- the shutter

    def _is_good(self, now_s: float) -> bool:
        return now_s - self._good_s <= GOOD_LASTS_S

    def _is_late(self, now_s: float) -> bool:
        return now_s - self._began_s >= ANYWAY_AFTER_S

    def _shutter_pressed(self) -> None:
        now_s = self.kit.clock.monotonic_s()
        if self._mode is not _Mode.LIVE or not self.kit.taps.accepts():
            return
        if not self._is_good(now_s) and not self._is_late(now_s):
            self.camera_wished.emit(CameraWish.ADVISE)
            return
        self._mode = _Mode.SHOOTING
        self.card.show_advice(self.kit.label("photo.shooting"), "camera")
        self.camera_wished.emit(CameraWish.SHOOT)

    def _show_shutter(self, now_s: float) -> None:
        """Filled when it takes a picture, outlined while there is something to improve first."""
        is_good = self._is_good(now_s)
        is_ready = is_good or self._is_late(now_s)
        words = self.kit.label("photo.shoot" if is_good or not is_ready else "photo.anyway")
        look = Look.PRIMARY if is_ready else Look.SECONDARY
        if (words, look) != (self.shutter.text(), self.shutter.look):
            self.shutter.look = look
            self.shutter.show_words(words)

    # -- advice

    def _show_advice(self, advice: str, now_s: float) -> None:
        if now_s - self._changed_s < WORDS_LAST_S:
            return
        if advice:
            words, icon = self.kit.texts.text(Prompt(advice)).title, advice.rsplit(".", 1)[-1]
        else:
            words, icon = self.kit.label("photo.good"), "check"
        if words != self.advice.text():
            self._changed_s = now_s
            self.card.show_advice(words, icon)
