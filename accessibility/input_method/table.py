"""A read-only table of the product, opened when it is first asked."""

import sqlite3
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from accessibility.errors import InputTableUnusable


class ReadOnlyTable:
    """Answers queries over one SQLite file; writes neither to it nor beside it."""

    def __init__(self, name: str, path: Path | None = None) -> None:
        self._path = path or Path(str(resources.files("assets"))) / "input" / name
        self._connection: sqlite3.Connection | None = None

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return all rows of a query.

        Raises:
            InputTableUnusable: the file is missing or damaged.
        """
        try:
            return self._open().execute(query, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise InputTableUnusable(self._path.name) from error

    def close(self) -> None:
        """Let go of the file; the next query opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            # immutable: no lock file and no journal is looked for, the folder may be read-only
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True)
        return self._connection
