"""The base of every page: a view model in, actions out, nothing decided here."""

from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kiosk.flows.actions import Action
from kiosk.flows.pages import PageModel
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.prompt_panel import PromptPanel
from kiosk.ui.widgets.visibility import is_put_away

ModelT = TypeVar("ModelT", bound=PageModel)


class Page(QWidget, Generic[ModelT]):
    """Prompt above the answers on a portrait screen, left of them on a landscape screen."""

    acted = Signal(object)
    """Carries a ``kiosk.flows.actions.Action``."""

    hero_icon: ClassVar[str] = ""
    """Picture above the heading; empty where the answers themselves are the picture."""

    prompt_share: ClassVar[float] = 0.40
    """Part of a landscape screen's width that the prompt takes."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kit = kit
        self.setObjectName(type(self).__name__)
        tokens = kit.tokens
        self.prompt_panel = PromptPanel(kit, icon=self.hero_icon)
        self.answers = QVBoxLayout()
        self.answers.setSpacing(max(1, tokens.gap - 2 * tokens.focus))
        direction = (
            QBoxLayout.Direction.LeftToRight
            if tokens.is_landscape
            else QBoxLayout.Direction.TopToBottom
        )
        outer = QBoxLayout(direction, self)
        vertical = tokens.mm(9)
        outer.setContentsMargins(tokens.margin, vertical, tokens.margin, vertical)
        outer.setSpacing(tokens.mm(12 if tokens.is_landscape else 9))
        outer.addWidget(self.prompt_panel, 0)
        holder = QWidget()
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        holder.setLayout(self.answers)
        self.answers.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(holder, 1)
        if tokens.is_landscape:
            room = tokens.spec.width_px - 2 * tokens.margin - outer.spacing()
            self.prompt_panel.setFixedWidth(round(room * self.prompt_share))
        self.build()

    def build(self) -> None:
        """Make the widgets of the answers; called once."""
        raise NotImplementedError

    def fill(self, model: ModelT) -> None:
        """Put a view model into the widgets."""
        raise NotImplementedError

    def show_model(self, model: ModelT) -> None:
        """Show a view model. Not named ``render``: that is QWidget's own way of painting into a device."""
        self.prompt_panel.show_prompt(self.kit.texts.text(model.prompt), model.progress)
        self.fill(model)

    def wipe(self) -> None:
        """Forget everything that was shown; pages with personal words extend this."""
        self.prompt_panel.wipe()

    def draft(self) -> str:
        """Return what was typed and not sent, to survive a change of the window's size."""
        return ""

    def restore_draft(self, draft: str) -> None:
        """Put back what ``draft`` returned."""

    def first_control(self) -> QWidget | None:
        """Return what has the keyboard when the page appears."""
        controls = (
            button
            for button in self.findChildren(ActionButton)
            if button.isEnabled() and not is_put_away(button)
        )
        return next(controls, None)

    def emit_action(self, action: Action) -> None:
        """Emit an action unless it is the echo of the last tap."""
        if self.kit.taps.accepts():
            self.acted.emit(action)

    def button(self, look: Look, text_id: str, icon: str, action: Action) -> ActionButton:
        """Make a button that emits one action."""
        made = ActionButton(self.kit, look, self.kit.label(text_id), icon)
        made.clicked.connect(lambda: self.emit_action(action))
        return made
