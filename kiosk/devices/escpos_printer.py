"""Thermal printers that understand ESC/POS, over ``python-escpos``; only dots are sent, never text.

So every name and every layout comes out the same on every printer, whatever code pages it has.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from kiosk.domain.printout import PrintTarget
from kiosk.errors import PrinterFault, PrinterUnavailable
from kiosk.services.ports import PrinterState, PrinterStatus, PrintImage

if TYPE_CHECKING:
    from escpos.escpos import Escpos

    MakeDriver = Callable[[], Escpos]

BAND_DOTS = 256
"""Rows sent in one command: cheap printers have buffers of a few kilobytes."""

# Source: Epson, "ESC/POS Command Reference", DLE EOT n and GS r n.
_ASK_ONLINE = b"\x10\x04\x01"
_ASK_PAPER = b"\x10\x04\x04"
_CONFIRM = b"\x1dr\x01"
"""Answered in its turn, so an answer means that everything before it was printed."""
_OFFLINE = 0x08
_NO_PAPER = 0x60
_LITTLE_PAPER = 0x0C
_CONFIRM_NO_PAPER = 0x0C


class EscposPrinter:
    """One thermal printer.

    Args:
        make_driver: gives an open driver of ``python-escpos``; asked anew for each job.
        target: width and type.
        label: for staff.
        can_answer: whether the driver can read; only then is the printer asked for its state and for confirmation.
    """

    def __init__(
        self,
        make_driver: "MakeDriver",
        target: PrintTarget,
        label: str,
        *,
        can_answer: bool,
    ) -> None:
        self.label = label
        self.target = target
        self._make_driver = make_driver
        self._can_answer = can_answer
        self._lock = threading.Lock()

    def state(self) -> PrinterStatus:
        """Ask the printer; one that prints just now is ready."""
        if not self._lock.acquire(blocking=False):
            return PrinterStatus(PrinterState.READY, "正在打印")
        try:
            with self._open() as driver:
                return self._asked(driver)
        except PrinterUnavailable:
            return PrinterStatus(PrinterState.ABSENT, "检查打印机的线和电源")
        finally:
            self._lock.release()

    def print(self, images: Sequence[PrintImage]) -> None:
        """Send the dots, cut the paper, wait for the confirmation.

        Raises:
            PrinterUnavailable: it does not answer or has no paper; nothing was sent.
            PrinterFault: it broke off or did not confirm.
        """
        with self._lock, self._open() as driver:
            answers = self._can_answer and _ask(driver, _ASK_ONLINE) is not None
            status = self._asked(driver)
            if not status.can_print:
                raise PrinterUnavailable(status.words)
            try:
                _send(driver, images)
                if answers:
                    _confirm(driver)
            except _link_errors() as error:
                raise PrinterFault(f"the printer broke off: {type(error).__name__}") from error

    def _asked(self, driver: "Escpos") -> PrinterStatus:
        if not self._can_answer:
            return PrinterStatus(PrinterState.READY)
        paper, online = _ask(driver, _ASK_PAPER), _ask(driver, _ASK_ONLINE)
        if paper is not None and paper & _NO_PAPER == _NO_PAPER:
            return PrinterStatus(PrinterState.FAULT, "没有纸了，请换一卷纸")
        if online is not None and online & _OFFLINE:
            return PrinterStatus(PrinterState.FAULT, "打印机停下了，请看盖子关好没有、卡没卡纸")
        if paper is not None and paper & _LITTLE_PAPER == _LITTLE_PAPER:
            return PrinterStatus(PrinterState.PAPER_LOW, "纸快用完了，请备一卷新的")
        # No answer at all: many cheap printers print but never answer.
        return PrinterStatus(PrinterState.READY)

    @contextlib.contextmanager
    def _open(self) -> "Iterator[Escpos]":
        try:
            driver = self._make_driver()
        except _link_errors() as error:
            raise PrinterUnavailable(f"no printer: {type(error).__name__}") from error
        try:
            _fit_profile(driver, self.target)
            yield driver
        finally:
            # Closing flushes once more and fails once more; what failed was said already.
            with contextlib.suppress(*_link_errors()):
                driver.close()


def _link_errors() -> tuple[type[Exception], ...]:
    """What the drivers raise: the system's errors, the library's own, pyusb's missing backend."""
    from escpos.exceptions import Error

    return (OSError, Error, RuntimeError, ValueError, AssertionError)


def _fit_profile(driver: "Escpos", target: PrintTarget) -> None:
    """Tell the library the width; else it prints a complaint on standard output for every picture."""
    width = {"mm": round(target.width / target.dots_per_mm), "pixels": target.width}
    media = {"dpi": 203, "width": width}
    driver.profile.profile_data = {**driver.profile.profile_data, "media": media}


def _send(driver: "Escpos", images: Sequence[PrintImage]) -> None:
    driver.hw("INIT")
    for image in images:
        driver.image(image, impl="bitImageRaster", fragment_height=BAND_DOTS)
        driver.cut()


def _ask(driver: "Escpos", question: bytes) -> int | None:
    """The printer's answer; None when it stays silent."""
    try:
        driver._raw(question)
        answer = driver._read()
    except TimeoutError:
        return None
    except OSError as error:
        if "timed out" in str(error).lower():
            return None  # pyusb's own time-out is an OSError of another kind
        raise PrinterUnavailable(f"no answer: {type(error).__name__}") from error
    return answer[-1] if len(answer) else None


def _confirm(driver: "Escpos") -> None:
    driver._raw(_CONFIRM)
    answer = driver._read()
    if not len(answer):
        raise PrinterFault("the printer did not confirm")
    if answer[-1] & _CONFIRM_NO_PAPER == _CONFIRM_NO_PAPER:
        raise PrinterFault("the paper ended")
