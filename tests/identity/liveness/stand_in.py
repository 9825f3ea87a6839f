"""A portrait as a camera without waiting, and a clock that goes by its pictures."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.devices.picture import letter_box, read_picture
from kiosk.services.ports import Frame


@dataclass
class PictureClock:
    """Goes on with each picture."""

    rate: float = 8.0
    pictures: int = 0

    def monotonic_s(self) -> float:
        return self.pictures / self.rate

    def now(self):  # type: ignore[no-untyped-def]
        raise AssertionError("a face check needs no wall time")


class StillPictures:
    """The same portrait, as often as it is asked for."""

    label = "still"

    def __init__(self, path: Path, clock: PictureClock) -> None:
        self._frame = letter_box(read_picture(path), 640, 480)
        self._clock = clock

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def read(self) -> Frame:
        self._clock.pictures += 1
        return self._frame.copy()
