"""Between two visits: who this machine is, what time it is, one large button."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.clock import SITE_TIME_ZONE
from kiosk.flows import pages as models
from kiosk.flows.actions import Begin, BeginPractice
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.picture import Illustration, Picture
from kiosk.ui.widgets.text_block import TextBlock

ILLUSTRATION_ASPECT = 4 / 3


class WelcomePage(Page[models.WelcomePage]):
    """A touch anywhere begins, as the prompt says."""

    prompt_share = 0.42

    def build(self) -> None:
        """Make header, illustration and button."""
        tokens = self.kit.tokens
        self.prompt_panel.column.insertWidget(0, self._header())
        self.answers.addWidget(Illustration(self.kit, "welcome", ILLUSTRATION_ASPECT), 1)
        self.begin = self.button(Look.PRIMARY, "welcome.begin", "begin", Begin())
        self.begin.setFixedHeight(tokens.mm(36))
        self.practise = self.button(Look.SECONDARY, "welcome.practise", "practice", BeginPractice())
        self.answers.addWidget(self.begin)
        self.answers.addWidget(self.practise)

    def _header(self) -> QWidget:
        tokens = self.kit.tokens
        self.site = TextBlock(self.kit, tokens.caption, colour=tokens.colours.ink_soft)
        self.time = TextBlock(
            self.kit, tokens.title, is_bold=True, align=Qt.AlignmentFlag.AlignRight
        )
        self.date = TextBlock(
            self.kit,
            tokens.caption,
            colour=tokens.colours.ink_soft,
            align=Qt.AlignmentFlag.AlignRight,
        )
        name = TextBlock(self.kit, tokens.label, is_bold=True, colour=tokens.colours.primary)
        name.show_words(self.kit.label("app.short_name"))
        header = QWidget()
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 0, 0, tokens.mm(4))
        row.setSpacing(tokens.mm(4))
        row.addWidget(Picture(self.kit, tokens.mm(23), "logo"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(_stacked(name, self.site), 1)
        row.addLayout(_stacked(self.time, self.date), 0)
        return header

    def fill(self, model: models.WelcomePage) -> None:
        """Show the site's name and the time."""
        self.site.show_words(model.site_name)
        self.practise.setVisible(model.can_practise)
        self.show_time()

    def show_time(self) -> None:
        """Show the present minute; the window calls this while the page is up."""
        now = self.kit.clock.now().astimezone(SITE_TIME_ZONE)
        self.time.show_words(f"{now:%H:%M}")
        weekday = self.kit.label(f"weekday.{now.isoweekday()}")
        self.date.show_words(self.kit.label("date", month=now.month, day=now.day, weekday=weekday))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Begin wherever the finger is lifted."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.emit_action(Begin())


def _stacked(upper: TextBlock, lower: TextBlock) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addStretch(1)
    column.addWidget(upper)
    column.addWidget(lower)
    column.addStretch(1)
    return column
