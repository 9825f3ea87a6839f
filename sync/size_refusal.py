"""The centre's signed word that a batch is more than it takes; about an event that travelled alone it is an answer.

A proxy on the way refuses sizes too, with the same status and no signature: that splits batches and touches no event.
"""

from collections.abc import Mapping, Sequence

from pydantic import Field

from sync.answers import (
    PROTOCOL_V2,
    BatchAnswer,
    EventResult,
    EventStatus,
    Problem,
    SignedAnswer,
    open_answer,
)
from sync.envelope import decode_item
from sync.errors import BatchTooLarge, NotTheCentre, ProtocolMismatch, RejectedItem
from sync.framing import LENGTH_BYTES
from sync.http_failures import PROBLEM_PREFIX
from sync.signing import Purpose, Verifier

TOO_LARGE = PROBLEM_PREFIX + "too-large"


class SizeRefusal(SignedAnswer):
    """Nothing of the batch was read."""

    batch: str
    """Echo of the batch id."""
    hwm: int = Field(ge=0)
    """Highest sequence number that the centre holds of this device."""
    limit: int = Field(ge=1)
    """Bytes of the largest batch that it takes."""


def answer_to_lone(
    refusal: BatchTooLarge,
    batch_id: str,
    device: str,
    items: Sequence[bytes],
    keys: Mapping[str, Verifier],
) -> BatchAnswer:
    """Read a refusal as the centre's answer to the only event of a batch.

    Args:
        keys: the centre's, by id.
    Raises:
        BatchTooLarge: ``refusal`` itself: it is of several events, not the centre's word on this very batch, or the
            event would fit the limit that it names.
    """
    try:
        said = open_answer(refusal.answer, SizeRefusal, Purpose.SIZE_REFUSAL, keys, PROTOCOL_V2)
        (item,) = items
        event_id = decode_item(item).header.id
    except (NotTheCentre, ProtocolMismatch, RejectedItem, ValueError):
        raise refusal from None
    if (said.batch, said.device) != (batch_id, device) or LENGTH_BYTES + len(item) <= said.limit:
        raise refusal
    problem = Problem(type=TOO_LARGE, title=f"larger than {said.limit} bytes")
    result = EventResult(id=event_id, status=EventStatus.REJECTED, problem=problem)
    heading = said.model_dump(exclude={"limit"})
    return BatchAnswer(**heading, results=(result,))
