"""Files at the centre: what was declared, the sealed bytes held so far, which event named it, and who looked."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from sync.central.tables import NUMBER, metadata

blob = Table(
    "blob",
    metadata,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    # As on the wire: derived from the secret, it tells nothing of the file.
    Column("name", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
    # Of the plain file.
    Column("size", NUMBER, nullable=False),
    Column("secret", LargeBinary(16), nullable=False),
    # Sealed bytes from the start of the file, without a gap.
    Column("held", NUMBER, nullable=False, default=0),
    # How often all of it was there and was not the declared file.
    Column("failures", Integer, nullable=False, default=0),
    Column("declared_at", String(32), nullable=False),
    Column("completed_at", String(32)),
    Index("blob_by_day", "device", "declared_at"),
    # Those that are still to come only, so it stays small.
    Index(
        "blob_missing",
        "declared_at",
        sqlite_where=text("completed_at IS NULL"),
        postgresql_where=text("completed_at IS NULL"),
    ),
)

blob_chunk = Table(
    "blob_chunk",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("start", NUMBER, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Sealed bytes as they came, each beginning where the one before ended."""

blob_claim = Table(
    "blob_claim",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("device", String(64), nullable=False),
    # Order in which the event names its files.
    Column("place", Integer, nullable=False),
    Column("media_type", String(64), nullable=False),
    Index("blob_claim_by_blob", "device", "name"),
)

staff_action = Table(
    "staff_action",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    # The account on the centre's machine.
    Column("account", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("detail", String(200), nullable=False),
)
"""What staff answer for: that somebody opened a person's files; never what is in them."""
