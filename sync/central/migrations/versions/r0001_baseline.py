"""The tables as they were before revisions were counted.

They stand here once more, so that a later change of ``tables`` does not change what this revision makes. What is there
already stays: a centre of an earlier version made its tables by itself, and some of its columns may be missing.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.schema import CreateColumn

revision = "0001"
down_revision = None

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
_TABLES = MetaData()

Table(
    "meta",
    _TABLES,
    Column("name", String(64), primary_key=True),
    Column("value", String(512), nullable=False),
)
Table(
    "counter",
    _TABLES,
    Column("name", String(64), primary_key=True),
    Column("value", _NUMBER, nullable=False),
)
Table(
    "device",
    _TABLES,
    Column("id", String(64), primary_key=True),
    Column("receipt_prefix", String(3), nullable=False, unique=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("hwm", _NUMBER, nullable=False),
)
Table(
    "inbox",
    _TABLES,
    Column("id", String(36), primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False),
    Column("seq", _NUMBER, nullable=False),
    Column("subject", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("item", LargeBinary, nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("problem", String(200), nullable=False),
    Column("server_seq", _NUMBER, nullable=False, unique=True),
    UniqueConstraint("device", "seq", name="inbox_device_seq"),
)
Table(
    "application",
    _TABLES,
    Column("event_id", String(36), ForeignKey("inbox.id"), primary_key=True),
    Column("device", String(64), nullable=False),
    Column("service_id", String(64), nullable=False),
    Column("resident_id", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("person_claim", String(64), nullable=False),
    Column("receipt_number", String(32), nullable=False),
    Column("accepted_at", String(32), nullable=False),
    Column("assurance", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("decision_code", String(64), nullable=False),
    Column("decision_text", String(400), nullable=False),
    Column("decision_fields", Text, nullable=False, server_default=""),
    Column("decided_at", String(32)),
    Column("corrects", String(36), nullable=False, server_default=""),
    Column("corrected_by", String(36), nullable=False, server_default=""),
    Column("flags", String(100), nullable=False, server_default=""),
    Column("proxy_resident_id", String(64), nullable=False, server_default=""),
    Column("proxy_claim", String(64), nullable=False, server_default=""),
    Column("proxy_reason", String(200), nullable=False, server_default=""),
    Column("change", _NUMBER, nullable=False, unique=True),
    Index("application_feed", "device", "change"),
)
Table(
    "resident",
    _TABLES,
    Column("resident_id", String(64), primary_key=True),
    Column("citizen_id", String(18), nullable=False),
    Column("name", String(100), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("certified_until", String(10)),
    Column("record", Text, nullable=False, server_default=""),
    Column("version", _NUMBER, nullable=False, unique=True),
    Index("resident_feed", "region_code", "version"),
)
Table(
    "departure",
    _TABLES,
    Column("region_code", String(12), primary_key=True),
    Column("resident_id", String(64), primary_key=True),
    Column("version", _NUMBER, nullable=False, unique=True),
    Index("departure_feed", "region_code", "version"),
)
Table(
    "receipt_block",
    _TABLES,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("first", _NUMBER, primary_key=True),
    Column("last", _NUMBER, nullable=False),
    Column("allotted_at", String(32), nullable=False),
)


def upgrade() -> None:
    """Make what is missing."""
    connection = op.get_bind()
    _TABLES.create_all(connection)
    for table in _TABLES.sorted_tables:
        _add_missing_columns(connection, table)


def _add_missing_columns(connection: Connection, table: Table) -> None:
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    name = connection.dialect.identifier_preparer.format_table(table)
    for column in table.columns:
        if column.name not in known:
            declared = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {declared}")
