"""What the end of a voice check means to the visit."""

from kiosk.flows.actions import VoiceAbstained, VoiceCheckUnavailable, VoiceScored
from kiosk.services.verify_voice import VoiceCheckResult


def voice_action(
    result: VoiceCheckResult,
) -> VoiceScored | VoiceAbstained | VoiceCheckUnavailable | None:
    """The action to take; None for a check that was stopped, because the page is gone."""
    if result.score is not None:
        return VoiceScored(result.score)
    if result.kind == "abstained":
        return VoiceAbstained(result.advice.value if result.advice else "")
    if result.kind == "unavailable":
        return VoiceCheckUnavailable(result.code)
    return None
