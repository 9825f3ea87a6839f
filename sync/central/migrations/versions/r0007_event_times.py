"""When an event happened, whatever its device's clock said."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; rows of before keep them empty."""
    for table in ("event_key", "application"):
        op.add_column(
            table, sa.Column("corrected_at", sa.String(32), nullable=False, server_default="")
        )
        op.add_column(
            table, sa.Column("clock_quality", sa.String(8), nullable=False, server_default="")
        )
