"""Looks through the camera until a code is held before it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.errors import KioskError
from kiosk.services.ports import Camera, Frame


class CodeScanRun(Protocol):
    """One look for a code; runs in a thread of its own."""

    def run(self, stop: threading.Event) -> str:
        """The text of the first code that is seen; empty when stopped or when the camera fails."""


@dataclass(frozen=True, slots=True)
class CodeScan:
    """A ``CodeScanRun`` over a real camera. No picture outlives its turn."""

    camera: Camera
    read: "Callable[[Frame], str]"
    """Finds the text of a code in a picture; empty when there is none."""

    def run(self, stop: threading.Event) -> str:
        """Open the camera, look, close the camera."""
        try:
            self.camera.open()
            while not stop.is_set():
                text = self.read(self.camera.read())
                if text:
                    return text
        except KioskError:
            # The scanner is the other way; the page says so from the start.
            return ""
        finally:
            self.camera.close()
        return ""
