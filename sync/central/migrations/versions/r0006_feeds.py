"""What the centre publishes, and the keys that it seals to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "published_document",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
        sa.Column("change", _NUMBER, nullable=False, unique=True),
    )
    op.create_table(
        "opening_key",
        sa.Column("device", sa.String(64), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("public", sa.LargeBinary(32), nullable=False),
    )
