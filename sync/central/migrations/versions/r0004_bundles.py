"""What came by courier: bundles, the part that is coming, refusals that have no row elsewhere, what devices said."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "bundle",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("device", sa.String(64), sa.ForeignKey("device.id"), nullable=False),
        sa.Column("serial", _NUMBER, nullable=False),
        sa.Column("van", sa.String(64), nullable=False, server_default=""),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        sa.Column("parts_taken", _NUMBER, nullable=False, server_default="0"),
        sa.Column("peaks", sa.Text, nullable=False, server_default=""),
        sa.Column("problem", sa.String(40), nullable=False, server_default=""),
    )
    op.create_index("bundle_of_device", "bundle", ["device", "serial"])
    op.create_index("bundle_of_van", "bundle", ["van"])
    op.create_table(
        "bundle_piece",
        sa.Column("bundle", sa.String(36), sa.ForeignKey("bundle.id"), primary_key=True),
        sa.Column("offset", _NUMBER, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "bundle_refusal",
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(200), nullable=False, server_default=""),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "courier_device",
        sa.Column("device", sa.String(64), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("serial", _NUMBER, nullable=False),
        sa.Column("floor", _NUMBER, nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
    )
