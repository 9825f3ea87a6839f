"""Tables for the terminal."""

from collections.abc import Mapping, Sequence

from rich.table import Table


def table(title: str, rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> Table:
    """Show some columns of rows; what is not known is left empty."""
    made = Table(*columns, title=title)
    for row in rows:
        made.add_row(*(str(row[column] if row[column] is not None else "") for column in columns))
    return made
