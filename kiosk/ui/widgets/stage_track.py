"""受理, 送达, 办结: where a request is, by colour, by shape and by words."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.flows.pages import RequestStage
from kiosk.ui.fonts import font
from kiosk.ui.kit import Kit

_ORDER = (RequestStage.ACCEPTED, RequestStage.DELIVERED, RequestStage.DECIDED)


class StageTrack(QWidget):
    """Three stations: passed ones filled with a tick, the present one ringed, later ones hollow and dashed."""

    def __init__(self, kit: Kit, *, is_small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._stage = RequestStage.ACCEPTED
        self._side = kit.tokens.mm(10 if is_small else 15 if kit.tokens.is_landscape else 19)
        self._font_px = kit.tokens.caption if is_small else kit.tokens.body
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(round(self._side * 1.5 + self._font_px * 1.5))
        self.show_stage(RequestStage.ACCEPTED)

    def show_stage(self, stage: RequestStage) -> None:
        """Mark the present stage."""
        self._stage = stage
        self.setAccessibleName(self._kit.label(f"stage.{stage.value}.sentence"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a width at which the stations stand clearly apart."""
        return QSize(self._kit.tokens.mm(110), self.height())

    def names(self) -> tuple[str, ...]:
        """Return the words below the stations."""
        last = RequestStage.DECIDED
        if self._stage is RequestStage.NEEDS_CORRECTION:
            last = RequestStage.NEEDS_CORRECTION
        return tuple(self._kit.label(f"stage.{stage.value}") for stage in (*_ORDER[:2], last))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, the stations and their names."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        needs_correction = self._stage is RequestStage.NEEDS_CORRECTION
        present = 2 if needs_correction else _ORDER.index(self._stage)
        centres = [QPointF(self.width() * (2 * n + 1) / 6, self._side * 0.75) for n in range(3)]
        self._paint_line(painter, centres, present)
        for number, (centre, name) in enumerate(zip(centres, self.names(), strict=True)):
            if number == 2 and needs_correction:
                self._paint_diamond(painter, centre)
            elif number < present or self._stage is RequestStage.DECIDED:
                self._paint_passed(painter, centre, is_present=number == present)
            elif number == present:
                self._paint_present(painter, centre)
            else:
                self._paint_later(painter, centre)
            self._paint_name(painter, centre, name, is_present=number == present)
        painter.end()

    def _paint_line(self, painter: QPainter, centres: list[QPointF], present: int) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        for number in range(2):
            is_done = number < present
            pen = QPen(
                QColor(colours.success if is_done else colours.edge),
                tokens.mm(1.2 if is_done else 0.7),
            )
            pen.setStyle(Qt.PenStyle.SolidLine if is_done else Qt.PenStyle.DotLine)
            painter.setPen(pen)
            away = QPointF(self._side * 0.85, 0)
            painter.drawLine(centres[number] + away, centres[number + 1] - away)

    def _circle(self, centre: QPointF, factor: float) -> QRectF:
        side = self._side * factor
        return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)

    def _tick(self, painter: QPainter, centre: QPointF) -> None:
        side = self._side
        pen = QPen(QColor(self._kit.tokens.colours.on_success), side * 0.12)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        points = ((-0.22, 0.02), (-0.06, 0.18), (0.23, -0.16))
        painter.drawPolyline(QPolygonF([centre + QPointF(x * side, y * side) for x, y in points]))

    def _paint_passed(self, painter: QPainter, centre: QPointF, *, is_present: bool) -> None:
        colours = self._kit.tokens.colours
        if is_present:
            self._ring(painter, centre)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.success))
        painter.drawEllipse(self._circle(centre, 1.0))
        self._tick(painter, centre)

    def _ring(self, painter: QPainter, centre: QPointF) -> None:
        colours = self._kit.tokens.colours
        painter.setPen(QPen(QColor(colours.success), self._side * 0.09))
        painter.setBrush(QColor(colours.success_soft))
        painter.drawEllipse(self._circle(centre, 1.38))

    def _paint_present(self, painter: QPainter, centre: QPointF) -> None:
        self._ring(painter, centre)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._kit.tokens.colours.success))
        painter.drawEllipse(self._circle(centre, 0.98))
        self._tick(painter, centre)

    def _paint_later(self, painter: QPainter, centre: QPointF) -> None:
        tokens = self._kit.tokens
        pen = QPen(QColor(tokens.colours.edge), tokens.mm(0.8))
        pen.setDashPattern([2.2, 1.8])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self._circle(centre, 0.92))

    def _paint_diamond(self, painter: QPainter, centre: QPointF) -> None:
        colours = self._kit.tokens.colours
        reach = self._side * 0.72
        corners = [
            centre + QPointF(math.sin(turn) * reach, -math.cos(turn) * reach) for turn in _QUARTERS
        ]
        painter.setPen(QPen(QColor(colours.warning), self._side * 0.09))
        painter.setBrush(QColor(colours.warning_soft))
        painter.drawPolygon(QPolygonF(corners))
        face = font(round(self._side * 0.7), is_bold=True)
        painter.setFont(face)
        metrics = QFontMetricsF(face)
        shift = QPointF(-metrics.horizontalAdvance("!") / 2, metrics.capHeight() / 2)
        painter.drawText(centre + shift, "!")

    def _paint_name(
        self, painter: QPainter, centre: QPointF, name: str, *, is_present: bool
    ) -> None:
        colours = self._kit.tokens.colours
        face = font(self._font_px, is_bold=is_present)
        metrics = QFontMetricsF(face)
        painter.setFont(face)
        colour = colours.ink_soft
        if is_present:
            colour = (
                colours.warning if self._stage is RequestStage.NEEDS_CORRECTION else colours.success
            )
        painter.setPen(QColor(colour))
        baseline = self._side * 1.5 + (self._font_px * 1.5 + metrics.capHeight()) / 2
        painter.drawText(QPointF(centre.x() - metrics.horizontalAdvance(name) / 2, baseline), name)


_QUARTERS = (0.0, math.pi / 2, math.pi, 3 * math.pi / 2)
