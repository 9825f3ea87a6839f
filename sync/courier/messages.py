"""What a van and the centre say to each other over the network."""

from pydantic import Field

from sync.answers import NoncedAnswer, Problem

MANIFEST_MEDIA_TYPE = "application/vnd.xianglin.manifest+json"
PART_MEDIA_TYPE = "application/octet-stream"
MAXIMUM_PIECE_BYTES = 256 * 1024
"""Of a part in one request; what passes a slow link in the time of one exchange is less."""
MAXIMUM_UPLOAD_PART_BYTES = 64 * 1024 * 1024
"""A larger part comes by hand: the centre keeps it until it is whole."""
MAXIMUM_DEVICES = 200


class BundleAnswer(NoncedAnswer):
    """How far the centre is with a bundle."""

    bundle: str
    is_complete: bool
    """All of it was taken in; nothing more is wanted."""
    part: int = Field(ge=0)
    """Which part is wanted next, from 1; 0 when nothing is wanted."""
    offset: int = Field(ge=0)
    """Where to go on in that part."""
    problem: Problem | None = None
    """Why nothing is wanted, or why the part has to come again from its start."""


class ReportList(NoncedAnswer):
    """For whom the asking van may fetch reports."""

    devices: tuple[str, ...] = Field(max_length=MAXIMUM_DEVICES)
    more: bool
