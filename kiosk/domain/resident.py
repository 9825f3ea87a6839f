"""A resident as the roster of the centre knows them."""

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord


@dataclass(frozen=True, slots=True, repr=False)
class Resident:
    """One row of the roster snapshot."""

    resident_id: str
    """The centre's own id; the only one that travels in events."""
    citizen_id: CitizenId
    name: str
    region_code: str
    """12-digit village code (GB/T 10114)."""
    certified_until: date | None
    """The pension certification's last valid day, as of the snapshot."""
    as_of: datetime
    """When the centre made the snapshot; aware, UTC."""
    record: ResidentRecord = NO_RECORD
    """What else the snapshot knows."""

    @property
    def masked_name(self) -> str:
        """The name as shown on screen."""
        return mask_name(self.name)

    def __repr__(self) -> str:
        return f"Resident({self.resident_id})"


def mask_name(name: str) -> str:
    """Hide the middle of a name so that its owner knows it and a bystander does not.

    Two characters keep the first (张*); longer ones the first and the last (欧**娜); a name with a middle
    dot keeps the part before the dot's first character and the last part's last (阿*·**提).
    """
    name = name.strip()
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    middle = "".join("·" if character == "·" else "*" for character in name[1:-1])
    return name[0] + middle + name[-1]
