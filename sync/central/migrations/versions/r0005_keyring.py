"""The centre's own keys, and the document that tells devices of them. The keys are made at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "centre_key",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("key_id", sa.String(16), nullable=False, unique=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32), nullable=False, server_default=""),
    )
    op.create_table(
        "keyring",
        sa.Column("serial", _NUMBER, primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.String(32), nullable=False),
    )
