"""Taking in files: only what an applied event of the device declares, only in order, whole only when it opens."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sync.answers import Problem
from sync.blob_cipher import blob_name, open_file, sealed_size
from sync.blob_messages import (
    BLOB_DAMAGED,
    UNKNOWN_BLOB,
    WRONG_OFFSET,
    WRONG_SIZE,
    BlobStanding,
    BlobState,
)
from sync.central.problems import ProblemError, event_problem
from sync.central.tables_blobs import blob, blob_chunk, blob_claim
from sync.errors import BlobDamaged
from sync.events import AttachmentRef, iso_utc

MAXIMUM_FILE_BYTES = 4 * 1024 * 1024
"""Of one plain file; ten times what a kiosk keeps today."""
MAXIMUM_DAILY_BYTES = 256 * 1024 * 1024
"""Sealed bytes of what one device declared within a day; a busy kiosk takes some hundred pictures."""
_DAY = timedelta(days=1)
_MEDIA_TYPE = re.compile(r"[!-~]+/[!-~]+")
"""Only so much that staff and PostgreSQL can read it; nothing is done by it."""
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a piece."""

    standing: BlobStanding
    problem: Problem | None = None


def declare(
    connection: Connection,
    device: str,
    event_id: str,
    files: Sequence[AttachmentRef],
    at: datetime,
) -> Problem | None:
    """Note the files that an event names, in the transaction that applies it.

    Returns:
        why the event cannot be accepted; None when all is well.
    """
    for place, ref in enumerate(files):
        if not 0 < ref.size <= MAXIMUM_FILE_BYTES:
            return event_problem("malformed", "A file is empty or too large")
        if not _MEDIA_TYPE.fullmatch(ref.media_type):
            return event_problem("malformed", "A file's media type is none")
        name = blob_name(ref.key, ref.sha256)
        known = _find(connection, device, name)
        if known is None:
            connection.execute(
                insert(blob).values(
                    device=device,
                    name=name,
                    sha256=ref.sha256,
                    size=ref.size,
                    secret=ref.key,
                    declared_at=iso_utc(at),
                )
            )
        elif known.size != ref.size:
            return event_problem("malformed", "A file was declared with another size before")
        _claim(connection, device, event_id, name, place, ref.media_type)
    return None


def standings(
    connection: Connection, device: str, names: Iterable[str]
) -> tuple[BlobStanding, ...]:
    """How far each of these files is, in the order of the question, each once."""
    wanted = list(dict.fromkeys(names))
    rows = connection.execute(
        select(blob.c.name, blob.c.held, blob.c.completed_at).where(
            blob.c.device == device, blob.c.name.in_(wanted)
        )
    ).all()
    known = {row.name: _standing(row) for row in rows}
    return tuple(
        known.get(name, BlobStanding(name=name, state=BlobState.UNKNOWN)) for name in wanted
    )


def take_piece(
    connection: Connection, device: str, name: str, offset: int, content: bytes, at: datetime
) -> Taken:
    """Keep a piece when it goes on where the file ends so far.

    What was taken before, wholly or in part, changes nothing; ``held`` in the answer says where to go on.

    Raises:
        ProblemError: 429 when the device sends more than a device has to send.
    """
    row = _find(connection, device, name, is_for_writing=True)
    if row is None:
        return Taken(
            BlobStanding(name=name, state=BlobState.UNKNOWN),
            event_problem(UNKNOWN_BLOB, "No event that was applied declares this file"),
        )
    whole = sealed_size(row.size)
    if row.completed_at is not None:
        return Taken(_standing(row))
    if not content or offset + len(content) > whole:
        return Taken(
            _standing(row), event_problem(WRONG_SIZE, "The piece does not fit the declared size")
        )
    if offset != row.held:
        is_old = offset + len(content) <= row.held
        problem = event_problem(WRONG_OFFSET, "The file does not go on here")
        return Taken(_standing(row), None if is_old else problem)
    _refuse_flood(connection, device, at)
    connection.execute(
        insert(blob_chunk).values(device=device, name=name, start=offset, content=content)
    )
    held = offset + len(content)
    if held < whole:
        _update(connection, device, name, held=held)
        return Taken(BlobStanding(name=name, state=BlobState.WANTED, held=held))
    return _complete(connection, row, at)


def content_of(connection: Connection, device: str, name: str) -> bytes:
    """The plain file.

    Raises:
        BlobDamaged: it is not whole, or not the declared one.
    """
    row = _find(connection, device, name)
    if row is None:
        raise BlobDamaged("the file is not known")
    return _opened(connection, row)


def _complete(connection: Connection, row: _Row, at: datetime) -> Taken:
    try:
        _opened(connection, row)
    except BlobDamaged:
        # Nothing of it can be trusted to be the good part: the device sends all of it again.
        _drop_content(connection, row.device, row.name)
        _update(connection, row.device, row.name, held=0, failures=row.failures + 1)
        return Taken(
            BlobStanding(name=row.name, state=BlobState.WANTED),
            event_problem(BLOB_DAMAGED, "The file does not open to what was declared"),
        )
    held = sealed_size(row.size)
    _update(connection, row.device, row.name, held=held, completed_at=iso_utc(at))
    return Taken(BlobStanding(name=row.name, state=BlobState.COMPLETE, held=held))


def _opened(connection: Connection, row: _Row) -> bytes:
    mine = (blob_chunk.c.device == row.device, blob_chunk.c.name == row.name)
    pieces = connection.execute(
        select(blob_chunk.c.content).where(*mine).order_by(blob_chunk.c.start)
    )
    sealed = b"".join(piece for (piece,) in pieces)
    return open_file(row.secret, row.sha256, row.size, sealed)


def _drop_content(connection: Connection, device: str, name: str) -> None:
    connection.execute(
        delete(blob_chunk).where(blob_chunk.c.device == device, blob_chunk.c.name == name)
    )


def _refuse_flood(connection: Connection, device: str, at: datetime) -> None:
    since = iso_utc(at - _DAY)
    taken = connection.execute(
        select(func.sum(blob.c.held)).where(blob.c.device == device, blob.c.declared_at >= since)
    ).scalar()
    if int(taken or 0) > MAXIMUM_DAILY_BYTES:
        raise ProblemError(
            429, "too-much", "The device sends more than a device has", {"Retry-After": "900"}
        )


def _find(
    connection: Connection, device: str, name: str, *, is_for_writing: bool = False
) -> _Row | None:
    query = select(blob).where(blob.c.device == device, blob.c.name == name)
    return connection.execute(query.with_for_update() if is_for_writing else query).first()


def _update(connection: Connection, device: str, name: str, **values: object) -> None:
    connection.execute(
        update(blob).where(blob.c.device == device, blob.c.name == name).values(**values)
    )


def _claim(
    connection: Connection, device: str, event_id: str, name: str, place: int, media_type: str
) -> None:
    mine = (blob_claim.c.event_id == event_id, blob_claim.c.name == name)
    if connection.execute(select(blob_claim.c.place).where(*mine)).first() is None:
        connection.execute(
            insert(blob_claim).values(
                event_id=event_id, name=name, device=device, place=place, media_type=media_type
            )
        )


def _standing(row: _Row) -> BlobStanding:
    state = BlobState.WANTED if row.completed_at is None else BlobState.COMPLETE
    return BlobStanding(name=row.name, state=state, held=row.held)
