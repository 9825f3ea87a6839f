"""The last net of the command line: every failure is a sentence for staff, and no traceback reaches a person."""

import contextlib
import io
import logging
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from kiosk.config import default_state_dir, load_config
from kiosk.errors import ConfigError, KioskError
from kiosk.explain import Explanation, explain
from kiosk.logs import is_logging, log_file, start_logging, stop_logging

_log = logging.getLogger(__name__)

EXIT_FAILED = 1
EXIT_USAGE = 2

LOCALE = "zh-CN"

Say = Callable[[str], None]


def make_output_chinese() -> None:
    """Write UTF-8 where the locale knows no Hanzi: under cron, ssh or a redirection the terminal mostly does."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        try:
            "乡邻".encode(stream.encoding)
        except UnicodeEncodeError:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say_to_staff(line: str) -> None:
    """Print one line on standard error, whatever letters the terminal knows."""
    print(line, file=sys.stderr)  # noqa: T201 (a command line's own output)


def explained(error: BaseException) -> Explanation:
    """What staff are told; works also when the very file of texts is damaged."""
    # Loaded for failures only: a command that succeeds needs no texts.
    from accessibility.errors import AccessibilityError  # noqa: PLC0415
    from accessibility.prompt_catalogue import PromptCatalogue  # noqa: PLC0415

    try:
        return explain(error, PromptCatalogue.load(LOCALE).label)
    except AccessibilityError as damage:
        return Explanation(
            damage.code, "程序的文字文件坏了。", "请重新安装程序。已受理的事没有丢。"
        )


def tell(error: BaseException, state_dir: Path, say: Say = say_to_staff) -> int:
    """Say a failure, log it, and give the exit code.

    An expected failure is logged where a log is open or a kiosk lives; it makes no folder, as the person at the
    command line has read all of it. An unexpected one, a bug, is always written down with its traceback.
    """
    explanation = explained(error)
    for line in explanation.lines:
        say(line)
    if explanation.code == KioskError.code:
        say(_where(_report(error, explanation, state_dir)))
        return EXIT_FAILED
    with command_log(state_dir):
        log_failure(error, explanation)
    return EXIT_USAGE if isinstance(error, ConfigError) else EXIT_FAILED


def log_failure(error: BaseException, explanation: Explanation) -> None:
    """One line with code, type, the error's own words and what staff were told; a traceback for a bug only."""
    keys = [fault.partition("：")[0] for fault in getattr(error, "faults", ())]
    _log.error(
        "failed code=%s type=%s %s",
        explanation.code,
        type(error).__name__,
        f"keys={','.join(keys)}" if keys else f"detail={error}",
        exc_info=error if explanation.code == KioskError.code else None,
        extra={"fixed_words": explanation.words},
    )


@contextlib.contextmanager
def command_log(state_dir: Path) -> Iterator[None]:
    """Log for the length of a command, if the machine has a state folder; else nothing is made and nothing said."""
    handler = start_logging(state_dir) if state_dir.is_dir() else None
    try:
        yield
    finally:
        stop_logging(handler)


def state_dir_of(config_path: Path | None) -> Path:
    """Where the log of a command belongs, also when its settings are wrong."""
    try:
        return load_config(config_path).state_dir
    except KioskError:
        return default_state_dir()


@contextlib.contextmanager
def no_traceback(state_dir: Path, say: Say = say_to_staff) -> Iterator[None]:
    """Send what escapes from threads and from Qt's callbacks to the log instead of the terminal."""

    def from_anywhere(
        kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            tell(error or kind(), state_dir, say)

    def from_thread(fault: threading.ExceptHookArgs) -> None:
        if fault.exc_type is not SystemExit:
            from_anywhere(fault.exc_type, fault.exc_value, fault.exc_traceback)

    # Without a handler, Python prints warnings and tracebacks of the log to the terminal.
    silence = logging.NullHandler()
    root = logging.getLogger()
    root.addHandler(silence)
    before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = from_anywhere, from_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
        root.removeHandler(silence)


def _report(error: BaseException, explanation: Explanation, state_dir: Path) -> Path | None:
    """Write a bug down, in the state folder or, where that cannot be written, in a private scratch folder."""
    if is_logging(state_dir):
        log_failure(error, explanation)
        return log_file(state_dir)
    return _log_to(state_dir, error, explanation) or _log_to_scratch(error, explanation)


def _log_to_scratch(error: BaseException, explanation: Explanation) -> Path | None:
    try:
        scratch = Path(tempfile.mkdtemp(prefix="xianglin-log-"))
    except OSError:
        return None
    return _log_to(scratch, error, explanation)


def _log_to(state_dir: Path, error: BaseException, explanation: Explanation) -> Path | None:
    handler = start_logging(state_dir)
    if handler is None:
        return None
    try:
        log_failure(error, explanation)
    finally:
        stop_logging(handler)
    return log_file(state_dir)


def _where(place: Path | None) -> str:
    return f"  详情在 {place}" if place else "  日志写不进去：请检查磁盘。"
