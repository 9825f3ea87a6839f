"""What happened and the ways on; never a dead end."""

from kiosk.flows import pages as models
from kiosk.flows.actions import Choose, Finish
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import ActionButton, Look

MOST_CHOICES = 5


class NoticePage(Page[models.NoticePage]):
    """A picture, the prompt, the ways on, and the end as the last of them."""

    hero_icon = "notice"

    def build(self) -> None:
        """Make the button that ends the visit; the others come with the view model."""
        self.choices: list[ActionButton] = []
        self.finish = self.button(Look.SECONDARY, "notice.finish", "home", Finish())
        self.answers.addStretch(1)
        self.answers.addWidget(self.finish)
        self.answers.addStretch(1)

    def fill(self, model: models.NoticePage) -> None:
        """Show the picture and one button for each way on, the first of them filled."""
        self.prompt_panel.show_icon(model.icon)
        self.finish.show_words(self.kit.label(model.finish))
        for button in self.choices:
            self.answers.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self.choices.clear()
        for number, choice in enumerate(model.choices[:MOST_CHOICES]):
            look = Look.PRIMARY if number == 0 else Look.SECONDARY
            button = self.button(look, choice.text_id, choice.icon, Choose(choice.choice_id))
            self.choices.append(button)
            self.answers.insertWidget(1 + number, button)
        height = self.kit.tokens.mm(26 if len(model.choices) > 2 else 32)
        for button in (*self.choices, self.finish):
            button.setFixedHeight(height + 2 * button.inset)
