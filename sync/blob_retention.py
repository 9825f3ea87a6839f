"""When files go that the centre will not take: of refused events, of erased ones, and those that it does not know.

A file that waits for the link, or for its event, is kept for as long as that takes. One that has no way to the centre
left is **idle**: every event that names it was refused in a signed answer, or the centre signed that it does not know
the file. Staff can mend the cause and send such an event again, so it is kept for ``KEEP`` by the centre's time, and
counts as idle no more when it has a way again. What a person set aside, or what failed on its way, is never idle: no
answer of the centre names it.

What the centre had and erased itself (``gone``) needs no time: see ``BlobShelf.release``.
"""

import logging
from datetime import datetime, timedelta

from sqlite_utils import Database

from sync.blob_messages import UNKNOWN_BLOB
from sync.blob_shelf import BlobShelf
from sync.events import iso_utc

logger = logging.getLogger(__name__)

KEEP = timedelta(days=180)
"""By the centre's clock: this machine's may stand anywhere."""

_REFUSED = (
    "coalesce(event.state, '') = 'parked' AND event.park_reason IN ('refused', 'conflict', 'gone')"
)
_CLAIMS = """SELECT 1 FROM blob_claim AS claim LEFT JOIN outbox AS event ON event.id = claim.event_id
    WHERE claim.blob_no = blob.blob_no"""
# An unsealed event names no files: the later one that does so for it stands as a claim of its own.
_IS_IDLE = f"""(state = 'parked' AND last_error_code = '{UNKNOWN_BLOB}'
    OR NOT EXISTS ({_CLAIMS} AND claim.is_kept = 1 AND NOT ({_REFUSED}))
    AND (state = 'delivered' OR NOT EXISTS ({_CLAIMS} AND NOT ({_REFUSED})
        AND NOT (coalesce(event.seal, '') = 'none' AND claim.named_by <> ''))))"""
_CHANGED = f"SELECT blob_no FROM blob WHERE (idle_since IS NULL) = {_IS_IDLE}"  # noqa: S608


def has_news(database: Database, centre_time: datetime) -> bool:
    """Whether ``erase_unwanted`` would change anything; reads only, so that nothing waits for it."""
    old = "SELECT 1 FROM blob WHERE idle_since < ? LIMIT 1"
    return (
        database.execute(f"{_CHANGED} LIMIT 1").fetchone() is not None
        or database.execute(old, [iso_utc(centre_time - KEEP)]).fetchone() is not None
    )


def erase_unwanted(database: Database, centre_time: datetime) -> int:
    """Note which files are idle since now, and erase those that are old enough; how many that were.

    Args:
        centre_time: of an answer or a report that the centre signed.
    """
    changed = database.execute(_CHANGED).fetchall()
    for (blob_no,) in changed:
        database.execute(
            "UPDATE blob SET idle_since = CASE WHEN idle_since IS NULL THEN ? END WHERE blob_no = ?",
            [iso_utc(centre_time), blob_no],
        )
    erased = BlobShelf(database).erase_older(centre_time - KEEP)
    if erased:
        logger.warning("files that the centre never took are erased by age count=%d", erased)
    return erased
