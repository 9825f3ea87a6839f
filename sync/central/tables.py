"""The centre's tables, in SQL that SQLite and PostgreSQL both take. Times are UTC ISO 8601 text.

What changes here needs a revision in ``migrations``, whose README.md tells how.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""Of counters, which outgrow 32 bits; SQLite's INTEGER has 64 anyway."""

MAXIMUM_CODE = 64
MAXIMUM_TEXT = 400
"""Characters of a decision."""

meta = Table(
    "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(512), nullable=False),
)
"""``epoch``, ``signing_seed``, ``schema_version``."""

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", NUMBER, nullable=False),
)
"""Numbers taken under a row lock, so that a lower number is never committed after a higher one was read."""

device = Table(
    "device",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("receipt_prefix", String(3), nullable=False, unique=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("hwm", NUMBER, nullable=False, default=0),
    # The last change number of this device's applications. Its row is locked while a batch of it is taken in.
    Column("change", NUMBER, nullable=False, server_default="0"),
    # Where it stood before, with a space between: its older applications are found there.
    Column("earlier_regions", Text, nullable=False, server_default=""),
)

event_key = Table(
    "event_key",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("device", String(64), nullable=False),
    Column("seq", NUMBER, nullable=False),
    Column("digest", String(64), nullable=False),
    # Of the device when the event came; its other rows have the same.
    Column("region_code", String(12), nullable=False),
    Column("status", String(16), nullable=False),
    Column("problem", String(200), nullable=False, server_default=""),
    Column("received_at", String(32), nullable=False),
    Column("server_seq", NUMBER, nullable=False),
    # When it happened, and how certain that is; see corrected_time. Empty for events of before.
    Column("corrected_at", String(32), nullable=False, server_default=""),
    Column("clock_quality", String(8), nullable=False, server_default=""),
    UniqueConstraint("device", "seq", name="event_key_device_seq"),
)
"""Which event; kept for ever, because an id that was forgotten could be applied twice. Not partitioned, because an
id is unique everywhere, and without personal data. No foreign keys lead here: on the way of every event they would cost
more than they find."""

inbox = Table(
    "inbox",
    metadata,
    Column("region_code", String(12), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("subject", String(128), nullable=False),
    Column("item", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (region_code)",
)
"""What an event said, as it came; gone when it was erased."""

application = Table(
    "application",
    metadata,
    Column("region_code", String(12), primary_key=True),
    Column("event_id", String(36), primary_key=True),
    Column("device", String(64), nullable=False),
    Column("service_id", String(64), nullable=False),
    Column("resident_id", String(64), nullable=False),
    # Whom the event is about, and whom the person says to be when the roster does not know them; personal data.
    Column("subject", String(128), nullable=False),
    Column("person_claim", String(64), nullable=False, server_default=""),
    Column("receipt_number", String(32), nullable=False),
    Column("accepted_at", String(32), nullable=False),
    # When that was by the centre's reckoning, and how certain that is; empty for requests of before.
    Column("corrected_at", String(32), nullable=False, server_default=""),
    Column("clock_quality", String(8), nullable=False, server_default=""),
    Column("assurance", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("decision_code", String(MAXIMUM_CODE), nullable=False, server_default=""),
    Column("decision_text", String(MAXIMUM_TEXT), nullable=False, server_default=""),
    # Names of the form's questions at fault, with a space between.
    Column("decision_fields", Text, nullable=False, server_default=""),
    Column("decided_at", String(32)),
    Column("corrects", String(36), nullable=False, server_default=""),
    Column("corrected_by", String(36), nullable=False, server_default=""),
    # What staff should look at, with a space between.
    Column("flags", String(100), nullable=False, server_default=""),
    # Who came for the person, and why; claim and reason are personal data.
    Column("proxy_resident_id", String(64), nullable=False, server_default=""),
    Column("proxy_claim", String(64), nullable=False, server_default=""),
    Column("proxy_reason", String(200), nullable=False, server_default=""),
    # How the check of the person ended, and staff of the machine by number: who answered for it, who denied it.
    Column("identity_outcome", String(20), nullable=False, server_default=""),
    Column("attested_by", String(40), nullable=False, server_default=""),
    Column("refused_by", String(8), nullable=False, server_default=""),
    # Of its device, which counts them.
    Column("change", NUMBER, nullable=False),
    Index("application_feed", "device", "change"),
    # Those that wait for a person only, so it stays small.
    Index(
        "application_waiting",
        "accepted_at",
        sqlite_where=text("state = 'in_review'"),
        postgresql_where=text("state = 'in_review'"),
    ),
    postgresql_partition_by="RANGE (region_code)",
)

resident = Table(
    "resident",
    metadata,
    Column("resident_id", String(64), primary_key=True),
    Column("citizen_id", String(18), nullable=False),
    Column("name", String(100), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("certified_until", String(10)),
    # Canonical JSON, empty for nothing; personal data.
    Column("record", Text, nullable=False, server_default=""),
    Column("version", NUMBER, nullable=False, unique=True),
    Index("resident_feed", "region_code", "version"),
)

departure = Table(
    "departure",
    metadata,
    Column("region_code", String(12), primary_key=True),
    Column("resident_id", String(64), primary_key=True),
    Column("version", NUMBER, nullable=False, unique=True),
    Index("departure_feed", "region_code", "version"),
)
"""Tombstones: who left a region, so that its kiosks forget them."""

receipt_block = Table(
    "receipt_block",
    metadata,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("first", NUMBER, primary_key=True),
    Column("last", NUMBER, nullable=False),
    Column("allotted_at", String(32), nullable=False),
)
"""Receipt numbers that were given out behind the first block of each device."""
