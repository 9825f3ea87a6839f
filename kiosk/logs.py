"""The log: one line an event, UTC, ids only, in a rotating file that only the kiosk's user can read."""

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
        return redact(text)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that is never readable by others, not even for a moment."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 (as the base class)
        return open(
            self.baseFilename,
            self.mode,
            encoding="utf-8",
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )


def start_logging(state_dir: Path) -> logging.Handler | None:
    """Log to ``state_dir/log``; a folder that cannot be written must not stop the kiosk.

    Returns:
        the handler, to be removed at the end; None when there is no place to log to.
    """
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    folder = state_dir / "log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _PrivateFile(
            folder / LOG_FILE, maxBytes=MAXIMUM_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
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
        handler.close()
