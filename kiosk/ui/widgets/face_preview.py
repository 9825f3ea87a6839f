"""The live picture with a calm oval to look into; the oval's outline is the progress."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.services.liveness_ports import Colour, Cue
from kiosk.services.ports import Frame
from kiosk.ui.kit import Kit

_MIRROR = QTransform(-1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
OVAL_HEIGHT = 0.80
"""Part of the preview's height."""
BACKDROP = QSize(9, 6)
"""Pixels of the blurred picture behind the picture."""
OVAL_ASPECT = 0.76
"""Width of a face over its height, with some room."""
SIGN_MM = 52
"""The picture of a motion: as large as a hand, seen without looking away from the mirror."""
SIDES = {
    Cue.TURN_LEFT: (0.0, 0.5),
    Cue.TURN_RIGHT: (1.0, 0.5),
    Cue.NOD: (1.0, 0.5),
    Cue.COME_CLOSER: (0.5, 1.0),
}
"""Where the picture of a motion stands in the preview, which is a mirror: left is the person's own left."""


def image_of(frame: Frame) -> QImage:
    """Turn a BGR frame of shape (height, width, 3) into an image that owns its bytes, mirrored like a mirror."""
    rows = frame if frame.flags.c_contiguous else frame.copy()
    height, width, _ = rows.shape
    view = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_BGR888)
    mirrored = view.transformed(_MIRROR)  # 0.3 ms; numpy takes 3.8 to turn the rows
    # The screen's own format: drawing from another one costs the window's thread 5 ms more.
    return mirrored.convertToFormat(QImage.Format.Format_RGB32)


class FacePreview(QWidget):
    """Picture, veil, oval. Nothing of it outlives the page."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._image: QImage | None = None
        self._progress = 0.0
        self._is_good = False
        self._cue: Cue | None = None
        self._colour: Colour | None = None
        self.setAccessibleName(kit.label("face.preview"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(kit.tokens.mm(90))

    @property
    def has_image(self) -> bool:
        """Whether a picture is held."""
        return self._image is not None

    def show_frame(self, frame: Frame, progress: float, *, is_good: bool) -> None:
        """Show a picture; the oval is green while pictures are good."""
        self._image = image_of(frame)
        self._progress = min(1.0, max(0.0, progress))
        self._is_good = is_good
        self.update()

    def show_cue(self, cue: Cue | None, colour: Colour | None = None) -> None:
        """Show the picture of a motion; shine with a colour around the oval."""
        self._cue, self._colour = cue, colour
        self.update()

    def wipe(self) -> None:
        """Drop the picture."""
        self._cue = self._colour = None
        if self._image is not None:
            self._image.fill(Qt.GlobalColor.black)
        self._image = None
        self._progress = 0.0
        self._is_good = False
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        tokens = self._kit.tokens
        return QSize(tokens.mm(200), tokens.mm(180))

    def oval(self) -> QRectF:
        """Return the rectangle around the oval."""
        height = min(self.height() * OVAL_HEIGHT, self.width() * 0.86 / OVAL_ASPECT)
        width = height * OVAL_ASPECT
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def picture_box(self, width: int, height: int) -> QRectF:
        """Return where a picture goes: its whole height is shown, so that a head is never cut off."""
        drawn_width = width * self.height() / height
        return QRectF((self.width() - drawn_width) / 2, 0, drawn_width, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw picture, veil and oval."""
        del event
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        frame = QPainterPath()
        radius = self._kit.tokens.mm(7)
        side = self._kit.tokens.ring_room
        frame.addRoundedRect(QRectF(self.rect()).adjusted(side, 0, -side, 0), radius, radius)
        painter.setClipPath(frame)
        self._paint_picture(painter)
        self._paint_veil(painter, frame)
        self._paint_oval(painter)
        self._paint_sign(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        if self._image is None:
            self._paint_waiting(painter)
            return
        target = self.picture_box(self._image.width(), self._image.height())
        if target.left() > 0:
            # beside a picture that is narrower than the preview: its own colours, out of focus
            smooth = Qt.TransformationMode.SmoothTransformation
            backdrop = self._image.scaled(BACKDROP, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            painter.drawImage(self.rect(), backdrop)
        painter.drawImage(target, self._image)

    def _paint_waiting(self, painter: QPainter) -> None:
        """Before the first picture: the outline of a person."""
        colours = self._kit.tokens.colours
        painter.fillRect(self.rect(), QColor(colours.primary_soft))
        oval = self.oval()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hairline))
        centre = oval.center()
        head = oval.width() * 0.25
        painter.drawEllipse(centre - QPointF(0, oval.height() * 0.1), head, head * 1.15)
        painter.drawEllipse(
            centre + QPointF(0, oval.height() * 0.44), oval.width() * 0.42, oval.height() * 0.24
        )

    def _paint_veil(self, painter: QPainter, frame: QPainterPath) -> None:
        hole = QPainterPath()
        hole.addEllipse(self.oval())
        veil = QColor(self._kit.tokens.colours.scrim)
        veil.setAlpha(132 if self._image is not None else 24)
        if self._colour is not None:
            veil = QColor(*self._colour)
        painter.fillPath(frame.subtracted(hole), veil)

    def _paint_oval(self, painter: QPainter) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        oval = self.oval()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#FFFFFF"), tokens.mm(3.4)))
        painter.drawEllipse(oval)
        tone = QColor(colours.success) if self._is_good else QColor(colours.edge)
        pen = QPen(tone, tokens.mm(1.8))
        if not self._is_good:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawEllipse(oval)
        if self._progress > 0:
            self._paint_progress(painter, oval)

    def _paint_sign(self, painter: QPainter) -> None:
        if self._cue not in SIDES:
            return
        across, down = SIDES[self._cue]
        size, gap = (
            self._kit.tokens.mm(SIGN_MM),
            self._kit.tokens.mm(4) + self._kit.tokens.ring_room,
        )
        size = min(size, round(self.height() * 0.45))
        left = gap + across * (self.width() - size - 2 * gap)
        top = gap + down * (self.height() - size - 2 * gap)
        box = QRectF(left, top, size, size)
        painter.setPen(QPen(QColor(self._kit.tokens.colours.primary), self._kit.tokens.mm(1.2)))
        painter.setBrush(QColor(self._kit.tokens.colours.surface))
        painter.drawEllipse(box)
        trim = size * 0.12
        icon = self._kit.icons.icon(self._cue.value)
        self._kit.icons.paint(painter, icon, box.adjusted(trim, trim, -trim, -trim))

    def _paint_progress(self, painter: QPainter, oval: QRectF) -> None:
        tokens = self._kit.tokens
        ring = oval.adjusted(-tokens.mm(3), -tokens.mm(3), tokens.mm(3), tokens.mm(3))
        pen = QPen(QColor("#FFFFFF"), tokens.mm(4.6))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        path = QPainterPath()
        path.arcMoveTo(ring, 90)
        path.arcTo(ring, 90, -360 * self._progress)
        painter.setPen(pen)
        painter.drawPath(path)
        pen.setColor(QColor(tokens.colours.success))
        pen.setWidthF(tokens.mm(3.2))
        painter.setPen(pen)
        painter.drawPath(path)
