"""Who was an event: kept for ever and apart from what it said, which can be erased; rows by region on PostgreSQL.

A unique key of a partitioned table must hold the region, and an event's id must be unique everywhere. So ids stand in
a small table that is not partitioned. Change numbers are counted for each device, and no longer for the whole centre:
a row that every transaction has to lock would make them wait for each other.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BY_REGION = "RANGE (region_code)"

_KEPT = """device, service_id, resident_id, subject, person_claim, receipt_number, accepted_at, assurance, state,
    decision_code, decision_text, decision_fields, decided_at, corrects, corrected_by, flags, proxy_resident_id,
    proxy_claim, proxy_reason, change"""


def upgrade() -> None:
    """Copy what is there into the new tables."""
    _device()
    _event_key()
    _application()
    _inbox()
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_sequence()


def _device() -> None:
    op.add_column("device", sa.Column("change", _NUMBER, nullable=False, server_default="0"))
    op.add_column(
        "device", sa.Column("earlier_regions", sa.Text, nullable=False, server_default="")
    )
    # Kiosks hold cursors of the old count, so each goes on behind it.
    op.execute(
        "UPDATE device SET change = coalesce("
        "(SELECT value FROM counter WHERE name = 'application_change'), 0)"
    )
    op.execute("DELETE FROM counter WHERE name = 'application_change'")


def _event_key() -> None:
    op.create_table(
        "event_key",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(200), nullable=False, server_default=""),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("server_seq", _NUMBER, nullable=False),
        sa.UniqueConstraint("device", "seq", name="event_key_device_seq"),
    )
    op.execute(
        "INSERT INTO event_key (id, device, seq, digest, region_code, status, problem, received_at, server_seq) "
        "SELECT i.id, i.device, i.seq, i.digest, d.region_code, i.status, i.problem, i.received_at, i.server_seq "
        "FROM inbox AS i JOIN device AS d ON d.id = i.device"
    )


def _application() -> None:
    op.drop_index("application_feed", "application")
    op.rename_table("application", "application_before")
    op.create_table(
        "application",
        sa.Column("region_code", sa.String(12), primary_key=True),
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("resident_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("person_claim", sa.String(64), nullable=False, server_default=""),
        sa.Column("receipt_number", sa.String(32), nullable=False),
        sa.Column("accepted_at", sa.String(32), nullable=False),
        sa.Column("assurance", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("decision_code", sa.String(64), nullable=False, server_default=""),
        sa.Column("decision_text", sa.String(400), nullable=False, server_default=""),
        sa.Column("decision_fields", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", sa.String(32)),
        sa.Column("corrects", sa.String(36), nullable=False, server_default=""),
        sa.Column("corrected_by", sa.String(36), nullable=False, server_default=""),
        sa.Column("flags", sa.String(100), nullable=False, server_default=""),
        sa.Column("proxy_resident_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("proxy_claim", sa.String(64), nullable=False, server_default=""),
        sa.Column("proxy_reason", sa.String(200), nullable=False, server_default=""),
        sa.Column("change", _NUMBER, nullable=False),
        postgresql_partition_by=_BY_REGION,
    )
    _partitions("application")
    op.execute(
        f"INSERT INTO application (region_code, event_id, {_KEPT}) "  # noqa: S608  (no value from outside)
        f"SELECT k.region_code, a.event_id, {', '.join('a.' + name.strip() for name in _KEPT.split(','))} "
        "FROM application_before AS a JOIN event_key AS k ON k.id = a.event_id"
    )
    op.drop_table("application_before")
    op.create_index("application_feed", "application", ["device", "change"])


def _inbox() -> None:
    op.rename_table("inbox", "inbox_before")
    op.create_table(
        "inbox",
        sa.Column("region_code", sa.String(12), primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("item", sa.LargeBinary, nullable=False),
        postgresql_partition_by=_BY_REGION,
    )
    _partitions("inbox")
    op.execute(
        "INSERT INTO inbox (region_code, id, subject, item) "
        "SELECT k.region_code, i.id, i.subject, i.item FROM inbox_before AS i JOIN event_key AS k ON k.id = i.id"
    )
    op.drop_table("inbox_before")


def _partitions(table: str) -> None:
    """One for each county of a known device, and one for what belongs nowhere else."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    found = connection.execute(sa.text("SELECT DISTINCT substr(region_code, 1, 6) FROM device"))
    for county in [str(row[0]) for row in found]:
        if county.isdecimal() and len(county) == 6:
            behind = "MAXVALUE" if county == "999999" else f"'{int(county) + 1:06d}'"
            op.execute(
                f"CREATE TABLE {table}_{county} PARTITION OF {table} "
                f"FOR VALUES FROM ('{county}') TO ({behind})"
            )
    op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")


def _postgresql_sequence() -> None:
    """A sequence locks nothing; its numbers may have gaps."""
    op.execute("CREATE SEQUENCE event_number")
    op.execute(
        "SELECT setval('event_number', value + 1, false) FROM counter WHERE name = 'received'"
    )
    op.execute("DELETE FROM counter WHERE name = 'received'")
