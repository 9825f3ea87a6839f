"""What the centre's administrator looks at first: which database, how far, and what is wrong with it."""

from dataclasses import dataclass

from sqlalchemy import func, select, text

from sync.central import migrate, tables
from sync.central.alarms import open_alarms
from sync.central.blob_files import MissingFiles, missing_of_all
from sync.central.database import CentralDatabase

_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class CentreStatus:
    """Figures without personal data."""

    kind: str
    """``sqlite`` or ``postgresql``."""
    version: str
    revision: str
    """Of the tables."""
    epoch: str
    devices: int
    disabled: int
    """Devices that were switched off."""
    events: int
    alarms: dict[str, int]
    """Open ones by kind."""
    files: MissingFiles
    """Announced by events and still to come."""
    faults: tuple[str, ...]
    """Settings of the server that could lose what was promised."""


def status_of(database: CentralDatabase) -> CentreStatus:
    """Look at an open database."""
    device, key = tables.device, tables.event_key
    with database.reading() as connection:
        by_enabled = {
            bool(enabled): int(count)
            for enabled, count in connection.execute(
                select(device.c.enabled, func.count()).group_by(device.c.enabled)
            )
        }
        is_postgresql = database.kind == "postgresql"
        version = connection.execute(
            text("SHOW server_version" if is_postgresql else "SELECT sqlite_version()")
        ).scalar_one()
        faults = []
        for name in _MUST_BE_ON if is_postgresql else ():
            if connection.execute(text(f"SHOW {name}")).scalar_one() == "off":
                faults.append(
                    f"{name} is off: a power cut would lose events that kiosks were promised"
                )
        return CentreStatus(
            kind=database.kind,
            version=str(version),
            revision=migrate.revision_of(connection) or "",
            epoch=database.epoch,
            devices=sum(by_enabled.values()),
            disabled=by_enabled.get(False, 0),
            events=connection.execute(select(func.count()).select_from(key)).scalar_one(),
            alarms=open_alarms(connection),
            files=missing_of_all(connection),
            faults=tuple(faults),
        )
