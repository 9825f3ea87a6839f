"""One handler for each kind of event and version of its schema, in one table."""

from collections.abc import Mapping

from sync.blob_messages import LATE_FILES_KIND, LATE_FILES_SCHEMA
from sync.central.applications import open_applications, read_service_request
from sync.central.device_alarms import keep_device_alarms, read_device_alarm
from sync.central.effects import Handler, Refused
from sync.central.late_files import claim_late_files, read_late_files
from sync.central.problems import event_problem
from sync.device_alarm import ALARM_KIND, ALARM_SCHEMA
from sync.item_body import ItemBody

HANDLERS: Mapping[tuple[str, int], Handler] = {
    ("service_request", 1): Handler(read_service_request, open_applications),
    (LATE_FILES_KIND, LATE_FILES_SCHEMA): Handler(read_late_files, claim_late_files),
    (ALARM_KIND, ALARM_SCHEMA): Handler(read_device_alarm, keep_device_alarms),
}
"""By kind and schema version. An old version stays for as long as a kiosk may still send it."""


def handler_of(body: ItemBody) -> Handler:
    """Find the handler.

    Raises:
        Refused: this centre knows no such kind, or not in this version.
    """
    handler = HANDLERS.get((body.kind, body.schema_version))
    if handler is not None:
        return handler
    if any(kind == body.kind for kind, _ in HANDLERS):
        raise Refused(event_problem("unknown-schema", "This schema version is not known here"))
    raise Refused(event_problem("unknown-kind", "This kind of event is not known here"))
