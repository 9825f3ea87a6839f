"""What staff must look at."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from sync.central.tables import NUMBER, metadata

alarm = Table(
    "alarm",
    metadata,
    Column("device", String(64), primary_key=True),
    # SHA-256 of the item that was refused; the same one again is the same alarm.
    Column("digest", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    # Of the refused item, and of the event that is kept.
    Column("event_id", String(36), nullable=False),
    Column("kept_id", String(36), nullable=False),
    Column("seq", NUMBER, nullable=False),
    # As it came: nothing that a device signed is thrown away. Empty once the device has raised very many.
    Column("item", LargeBinary, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False),
    # When staff were done with it; empty while it is open.
    Column("settled_at", String(32), nullable=False, server_default=""),
    Index("alarm_open", "settled_at"),
)
"""Two facts that cannot both be: a disk was copied, or a number was used twice. Neither is overwritten."""
