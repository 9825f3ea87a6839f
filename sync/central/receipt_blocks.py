"""Receipt numbers in blocks: a device counts up inside its own, for weeks without asking.

A question names the last number that the device has, and the same question gets the same block: an answer that was
lost on the way costs no numbers, however often it is asked for again.
"""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from sync.central import tables
from sync.central.problems import ProblemError
from sync.events import iso_utc
from sync.supply import MAXIMUM_RECEIPT_NUMBER

BLOCK_NUMBERS = 2000
"""Of a busy kiosk some ten weeks. Every device begins with the block 1 to 2000 and need not ask for it."""


def block_after(
    connection: Connection, device_id: str, after: int, at: datetime
) -> tuple[int, int]:
    """The device's block behind a number: the one that was allotted before, or a new one.

    Args:
        after: 0, or the last number that the device has. When it is higher than all that was allotted, the device
            helped itself while it was offline, or the centre was set back to a backup; its numbers stay its own.
    Returns:
        first and last number.
    Raises:
        ProblemError: 409 when the device has no numbers left.
    """
    row = tables.receipt_block
    mine = row.c.device == device_id
    known = connection.execute(
        select(row.c.first, row.c.last).where(mine, row.c.first > after).order_by(row.c.first)
    ).first()
    if known is not None:
        return int(known[0]), int(known[1])
    highest = connection.execute(select(func.max(row.c.last)).where(mine)).scalar() or 0
    first = max(int(highest), after) + 1
    last = min(first + BLOCK_NUMBERS - 1, MAXIMUM_RECEIPT_NUMBER)
    if first > last:
        raise ProblemError(409, "no-numbers", "The device has used all its receipt numbers")
    connection.execute(
        insert(row).values(device=device_id, first=first, last=last, allotted_at=iso_utc(at))
    )
    return first, last
