"""A printer without hardware: every sheet is a PNG file; it runs out of paper, jams and vanishes when told."""

import threading
from collections.abc import Sequence
from pathlib import Path

from kiosk.domain.printout import ROLL_80, PrintTarget
from kiosk.errors import PrinterFault, PrinterUnavailable
from kiosk.services.ports import PrinterState, PrinterStatus, PrintImage


class SimulatedPrinter:
    """Behaves like a printer whose roll and cable the program holds. Safe from several threads."""

    label = "模拟打印机"

    def __init__(self, folder: Path, target: PrintTarget = ROLL_80) -> None:
        self.target = target
        self._folder = folder
        self._lock = threading.Lock()
        self._is_plugged = True
        self._jams = False
        self._sheets_left: int | None = None

    def vanish(self) -> None:
        """Unplug it."""
        self._is_plugged = False

    def plug_in(self) -> None:
        """Plug it in again, with a new roll and nothing jammed."""
        self._is_plugged, self._jams, self._sheets_left = True, False, None

    def jam(self) -> None:
        """Break off in the middle of the next sheet, and of every one until it is plugged in anew."""
        self._jams = True

    def leave_paper(self, sheets: int) -> None:
        """Let the roll end after so many sheets."""
        self._sheets_left = sheets

    def state(self) -> PrinterStatus:
        """What a printer would say."""
        if not self._is_plugged:
            return PrinterStatus(PrinterState.ABSENT, "检查打印机的线和电源")
        if self._sheets_left == 0:
            return PrinterStatus(PrinterState.FAULT, "没有纸了，请换一卷纸")
        if self._jams:
            return PrinterStatus(PrinterState.FAULT, "卡纸了，请打开盖子取出来")
        if self._sheets_left is not None and self._sheets_left < 3:
            return PrinterStatus(PrinterState.PAPER_LOW, "纸快用完了，请备一卷新的")
        return PrinterStatus(PrinterState.READY)

    def print(self, images: Sequence[PrintImage]) -> None:
        """Write a PNG file for each sheet; the files are numbered in the order in which they came out.

        Raises:
            PrinterUnavailable: unplugged, without paper, or the folder cannot be written.
            PrinterFault: jammed, or the paper ended between two sheets.
        """
        with self._lock:
            if not self._is_plugged or self._sheets_left == 0:
                raise PrinterUnavailable(self.state().words)
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                for image in images:
                    self._print_sheet(image)
            except OSError as error:
                raise PrinterUnavailable(
                    f"the folder cannot be written: {error.strerror}"
                ) from error

    def _print_sheet(self, image: PrintImage) -> None:
        number = 1 + sum(1 for _ in self._folder.glob("*.png"))
        if self._jams:
            half = image.crop((0, 0, image.width, max(1, image.height // 2)))
            half.save(self._folder / f"{number:04d}-half.png")
            raise PrinterFault("the paper jammed")
        if self._sheets_left is not None:
            if self._sheets_left == 0:
                raise PrinterFault("the paper ended")
            self._sheets_left -= 1
        image.save(self._folder / f"{number:04d}.png")
