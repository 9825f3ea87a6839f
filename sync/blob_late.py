"""Files of events that were queued before the centre's keys were known: named afterwards, in a sealed event.

An unsealed event may not carry the secrets of its files, so it names none. As soon as events are sealed, one more of
the kind ``attachments`` names them for it, and they go up like all others.
"""

from sqlite_utils import Database

from sync.blob_messages import LATE_FILES_KIND, LATE_FILES_SCHEMA
from sync.errors import RejectedItem
from sync.events import AttachmentRef, OutboxEvent
from sync.identifiers import new_event_id
from sync.outbox import Outbox
from sync.sqlcipher import EncryptedDatabase

_SEALED = b"\x02"
"""First byte of a sealed item."""
_AT_ONCE = 20

_UNNAMED = """SELECT DISTINCT outbox.id, outbox.subject, outbox.priority FROM blob_claim
    JOIN outbox ON outbox.id = blob_claim.event_id
    WHERE outbox.seal = 'none' AND outbox.state = 'acknowledged' AND blob_claim.named_by = ''
    ORDER BY outbox.seq LIMIT ?"""


class _NotSealed(Exception):
    """The centre's keys are not here yet; undoes what was begun."""


def name_late_files(database: EncryptedDatabase, outbox: Outbox) -> int:
    """Queue the events that name such files; how many those were.

    Raises:
        DatabaseError: the database cannot be used.
    """
    with database.reading() as raw:
        rows = raw.execute(_UNNAMED, [_AT_ONCE]).fetchall()
    for done, (event_id, subject, priority) in enumerate(rows):
        try:
            with database.transaction() as raw:
                _name(raw, outbox, event_id, subject, priority)
        except (_NotSealed, RejectedItem):
            return done
    return len(rows)


def _name(database: Database, outbox: Outbox, event_id: str, subject: str, priority: int) -> None:
    refs = [
        AttachmentRef(row[0], row[1], row[2], bytes(row[3]))
        for row in database.execute(
            "SELECT sha256, size, media_type, secret FROM blob_claim JOIN blob USING (blob_no) "
            "WHERE event_id = ? ORDER BY blob_claim.rowid",
            [event_id],
        ).fetchall()
    ]
    event = OutboxEvent(
        id=new_event_id(),
        subject=subject,
        kind=LATE_FILES_KIND,
        schema_version=LATE_FILES_SCHEMA,
        payload={"event_id": event_id},
        priority=priority,
        attachments=tuple(refs),
    )
    if outbox.append(database, event).item[:1] != _SEALED:
        raise _NotSealed
    # is_kept stays with the first event: only that one is a request that may still have to be opened here.
    database.execute(
        "INSERT INTO blob_claim (event_id, blob_no, media_type, is_kept) "
        "SELECT ?, blob_no, media_type, 0 FROM blob_claim WHERE event_id = ? ORDER BY rowid",
        [event.id, event_id],
    )
    database.execute("UPDATE blob_claim SET named_by = ? WHERE event_id = ?", [event.id, event_id])
