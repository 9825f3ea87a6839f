"""The seal on a receipt: what the person came for."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.flows.pages import RequestStage
from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit


class Seal(QWidget):
    """A round stamp with the name of the stage in it; amber instead of green when something is missing."""

    def __init__(self, kit: Kit, side_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._side = side_px
        self._stage = RequestStage.ACCEPTED
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_stage(RequestStage.ACCEPTED)

    def show_stage(self, stage: RequestStage) -> None:
        """Stamp another stage."""
        self._stage = stage
        self.setAccessibleName(self._kit.label(f"stage.{stage.value}"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self._side, self._side)

    def minimumSizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw rings, tick and word."""
        del event
        colours = self._kit.tokens.colours
        needs_correction = self._stage is RequestStage.NEEDS_CORRECTION
        tone = QColor(colours.warning if needs_correction else colours.success)
        soft = QColor(colours.warning_soft if needs_correction else colours.success_soft)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, centre = float(self._side), QPointF(self._side / 2, self._side / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawEllipse(centre, side * 0.5, side * 0.5)
        painter.setBrush(tone)
        painter.drawEllipse(centre, side * 0.435, side * 0.435)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.on_success), side * 0.014))
        painter.drawEllipse(centre, side * 0.385, side * 0.385)
        self._paint_sign(painter, centre, side, needs_correction=needs_correction)
        self._paint_word(painter, centre, side)
        painter.end()

    def _paint_sign(
        self, painter: QPainter, centre: QPointF, side: float, *, needs_correction: bool
    ) -> None:
        pen = QPen(QColor(self._kit.tokens.colours.on_success), side * 0.045)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        top = centre - QPointF(0, side * 0.17)
        if needs_correction:
            painter.drawLine(top - QPointF(0, side * 0.09), top + QPointF(0, side * 0.03))
            painter.drawPoint(top + QPointF(0, side * 0.105))
            return
        points = ((-0.12, 0.0), (-0.03, 0.085), (0.13, -0.09))
        painter.drawPolyline([top + QPointF(x * side, y * side) for x, y in points])

    def _paint_word(self, painter: QPainter, centre: QPointF, side: float) -> None:
        word = self._kit.label(f"stage.{self._stage.value}")
        face = font(round(side * (0.235 if len(word) < 3 else 0.185)), is_bold=True)
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        painter.setPen(QColor(self._kit.tokens.colours.on_success))
        room = QRectF(0, centre.y() - side * 0.04, side, side * 0.32)
        x = centre.x() - metrics.horizontalAdvance(word) / 2
        painter.drawText(QPointF(x, room.center().y() + metrics.capHeight() / 2), word)
