"""The keys of devices that have changed theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "device_key",
        sa.Column("device", sa.String(64), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("first_seq", _NUMBER, nullable=False),
        sa.Column("added_at", sa.String(32), nullable=False),
    )
