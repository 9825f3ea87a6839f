"""Which papers a service wants: photographed now, or brought later; both are equally good."""

from kiosk.flows import pages as models
from kiosk.flows.actions import Answered
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_row import answer_row
from kiosk.ui.pages.question_parts import QuestionParts
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_lines import CardLine, CardLines
from kiosk.ui.widgets.visibility import show_part

MOST_DOCUMENTS = 5


class FilesPage(Page[models.FilesPage]):
    """A card of papers and two equal buttons."""

    def build(self) -> None:
        """Make the card and the buttons."""
        self.question = QuestionParts(self)
        self.papers = CardLines(self.kit, 0.8 if self.kit.tokens.is_landscape else 0.95)
        self.now = self.button(Look.SECONDARY, "form.files.now", "camera", Answered("now"))
        self.later = self.button(Look.SECONDARY, "form.files.later", "later", Answered("later"))
        self.answers.addStretch(1)
        self.answers.addWidget(self.papers)
        self.answers.addStretch(1)
        self.answers.addWidget(self.question.decline)
        self.answers.addLayout(answer_row(self.kit, self.now, self.later))

    def fill(self, model: models.FilesPage) -> None:
        """Show the papers; without a camera there is one way only."""
        self.question.show(model)
        self.papers.show_lines(
            [CardLine(title, icon="document") for title in model.documents[:MOST_DOCUMENTS]]
        )
        show_part(self.now, is_shown=model.has_camera)

    def wipe(self) -> None:
        """Forget the papers: they tell what the service was."""
        super().wipe()
        self.question.wipe()
        self.papers.wipe()
