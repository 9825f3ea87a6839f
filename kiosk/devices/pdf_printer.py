"""Sheets as PDF: into a folder, or to a queue of the system's print service."""

import io
import itertools
import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from kiosk.domain.printout import A4, PrintTarget
from kiosk.errors import PrinterFault, PrinterUnavailable
from kiosk.services.ports import PrinterState, PrinterStatus, PrintImage

_MM_PER_INCH = 25.4
_QUALITY = 90
COMMAND_S = 10.0
"""Limit of one command of the print service."""
POLL_S = 0.5
CONFIRM_S = 90.0
"""A sheet takes a laser printer that sleeps about half a minute."""


def pdf_bytes(images: Sequence[PrintImage], target: PrintTarget) -> bytes:
    """One PDF file with a page for each picture."""
    first, *others = images
    stream = io.BytesIO()
    first.save(
        stream,
        "PDF",
        save_all=True,
        append_images=others,
        resolution=target.dots_per_mm * _MM_PER_INCH,
        quality=_QUALITY,
        producer="",
        title="",
    )
    return stream.getvalue()


class PdfPrinter:
    """Writes one PDF file for each job into a folder that only the kiosk's user reads."""

    label = "PDF 文件"

    def __init__(self, folder: Path, target: PrintTarget = A4) -> None:
        self.target = target
        self._folder = folder
        self._lock = threading.Lock()

    def state(self) -> PrinterStatus:
        """Whether the folder is there, or can be made, and can be written."""
        place = next(f for f in (self._folder, *self._folder.absolute().parents) if f.exists())
        if place.is_dir() and os.access(place, os.W_OK):
            return PrinterStatus(PrinterState.READY)
        return PrinterStatus(PrinterState.ABSENT, "文件夹写不进去，请检查权限")

    def print(self, images: Sequence[PrintImage]) -> None:
        """Write the file; it appears whole or not at all.

        Raises:
            PrinterUnavailable: the folder cannot be written.
        """
        if not images:
            return
        body = pdf_bytes(images, self.target)
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._write(body)
            except OSError as error:
                raise PrinterUnavailable(
                    f"the folder cannot be written: {error.strerror}"
                ) from error

    def _write(self, body: bytes) -> None:
        paths = (self._folder / f"{number:04d}.pdf" for number in itertools.count(1))
        path = next(path for path in paths if not path.exists())
        half = path.with_suffix(".part")
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)


class CupsPrinter:
    """A queue of CUPS, through ``lp``: its Python binding is under the GPL.

    The queue keeps the sheet on its disk until it is printed; a kiosk sets ``PreserveJobFiles No``.
    """

    def __init__(self, queue: str, target: PrintTarget = A4, confirm_s: float = CONFIRM_S) -> None:
        self.label = f"打印队列 {queue}"
        self.target = target
        self._queue = queue
        self._confirm_s = confirm_s
        self._lock = threading.Lock()
        self._never = threading.Event()

    def state(self) -> PrinterStatus:
        """What the print service says of the queue."""
        try:
            said = _run(["lpstat", "-p", self._queue])
        except PrinterUnavailable:
            return PrinterStatus(PrinterState.ABSENT, "没有这个打印队列，或者打印服务没有开")
        if "disabled" in said:
            return PrinterStatus(PrinterState.FAULT, "打印队列停了，请看纸和盖子，再开队列")
        return PrinterStatus(PrinterState.READY)

    def print(self, images: Sequence[PrintImage]) -> None:
        """Hand the sheets over and wait until the queue has printed them.

        Raises:
            PrinterUnavailable: the queue does not take them.
            PrinterFault: it took them and did not finish; they are taken back as far as they can be.
        """
        if not images:
            return
        with self._lock:
            body = pdf_bytes(images, self.target)
            said = _run(["lp", "-d", self._queue, "-t", "xianglin", "-"], body)
            # The answer is a sentence such as: request id is desk-12 (1 file).
            job = next((word for word in said.split() if word.startswith(f"{self._queue}-")), "")
            if not job:
                raise PrinterFault("the print service gave no number")
            self._wait_for(job)

    def _wait_for(self, job: str) -> None:
        for _ in range(max(1, round(self._confirm_s / POLL_S))):
            try:
                waiting = _run(["lpstat", "-o", self._queue])
            except PrinterUnavailable as error:
                raise PrinterFault("the print service went away") from error
            if job not in waiting.split():
                return
            self._never.wait(POLL_S)
        _take_back(job)
        raise PrinterFault("the queue did not finish in time")


def _take_back(job: str) -> None:
    try:
        _run(["cancel", job])
    except PrinterUnavailable:
        return  # it may come out later; the job counts as one that may have been printed


def _run(command: list[str], body: bytes = b"") -> str:
    """Run one command of the print service with English answers."""
    program = shutil.which(command[0])
    if program is None:
        raise PrinterUnavailable("no print service on this machine")
    try:
        done = subprocess.run(  # noqa: S603 (a fixed program; the queue's name is checked by the settings)
            [program, *command[1:]],
            input=body,
            capture_output=True,
            timeout=COMMAND_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PrinterUnavailable(f"the print service: {type(error).__name__}") from error
    if done.returncode:
        raise PrinterUnavailable(f"the print service refused: {done.returncode}")
    return done.stdout.decode("utf-8", "replace")
