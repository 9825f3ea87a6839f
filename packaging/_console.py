"""Say what is going on: one live line on a terminal, plain lines in a log."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

LIVE_INTERVAL_S = 0.25
"""How often the live line is drawn on a terminal."""

PLAIN_INTERVAL_S = 10.0
"""How often a step that goes on says so where there is no terminal."""


class TaskError(Exception):
    """Something expected went wrong; the text says what, and what to do. Shown without a traceback."""


def elapsed_text(seconds: float) -> str:
    """Write a duration as a person reads it: 0.4 s, 12 s, 3:05."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def is_live(stream: TextIO) -> bool:
    """Whether a line may be drawn over: a real terminal, and nobody collects the output."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


class Step:
    """One step under way: ``detail`` is what it is busy with, ``measure`` is asked at each drawing."""

    def __init__(self, label: str, now: Callable[[], float]) -> None:
        self.label = label
        self.detail = ""
        self.measure: Callable[[], str] = str
        self._now = now
        self._started = now()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the step began."""
        return self._now() - self._started

    def line(self) -> str:
        """What to show now."""
        parts = (self.label, elapsed_text(self.elapsed_s), self.detail, self.measure())
        return "  ".join(part for part in parts if part)


class Console:
    """Writes progress to one stream; safe against terminals that cannot show every letter."""

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        live: bool | None = None,
        now: Callable[[], float] = time.monotonic,
        interval_s: float | None = None,
    ) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._live = is_live(self._stream) if live is None else live
        self._now = now
        self._interval_s = interval_s or (LIVE_INTERVAL_S if self._live else PLAIN_INTERVAL_S)

    def say(self, text: str = "") -> None:
        """Write one line."""
        self._write(text + "\n")

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[Step]:
        """Show a step while the body runs, then how long it took or that it failed."""
        step = Step(label, self._now)
        stopped = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(step, stopped), daemon=True)
        if not self._live:
            self.say(f"{label} ...")
        ticker.start()
        outcome = "failed"
        try:
            yield step
            outcome = "done"
        except KeyboardInterrupt:
            outcome = "stopped"
            raise
        finally:
            stopped.set()
            ticker.join()
            self._clear()
            self.say(f"{label}  {outcome} in {elapsed_text(step.elapsed_s)}")

    def _tick(self, step: Step, stopped: threading.Event) -> None:
        while not stopped.wait(self._interval_s):
            if self._live:
                width = terminal_columns() - 1
                self._write("\r\x1b[K" + step.line()[:width])
            else:
                self.say("    " + step.line())

    def _clear(self) -> None:
        if self._live:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()


def terminal_columns() -> int:
    """Width of the terminal in letters; 80 where it does not tell."""
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80
