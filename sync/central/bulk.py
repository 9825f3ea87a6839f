"""Many rows of one table at once, past SQLAlchemy's work on each value: the driver takes them as they are."""

import contextlib
import json
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Table
from sqlalchemy.exc import DBAPIError

_LENGTHS = (100, 25, 5, 1)
"""Rows of a statement; 100 are a whole batch."""


class BulkInsert:
    """Inserts whole rows: each names all columns of the table.

    PostgreSQL copies them, which spares it to plan and to bind row by row. SQLite gets many in one statement: between
    two statements its driver lets other threads have the interpreter, and has to wait to get it back.
    """

    def __init__(self, table: Table) -> None:
        columns = [column.name for column in table.columns]
        names = ", ".join(f'"{name}"' for name in columns)
        marks = f"({', '.join('?' * len(columns))})"
        # Few lengths, so that the driver keeps them prepared.
        self._inserts = {
            count: f'INSERT INTO "{table.name}" ({names}) VALUES {", ".join([marks] * count)}'  # noqa: S608  (no value from outside)
            for count in _LENGTHS
        }
        self._copy = f'COPY "{table.name}" ({names}) FROM STDIN'
        self._values = itemgetter(*columns)

    def __call__(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, all or none, in the caller's transaction.

        Raises:
            DBAPIError: as a statement of SQLAlchemy's does.
        """
        if not rows:
            return
        if connection.dialect.name == "postgresql":
            self._copy_in(connection, rows)
            return
        values = list(map(self._values, rows))
        for count in _LENGTHS:
            while len(values) >= count:
                these, values = values[:count], values[count:]
                connection.exec_driver_sql(self._inserts[count], tuple(chain.from_iterable(these)))

    def _copy_in(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        dialect = connection.dialect
        base = dialect.loaded_dbapi.Error
        try:
            cursor: Any = connection.connection.cursor()
            with contextlib.closing(cursor), cursor.copy(self._copy) as copy:
                for row in rows:
                    copy.write_row(self._values(row))
        except base as error:
            # Without the values, which are personal data.
            raise DBAPIError.instance(
                None, None, error, base, hide_parameters=True, dialect=dialect
            ) from error


class BulkSelect:
    """Selects rows by many values of one column; the values travel as one parameter.

    Args:
        columns: what is selected, of one table.
        by: the column that has one of the values.
        also: a column that has one value in all of the rows.
    """

    def __init__(
        self, columns: Sequence[Column[Any]], by: Column[Any], also: Column[Any] | None = None
    ) -> None:
        what = ", ".join(column.name for column in columns)
        select = f"SELECT {what} FROM {by.table.description} WHERE "  # noqa: S608  (no value from outside)
        one = f"{also.name} = {{0}} AND " if also is not None else ""
        self._sqlite = select + one.format("?") + by.name + " IN (SELECT value FROM json_each(?))"  # noqa: S608  (no value from outside)
        self._postgresql = select + one.format("%s") + by.name + " = ANY(%s)"

    def __call__(
        self, connection: Connection, values: Collection[str | int], *also: str
    ) -> CursorResult[Any]:
        """The rows, in no order."""
        if connection.dialect.name == "postgresql":
            return connection.exec_driver_sql(self._postgresql, (*also, list(values)))
        return connection.exec_driver_sql(self._sqlite, (*also, json.dumps(list(values))))
