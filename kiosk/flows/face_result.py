"""What the end of a face check means to the visit."""

from kiosk.flows.actions import FaceAccepted, FaceCheckUnavailable, FaceNotAccepted
from kiosk.services.verify_face import FaceCheckResult


def face_action(
    result: FaceCheckResult,
) -> FaceAccepted | FaceNotAccepted | FaceCheckUnavailable | None:
    """The action to take; None for a check that was stopped, because the page is gone."""
    if result.kind == "accepted":
        return FaceAccepted(
            result.score,
            result.engine_id,
            result.threshold,
            worst=result.worst,
            is_live=result.is_live,
            stranger_scores=result.stranger_scores,
            embedding=result.embedding,
        )
    if result.kind == "not_accepted":
        return FaceNotAccepted(
            result.attempts, result.engine_id, result.closest, result.is_other_face
        )
    if result.kind == "unavailable":
        return FaceCheckUnavailable(result.code)
    return None
