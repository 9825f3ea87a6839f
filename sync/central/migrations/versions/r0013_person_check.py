"""How the check of a person ended, and which staff of the machine answered for it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns; rows of before keep them empty."""
    for name, length in (("identity_outcome", 20), ("attested_by", 40), ("refused_by", 8)):
        op.add_column(
            "application", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
