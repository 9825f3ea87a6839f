"""Where the page's prompt stands: step, heading, sentence. It is the caption of what is spoken."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from accessibility.prompt import PromptText
from kiosk.flows.pages import Progress
from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part


class StepMarks(QWidget):
    """第 n 步,共 m 步: in words, and as a row of marks whose present one is longer."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._progress: Progress | None = None
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_progress(None)

    def show_progress(self, progress: Progress | None) -> None:
        """Show a step, or nothing."""
        self._progress = progress
        self._words = (
            self._kit.label("step", step=progress.step, of=progress.of)
            if progress is not None
            else ""
        )
        self.setAccessibleName(self._words)
        show_part(self, is_shown=progress is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of words and marks."""
        tokens = self._kit.tokens
        if self._progress is None:
            return QSize(0, 0)
        words = QFontMetricsF(font(tokens.caption)).horizontalAdvance(self._words)
        marks = self._progress.of * tokens.mm(7) + tokens.mm(10)
        return QSize(int(words + marks + tokens.mm(4)), round(tokens.caption * 1.4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words and the marks."""
        del event
        if self._progress is None:
            return
        tokens = self._kit.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = font(tokens.caption)
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        painter.setPen(QColor(tokens.colours.ink_soft))
        baseline = (self.height() + metrics.capHeight()) / 2
        painter.drawText(0, round(baseline), self._words)
        left = metrics.horizontalAdvance(self._words) + tokens.mm(5)
        painter.setPen(Qt.PenStyle.NoPen)
        height = tokens.mm(2.6)
        for step in range(1, self._progress.of + 1):
            width = tokens.mm(11 if step == self._progress.step else 4.5)
            is_reached = step <= self._progress.step
            painter.setBrush(
                QColor(tokens.colours.primary if is_reached else tokens.colours.hairline)
            )
            mark = QRectF(left, (self.height() - height) / 2, width, height)
            painter.drawRoundedRect(mark, height / 2, height / 2)
            left += width + tokens.mm(2.5)
        painter.end()


class PromptPanel(QWidget):
    """Step, picture, heading and sentence."""

    def __init__(self, kit: Kit, *, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tokens = kit.tokens
        is_wide = tokens.is_landscape
        side = Qt.AlignmentFlag.AlignLeft if is_wide else Qt.AlignmentFlag.AlignHCenter
        self.alignment_side = side
        """Where its words begin, for a page that adds a line to them."""
        self.steps = StepMarks(kit)
        self.picture = Picture(kit, tokens.mm(42 if is_wide else 54), icon, has_disc=True)
        show_part(self.picture, is_shown=bool(icon))
        self.title = TextBlock(kit, tokens.title, is_bold=True, align=side)
        self.sentence = TextBlock(kit, tokens.body, colour=tokens.colours.ink_soft, align=side)
        column = QVBoxLayout(self)
        self.column = column
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.mm(4))
        column.addWidget(self.steps, 0, side)
        row = QHBoxLayout()
        row.addWidget(self.picture, 0, side)
        if is_wide:
            column.addStretch(2)
        column.addLayout(row)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        if is_wide:
            column.addStretch(3)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_prompt(self, words: PromptText, progress: Progress | None) -> None:
        """Replace step, heading and sentence."""
        self.steps.show_progress(progress)
        self.title.show_words(words.title)
        self.sentence.show_words(words.sentence)

    def show_icon(self, icon: str) -> None:
        """Replace the picture."""
        self.picture.show_icon(icon)
        show_part(self.picture, is_shown=bool(icon))

    def wipe(self) -> None:
        """Forget the words: a prompt may hold a name."""
        self.title.show_words("")
        self.sentence.show_words("")
        self.steps.show_progress(None)
