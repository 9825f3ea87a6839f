"""Is it really you: face with consent, card, PIN, and a way on when none of them works."""

import math
from dataclasses import dataclass, field, replace

from accessibility.prompt import Prompt
from kiosk.domain.citizen_id import CitizenId, InvalidCitizenId
from kiosk.domain.identity_evidence import Score
from kiosk.domain.identity_policy import Assurance, Factor, NextProof, Ways, next_proof
from kiosk.domain.logged_score import ScoreOutcome
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Action,
    CardPresented,
    Confirm,
    Decline,
    FaceAccepted,
    FaceCheckUnavailable,
    FaceNotAccepted,
    OtherWay,
    PinTyped,
)
from kiosk.flows.attestation import attest_ways, refused_notice
from kiosk.flows.biometric_limits import (
    begin_check,
    check_failed,
    check_passed,
    check_spared,
    may_ask,
)
from kiosk.flows.conclusion import ProgressStep
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.matters import waiting_matter
from kiosk.flows.form.start import register_first, service_start
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.pages import CardPage, ConsentPage, FaceCheckPage, PinPage, Progress
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.flows.voice_check import VoiceCheckStep, VoiceConsentStep, is_voice_way, voice_step
from kiosk.services.note_score import BiometricNote
from kiosk.services.ports import DeviceState

PROOF = Progress(2, 4)

PIN_DIGITS = 6
"""Length of a social-security card's PIN."""

MOST_FACE_ROUNDS = 2
"""In one visit: who left the camera for another way may come back once. After three tries that did not match there is
no second round."""

CONSENT_POINTS = ("consent.only_compare", "consent.stays_here", "consent.no_photo_kept")


def next_step(visit: Visit, ports: VisitPorts) -> Step:
    """What to ask for next by the identity policy, or the review when the proofs suffice. Never a dead end."""
    if (known := _open_request_notice(visit, ports)) is not None:
        return known
    if visit.evidence.refused_by:
        return refused_notice(visit, ports)
    if not visit.is_sure:
        return _proof_step(visit, ports)
    if (matter := waiting_matter(visit, ports)) is not None:
        return matter
    if visit.is_progress_enquiry:
        return ProgressStep()
    is_provisional = visit.evidence.weight < visit.required_factors
    return service_start(visit, ports, is_provisional=is_provisional)


def _proof_step(visit: Visit, ports: VisitPorts) -> Step:
    """The step of the next proof, or the notice of who has none left."""
    if _must_hear_of_rest(visit, ports):
        visit.has_heard_of_rest = True
        return _other_way_notice(next_step(visit, ports), "notice.face_rests")
    wanted = next_proof(visit.evidence, visit.required_factors, _ways(visit, ports))
    if wanted is NextProof.FACE:
        return _face_step(visit, ports)
    if wanted is NextProof.VOICE:
        return voice_step(visit, ports, _go_on)
    if wanted is NextProof.CARD:
        return CardStep()
    if wanted is NextProof.PIN:
        return PinStep()
    return _no_way_left(visit, ports)


def _must_hear_of_rest(visit: Visit, ports: VisitPorts) -> bool:
    """Whether this person would be asked for the face now, were there no rest; told once a visit."""
    is_resting = Factor.FACE in visit.resting and Factor.FACE not in visit.evidence.exempt
    return is_resting and not visit.has_heard_of_rest and _is_face_there(visit, ports)


def _is_face_there(visit: Visit, ports: VisitPorts) -> bool:
    is_there = visit.face_template is not None and ports.has_camera()
    return is_there and not visit.has_refused_face and not visit.has_face_failed


def _ways(visit: Visit, ports: VisitPorts) -> Ways:
    return Ways(
        face=_is_face_there(visit, ports) and may_ask(visit, Factor.FACE),
        card=ports.card_reader.state() is DeviceState.READY and not visit.has_no_card,
        pin=not visit.has_no_pin,
        voice=is_voice_way(visit, ports),
        voice_adds=_voice_adds(visit, ports),
    )


def _voice_adds(visit: Visit, ports: VisitPorts) -> bool:
    voice, face = ports.voice, visit.face_score
    return voice is not None and face is not None and voice.adds_to(face)


def _go_on(visit: Visit, ports: VisitPorts, notice: str) -> Step:
    """What comes after a voice check."""
    onward = next_step(visit, ports)
    return _other_way_notice(onward, notice) if notice else onward


def _no_way_left(visit: Visit, ports: VisitPorts) -> NoticeStep:
    attest = attest_ways(visit, ports)
    if visit.is_progress_enquiry:
        return NoticeStep(
            Prompt("notice.needs_proof_for_progress"), attest, icon="help", progress=PROOF
        )
    name = "notice.not_modelled" if visit.evidence.exempt else "notice.no_way_left"
    return NoticeStep(Prompt(name), (*attest, register_first(visit, ports)), progress=PROOF)


def _open_request_notice(visit: Visit, ports: VisitPorts) -> NoticeStep | None:
    """Spare a person who has already asked for this; told only after one proof, as it is their business alone."""
    if visit.resident is None or visit.service is None or not visit.evidence.may_be_shown:
        return None
    if visit.service.may_repeat or visit.correcting is not None:
        return None
    request = ports.list_requests.open_of(visit.resident, visit.service.id)
    if request is None:
        return None
    prompt = Prompt("notice.already_open", {"number": request.receipt_number}, is_personal=True)
    return NoticeStep(
        prompt, (Way("see_progress", ProgressStep()),), icon="receipt", progress=PROOF
    )


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """May the camera look: no is as easy as yes."""

    def page(self, visit: Visit, ports: VisitPorts) -> ConsentPage:
        """What the consent covers."""
        return ConsentPage(Prompt("consent"), CONSENT_POINTS, progress=PROOF)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Record the answer; no leads to card and PIN."""
        if not isinstance(action, Confirm | Decline) or visit.resident is None:
            raise FlowError(f"consent does not offer {type(action).__name__}")
        is_granted = isinstance(action, Confirm)
        ports.record_consent.record(visit.resident, is_granted=is_granted)
        if is_granted:
            return Destination(_face_check_or_next(visit, ports))
        visit.has_refused_face = True
        return Destination(next_step(visit, ports))


def _face_step(visit: Visit, ports: VisitPorts) -> Step:
    """The camera at once for one who agreed within the year; 换个办法 stays on its page."""
    if visit.resident is not None and ports.record_consent.is_on_file(visit.resident):
        return _face_check_or_next(visit, ports)
    return ConsentStep()


def _face_check_or_next(visit: Visit, ports: VisitPorts) -> Step:
    if visit.face_rounds >= MOST_FACE_ROUNDS or Factor.FACE in visit.evidence.factors:
        visit.has_face_failed = True
        return next_step(visit, ports)
    visit.has_face_failed = False
    if not begin_check(visit, ports, Factor.FACE):
        return next_step(visit, ports)
    visit.face_rounds += 1
    return FaceCheckStep()


@dataclass(frozen=True, slots=True)
class FaceCheckStep:
    """The camera page; the check itself runs beside it and sends its result as an action."""

    def page(self, visit: Visit, ports: VisitPorts) -> FaceCheckPage:
        """The live preview."""
        return FaceCheckPage(Prompt("face_check"), progress=PROOF)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """A match is one proof; anything else leads to the next way."""
        _note(visit, ports, action)
        if isinstance(action, FaceAccepted):
            visit.evidence = replace(
                visit.evidence,
                factors=visit.evidence.factors | {Factor.FACE},
                face_score=action.score,
                face_engine=action.engine_id,
                face_threshold=action.threshold,
                biometric=_alone(visit, ports, action),
            )
            check_passed(visit, ports, Factor.FACE)
            visit.face_score = _face_score(visit, action)
            visit.is_face_live = action.is_live
            visit.accepted_face = action.embedding
            return Destination(next_step(visit, ports), replaces=True)
        visit.has_face_failed = True
        if isinstance(action, OtherWay):
            return Destination(next_step(visit, ports), replaces=True)
        if isinstance(action, FaceNotAccepted):
            return Destination(_not_accepted(visit, ports, action), replaces=True)
        if isinstance(action, FaceCheckUnavailable):
            check_spared(visit, ports, Factor.FACE)
            onward = next_step(visit, ports)
            return Destination(_other_way_notice(onward, "notice.face_unavailable"), replaces=True)
        raise FlowError(f"face check does not offer {type(action).__name__}")


def _not_accepted(visit: Visit, ports: VisitPorts, action: FaceNotAccepted) -> NoticeStep:
    """Three tries, then the next way; where nothing could be compared, it cost no try."""
    prompt_id = "notice.face_not_matched"
    if action.closest is None and not action.is_other_face:
        check_spared(visit, ports, Factor.FACE)
    else:
        visit.face_rounds = MOST_FACE_ROUNDS
        if check_failed(visit, ports, Factor.FACE):
            visit.has_heard_of_rest = True
            prompt_id = "notice.face_rests"
    return _other_way_notice(next_step(visit, ports), prompt_id)


def _alone(visit: Visit, ports: VisitPorts, action: FaceAccepted) -> Assurance:
    """What the face reaches without a second factor."""
    score = _face_score(visit, action)
    return ports.judge((score,), is_live=action.is_live) if score else Assurance.NOBODY


def _face_score(visit: Visit, action: FaceAccepted) -> Score | None:
    if visit.face_template is None or not math.isfinite(action.worst):
        return None
    return Score(action.engine_id, -action.worst, len(visit.face_template.vectors))


def _note(visit: Visit, ports: VisitPorts, action: Action) -> None:
    """How the check ended goes to the score log; neither a camera that does not work nor two faces say anything."""
    is_mixed = isinstance(action, FaceNotAccepted) and action.is_other_face
    if visit.citizen_id is None or is_mixed:
        return
    engine_id, similarity = "", None
    strangers: tuple[float, ...] = ()
    if isinstance(action, FaceAccepted):
        outcome, strangers = ScoreOutcome.ACCEPTED, tuple(-one for one in action.stranger_scores)
        engine_id, similarity = action.engine_id, -action.score
    elif isinstance(action, FaceNotAccepted):
        engine_id = action.engine_id
        similarity = None if action.closest is None else -action.closest
        outcome = ScoreOutcome.NO_PICTURE if similarity is None else ScoreOutcome.NOT_MATCHED
    elif isinstance(action, OtherWay):
        outcome = ScoreOutcome.LEFT
    else:
        return
    is_confirmed = Factor.CARD in visit.evidence.factors
    ports.note_check(
        BiometricNote(
            visit.citizen_id.birth_date, outcome, is_confirmed, engine_id, similarity, strangers
        )
    )


def _other_way_notice(onward: Step, prompt_id: str) -> NoticeStep:
    ways = onward.ways if isinstance(onward, NoticeStep) else (Way(_way_id(onward), onward),)
    return NoticeStep(Prompt(prompt_id), ways, progress=PROOF)


def _way_id(step: Step) -> str:
    if isinstance(step, ConsentStep | FaceCheckStep):
        return "use_face"
    if isinstance(step, VoiceConsentStep | VoiceCheckStep):
        return "use_voice"
    return "use_pin" if isinstance(step, PinStep) else "use_card"


@dataclass(frozen=True, slots=True)
class CardStep:
    """The card as a proof of a person who typed the number."""

    prompt_id: str = "card"

    def page(self, visit: Visit, ports: VisitPorts) -> CardPage:
        """The card picture."""
        return CardPage(Prompt(self.prompt_id), progress=PROOF)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Only the person's own card counts."""
        if isinstance(action, Decline):
            visit.has_no_card = True
            return Destination(next_step(visit, ports))
        if not isinstance(action, CardPresented):
            raise FlowError(f"card does not offer {type(action).__name__}")
        if fault := fault_of_own_card(visit, ports, action):
            return Destination(CardStep(fault), replaces=True)
        visit.evidence = replace(visit.evidence, factors=visit.evidence.factors | {Factor.CARD})
        visit.card_number = action.card.card_number
        # It was found after all.
        visit.has_no_card = False
        return Destination(next_step(visit, ports), replaces=True)


def fault_of_own_card(visit: Visit, ports: VisitPorts, action: CardPresented) -> str:
    """The prompt that says why a card is not this person's own; empty where it is."""
    read = readable_id(ports, action.card.citizen_id)
    if read is None:
        return "card.unreadable"
    return "card.other_person" if read != visit.citizen_id else ""


def readable_id(ports: VisitPorts, number: str) -> CitizenId | None:
    """The number of a card, or None where it is none."""
    try:
        return ports.find_resident.parse(number)
    except InvalidCitizenId:
        return None


@dataclass(frozen=True, slots=True)
class PinStep:
    """The card's PIN, checked by the card itself."""

    prompt: Prompt = field(default_factory=lambda: Prompt("pin"))

    def page(self, visit: Visit, ports: VisitPorts) -> PinPage:
        """The keypad with dots; in practice the page says the invented card's PIN."""
        if ports.practice is not None:
            name = "practice.pin" if self.prompt.id == "pin" else "practice.pin.wrong"
            return PinPage(Prompt(name), is_rejected=name != "practice.pin", progress=PROOF)
        return PinPage(self.prompt, is_rejected=self.prompt.id != "pin", progress=PROOF)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Right, wrong with tries left, or locked; forgotten is no shame."""
        if isinstance(action, Decline):
            visit.has_no_pin = True
            return Destination(_after_pin(visit, ports), replaces=True)
        if not isinstance(action, PinTyped):
            raise FlowError(f"PIN does not offer {type(action).__name__}")
        if len(action.pin) != PIN_DIGITS or not action.pin.isascii() or not action.pin.isdigit():
            # A short PIN would cost the resident one of three tries for nothing.
            return Destination(PinStep(Prompt("pin.wrong_length")), replaces=True)
        card = ports.card_reader.read()
        if ports.practice is not None:
            return self._checked(visit, ports, action.pin)
        if card is None or readable_id(ports, card.citizen_id) != visit.citizen_id:
            # The card was taken away or changed between the two pages.
            visit.evidence = replace(visit.evidence, factors=visit.evidence.factors - {Factor.CARD})
            return Destination(
                CardStep("card" if card is None else "card.other_person"), replaces=True
            )
        return self._checked(visit, ports, action.pin)

    def _checked(self, visit: Visit, ports: VisitPorts, pin: str) -> Destination:
        check = ports.card_reader.verify_pin(pin)
        if check.is_accepted:
            visit.evidence = replace(visit.evidence, factors=visit.evidence.factors | {Factor.PIN})
            return Destination(next_step(visit, ports), replaces=True)
        if check.tries_left > 0:
            return Destination(
                PinStep(Prompt("pin.wrong", {"tries": str(check.tries_left)})), replaces=True
            )
        visit.has_no_pin = True
        onward = _after_pin(visit, ports)
        return Destination(_other_way_notice(onward, "notice.pin_locked"), replaces=True)


def _after_pin(visit: Visit, ports: VisitPorts) -> Step:
    """The face again for a person who declined it at first and now has no PIN: their choice, asked once more."""
    if visit.has_refused_face and Factor.FACE not in visit.evidence.factors:
        visit.has_refused_face = False
    return next_step(visit, ports)
