"""What lets a request in: nonces that were seen, and how much each device may still send.

Two tables without anything to lose: on PostgreSQL they are unlogged, on SQLite they stand in a database of their own
that starts empty with the server. After a crash of the database a statement of the last minutes could be shown once
more; an event in it is then a duplicate, and a feed is sealed to its device.
"""

from sqlalchemy import Boolean, Column, Index, MetaData, String, Table

from sync.central.tables import NUMBER

metadata = MetaData()

request_nonce = Table(
    "request_nonce",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    # Milliseconds since 1970, after which the statement is too old by itself.
    Column("expires_ms", NUMBER, nullable=False),
    Index("request_nonce_expiry", "expires_ms"),
)

device_budget = Table(
    "device_budget",
    metadata,
    Column("device", String(64), primary_key=True),
    # Thousandths of a request, and bytes, that it may send at once.
    Column("requests", NUMBER, nullable=False),
    Column("bytes", NUMBER, nullable=False),
    Column("at_ms", NUMBER, nullable=False),
    # Whether its last request was let in.
    Column("is_granted", Boolean, nullable=False),
)
