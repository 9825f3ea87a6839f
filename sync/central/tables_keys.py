"""The centre's own keys, and the document that tells devices of them."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, Text

from sync.central.tables import NUMBER, metadata

centre_key = Table(
    "centre_key",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("key_id", String(16), nullable=False, unique=True),
    # "signing", or the kind of a sealing key.
    Column("kind", String(32), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", String(32), nullable=False),
    # When it goes off the list; empty for the current one of its kind.
    Column("until", String(32), nullable=False, server_default=""),
)
"""Kept for ever: an item or a receipt of an old key may come to light years later. The highest number is current."""

device_key = Table(
    "device_key",
    metadata,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("key_id", String(16), primary_key=True),
    # In the order in which they took over, from 0.
    Column("number", NUMBER, nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    # Items from this sequence number on are signed by it, up to that of the next key.
    Column("first_seq", NUMBER, nullable=False),
    Column("added_at", String(32), nullable=False),
)
"""All keys of a device that has changed its key; without a row the one of its enrolment is good for everything."""

keyring = Table(
    "keyring",
    metadata,
    Column("serial", NUMBER, primary_key=True),
    Column("content", Text, nullable=False),
    Column("issued_at", String(32), nullable=False),
)
"""Only the last one: its serial must grow, also when a key's time is over without anybody doing anything."""
