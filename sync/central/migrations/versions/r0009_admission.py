"""On PostgreSQL: nonces and budgets that all workers share; nothing in them outlives a crash, or has to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make both tables; SQLite has them in a database of their own."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "request_nonce",
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("nonce", sa.String(64), primary_key=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("request_nonce_expiry", "request_nonce", ["expires_ms"])
    op.create_table(
        "device_budget",
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=False),
        prefixes=["UNLOGGED"],
    )
