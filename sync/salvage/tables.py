"""Tables out of pages: which columns they have, and the rows that can still be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlcipher3 import dbapi2

from sync.salvage.pages import PageFile
from sync.salvage.records import LEAF_TABLE, Cell, Node, Value, parse_node, walk

SCHEMA_ROOT = 1
_SCHEMA_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class SchemaEntry:
    """A row of ``sqlite_schema``."""

    kind: str
    """``table``, ``index`` or ``trigger``."""
    name: str
    root: int
    sql: str

    def __post_init__(self) -> None:
        """Raises ValueError when it cannot be a row of the schema."""
        if self.kind not in ("table", "index", "trigger", "view"):
            raise ValueError("no entry of a schema")


@dataclass(frozen=True, slots=True)
class Table:
    """How the records of a table are to be read."""

    name: str
    root: int
    columns: tuple[str, ...]
    """In the order in which they are stored."""
    types: tuple[str, ...]
    are_required: tuple[bool, ...]
    has_rowid: bool
    least: int
    """Values that even the oldest record has: a column that was added later is missing in earlier ones."""
    alias: int | None
    """Index of the column that is the row's number and is stored as nothing."""

    def row(self, cell: Cell) -> dict[str, Value] | None:
        """The record as a row; None when it cannot be of this table."""
        values = cell.values
        if (
            not self.least <= len(values) <= len(self.columns)
            or (cell.rowid is None) is self.has_rowid
        ):
            return None
        row = dict(zip(self.columns, values, strict=False))
        if self.alias is not None:
            row[self.columns[self.alias]] = cell.rowid
        fits = zip(row.items(), self.types, self.are_required, strict=False)
        is_one = all(
            not is_required if value is None else _fits(value, kind)
            for (_, value), kind, is_required in fits
        )
        return row if is_one else None


def _fits(value: Value, declared: str) -> bool:
    """Whether a declared type can hold it; these tables hold no other types."""
    wanted = {"INTEGER": int, "TEXT": str, "BLOB": bytes}.get(declared.upper())
    return wanted is None or isinstance(value, wanted)


@dataclass(slots=True)
class Losses:
    """What could not be read of one table."""

    pages: int = 0
    """Pages of its tree."""
    cells: int = 0
    """Records on readable pages that go on on a damaged one."""


@dataclass(slots=True)
class Salvage:
    """Reads a damaged database table by table."""

    pages: PageFile
    schema: tuple[SchemaEntry, ...]
    losses: dict[str, Losses] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the schema that can hold rows of the product."""
        return tables_of(self.schema)

    def rows(self, table: Table) -> Iterator[dict[str, Value]]:
        """The rows that can be reached from the table's root."""
        losses = self.losses.setdefault(table.name, Losses())
        for number, node in walk(table.root, self.pages.read):
            self._seen.add(number)
            if node is None:
                losses.pages += 1
                continue
            losses.cells += node.lost
            yield from _rows(table, node)

    def stray_rows(self) -> Iterator[tuple[Table, dict[str, Value]]]:
        """Rows on pages that no readable page leads to; call it when every table was read.

        Only tables with a hole can have lost some, and a page is one table's only when every record on it fits.
        """
        holed = [table for table in self.tables if self.losses.get(table.name, Losses()).pages]
        if not holed:
            return
        read = {table.name for table in self.tables}
        for entry in self.schema:
            if entry.root and entry.name not in read:
                self._seen.update(number for number, _ in walk(entry.root, self.pages.read))
        for number in range(2, self.pages.count + 1):
            if number in self._seen:
                continue
            page = self.pages.read(number)
            node = parse_node(page, number, self.pages.read) if page is not None else None
            if node is None or not node.cells:
                continue
            for table in holed:
                rows = list(_rows(table, node))
                if len(rows) == len(node.cells):
                    yield from ((table, row) for row in rows)
                    break


def _rows(table: Table, node: Node) -> Iterator[dict[str, Value]]:
    if (node.kind == LEAF_TABLE) is not table.has_rowid:
        return
    for cell in node.cells:
        row = table.row(cell)
        if row is not None:
            yield row


def read_schema(pages: PageFile) -> tuple[SchemaEntry, ...]:
    """The schema; empty when any page of it is damaged, for half a schema would lose whole tables in silence."""
    entries: list[SchemaEntry] = []
    for _, node in walk(SCHEMA_ROOT, pages.read):
        if node is None or node.lost:
            return ()
        for cell in node.cells:
            if len(cell.values) != _SCHEMA_COLUMNS:
                return ()
            kind, name, _, root, sql = cell.values
            try:
                entries.append(
                    SchemaEntry(str(kind), str(name), int(str(root or 0)), str(sql or ""))
                )
            except ValueError:
                return ()
    return tuple(entries)


def tables_of(schema: Iterable[SchemaEntry]) -> tuple[Table, ...]:
    """How each table's records are stored; SQLite itself is asked, in a database that holds nothing."""
    found = []
    scratch = dbapi2.connect(":memory:")
    try:
        for entry in schema:
            if entry.kind != "table" or entry.name.startswith("sqlite_") or not entry.sql:
                continue
            try:
                scratch.execute(entry.sql)
            except dbapi2.Error:
                continue
            found.append(_table(scratch, entry))
    finally:
        scratch.close()
    return tuple(found)


def _table(scratch: dbapi2.Connection, entry: SchemaEntry) -> Table:
    columns: Sequence[tuple[int, str, str, int, object, int]] = scratch.execute(
        "SELECT cid, name, type, [notnull], dflt_value, pk FROM pragma_table_info(?) ORDER BY cid",
        [entry.name],
    ).fetchall()
    (without_rowid,) = scratch.execute(
        "SELECT wr FROM pragma_table_list WHERE name = ?", [entry.name]
    ).fetchone()
    if without_rowid:
        # Such a table is an index of its key: the key's columns come first.
        columns = sorted(columns, key=lambda column: (column[5] == 0, column[5] or column[0]))
    keys = [column for column in columns if column[5]]
    alias = None
    if not without_rowid and len(keys) == 1 and keys[0][2].upper() == "INTEGER":
        alias = list(columns).index(keys[0])
    return Table(
        name=entry.name,
        root=entry.root,
        columns=tuple(column[1] for column in columns),
        types=tuple(column[2] for column in columns),
        are_required=tuple(bool(column[3] or (without_rowid and column[5])) for column in columns),
        has_rowid=not without_rowid,
        least=max(
            (place for place, column in enumerate(columns, 1) if column[3] and column[4] is None),
            default=1,
        ),
        alias=alias,
    )


def schema_from(rows: Iterable[Mapping[str, object]]) -> tuple[SchemaEntry, ...]:
    """The schema as it was written down elsewhere.

    Raises:
        ValueError, KeyError: it is none.
    """
    return tuple(
        SchemaEntry(str(row["kind"]), str(row["name"]), int(str(row["root"])), str(row["sql"]))
        for row in rows
    )
