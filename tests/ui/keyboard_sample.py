"""A page as a form would have it: a title, the text that is typed, the keyboard, the button that goes on."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

from accessibility.input_method import CharacterFinder, PinyinEngine
from accessibility.prompt import Prompt
from kiosk.flows.actions import Finish
from kiosk.flows.page_model import PageModel
from kiosk.ui.keyboard import PinyinKeyboard
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.text_block import TextBlock

PLACES = ("三汇镇", "文崇村", "大巴山土家族苗族自治县")


@dataclass(frozen=True, slots=True)
class SampleModel(PageModel):
    """Asks for a name."""


class SamplePage(Page[SampleModel]):
    prompt_share = 0.34

    def build(self):
        self.text = ""
        self.gone_on = 0
        self.field = TextBlock(self.kit, self.kit.tokens.huge, is_bold=True)
        self.field.setFixedHeight(self.kit.tokens.mm(28))
        self.keyboard = PinyinKeyboard(self.kit, PinyinEngine(PLACES), CharacterFinder())
        self.keyboard.committed.connect(lambda text: self.show_text(self.text + text))
        self.keyboard.deleted.connect(lambda: self.show_text(self.text[:-1]))
        self.answers.addWidget(self.field)
        self.answers.addWidget(self.keyboard, 1)
        self.answers.addWidget(self.button(Look.PRIMARY, "typing.confirm", "check", Finish()))

    def fill(self, model):
        self.show_text("")

    def show_text(self, text):
        self.text = text
        self.field.show_words(text)
        self.field.setVisible(True)

    def first_control(self):
        return self.keyboard.first_control()

    def keyPressEvent(self, event):  # noqa: N802 - Qt's name
        if self.keyboard.take_key(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.gone_on += 1
            return
        super().keyPressEvent(event)


def show_keyboard_page(window):
    """Put the sample page into a window, as the shell does with its own."""
    page = SamplePage(window.shell.kit)
    window.shell.stack.addWidget(page)
    window.shell.stack.setCurrentWidget(page)
    page.show_model(SampleModel(Prompt("citizen_number")))
    page.first_control().setFocus(Qt.FocusReason.OtherFocusReason)
    return page


def touch_letters(touch, page, letters):
    touch(*(page.keyboard.letters.keys[letter] for letter in letters))


def choose(touch, page, sign):
    key = next(key for key in page.keyboard.radicals.keys if key.isVisible() and key.text() == sign)
    touch(key)
