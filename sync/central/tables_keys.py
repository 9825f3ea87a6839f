"""The centre's own keys, and the document that tells devices of them."""

from sqlalchemy import Column, LargeBinary, String, Table, Text

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

keyring = Table(
    "keyring",
    metadata,
    Column("serial", NUMBER, primary_key=True),
    Column("content", Text, nullable=False),
    Column("issued_at", String(32), nullable=False),
)
"""Only the last one: its serial must grow, also when a key's time is over without anybody doing anything."""
