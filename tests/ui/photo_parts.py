"""What both sides of the page that takes pictures are tested with."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kiosk.services.take_photo import PhotoView
from tests.ui import fakes

CUT, GLARE = "photo.advice.cut", "photo.advice.glare"


def view(advice=""):
    return PhotoView(fakes.FRAME, advice)


def click(button, clock):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    clock.move(1)


def visible(page):
    buttons = ("shutter", "use", "retry", "another", "again", "stop", "later")
    return {name for name in buttons if getattr(page, name).isVisible()}
