"""Is it your voice: random digits read aloud, with a consent of its own; it abstains rather than refuses."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from accessibility.prompt import Prompt
from kiosk.domain.identity_evidence import Modality, Score
from kiosk.domain.identity_policy import Factor
from kiosk.domain.logged_score import ScoreOutcome
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Action,
    Confirm,
    Decline,
    OtherWay,
    VoiceAbstained,
    VoiceCheckUnavailable,
    VoiceScored,
)
from kiosk.flows.biometric_limits import (
    begin_check,
    check_failed,
    check_passed,
    check_spared,
    may_ask,
)
from kiosk.flows.flow import Destination, Step
from kiosk.flows.pages import ConsentPage, Progress, VoiceCheckPage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.note_score import BiometricNote

PROOF = Progress(2, 4)

MOST_ROUNDS = 2
"""Of three tries each, in one visit, as for the face."""

CONSENT_POINTS = (
    "voice_consent.voice_compare",
    "consent.stays_here",
    "voice_consent.no_sound_kept",
)

GoOn = Callable[[Visit, VisitPorts, str], Step]
"""Gives what to ask for next; before it a notice of this prompt, unless that is empty."""


def is_voice_way(visit: Visit, ports: VisitPorts) -> bool:
    """Whether this visit can still try the voice."""
    is_there = ports.voice is not None and visit.voice_template is not None
    is_open = not visit.has_refused_voice and not visit.has_voice_failed
    return is_there and is_open and may_ask(visit, Factor.VOICE)


def voice_step(visit: Visit, ports: VisitPorts, go_on: GoOn) -> Step:
    """The consent page, or the microphone at once for one who agreed within the year."""
    voice, resident = ports.voice, visit.resident
    if voice is None or resident is None:
        raise FlowError("no voice to ask for")
    if voice.consent.is_on_file(resident):
        return _check_or_next(visit, ports, go_on)
    return VoiceConsentStep(go_on)


def _check_or_next(visit: Visit, ports: VisitPorts, go_on: GoOn) -> Step:
    is_out = visit.voice_rounds >= MOST_ROUNDS
    if is_out or not begin_check(visit, ports, Factor.VOICE):
        visit.has_voice_failed = True
        return go_on(visit, ports, "")
    visit.voice_rounds += 1
    visit.has_voice_failed = False
    return VoiceCheckStep(go_on)


@dataclass(frozen=True, slots=True)
class VoiceConsentStep:
    """May the kiosk listen: asked apart from the face, and no is as easy as yes."""

    go_on: GoOn

    def page(self, visit: Visit, ports: VisitPorts) -> ConsentPage:
        """What the consent covers."""
        return ConsentPage(Prompt("voice_consent"), CONSENT_POINTS, progress=PROOF)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Record the answer; no leads to the other ways."""
        voice, resident = ports.voice, visit.resident
        if not isinstance(action, Confirm | Decline) or voice is None or resident is None:
            raise FlowError(f"voice consent does not offer {type(action).__name__}")
        is_granted = isinstance(action, Confirm)
        voice.consent.record(resident, is_granted=is_granted)
        if is_granted:
            return Destination(_check_or_next(visit, ports, self.go_on))
        visit.has_refused_voice = True
        return Destination(self.go_on(visit, ports, ""))


@dataclass(frozen=True, slots=True)
class VoiceCheckStep:
    """The page with the digits; the check itself runs beside it and sends its result as an action."""

    go_on: GoOn

    def page(self, visit: Visit, ports: VisitPorts) -> VoiceCheckPage:
        """The digits come with the check: nobody can know them before."""
        return VoiceCheckPage(Prompt("voice_check"), progress=PROOF)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """A known voice is one proof; anything else leads to the next way."""
        is_known = isinstance(action, VoiceScored) and _is_known(visit, ports, action.score)
        _note(visit, ports, action, is_known=is_known)
        if is_known:
            check_passed(visit, ports, Factor.VOICE)
            return Destination(self.go_on(visit, ports, ""), replaces=True)
        notices: dict[type[Action], str] = {
            VoiceScored: "notice.voice_not_known",
            VoiceAbstained: "notice.voice_not_heard",
            VoiceCheckUnavailable: "notice.voice_unavailable",
            OtherWay: "",
        }
        if type(action) not in notices:
            raise FlowError(f"voice check does not offer {type(action).__name__}")
        visit.has_voice_failed = True
        if isinstance(action, VoiceScored):
            check_failed(visit, ports, Factor.VOICE)
        elif not isinstance(action, OtherWay):
            check_spared(visit, ports, Factor.VOICE)
        return Destination(self.go_on(visit, ports, notices[type(action)]), replaces=True)


def _note(visit: Visit, ports: VisitPorts, action: Action, *, is_known: bool) -> None:
    """How the check ended goes to the score log; a microphone that does not work says nothing of anybody."""
    if visit.citizen_id is None or visit.voice_template is None:
        return
    similarity = None
    if isinstance(action, VoiceScored):
        similarity = action.score.similarity
        outcome = ScoreOutcome.ACCEPTED if is_known else ScoreOutcome.NOT_MATCHED
    elif isinstance(action, VoiceAbstained):
        outcome = ScoreOutcome.NO_PICTURE
    elif isinstance(action, OtherWay):
        outcome = ScoreOutcome.LEFT
    else:
        return
    ports.note_check(
        BiometricNote(
            visit.citizen_id.birth_date,
            outcome,
            Factor.CARD in visit.evidence.factors,
            visit.voice_template.engine_id,
            similarity,
            modality=Modality.VOICE,
        )
    )


def _is_known(visit: Visit, ports: VisitPorts, score: Score) -> bool:
    """Count the voice as a proof if it is one, and weigh it together with the face."""
    if ports.voice is None:
        return False
    scores = (score,) if visit.face_score is None else (visit.face_score, score)
    # Fresh digits keep recordings out, not a cloned voice: without a living face a voice is one proof at most.
    reached = ports.judge(scores, is_live=visit.is_face_live)
    is_known = ports.voice.is_match(score)
    proved = visit.evidence.factors
    visit.evidence = replace(
        visit.evidence,
        factors=proved | {Factor.VOICE} if is_known else proved,
        biometric=max(visit.evidence.biometric, reached),
    )
    return is_known
