"""The log: one line an event, UTC, ids only, in a rotating file that only the kiosk's user can read."""

import contextlib
import logging
import logging.handlers
import os
import re
from datetime import UTC, datetime
from pathlib import Path

LOG_FILE = "kiosk.log"
MAXIMUM_BYTES = 2_000_000
KEPT_FILES = 5

# The last net under the rule that no personal value is ever passed to a logger: citizen ids, bank cards and
# telephone numbers are runs of eleven digits and more; names and transcripts are written in Hanzi.
_NUMBER = re.compile(r"(?<![0-9A-Za-z-])[0-9]{11,}[Xx]?(?![0-9A-Za-z-])")
_HANZI = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003134f]+")


def redact(line: str) -> str:
    """Take out what could be a person: long numbers and Hanzi."""
    return _HANZI.sub("…", _NUMBER.sub("…", line))


class PrivateFormatter(logging.Formatter):
    """UTC ISO 8601 time, level, logger, message; redacted, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        text = f"{moment} {record.levelname} {record.name} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        # Sentences of the shipped catalogue, which hold no value: the only Hanzi that a log may keep.
        return f"{redact(text)} {getattr(record, 'fixed_words', '')}".rstrip()


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that is never readable by others, not even for a moment."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 (as the base class)
        return open(
            self.baseFilename,
            self.mode,
            encoding="utf-8",
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """A full disk costs a line of the log; it must not put a traceback on the screen."""


def log_file(state_dir: Path) -> Path:
    """Where the log of a state folder is."""
    return state_dir / "log" / LOG_FILE


def is_logging(state_dir: Path) -> bool:
    """Whether this process already logs to that state folder."""
    place = os.path.abspath(log_file(state_dir))
    handlers = logging.getLogger().handlers
    return any(isinstance(one, _PrivateFile) and one.baseFilename == place for one in handlers)


def start_logging(state_dir: Path) -> logging.Handler | None:
    """Log to ``state_dir/log``; a folder that cannot be written must not stop the kiosk.

    Returns:
        the handler, to be removed at the end; None when there is no place to log to, or when whoever called
        before still logs there.
    """
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    if is_logging(state_dir):
        return None
    file = log_file(state_dir)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _PrivateFile(
            file, maxBytes=MAXIMUM_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(PrivateFormatter())
    root.addHandler(handler)
    # Their lines name hosts and paths that are nobody's business, and say nothing that ours do not.
    for name in ("urllib3", "comtypes", "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def stop_logging(handler: logging.Handler | None) -> None:
    """Close the log file."""
    if handler is not None:
        logging.getLogger().removeHandler(handler)
        # A full disk shows once more when the last lines are written out.
        with contextlib.suppress(OSError):
            handler.close()
