"""Files that a device names after their event: it did not know the centre's keys when that was queued."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from sync.central import tables
from sync.central.blobs import declare
from sync.central.effects import Arrival, Intake, Refused
from sync.central.problems import event_problem
from sync.item_body import ItemBody

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class LateFilesPayload(BaseModel):
    """Which event the files of this one belong to."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    event_id: str = Field(pattern=_UUID)


def read_late_files(body: ItemBody) -> LateFilesPayload:
    """Check the payload.

    Raises:
        Refused: it is not of this schema, or names no file.
    """
    try:
        payload = LateFilesPayload.model_validate(body.payload)
    except ValidationError as error:
        raise Refused(event_problem("malformed", "The payload is not of its schema")) from error
    if not body.attachments:
        raise Refused(event_problem("malformed", "The event names no file"))
    return payload


def claim_late_files(intake: Intake, arrivals: Sequence[Arrival]) -> None:
    """Give the files to the application that they belong to.

    Raises:
        Refused: there is no such application of this device and person.
    """
    row = tables.application
    for arrival in arrivals:
        event_id = arrival.content.event_id
        found = intake.connection.execute(
            select(row.c.event_id).where(
                row.c.region_code.in_(intake.regions),
                row.c.event_id == event_id,
                row.c.device == intake.device,
                row.c.subject == arrival.body.subject,
            )
        )
        if found.first() is None:
            raise Refused(event_problem("unknown-event", "The files belong to no application here"))
        problem = declare(
            intake.connection, intake.device, event_id, arrival.body.attachments, intake.now
        )
        if problem is not None:
            raise Refused(problem)
