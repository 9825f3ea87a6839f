"""The voice as a way of the visit: consent of its own, one proof, and a way on whatever it hears."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kiosk.domain.identity_evidence import Score
from kiosk.domain.identity_policy import Assurance
from kiosk.domain.resident import Resident
from kiosk.flows.actions import (
    Action,
    Answered,
    CardPresented,
    Choose,
    Confirm,
    Decline,
    FaceNotAccepted,
    GoBack,
    OtherWay,
    VoiceAbstained,
    VoiceCheckUnavailable,
    VoiceScored,
)
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import (
    CardPage,
    ChoicePage,
    ConsentPage,
    FaceCheckPage,
    FormReviewPage,
    NoticePage,
    PinPage,
    ReceiptPage,
    VoiceCheckPage,
)
from kiosk.flows.voice_ways import VoiceWays
from kiosk.services.biometric_limits import ONE_PERSON
from kiosk.services.note_score import NoteScore
from kiosk.services.ports import VoiceTemplate
from kiosk.services.verify_voice import VoiceCheck
from tests.builders import World, card, make_world
from tests.flows.certify import BY_CARD, BY_NUMBER, MATCH, TO_FACE
from tests.flows.outcome_parts import FIRST, TO_DESK
from tests.flows.walk import walk
from tests.services.voices import Phrase, Stage

TEMPLATE = VoiceTemplate("v", bytes(4), 3, 9.0)
KNOWN, UNKNOWN = VoiceScored(Score("v", 0.9, 3)), VoiceScored(Score("v", 0.2, 3))


@dataclass
class Consents:
    """Remembers the answers."""

    answers: list[bool] = field(default_factory=list)

    def record(self, resident: Resident, *, is_granted: bool) -> None:
        self.answers.append(is_granted)

    def is_on_file(self, resident: Resident) -> bool:
        return bool(self.answers) and self.answers[-1]


@dataclass
class Hall:
    """A kiosk with a microphone and without a camera."""

    world: World
    consents: Consents
    has_camera: bool = False
    adds: bool = False
    judged: list[tuple[tuple[Score, ...], bool]] = field(default_factory=list)
    reaches: Assurance = Assurance.NOBODY

    def navigator(self) -> Navigator:
        voice = VoiceWays(
            lambda _id: TEMPLATE,
            self.consents,
            lambda template: VoiceCheck(Stage([Phrase(4)]).listener(), template),
            lambda score: score.similarity > 0.6,
            lambda _face: self.adds,
        )

        def judge(scores: tuple[Score, ...], *, is_live: bool) -> Assurance:
            self.judged.append((tuple(scores), is_live))
            return self.reaches

        ports = replace(
            self.world.ports,
            voice=voice,
            judge=judge,
            has_camera=lambda: self.has_camera,
            note_check=NoteScore(self.world.store, self.world.clock).note,
        )
        return Navigator(ports)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with make_world(tmp_path) as world:
        yield Hall(world, Consents())


def test_known_voice_and_the_card_are_two_proofs_and_the_request_is_not_provisional(
    hall: Hall,
) -> None:
    walk(
        hall.navigator(),
        *BY_CARD,
        (Confirm(), ConsentPage),
        (Confirm(), VoiceCheckPage),
        (KNOWN, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    assert hall.consents.answers == [True]
    (request,) = hall.world.rows("service_request")
    assert (request["assurance"], request["is_provisional"]) == (2, 0)
    assert hall.judged == [((KNOWN.score,), False)]


@pytest.mark.parametrize(
    ("action", "notice"),
    [
        (UNKNOWN, "notice.voice_not_known"),
        (VoiceAbstained("noisy"), "notice.voice_not_heard"),
        (VoiceCheckUnavailable("IDN-401"), "notice.voice_unavailable"),
    ],
)
def test_voice_that_proves_nothing_is_told_kindly_and_leads_to_the_pin(
    hall: Hall, action: VoiceScored | VoiceAbstained | VoiceCheckUnavailable, notice: str
) -> None:
    page = walk(
        hall.navigator(),
        *BY_CARD,
        (Confirm(), ConsentPage),
        (Confirm(), VoiceCheckPage),
        (action, NoticePage),
    )
    assert isinstance(page, NoticePage)
    assert page.prompt.id == notice
    assert [choice.choice_id for choice in page.choices] == ["use_pin"]


@pytest.mark.parametrize(
    ("end", "similarity", "outcome"),
    [
        (KNOWN, 0.9, "accepted"),
        (UNKNOWN, 0.2, "not_matched"),
        (VoiceAbstained("noisy"), None, "no_picture"),
        (OtherWay(), None, "left"),
        (VoiceCheckUnavailable("IDN-401"), None, None),
    ],
)
def test_end_of_a_check_is_kept_as_a_voices_without_person_and_time(
    hall: Hall, end: Action, similarity: float | None, outcome: str | None
) -> None:
    navigator = hall.navigator()
    walk(navigator, *BY_CARD, (Confirm(), ConsentPage), (Confirm(), VoiceCheckPage))
    navigator.act(end)
    rows = hall.world.rows("score_log")
    wanted = [("v", similarity, "confirmed", outcome, "voice")] if outcome else []
    columns = ("engine_id", "similarity", "kind", "outcome", "modality")
    assert [tuple(row[name] for name in columns) for row in rows] == wanted


def test_other_way_and_refusing_lead_on_without_a_word(hall: Hall) -> None:
    walk(
        hall.navigator(),
        *BY_CARD,
        (Confirm(), ConsentPage),
        (Decline(), PinPage),
    )
    assert hall.consents.answers == [False]
    walk(
        hall.navigator(),
        *BY_NUMBER,
        (Confirm(), ConsentPage),
        (Confirm(), VoiceCheckPage),
        (OtherWay(), CardPage),
    )


def test_face_that_is_not_known_leads_to_the_voice(hall: Hall) -> None:
    hall.has_camera = True
    page = walk(
        hall.navigator(),
        *BY_NUMBER,
        *TO_FACE,
        (FaceNotAccepted(3), NoticePage),
        (Choose("use_voice"), ConsentPage),
        (Confirm(), VoiceCheckPage),
        (KNOWN, CardPage),
        (CardPresented(card()), ChoicePage),
    )
    assert isinstance(page, ChoicePage)


def test_consent_on_file_is_not_asked_again(hall: Hall) -> None:
    hall.consents.answers.append(True)
    walk(hall.navigator(), *BY_NUMBER, (Confirm(), VoiceCheckPage))


def test_voice_is_asked_for_after_a_face_only_where_their_sum_can_be_shown_to_be_enough(
    hall: Hall,
) -> None:
    hall.has_camera = True
    live = replace(MATCH, worst=0.33, is_live=True)
    ways = (*BY_NUMBER, *TO_FACE, (live, CardPage))
    page = walk(hall.navigator(), *ways, (Decline(), NoticePage))
    assert page.prompt.id == "notice.no_way_left"
    hall.adds = True
    navigator = hall.navigator()
    walk(
        navigator,
        *BY_NUMBER,
        (Confirm(), FaceCheckPage),
        (live, CardPage),
        (Decline(), ConsentPage),
        (Confirm(), VoiceCheckPage),
    )
    hall.reaches = Assurance.VERIFIED
    assert type(navigator.act(KNOWN)) is ChoicePage
    face = Score("dlib-resnet-v1", -0.33, 1)
    assert hall.judged[-1] == ((face, KNOWN.score), True)


def test_two_rounds_of_three_tries_are_all_of_one_visit(hall: Hall) -> None:
    navigator = hall.navigator()
    walk(navigator, *BY_NUMBER, (Confirm(), ConsentPage), (Confirm(), VoiceCheckPage))
    assert navigator.voice_check() is not None
    pages = []
    for _ in range(2):
        navigator.act(OtherWay())
        assert navigator.voice_check() is None
        navigator.act(GoBack())
        pages.append(type(navigator.act(Confirm())))
    assert pages == [VoiceCheckPage, CardPage]


def test_voice_rests_after_too_many_checks_that_did_not_know_it(hall: Hall) -> None:
    walk_in = ((Confirm(), ConsentPage), (Confirm(), VoiceCheckPage))
    for _ in range(ONE_PERSON.most):
        walk(hall.navigator(), *BY_CARD, *walk_in, (UNKNOWN, NoticePage))
        walk_in = ((Confirm(), VoiceCheckPage),)
    hall.world.reader.card = card()
    walk(hall.navigator(), *BY_CARD, (Confirm(), PinPage))
    kinds = [row["kind"] for row in hall.world.rows("audit")]
    assert kinds.count("biometric.not_known") == ONE_PERSON.most
    assert kinds.count("biometric.rests") == 1


def test_voice_that_abstained_costs_no_try(hall: Hall) -> None:
    walk_in = ((Confirm(), ConsentPage), (Confirm(), VoiceCheckPage))
    for _ in range(2 * ONE_PERSON.most):
        walk(hall.navigator(), *BY_CARD, *walk_in, (VoiceAbstained("noisy"), NoticePage))
        walk_in = ((Confirm(), VoiceCheckPage),)


def test_staff_record_that_a_voice_cannot_be_modelled_and_it_is_never_asked_for(hall: Hall) -> None:
    hall.world.add_staff()
    navigator = hall.navigator()
    walk(navigator, *BY_CARD, (Confirm(), ConsentPage), *TO_DESK, (FIRST, NoticePage))
    assert navigator.act(Choose("voice_exempt")).prompt.id == "staff.voice_exempt"
    assert navigator.act(Choose("do")).prompt.id == "staff.voice_exempt.done"
    assert isinstance(navigator.act(Choose("go_on")), PinPage)
    walk(hall.navigator(), *BY_CARD, (Confirm(), PinPage))
