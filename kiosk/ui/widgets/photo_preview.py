"""The live picture of the camera with a frame to fit things into, or the picture that was taken."""

from typing import Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.services.ports import Frame
from kiosk.ui.kit import Kit

PreviewKind = Literal["document", "portrait", "people"]

OUTLINE_SHARE = 0.86
"""Part of the picture that the frame around a paper takes."""
PORTRAIT_ASPECT = 0.76
WIDEST = {"portrait": 1.0, "people": 4 / 3}
"""Width over height of what is shown live of people: the room beside them would only make them small."""
LONGEST_SHOWN = 1600
"""Pixels: a taken picture is not decoded larger than a screen can show."""


def image_of(frame: Frame, *, is_mirrored: bool) -> QImage:
    """Turn a BGR frame of shape (height, width, 3) into an image that owns its bytes."""
    rows = (frame[:, ::-1, :] if is_mirrored else frame).copy()  # Qt reads rows from left to right
    height, width, _ = rows.shape
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_BGR888).copy()


def image_of_jpeg(jpeg: bytes) -> QImage | None:
    """Decode a taken picture, no larger than needed; None when it is none."""
    bytes_ = QByteArray(jpeg)
    buffer = QBuffer(bytes_)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if max(size.width(), size.height()) > LONGEST_SHOWN:
        box = QSize(LONGEST_SHOWN, LONGEST_SHOWN)
        reader.setScaledSize(size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


class PhotoPreview(QWidget):
    """Shows the whole picture of a paper, never cut: what is at its edge matters."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._kind: PreviewKind = "document"
        self._image: QImage | None = None
        self._is_live = True
        self._is_good = False
        self._waiting_icon = "camera"
        self.setAccessibleName(kit.label("photo.preview"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(kit.tokens.mm(80))

    @property
    def has_image(self) -> bool:
        """Whether a picture is held."""
        return self._image is not None

    def show_kind(self, kind: PreviewKind) -> None:
        """Begin with no picture and the frame of a kind."""
        self.wipe()
        self._kind = kind

    def show_frame(self, frame: Frame, *, is_good: bool) -> None:
        """Show a live picture; people see themselves as in a mirror. The frame is green while pictures are good."""
        self._image = image_of(self._cut(frame), is_mirrored=self._kind != "document")
        self._is_live, self._is_good = True, is_good
        self.update()

    def _cut(self, frame: Frame) -> Frame:
        height, width = frame.shape[:2]
        widest = WIDEST.get(self._kind)
        if widest is None or width <= height * widest:
            return frame
        side = (width - round(height * widest)) // 2
        return frame[:, side : width - side]

    def show_taken(self, jpeg: bytes) -> None:
        """Show the picture that was taken."""
        self._image = image_of_jpeg(jpeg)
        self._is_live = False
        self.update()

    def show_fault(self) -> None:
        """Show that there is no picture to wait for."""
        self.wipe()
        self._waiting_icon = "warning"

    def wipe(self) -> None:
        """Drop the picture."""
        if self._image is not None:
            self._image.fill(Qt.GlobalColor.black)
        self._image = None
        self._is_live, self._is_good = True, False
        self._waiting_icon = "camera"
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        tokens = self._kit.tokens
        return QSize(tokens.mm(200), tokens.mm(150))

    def picture_box(self) -> QRectF:
        """Return where the picture goes: whole, in the middle; without one, as one of 4:3 would."""
        width, height = 4.0, 3.0
        if self._image is not None:
            width, height = float(self._image.width()), float(self._image.height())
        scale = min(self.width() / width, self.height() / height)
        width, height = width * scale, height * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def outline(self) -> QPainterPath:
        """Return the frame to fit things into."""
        box = self.picture_box()
        path = QPainterPath()
        middle = box.center()
        if self._kind == "portrait":
            height = box.height() * 0.74
            width = height * PORTRAIT_ASPECT
            path.addEllipse(middle - QPointF(0, box.height() * 0.03), width / 2, height / 2)
            return path
        share_across = OUTLINE_SHARE if self._kind == "document" else 0.94
        across, down = box.width() * share_across, box.height() * OUTLINE_SHARE
        radius = self._kit.tokens.mm(4)
        frame = QRectF(middle.x() - across / 2, middle.y() - down / 2, across, down)
        path.addRoundedRect(frame, radius, radius)
        return path

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw picture, veil and frame."""
        del event
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        radius = self._kit.tokens.mm(5)
        edge = QPainterPath()
        edge.addRoundedRect(self.picture_box(), radius, radius)
        painter.setClipPath(edge)
        if self._image is None:
            self._paint_waiting(painter)
        else:
            painter.drawImage(self.picture_box(), self._image)
        if self._is_live and self._image is not None:
            veil = QColor(self._kit.tokens.colours.scrim)
            veil.setAlpha(96)
            painter.fillPath(edge.subtracted(self.outline()), veil)
            self._paint_outline(painter)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._kit.tokens.colours.edge), self._kit.tokens.edge))
        painter.drawPath(edge)
        painter.end()

    def _paint_waiting(self, painter: QPainter) -> None:
        """Before the first picture: a camera."""
        colours = self._kit.tokens.colours
        box = self.picture_box()
        painter.fillRect(box, QColor(colours.primary_soft))
        side = box.height() * 0.4
        icon = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
        self._kit.icons.paint(painter, self._kit.icons.icon(self._waiting_icon), icon)

    def _paint_outline(self, painter: QPainter) -> None:
        tokens, colours = self._kit.tokens, self._kit.tokens.colours
        outline = self.outline()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#FFFFFF"), tokens.mm(3)))
        painter.drawPath(outline)
        pen = QPen(QColor(colours.success if self._is_good else colours.edge), tokens.mm(1.6))
        if not self._is_good:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawPath(outline)
