"""Drivers that behave as cv2.VideoCapture does on good and on bad days."""

import threading
from typing import Any

from tests.devices.conftest import picture


class EndlessCapture:
    """A good camera at 200 pictures a second."""

    def __init__(self, pictures: int | None = None) -> None:
        self.given = 0
        self.is_released = False
        self._pictures = pictures
        self._pace = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def read(self) -> tuple[bool, Any]:
        """A picture whose first pixel counts them; none any more when unplugged."""
        self._pace.wait(0.005)
        if self._pictures is not None and self.given >= self._pictures:
            return False, None
        self.given += 1
        frame = picture(100)
        frame[0, 0] = self.given % 256
        return True, frame

    def release(self) -> None:
        self.is_released = True


class HangingCapture(EndlessCapture):
    """A driver that stops answering after some pictures, until it is let go."""

    def __init__(self, pictures: int) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self._until = pictures

    def read(self) -> tuple[bool, Any]:
        if self.given >= self._until:
            self.let_go.wait(30)
            return False, None
        return super().read()


class ClosedCapture(EndlessCapture):
    """A device that another program holds."""

    def isOpened(self) -> bool:  # noqa: N802
        return False


class OddCapture(EndlessCapture):
    """A driver that answers with something that is no picture."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def read(self) -> tuple[bool, Any]:
        self._pace.wait(0.005)
        return True, self._answer


class FailingCapture(EndlessCapture):
    """A driver that raises."""

    def read(self) -> tuple[bool, Any]:
        raise RuntimeError("driver fault")
