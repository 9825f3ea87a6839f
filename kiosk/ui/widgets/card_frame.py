"""A white card on the paper, to hold what belongs together."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from kiosk.ui.kit import Kit


class CardFrame(QWidget):
    """A rounded area with a vertical layout; never touched itself."""

    def __init__(self, kit: Kit, *, ground: str = "surface", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._ground = ground
        self.is_drawn = True
        """False where the lines stand in another card already."""
        tokens = kit.tokens
        self.column = QVBoxLayout(self)
        vertical = tokens.mm(7 if tokens.is_landscape else 10)
        self.column.setContentsMargins(tokens.mm(10), vertical, tokens.mm(10), vertical)
        self.column.setSpacing(tokens.mm(3 if tokens.is_landscape else 6))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and a hairline."""
        del event
        if not self.is_drawn:
            return
        tokens = self._kit.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.colours.hairline), tokens.mm(0.4)))
        painter.setBrush(QColor(getattr(tokens.colours, self._ground)))
        # the same edges as the drawn buttons below and above
        side = tokens.ring_room + tokens.mm(0.4) / 2
        half = tokens.mm(0.4) / 2
        box = QRectF(self.rect()).adjusted(side, half, -side, -half)
        radius = tokens.mm(6)
        painter.drawRoundedRect(box, radius, radius)
        painter.end()


class Rule(QWidget):
    """A hairline between two rows of a card."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor(kit.tokens.colours.hairline)
        self.setFixedHeight(kit.tokens.mm(0.4))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._colour)
        painter.end()
