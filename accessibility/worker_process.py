"""A child process that answers JSON lines, with a limit on every wait."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any

_LONGEST_LINE = 65_536
_LINES_KEPT = 64
_EXIT_LIMIT_S = 2.0


class WorkerFault(Exception):
    """The worker died, did not answer in time, or answered what cannot be understood."""


class WorkerProcess:
    """Starts at once; whoever makes one must ``kill`` it. Not for use by several threads, except ``kill``."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the process.

        Raises:
            WorkerFault: the program cannot be started.
        """
        # An own group: Ctrl-C at the terminal is for the kiosk, which then ends its worker in order.
        platform: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
            if sys.platform == "win32"
            else {"process_group": 0}
        )
        try:
            self._process = subprocess.Popen(  # noqa: S603  a fixed command, no shell
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, **(environment or {})},
                **platform,
            )
        except OSError as error:
            raise WorkerFault(f"cannot start: {type(error).__name__}") from error
        self._lines: queue.Queue[str | None] = queue.Queue(_LINES_KEPT)
        self._reader = threading.Thread(target=self._read, name="speech-worker-reader", daemon=True)
        self._reader.start()

    def send(self, message: Mapping[str, object]) -> None:
        """Send one message.

        Raises:
            WorkerFault: the process has ended.
        """
        stdin = self._pipe(self._process.stdin)
        try:
            stdin.write(json.dumps(message) + "\n")
            stdin.flush()
        except (OSError, ValueError) as error:
            raise WorkerFault("ended") from error

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Wait for the next message.

        Raises:
            WorkerFault: none came in time, the process ended, or the line is no JSON object.
        """
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            raise WorkerFault(f"no answer in {timeout_s:.1f} s") from None
        if line is None:
            raise WorkerFault("ended")
        try:
            message = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise WorkerFault("answered no JSON") from error
        if not isinstance(message, dict):
            raise WorkerFault("answered no JSON object")
        return message

    def kill(self) -> None:
        """End the process and release its pipes; from any thread, any number of times."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_EXIT_LIMIT_S)
        self._reader.join(_EXIT_LIMIT_S)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what it did not take is not missed
                self._pipe(pipe).close()

    def _read(self) -> None:
        stdout = self._pipe(self._process.stdout)
        with contextlib.suppress(OSError, ValueError):
            while line := stdout.readline(_LONGEST_LINE):
                with contextlib.suppress(queue.Full):  # nobody asked for that much
                    self._lines.put_nowait(line)
        while True:
            try:
                self._lines.put_nowait(None)
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._lines.get_nowait()
            else:
                return

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise WorkerFault("has no pipe")
        return pipe
