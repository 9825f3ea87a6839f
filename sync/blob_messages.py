"""What device and centre say about files: names, how much is held, and what was wrong."""

import enum

from pydantic import BaseModel, ConfigDict, Field

from sync.answers import Message, NoncedAnswer, Problem

NAME_PATTERN = r"^[0-9a-f]{64}$"
MAXIMUM_NAMES = 100
"""In one question."""
MAXIMUM_QUESTION_BYTES = 16 * 1024
MAXIMUM_PIECE_BYTES = 256 * 1024
"""In one request; a device sends as much as passes in a few seconds."""
PIECE_MEDIA_TYPE = "application/octet-stream"

LATE_FILES_KIND = "attachments"
LATE_FILES_SCHEMA = 1
"""Of the event that names the files of an earlier one."""

WRONG_OFFSET = "wrong-offset"
WRONG_SIZE = "wrong-size"
UNKNOWN_BLOB = "unknown-blob"
BLOB_DAMAGED = "blob-damaged"


class BlobState(enum.StrEnum):
    """What the centre has of a file."""

    WANTED = "wanted"
    """Declared and not whole: ``held`` says where to go on."""
    COMPLETE = "complete"
    """All of it is there, was opened and is the declared file."""
    UNKNOWN = "unknown"
    """No applied event of this device declares it."""


class BlobStanding(Message):
    """How far one file is."""

    name: str = Field(pattern=NAME_PATTERN)
    state: BlobState
    held: int = Field(default=0, ge=0)
    """Sealed bytes from the start of the file that are on the centre's disk."""


class BlobQuestion(BaseModel):
    """Which of these are lacking?"""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    names: list[str] = Field(min_length=1, max_length=MAXIMUM_NAMES)


class BlobsAnswer(NoncedAnswer):
    """The answer to the question, for each name once."""

    blobs: tuple[BlobStanding, ...] = Field(max_length=MAXIMUM_NAMES)


class BlobAnswer(NoncedAnswer):
    """The answer to one piece: how far the file is now, whatever became of the piece."""

    blob: BlobStanding
    problem: Problem | None = None
    """Why the piece, or the whole file, was not taken."""
