"""What a device says of itself that people must see to: its database was damaged and repaired."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import insert

from sync.canonical import canonical_json
from sync.central.effects import Arrival, Intake, Refused
from sync.central.problems import event_problem
from sync.central.tables_care import alarm
from sync.events import iso_utc
from sync.item_body import ItemBody

logger = logging.getLogger(__name__)

KIND = "storage-repaired"


class DeviceAlarmPayload(BaseModel):
    """A repair on the device; a newer kiosk may say more of it."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    alarm: Literal["storage"]
    at: str = Field(max_length=40)
    reason: str = Field(max_length=32)
    """``damaged``, ``gone`` or ``wal-lost``."""
    waiting: int = Field(ge=0)
    """Events that still wait on the device."""
    lost: int = Field(ge=0)
    """Receipts whose event the device has lost."""
    lost_receipts: list[str] = Field(default=[], max_length=100)
    """Their numbers, the first of them."""


def read_device_alarm(body: ItemBody) -> DeviceAlarmPayload:
    """Check an alarm's payload.

    Raises:
        Refused: it is not of this schema.
    """
    try:
        return DeviceAlarmPayload.model_validate(body.payload)
    except ValidationError as error:
        raise Refused(event_problem("malformed", "The payload is not of its schema")) from error


def keep_device_alarms(intake: Intake, arrivals: Sequence[Arrival]) -> None:
    """Put each beside the alarms that the centre raises itself; what the device said is kept as it was."""
    at = iso_utc(intake.now)
    rows = []
    for arrival in arrivals:
        body, content = arrival.body, arrival.content
        logger.error("device %s: database repaired, %d receipts lost", intake.device, content.lost)
        rows.append(
            {
                "device": intake.device,
                "digest": hashlib.sha256(body.id.encode()).hexdigest(),
                "kind": KIND,
                "event_id": body.id,
                "kept_id": "",
                "seq": body.seq,
                "item": canonical_json(body.payload),
                "times": 1,
                "first_at": at,
                "last_at": at,
            }
        )
    intake.connection.execute(insert(alarm), rows)
