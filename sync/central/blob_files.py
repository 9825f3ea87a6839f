"""Files for the staff: which an application has, how far they are, and the opened ones in a folder of their choice."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.sql import ColumnElement

from sync.central import tables
from sync.central.blobs import content_of
from sync.central.database import CentralDatabase
from sync.central.staff import note_action
from sync.central.tables_blobs import blob, blob_claim
from sync.errors import BlobDamaged, SyncError
from sync.events import parse_utc
from sync.identifiers import is_event_id
from sync.safe_file import write_new_file

OPENED = "attachments.opened"
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
"""Anything else is written as ``bin``: the device said what it is, and a name must not make a machine believe it."""


class FilesRefused(SyncError):
    """There are no such files, or the folder is not one to write them into."""

    code = "SYN-312"


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of an event."""

    place: int
    """From 1, in the order in which the event names its files."""
    media_type: str
    size: int
    held: int
    """Sealed bytes that are there."""
    is_complete: bool
    device: str
    name: str


def missing_files() -> ColumnElement[int]:
    """How many files of an application are not there yet; for a query over ``application``."""
    joined = blob_claim.join(
        blob, (blob.c.device == blob_claim.c.device) & (blob.c.name == blob_claim.c.name)
    )
    return (
        select(func.count())
        .select_from(joined)
        .where(
            blob_claim.c.event_id == tables.application.c.event_id, blob.c.completed_at.is_(None)
        )
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class MissingFiles:
    """What events announced and no kiosk has brought yet; never which."""

    count: int
    since: datetime | None
    """When the longest missing one was announced; None when there is none."""

    def age_s(self, now: datetime) -> float:
        """How long it has been missing, in seconds; 0 when there is none."""
        return max(0.0, (now - self.since).total_seconds()) if self.since else 0.0


def missing_of_all(connection: Connection) -> MissingFiles:
    """How many declared files are not there yet, of all devices."""
    count, first = connection.execute(
        select(func.count(), func.min(blob.c.declared_at)).where(blob.c.completed_at.is_(None))
    ).one()
    return MissingFiles(int(count), parse_utc(first) if first else None)


def files_of(connection: Connection, event_id: str) -> Sequence[ListedFile]:
    """The files of an event.

    Raises:
        FilesRefused: that is no event's id, or the event names no files.
    """
    if not is_event_id(event_id):
        raise FilesRefused("that is not the id of an event")
    rows = connection.execute(
        select(blob_claim, blob.c.size, blob.c.held, blob.c.completed_at)
        .join(blob, (blob.c.device == blob_claim.c.device) & (blob.c.name == blob_claim.c.name))
        .where(blob_claim.c.event_id == event_id)
        .order_by(blob_claim.c.place)
    ).all()
    if not rows:
        raise FilesRefused("no event with this id has files")
    return [
        ListedFile(
            place=number,
            media_type=row.media_type,
            size=row.size,
            held=row.held,
            is_complete=row.completed_at is not None,
            device=row.device,
            name=row.name,
        )
        for number, row in enumerate(rows, 1)
    ]


def write_files(
    database: CentralDatabase, event_id: str, folder: Path, at: datetime
) -> tuple[Sequence[Path], Sequence[ListedFile]]:
    """Write the files of an event that are there, for the eyes of whoever runs this only.

    Who did it is noted before anything is written. Names come from the place and the kind of a file, never from a
    device; an existing file is never touched, and no link is followed.

    Returns:
        what was written, and what is still missing.
    Raises:
        FilesRefused: no such files, or the folder cannot be used.
    """
    with database.reading() as connection:
        listed = files_of(connection, event_id)
        whole = [one for one in listed if one.is_complete]
        targets = [folder / f"{event_id}-{one.place:02d}.{_ending(one)}" for one in whole]
        try:
            opened = [content_of(connection, one.device, one.name) for one in whole]
        except BlobDamaged as error:
            raise FilesRefused("a file cannot be opened any more") from error
    _prepare(folder, targets)
    with database.writing() as connection:
        note_action(connection, OPENED, event_id, at, f"{len(whole)} of {len(listed)}")
    for target, content in zip(targets, opened, strict=True):
        try:
            write_new_file(target, content)
        except OSError as error:
            raise FilesRefused(f"{target.name}: {error.strerror}") from error
    return targets, [one for one in listed if not one.is_complete]


def _ending(one: ListedFile) -> str:
    return _ENDINGS.get(one.media_type, "bin")


def _prepare(folder: Path, targets: Sequence[Path]) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        # Of the folder itself: whoever could put a link here could choose where personal data is written.
        found = folder.lstat()
    except OSError as error:
        raise FilesRefused(f"the folder: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise FilesRefused("the folder is a link or no folder")
    if os.name == "posix" and found.st_mode & stat.S_IWOTH:
        raise FilesRefused("everybody may write into that folder: choose another")
    for target in targets:
        if target.is_symlink() or target.exists():
            raise FilesRefused(f"{target.name} is there already")
