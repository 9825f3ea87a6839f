"""The centre's word on what it has of a device, made to be carried: complete, so that no report needs the one before.

Unlike a batch's answer it has no question to echo. So it names each event by number and digest, tells the centre's time
and life, and only an answer of the device's own life of the centre counts.
"""

import base64
import binascii
import bisect
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from sync.answers import (
    PROTOCOL_V2,
    AnswerEnvelope,
    EventStatus,
    Message,
    Problem,
    SignedAnswer,
    open_answer,
)
from sync.blob_messages import NAME_PATTERN
from sync.courier.errors import ReportRefused
from sync.errors import NotTheCentre, ProtocolMismatch
from sync.signing import Purpose, Verifier

MAXIMUM_REPORT_BYTES = 16 * 1024 * 1024
"""Half a million events; a year of a busy kiosk whose reports were all lost."""
DIGEST_BYTES = 16
"""Of each item's SHA-256: enough that nobody finds another item with the same."""

_Seq = Annotated[int, Field(ge=1, le=2**53 - 1)]


class ReportedRange(Message):
    """Events of consecutive numbers that fared alike."""

    first: _Seq
    last: _Seq
    status: EventStatus
    """``applied``, ``rejected`` or ``gone``."""
    problem: Problem | None = None
    digests: str
    """Base64 of the first 16 bytes of each item's SHA-256, in order."""

    @model_validator(mode="after")
    def _is_whole(self) -> "ReportedRange":
        if self.last < self.first or len(self.digest_bytes()) != DIGEST_BYTES * (
            self.last - self.first + 1
        ):
            raise ValueError("a range without a digest for each of its events")
        return self

    def all_digests(self) -> list[str]:
        """The beginning of each item's digest in order, 32 hexadecimal digits each."""
        data = self.digest_bytes()
        return [data[at : at + DIGEST_BYTES].hex() for at in range(0, len(data), DIGEST_BYTES)]

    def digest_bytes(self) -> bytes:
        """All of them, one behind the other."""
        try:
            return base64.b64decode(self.digests, validate=True)
        except binascii.Error as error:
            raise ValueError("digests are not base64") from error


class ReportedRefusal(Message):
    """An item of a bundle that the centre could not even keep, such as one with a wrong signature."""

    digest: str = Field(pattern=r"^[0-9a-f]{32}$")
    status: EventStatus
    """``rejected`` or ``conflict``."""
    problem: Problem | None = None


class ReportedBundle(Message):
    """A bundle that came to the centre."""

    bundle: str
    serial: int
    is_complete: bool
    """Every part was taken in; else it should be written anew."""


class DeliveryReport(SignedAnswer):
    """What the centre has of ``device`` from ``floor`` on, at ``time``."""

    floor: int = Field(ge=0)
    """Nothing is said of lower numbers: the device said that it needs to hear nothing of them."""
    hwm: int = Field(ge=0)
    """Highest sequence number that the centre holds."""
    ranges: tuple[ReportedRange, ...]
    refusals: tuple[ReportedRefusal, ...] = ()
    files: tuple[Annotated[str, Field(pattern=NAME_PATTERN)], ...] = ()
    """Names of attachments that the centre has whole; the newest of them."""
    bundles: tuple[ReportedBundle, ...] = ()
    certificate: str = Field(default="", max_length=400)
    """Base64 of the device's certificate, for one that was never connected."""


class Named:
    """Which events a report names; answers for half a million without unfolding them."""

    def __init__(self, report: DeliveryReport) -> None:
        spans = sorted((span.first, span.last, span.digest_bytes()) for span in report.ranges)
        self._firsts = [first for first, _, _ in spans]
        self._spans = spans

    def holds(self, seq: int, digest: str) -> bool:
        """Whether the centre has this very item, in whatever state.

        Args:
            digest: 64 hexadecimal digits.
        """
        place = bisect.bisect_right(self._firsts, seq) - 1
        if place < 0 or seq > self._spans[place][1]:
            return False
        first, _, digests = self._spans[place]
        at = (seq - first) * DIGEST_BYTES
        return digests[at : at + DIGEST_BYTES].hex() == digest[: 2 * DIGEST_BYTES]


def open_report(data: bytes, centre_keys: Mapping[str, Verifier]) -> DeliveryReport:
    """Read a report and believe it.

    Args:
        centre_keys: the keys whose answers count, by id.
    Raises:
        ReportRefused: too large, of another form, or not signed by this centre for this purpose.
    """
    if len(data) > MAXIMUM_REPORT_BYTES:
        raise ReportRefused("malformed")
    try:
        envelope = AnswerEnvelope.parse(data)
        if not {envelope.key, *(one.key for one in envelope.also)} & set(centre_keys):
            raise ReportRefused("other-centre")
        return open_answer(data, DeliveryReport, Purpose.DELIVERY_REPORT, centre_keys, PROTOCOL_V2)
    except NotTheCentre as error:
        raise ReportRefused("bad-signature") from error
    except ProtocolMismatch as error:
        raise ReportRefused("malformed") from error
