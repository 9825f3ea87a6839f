"""Alarms: items that clash with an event that is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alarm",
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("kept_id", sa.String(36), nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.String(32), nullable=False),
        sa.Column("last_at", sa.String(32), nullable=False),
        sa.Column("settled_at", sa.String(32), nullable=False, server_default=""),
    )
    op.create_index("alarm_open", "alarm", ["settled_at"])
