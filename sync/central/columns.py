"""Brings the tables of an existing database up to the columns that this version knows."""

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn


def add_missing_columns(connection: Connection, metadata: MetaData) -> None:
    """Add the columns that came after a table was made; rows stay as they are.

    Only what adds is done here, so a database still serves the version before.
    """
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        known = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                _add(connection, table, column)


def _add(connection: Connection, table: Table, column: "Column[object]") -> None:
    dialect = connection.dialect
    name = dialect.identifier_preparer.format_table(table)
    declared = CreateColumn(column).compile(dialect=dialect)
    connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {declared}")
