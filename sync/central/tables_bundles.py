"""What came by courier, and what its devices are told of it. No contents: those stand where a batch puts them."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from sync.central.tables import NUMBER, metadata

bundle = Table(
    "bundle",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False),
    Column("serial", NUMBER, nullable=False),
    # Who delivered it over the network; empty for a medium that came by hand.
    Column("van", String(64), nullable=False, server_default=""),
    # The signed file as it came.
    Column("manifest", Text, nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("is_complete", Boolean, nullable=False),
    # Parts that were taken in, in order, as far as they came over the network.
    Column("parts_taken", NUMBER, nullable=False, server_default="0"),
    # Of the Merkle tree, between two of those parts.
    Column("peaks", Text, nullable=False, server_default=""),
    # Why it is not complete; empty while nothing is wrong.
    Column("problem", String(40), nullable=False, server_default=""),
    Index("bundle_of_device", "device", "serial"),
    Index("bundle_of_van", "van"),
)

bundle_piece = Table(
    "bundle_piece",
    metadata,
    Column("bundle", String(36), ForeignKey("bundle.id"), primary_key=True),
    Column("offset", NUMBER, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""The part that is coming over the network now; at most one of each bundle."""

bundle_refusal = Table(
    "bundle_refusal",
    metadata,
    Column("device", String(64), primary_key=True),
    # SHA-256 of the item.
    Column("digest", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("problem", String(200), nullable=False, server_default=""),
    Column("at", String(32), nullable=False),
)
"""Items that are not kept at all, such as one with a wrong signature: their device must hear of them too."""

courier_device = Table(
    "courier_device",
    metadata,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    # Of the newest manifest.
    Column("serial", NUMBER, nullable=False),
    Column("floor", NUMBER, nullable=False),
    Column("epoch", String(64), nullable=False),
)
"""What a device last said of itself by courier."""
