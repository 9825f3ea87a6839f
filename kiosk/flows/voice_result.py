"""What the end of a voice check, or of a voice's enrolment, means to the visit."""

from kiosk.flows.actions import (
    VoiceAbstained,
    VoiceCheckUnavailable,
    VoiceEnrolled,
    VoiceNotEnrolled,
    VoiceScored,
)
from kiosk.services.enrol_voice import VoiceEnrolmentResult
from kiosk.services.verify_voice import VoiceCheckResult

VoiceAction = (
    VoiceScored | VoiceAbstained | VoiceCheckUnavailable | VoiceEnrolled | VoiceNotEnrolled
)


def voice_action(result: VoiceCheckResult | VoiceEnrolmentResult) -> VoiceAction | None:
    """The action to take; None for what was stopped, because the page is gone."""
    reason = result.advice.value if result.advice else ""
    if result.kind == "unavailable":
        return VoiceCheckUnavailable(result.code)
    if isinstance(result, VoiceEnrolmentResult):
        if result.template is not None:
            return VoiceEnrolled(result.template)
        return VoiceNotEnrolled(reason) if result.kind == "not_enrolled" else None
    if result.score is not None:
        return VoiceScored(result.score)
    return VoiceAbstained(reason) if result.kind == "abstained" else None
