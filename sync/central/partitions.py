"""Tables by region on PostgreSQL: one part for each county, made when its first device is enrolled.

A county's rows lie together: its queries touch its own part only, and a part can be moved or archived as a whole. A
region that has none, which should not be, goes to the part ``…_rest``: an event is never refused for it.
"""

import re

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

PARTITIONED = ("inbox", "application")
_COUNTY_DIGITS = 6
_LAST_COUNTY = "999999"
_LOCK = 0x7869_616E_7061_7274
"""So that two who enrol at once do not make the same part."""


def add_partitions(connection: Connection, region_code: str) -> None:
    """Make the county's parts when they are missing; nothing on SQLite.

    Args:
        region_code: 12 digits.
    """
    county = region_code[:_COUNTY_DIGITS]
    if connection.dialect.name != "postgresql" or not re.fullmatch(r"[0-9]{6}", county):
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    for table in PARTITIONED:
        _add(connection, table, county)


def _add(connection: Connection, table: str, county: str) -> None:
    name = f"{table}_{county}"
    if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is not None:
        return
    behind = "MAXVALUE" if county == _LAST_COUNTY else f"'{int(county) + 1:06d}'"
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(
                f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ('{county}') TO ({behind})"
            )
    except IntegrityError:
        # Rows of this county lie among the rest already; there they stay, and nothing is lost but speed.
        return
