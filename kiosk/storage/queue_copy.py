"""A second copy of what waits in the queue, sealed to this machine, for the day when the database is lost.

The items in it are the very bytes that would be sent, so the centre takes whatever comes twice as once.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlite_utils import Database

from kiosk.storage.sealed_file import SealedFile
from sync.safe_file import make_folder

EXPORTS = "exports"
COPY_FILE = "queue.copy"
_PURPOSE = b"xianglin/v1/queue-copy\n"
_LARGEST_BYTES = 256 * 1024 * 1024
MOST_ITEMS = 20_000
"""The newest so many: a copy must not take the memory that the kiosk needs."""

Value = int | str | bytes | None


class QueueCopy:
    """The copy in ``exports`` below the state folder.

    Args:
        key: of the database.
    """

    def __init__(self, state_dir: Path, key: bytes) -> None:
        self._folder = state_dir / EXPORTS
        self._file = SealedFile(self._folder / COPY_FILE, key, _PURPOSE, _LARGEST_BYTES)

    def keep(self, database: Database) -> int:
        """Copy everything that the centre has not signed for; how much that is.

        Raises:
            OSError: it cannot be written; the copy before stands.
        """
        cursor = database.execute(
            "SELECT * FROM outbox WHERE state <> 'acknowledged' ORDER BY seq DESC LIMIT ?",
            [MOST_ITEMS],
        )
        names = [column[0] for column in cursor.description]
        rows = [
            {name: _plain(value) for name, value in zip(names, row, strict=True)} for row in cursor
        ]
        make_folder(self._folder)
        self._file.write(json.dumps(rows, separators=(",", ":")).encode())
        return len(rows)

    def rows(self) -> Iterator[Mapping[str, Value]]:
        """The rows of the copy, oldest first; none when there is no copy that can be read."""
        content = self._file.read()
        try:
            rows = json.loads(content) if content is not None else []
            for row in reversed(rows):
                yield {str(name): _value(value) for name, value in row.items()}
        except (ValueError, AttributeError, TypeError):
            return


def _plain(value: Value) -> object:
    return [base64.b64encode(value).decode()] if isinstance(value, bytes) else value


def _value(plain: object) -> Value:
    if isinstance(plain, list):
        return base64.b64decode(str(plain[0]), validate=True)
    return plain if isinstance(plain, int | str) else None
