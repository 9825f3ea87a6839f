"""An icon on a page, alone or on a soft disc."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.kit import Kit


class Picture(QWidget):
    """Decoration: what it shows is also said in words, so the accessibility tree leaves it out."""

    def __init__(
        self,
        kit: Kit,
        side_px: int,
        icon: str = "",
        *,
        has_disc: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kit = kit
        self._icon = icon
        self._has_disc = has_disc
        self._size = QSize(side_px, side_px)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: str) -> None:
        """Replace the picture."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return self._size

    def minimumSizeHint(self) -> QSize:
        """Return the fixed size."""
        return self._size

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw disc and icon."""
        del event
        if not self._icon:
            return
        colours = self._kit.tokens.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self._has_disc:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.primary_soft))
            painter.drawEllipse(box)
            trim = box.width() * 0.19
            box = box.adjusted(trim, trim, -trim, -trim)
        self._kit.icons.paint(painter, self._kit.icons.icon(self._icon), box)
        painter.end()


class Illustration(QWidget):
    """A wide picture that keeps its proportions in whatever room it gets."""

    def __init__(self, kit: Kit, name: str, aspect: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._name = name
        self._aspect = aspect
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture in the middle, as large as fits."""
        del event
        width = min(float(self.width()), self.height() * self._aspect)
        height = width / self._aspect
        box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._kit.icons.paint(painter, self._kit.icons.icon(self._name), box)
        painter.end()
