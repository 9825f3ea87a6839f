"""Write what was salvaged into a new encrypted database of the same shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from sync.salvage.records import Value
from sync.salvage.tables import Salvage, SchemaEntry, Table

_AT_ONCE = 500
"""Rows in memory at a time."""


@dataclass(slots=True)
class Rebuilt:
    """What came over."""

    rows: dict[str, int] = field(default_factory=dict)
    """By table."""
    refused: dict[str, int] = field(default_factory=dict)
    """Rows that could be read and break a rule of their table: a key that is there already, mostly."""


def make_tables(database: Database, schema: Iterable[SchemaEntry]) -> None:
    """Make the tables of the damaged database; indexes and triggers come when the rows are in."""
    for entry in schema:
        if entry.kind == "table" and entry.sql and not entry.name.startswith("sqlite_"):
            database.execute(entry.sql)


def make_indexes(database: Database, schema: Iterable[SchemaEntry]) -> None:
    """Make indexes and triggers, those first that were first."""
    for entry in schema:
        if entry.kind in ("index", "trigger", "view") and entry.sql:
            database.execute(entry.sql)


def fill_tables(database: Database, salvage: Salvage) -> Rebuilt:
    """Copy every row that can be read into the table of its name, as far as there is one.

    Works in the caller's transaction.
    """
    rebuilt = Rebuilt()
    for table in salvage.tables:
        _copy(database, table, salvage.rows(table), rebuilt)
    for table, row in salvage.stray_rows():
        _copy(database, table, [row], rebuilt)
    return rebuilt


def _copy(
    database: Database, table: Table, rows: Iterable[Mapping[str, Value]], rebuilt: Rebuilt
) -> None:
    known = {str(column[1]) for column in database.execute(f"PRAGMA table_info([{table.name}])")}
    iterator = iter(rows)
    while known and (batch := list(islice(iterator, _AT_ONCE))):
        for row in batch:
            taken = {name: value for name, value in row.items() if name in known}
            kind = rebuilt.rows if _insert(database, table.name, taken) else rebuilt.refused
            kind[table.name] = kind.get(table.name, 0) + 1


def _insert(database: Database, table: str, row: Mapping[str, Value]) -> bool:
    names = ", ".join(f"[{name}]" for name in row)
    places = ", ".join("?" * len(row))
    try:
        cursor = database.execute(
            f"INSERT OR IGNORE INTO [{table}] ({names}) VALUES ({places})",  # noqa: S608 (names of the schema)
            list(row.values()),
        )
    except dbapi2.IntegrityError:
        return False
    return bool(cursor.rowcount == 1)
