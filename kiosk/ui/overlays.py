"""What lies over a page for a while: child widgets of the one window, never windows of their own."""

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from accessibility.prompt import Prompt
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.text_block import TextBlock

TURN_MS = 33
DEGREES_PER_TURN = 7


class Overlay(QWidget):
    """A veil with a card in the middle; touches do not reach the page below."""

    def __init__(self, kit: Kit, parent: QWidget) -> None:
        super().__init__(parent)
        self.kit = kit
        self.setObjectName(type(self).__name__)
        tokens = kit.tokens
        self.card = CardFrame(kit)
        self.card.column.setContentsMargins(*([tokens.mm(12)] * 4))
        self.card.column.setSpacing(tokens.mm(6))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(tokens.margin, tokens.margin, tokens.margin, tokens.margin)
        outer.addStretch(1)
        outer.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)
        self.card.setFixedWidth(min(tokens.mm(235), tokens.spec.width_px - 2 * tokens.margin))
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep touches from the page below."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep touches from the page below."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the veil."""
        del event
        veil = QColor(self.kit.tokens.colours.scrim)
        veil.setAlpha(150)
        painter = QPainter(self)
        painter.fillRect(self.rect(), veil)
        painter.end()


class Turning(QWidget):
    """A circle that turns while work goes on; words always stand beside it."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._angle = 0
        self.setFixedSize(kit.tokens.mm(30), kit.tokens.mm(30))
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        """Begin to turn."""
        self._timer.start()

    def stop(self) -> None:
        """Stop turning."""
        self._timer.stop()

    def _turn(self) -> None:
        self._angle = (self._angle + DEGREES_PER_TURN) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ring and arc."""
        del event
        tokens = self._kit.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = tokens.mm(3.2)
        box = QRectF(self.rect()).adjusted(line, line, -line, -line)
        pen = QPen(QColor(tokens.colours.primary_soft), line)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawEllipse(box)
        pen.setColor(QColor(tokens.colours.primary))
        painter.setPen(pen)
        painter.drawArc(box, -self._angle * 16, 100 * 16)
        painter.end()


class BusyOverlay(Overlay):
    """Work takes longer than a blink."""

    def __init__(self, kit: Kit, parent: QWidget) -> None:
        super().__init__(kit, parent)
        self.turning = Turning(kit)
        self.words = TextBlock(
            kit, kit.tokens.label, is_bold=True, align=Qt.AlignmentFlag.AlignHCenter
        )
        self.words.show_words(kit.label("busy.words"))
        self.card.column.addWidget(self.turning, 0, Qt.AlignmentFlag.AlignHCenter)
        self.card.column.addWidget(self.words)

    def open(self) -> None:
        """Show it over everything."""
        self.turning.start()
        self.show()
        self.raise_()

    def close_overlay(self) -> None:
        """Hide it."""
        self.turning.stop()
        self.hide()


class IdleOverlay(Overlay):
    """Are you still there: two large buttons and the seconds left."""

    continued = Signal()
    finished = Signal()

    def __init__(self, kit: Kit, parent: QWidget) -> None:
        super().__init__(kit, parent)
        tokens = kit.tokens
        middle = Qt.AlignmentFlag.AlignHCenter
        self.title = TextBlock(kit, tokens.title, is_bold=True, align=middle)
        self.sentence = TextBlock(kit, tokens.body, align=middle)
        self.seconds = TextBlock(
            kit, tokens.body, is_bold=True, colour=tokens.colours.warning, align=middle
        )
        self.go_on = ActionButton(kit, Look.PRIMARY, kit.label("idle.continue"), "check")
        self.end = ActionButton(kit, Look.SECONDARY, kit.label("idle.finish"), "home")
        self.go_on.clicked.connect(self._continue)
        self.end.clicked.connect(self._finish)
        direction = (
            QBoxLayout.Direction.LeftToRight
            if tokens.is_landscape
            else QBoxLayout.Direction.TopToBottom
        )
        row = QBoxLayout(direction)
        row.setSpacing(max(1, tokens.gap - 2 * tokens.focus))
        for button in (self.go_on, self.end):
            button.setFixedHeight(tokens.mm(32))
            row.addWidget(button, 1)
        for block in (self.title, self.sentence, self.seconds):
            self.card.column.addWidget(block)
        self.card.column.addLayout(row)

    def open(self, prompt: Prompt, seconds: int) -> None:
        """Show the warning over everything."""
        words = self.kit.texts.text(prompt)
        self.title.show_words(words.title)
        self.sentence.show_words(words.sentence)
        self.show_seconds(seconds)
        self.show()
        self.raise_()
        self.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_seconds(self, seconds: int) -> None:
        """Count down."""
        self.seconds.show_words(self.kit.label("idle.seconds", seconds=seconds))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a touch beside the card for a sign of life."""
        event.accept()
        self._continue()

    def _continue(self) -> None:
        if self.kit.taps.accepts():
            self.continued.emit()

    def _finish(self) -> None:
        if self.kit.taps.accepts():
            self.finished.emit()
