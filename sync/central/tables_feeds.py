"""What the centre publishes, and the keys that it seals to."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table, Text

from sync.central.tables import NUMBER, metadata

published_document = Table(
    "published_document",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("version", NUMBER, nullable=False),
    # Empty for one that was withdrawn: its row is the tombstone.
    Column("text", Text, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
    Column("change", NUMBER, nullable=False, unique=True),
)
"""Definitions of services and tables of figures, as the staff published them last."""

opening_key = Table(
    "opening_key",
    metadata,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("public", LargeBinary(32), nullable=False),
)
"""What a device opens pages with, as it said itself in a signed request or a bundle."""
