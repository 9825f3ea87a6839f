"""Files that belong to events, as sealed bytes; and who of the staff opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "blob",
        sa.Column("device", sa.String(64), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("secret", sa.LargeBinary(16), nullable=False),
        sa.Column("held", _NUMBER, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.String(32), nullable=False),
        sa.Column("completed_at", sa.String(32)),
    )
    op.create_index("blob_by_day", "blob", ["device", "declared_at"])
    op.create_table(
        "blob_chunk",
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("start", _NUMBER, primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "blob_claim",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
    )
    op.create_index("blob_claim_by_blob", "blob_claim", ["device", "name"])
    op.create_table(
        "staff_action",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
    )
