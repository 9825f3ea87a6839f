"""What the centre says: shared by both sides, and always signed.

On the wire every answer is ``{"key": key id, "signature": base64, "signed": text}``; ``text`` is the canonical JSON
that was signed, letter for letter, so that no reader has to make the same bytes again.
"""

import base64
import binascii
import enum
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import NotTheCentre, ProtocolMismatch
from sync.events import iso_utc, parse_utc
from sync.signing import DeviceSigner, Purpose, Verifier

PROTOCOL_VERSION = 1
"""Of the routes under ``/v1/``."""
PROTOCOL_V2 = 2
"""Of the routes under ``/v2/``."""
PROTOCOLS = (PROTOCOL_VERSION, PROTOCOL_V2)
"""What this version's centre speaks."""


def _moment(value: object) -> object:
    return parse_utc(value) if isinstance(value, str) else value


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(iso_utc, return_type=str),
]
"""An aware UTC time, on the wire ISO 8601 with milliseconds and ``Z``."""


class Message(BaseModel):
    """Base of what is on the wire; a newer centre may add fields, so unknown ones are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def wire(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)


class EventStatus(enum.StrEnum):
    """What became of one event."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """The centre had these very bytes already."""
    CONFLICT = "conflict"
    """The id or the sequence number belongs to other bytes: never overwritten, an alarm."""
    REJECTED = "rejected"
    """The event itself cannot be accepted as it is."""
    LATER = "later"
    """Not the event's fault: try again."""
    GONE = "gone"
    """The centre had it, erased it when its time was over, and will not take it again; never said in version 1."""


class Problem(Message):
    """Why (RFC 9457); ``type`` is stable, the texts are for people and hold no personal data."""

    type: str = Field(max_length=200)
    title: str = Field(default="", max_length=400)
    detail: str = Field(default="", max_length=400)

    @property
    def code(self) -> str:
        """The last part of the type, such as ``cloned-device``."""
        return self.type.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


class EventResult(Message):
    """The answer to one event."""

    id: str
    status: EventStatus
    problem: Problem | None = None
    server_seq: int | None = None
    """The centre's own number of the event, given once."""
    retry_after_s: int | None = Field(default=None, ge=0)


class SignedAnswer(Message):
    """What every answer holds."""

    protocol: int
    device: str
    epoch: str
    """Changes when the centre was set back to a backup: its numbers then start anew."""
    time: Moment
    """The centre's clock."""
    keyring: int | None = None
    """Serial of the centre's keyring; never said in version 1."""


class BatchAnswer(SignedAnswer):
    """The answer to a batch; an event that it does not name is still queued."""

    batch: str
    """Echo of the batch id."""
    hwm: int = Field(ge=0)
    """Highest sequence number that the centre holds of this device."""
    results: tuple[EventResult, ...]


class DecisionState(enum.StrEnum):
    """The outcome of a request."""

    DECIDED = "decided"
    NEEDS_CORRECTION = "needs_correction"


class Decision(Message):
    """What was decided on one event."""

    event_id: str
    state: DecisionState
    code: str
    text: str
    decided_at: Moment
    fields: tuple[str, ...] = ()
    """Names of the form's questions at fault, where a correction is asked for; not checked here, see
    ``decision_fields``."""


class NoncedAnswer(SignedAnswer):
    """An answer to a question; the nonce is the one of the request, so no old answer can be shown again."""

    nonce: str


class DecisionPage(NoncedAnswer):
    """Decisions since a cursor."""

    decisions: tuple[Decision, ...]
    cursor: int = Field(ge=0)
    more: bool


class RosterResident(Message):
    """One resident of the device's region."""

    resident_id: str
    citizen_id: str
    name: str
    region_code: str
    certified_until: str | None = None
    """Last valid day, ISO 8601 date."""
    record: object = None
    """What else the centre knows, see ``roster_record``; absent when that is nothing. Not checked here: a reader
    drops a wrong record alone, it must not cost the page."""

    def __repr__(self) -> str:
        return f"RosterResident({self.resident_id})"

    __str__ = __repr__


class RosterPage(NoncedAnswer):
    """The roster's changes since a cursor."""

    upserts: tuple[RosterResident, ...]
    tombstones: tuple[str, ...]
    """Resident ids that are no longer of this region; never also in ``upserts``."""
    cursor: int = Field(ge=0)
    as_of: Moment
    more: bool


class DeviceState(NoncedAnswer):
    """What the centre holds of a device."""

    hwm: int = Field(ge=0)
    gaps: tuple[tuple[int, int], ...]
    """Missing ranges below ``hwm``, both ends included."""


class ProbeAnswer(Message):
    """The signed echo: proves that the centre is reached, and tells the time."""

    protocol: int
    nonce: str
    time: Moment
    protocols: tuple[int, ...] = (PROTOCOL_VERSION,)
    """Versions that the centre speaks; a centre of the version before does not say."""


def seal_answer(
    answer: Message, purpose: Purpose, signer: DeviceSigner, also: Sequence[DeviceSigner] = ()
) -> bytes:
    """Sign an answer and wrap it for the wire.

    Args:
        also: other keys of the centre, while one takes over from the other.
    """
    text = canonical_json(answer.wire())
    envelope: dict[str, object] = {
        **_signature(text, purpose, signer),
        "signed": text.decode("utf-8"),
    }
    if also:
        envelope["also"] = [_signature(text, purpose, one) for one in also]
    return json.dumps(envelope, ensure_ascii=False).encode("utf-8")


def _signature(text: bytes, purpose: Purpose, signer: DeviceSigner) -> dict[str, str]:
    signature = base64.b64encode(signer.sign(purpose, text)).decode("ascii")
    return {"key": signer.key_id, "signature": signature}


class KeySignature(Message):
    """One key's signature."""

    key: str
    signature: str


class AnswerEnvelope(Message):
    """The wire form of every answer."""

    key: str
    signature: str
    signed: str
    also: tuple[KeySignature, ...] = Field(default=(), max_length=16)
    """By other keys of the centre."""

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the wire form.

        Raises:
            NotTheCentre: it is something else, as a captive portal's page is.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise NotTheCentre("the answer is not the centre's") from error


AnswerT = TypeVar("AnswerT", bound=Message)


def open_answer(
    body: bytes,
    kind: type[AnswerT],
    purpose: Purpose,
    verifiers: Verifier | Mapping[str, Verifier],
    protocol: int = PROTOCOL_VERSION,
) -> AnswerT:
    """Check the centre's signature, then read the answer; nothing unsigned is ever looked at.

    Args:
        verifiers: the centre's key, or its keys by id.
    Raises:
        NotTheCentre: not the wire form, or not signed by the centre for this purpose.
        ProtocolMismatch: the centre's, but of another version or shape.
    """
    envelope = AnswerEnvelope.parse(body)
    text = envelope.signed.encode("utf-8", "surrogatepass")
    known = {verifiers.key_id: verifiers} if isinstance(verifiers, Verifier) else verifiers
    signatures = (KeySignature(key=envelope.key, signature=envelope.signature), *envelope.also)
    if not any(_is_signed(text, purpose, one, known) for one in signatures):
        raise NotTheCentre("the answer is not signed by the centre")
    try:
        value = parse_canonical(text)
        if not isinstance(value, dict) or value.get("protocol") != protocol:
            raise ProtocolMismatch("the centre speaks another version of the protocol")
        return kind.model_validate(value)
    except (CanonicalError, ValidationError) as error:
        raise ProtocolMismatch("the centre's answer is of an unknown shape") from error


def _is_signed(
    text: bytes, purpose: Purpose, one: KeySignature, verifiers: Mapping[str, Verifier]
) -> bool:
    verifier = verifiers.get(one.key)
    if verifier is None:
        return False
    try:
        signature = base64.b64decode(one.signature, validate=True)
    except binascii.Error as error:
        raise NotTheCentre("the answer's signature is not base64") from error
    return verifier.is_valid(purpose, text, signature)
