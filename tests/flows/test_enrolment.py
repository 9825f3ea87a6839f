"""Staff enrol a resident at the machine: each part with its own consent, stored in one piece or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.errors import StorageFull
from kiosk.flows.actions import (
    Action,
    CardPresented,
    Choose,
    CitizenNumberTyped,
    Confirm,
    Decline,
    FaceCheckUnavailable,
    FacesCaptured,
    FacesNotCaptured,
    Finish,
    GoBack,
    OtherWay,
    PinTyped,
    UseCitizenNumber,
    VoiceCheckUnavailable,
    VoiceEnrolled,
    VoiceNotEnrolled,
)
from kiosk.flows.enrolment.start import enrol_step
from kiosk.flows.enrolment_ports import EnrolmentPorts
from kiosk.flows.navigator import Navigator
from kiosk.flows.page_model import PageModel
from kiosk.flows.pages import (
    AttestPage,
    CardPage,
    CitizenNumberPage,
    ConsentPage,
    FaceCapturePage,
    FormReviewPage,
    IdentifyPage,
    NoticePage,
    PinPage,
    StaffSignInPage,
    VoiceCheckPage,
)
from kiosk.flows.visit_ports import NoPrinting
from kiosk.services.enrol_at_kiosk import EnrolAtKiosk
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.services.ports import DeviceState, FaceTemplate, Frame, VoiceTemplate
from kiosk.services.search_resident import Candidate, Shortlist
from tests.builders import STRANGER, ZHAO, World, card, make_world, resident
from tests.services.voices import Stage

FRAME: Frame = np.zeros((4, 4, 3), np.uint8)
PICTURE = np.full(128, 0.1, "<f4").tobytes()
FACE = FaceTemplate("f", (PICTURE,) * 3)
VOICE = VoiceTemplate("v", np.full(256, 1 / 16, "<f4").tobytes(), 3, 9.0)
TAKEN = FacesCaptured((FRAME,) * 3, FACE)


class Paper(NoPrinting):
    """A printer that is ready and remembers."""

    def __init__(self) -> None:
        self.papers: list[tuple[str, tuple[tuple[str, str], ...]]] = []

    def can_print(self) -> bool:
        return True

    def print_enrolment(self, name: str, lines: tuple[tuple[str, str], ...]) -> str:
        self.papers.append((name, lines))
        return f"job-{len(self.papers)}"


@dataclass
class Desk:
    """A kiosk at which a staff member has signed in."""

    world: World
    paper: Paper = field(default_factory=Paper)
    captured_before: list[int] = field(default_factory=list)
    has_camera: bool = True
    has_microphone: bool = True
    found: Shortlist | None = None

    def walk(self, *steps: tuple[Action, type]) -> PageModel:
        page: PageModel | None = None
        for number, (action, expected) in enumerate(steps, start=1):
            page = self.navigator.act(action)
            assert type(page) is expected, f"step {number}: {page.page_id} {page.prompt.id}"
        assert page is not None
        return page

    def begin(self) -> None:
        def capture(before: tuple[Frame, ...]) -> Any:
            self.captured_before.append(len(before))

        voice: Callable[[], EnrolVoice] = lambda: EnrolVoice(Stage([]).listener())  # noqa: E731
        enrol = EnrolmentPorts(
            EnrolAtKiosk(self.world.store, self.world.clock),
            capture if self.has_camera else None,
            voice if self.has_microphone else None,
            lambda _face, _resident: self.found,
        )
        ports = replace(self.world.ports, enrol=enrol, printing=self.paper)
        self.navigator = Navigator(ports)
        self.navigator.start()
        self.navigator._visit.staff = "31"
        self.navigator._step = enrol_step("31", ports)

    def kept(self) -> tuple[FaceTemplate | None, VoiceTemplate | None]:
        with self.world.store.transaction() as transaction:
            return transaction.templates.find("r-0001"), transaction.voices.find("r-0001")

    def audits(self) -> list[object]:
        return [row["kind"] for row in self.world.rows("audit")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with make_world(tmp_path) as world:
        world.reader.card = card()
        made = Desk(world)
        made.begin()
        yield made


TO_FACE_CONSENT = ((CardPresented(card()), AttestPage), (Confirm(), ConsentPage))
TO_VOICE_CONSENT = (
    *TO_FACE_CONSENT,
    (Confirm(), FaceCapturePage),
    (TAKEN, NoticePage),
    (Choose("enrol_next"), ConsentPage),
)


def test_everything_is_enrolled_stored_in_one_piece_and_printed(desk: Desk) -> None:
    page = desk.walk(
        *TO_VOICE_CONSENT,
        (Confirm(), VoiceCheckPage),
        (VoiceEnrolled(VOICE), PinPage),
        (PinTyped("123456"), FormReviewPage),
    )
    assert isinstance(page, FormReviewPage)
    assert [line.value for line in page.lines] == [
        "赵*兰",
        "登记了，3张照片",
        "登记了，3组数字",
        "核对过，是本人的",
        "试过，能用",
    ]
    assert desk.kept() == (None, None)
    assert desk.world.rows("consent") == []
    page = desk.walk((Confirm(), NoticePage))
    face, voice = desk.kept()
    assert face is not None
    assert voice is not None
    assert (len(face.vectors), voice.phrases) == (3, 3)
    consents = {(row["kind"], row["is_granted"]) for row in desk.world.rows("consent")}
    assert consents == {("enrolment", 1), ("voice_enrolment", 1)}
    assert desk.audits() == ["face.enrolled", "voice.enrolled", "resident.enrolled"]
    assert '"staff":"31"' in str(desk.world.rows("audit")[-1]["details"]).replace(" ", "")
    ((name, lines),) = desk.paper.papers
    assert name == "赵*兰"
    assert dict(lines)["卡的密码"] == "试过，能用"
    assert page.prompt.id == "enrol.done.printing"
    assert desk.navigator._visit.enrolment is None
    assert desk.navigator._visit.resident is None


def test_consent_at_enrolment_is_not_taken_for_the_resident_s_own_at_a_visit(desk: Desk) -> None:
    desk.walk(
        *TO_VOICE_CONSENT,
        (Decline(), PinPage),
        (Decline(), FormReviewPage),
        (Confirm(), NoticePage),
    )
    assert not desk.world.ports.record_consent.is_on_file(resident())


def test_face_and_voice_are_refused_apart_and_the_refusal_is_recorded(desk: Desk) -> None:
    page = desk.walk(
        *TO_FACE_CONSENT,
        (Decline(), ConsentPage),
        (Confirm(), VoiceCheckPage),
        (VoiceEnrolled(VOICE), PinPage),
        (Decline(), FormReviewPage),
    )
    assert isinstance(page, FormReviewPage)
    assert [line.value for line in page.lines[1:]] == [
        "没有登记",
        "登记了，3组数字",
        "核对过，是本人的",
        "不能用，请去银行重设",
    ]
    desk.walk((Confirm(), NoticePage))
    face, voice = desk.kept()
    assert face is None
    assert voice is not None
    kinds = {row["kind"]: row["is_granted"] for row in desk.world.rows("consent")}
    assert kinds == {"enrolment": 0, "voice_enrolment": 1}


def test_number_leads_to_the_card_which_must_be_of_this_person(desk: Desk) -> None:
    page = desk.walk(
        (UseCitizenNumber(), CitizenNumberPage),
        (CitizenNumberTyped("1"), CitizenNumberPage),
        (CitizenNumberTyped(ZHAO), AttestPage),
        (Confirm(), ConsentPage),
        (Decline(), ConsentPage),
        (Decline(), CardPage),
        (CardPresented(card(STRANGER)), CardPage),
    )
    assert page.prompt.id == "card.other_person"
    desk.walk((CardPresented(card()), PinPage))


def test_person_without_a_card_is_enrolled_all_the_same(desk: Desk) -> None:
    desk.walk(
        (UseCitizenNumber(), CitizenNumberPage),
        (CitizenNumberTyped(ZHAO), AttestPage),
        (Confirm(), ConsentPage),
        (Confirm(), FaceCapturePage),
        (TAKEN, NoticePage),
        (Choose("enrol_next"), ConsentPage),
        (Decline(), CardPage),
        (Decline(), FormReviewPage),
        (Confirm(), NoticePage),
    )
    assert desk.kept()[0] is not None


def test_machine_without_camera_microphone_and_reader_still_takes_a_look_at_the_person(
    desk: Desk,
) -> None:
    desk.has_camera = desk.has_microphone = False
    desk.world.reader.device_state = DeviceState.ABSENT
    desk.begin()
    assert type(desk.navigator.current()) is CitizenNumberPage
    desk.walk((CitizenNumberTyped(ZHAO), AttestPage), (Confirm(), FormReviewPage))


@pytest.mark.parametrize(
    ("action", "prompt"),
    [
        (FacesNotCaptured("other_person"), "enrol.capture.failed"),
        (FacesNotCaptured("too_dark"), "enrol.capture.failed"),
        (FaceCheckUnavailable("KSK-301"), "enrol.capture.unavailable"),
    ],
)
def test_pictures_that_cannot_be_used_are_taken_anew_or_left_out(
    desk: Desk, action: Action, prompt: str
) -> None:
    page = desk.walk(*TO_FACE_CONSENT, (Confirm(), FaceCapturePage), (action, NoticePage))
    assert page.prompt.id == prompt
    desk.navigator.act(Choose("retry"))
    assert desk.navigator.face_capture() is None
    assert desk.captured_before == [0]
    desk.walk((action, NoticePage), (Choose("enrol_next"), ConsentPage))


def test_more_pictures_are_added_to_those_that_were_taken_up_to_five(desk: Desk) -> None:
    desk.walk(*TO_FACE_CONSENT, (Confirm(), FaceCapturePage), (TAKEN, NoticePage))
    desk.walk((Choose("enrol_more"), FaceCapturePage))
    desk.navigator.face_capture()
    four = FacesCaptured((FRAME,) * 4, FACE)
    five = FacesCaptured((FRAME,) * 5, FACE)
    page = desk.walk(
        (four, NoticePage), (Choose("enrol_more"), FaceCapturePage), (five, NoticePage)
    )
    assert isinstance(page, NoticePage)
    assert [choice.choice_id for choice in page.choices] == ["enrol_next"]
    assert desk.captured_before == [3]


@pytest.mark.parametrize(
    ("action", "prompt"),
    [
        (VoiceNotEnrolled("other_voice"), "enrol.voice.failed"),
        (VoiceCheckUnavailable("IDN-401"), "enrol.voice.unavailable"),
    ],
)
def test_voice_that_cannot_be_used_is_said_again_or_left_out(
    desk: Desk, action: Action, prompt: str
) -> None:
    page = desk.walk(*TO_VOICE_CONSENT, (Confirm(), VoiceCheckPage), (action, NoticePage))
    assert page.prompt.id == prompt
    desk.walk((Choose("retry"), VoiceCheckPage))
    assert isinstance(desk.navigator.voice_check(), EnrolVoice)
    desk.walk((OtherWay(), PinPage))


def test_wrong_pin_tells_the_tries_and_a_locked_one_is_noted(desk: Desk) -> None:
    desk.walk(*TO_FACE_CONSENT, (Decline(), ConsentPage), (Decline(), PinPage))
    page = desk.walk((PinTyped("12"), PinPage))
    assert page.prompt.id == "pin.wrong_length"
    assert desk.world.reader.tries_left == 3
    desk.walk((PinTyped("000000"), PinPage), (PinTyped("000000"), PinPage))
    page = desk.walk((PinTyped("000000"), FormReviewPage))
    assert isinstance(page, FormReviewPage)
    assert page.lines[-1].value == "不能用，请去银行重设"


def test_nothing_is_left_when_the_visit_ends_before_the_end(desk: Desk) -> None:
    desk.walk(*TO_VOICE_CONSENT)
    desk.navigator.act(Finish())
    assert desk.kept() == (None, None)
    assert desk.world.rows("consent") == []
    assert desk.navigator._visit.enrolment is None


def test_stranger_to_the_roster_cannot_be_enrolled(desk: Desk) -> None:
    page = desk.walk((CardPresented(card(STRANGER)), NoticePage))
    assert page.prompt.id == "enrol.not_on_roster"
    desk.walk((Choose("retry_number"), IdentifyPage))


def test_full_disk_stores_nothing_and_can_be_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.walk(*TO_VOICE_CONSENT, (Decline(), PinPage), (Decline(), FormReviewPage))

    def full(*_: object) -> None:
        raise StorageFull("full")

    with monkeypatch.context() as patched:
        patched.setattr(EnrolAtKiosk, "_keep_templates", full)
        desk.walk((Confirm(), NoticePage))
    assert desk.world.rows("consent") == []
    desk.walk((Choose("retry"), FormReviewPage), (Confirm(), NoticePage))
    assert desk.kept()[0] is not None
    assert desk.world.rows("consent")[0]["kind"] == "enrolment"


def test_paper_is_printed_again_and_the_next_person_follows(desk: Desk) -> None:
    desk.walk(*TO_FACE_CONSENT, (Decline(), ConsentPage), (Decline(), PinPage))
    desk.walk((Decline(), FormReviewPage), (Confirm(), NoticePage))
    desk.walk((Choose("print_enrolment"), NoticePage))
    assert len(desk.paper.papers) == 2
    desk.walk((Choose("enrol_another"), StaffSignInPage))


def test_each_enrolment_asks_for_a_pin_of_staff(desk: Desk) -> None:
    desk.walk(*TO_FACE_CONSENT)
    desk.walk((GoBack(), AttestPage), (Confirm(), StaffSignInPage))


@pytest.mark.parametrize(
    ("far_bound", "words"),
    [
        (0.026, "碰巧这么像的最多约13人"),
        (0.0001, "碰巧这么像的最多约0.05人"),
        (None, "还没有数据"),
    ],
)
def test_staff_are_told_that_somebody_enrolled_looks_alike_and_how_little_that_says(
    desk: Desk, far_bound: float | None, words: str
) -> None:
    candidate = Candidate("r-0002", 0.9, True, far_bound, 500)
    desk.found = Shortlist(500, (candidate,))
    page = desk.walk(*TO_FACE_CONSENT, (Confirm(), FaceCapturePage), (TAKEN, NoticePage))
    assert isinstance(page, NoticePage)
    assert (page.prompt.id, page.icon) == ("enrol.alike", "warning")
    assert words in desk.navigator.words(page.prompt).sentence
    desk.walk((Choose("enrol_next"), ConsentPage))


def test_nobody_is_told_of_a_face_that_only_comes_near(desk: Desk) -> None:
    desk.found = Shortlist(500, (Candidate("r-0002", 0.1, False, 0.5, 500),))
    page = desk.walk(*TO_FACE_CONSENT, (Confirm(), FaceCapturePage), (TAKEN, NoticePage))
    assert page.prompt.id == "enrol.capture.done"
