"""A person sees what is enrolled of them, behind one proof, and has it erased in three touches."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.consent import ConsentKind
from kiosk.errors import FlowError
from kiosk.flows.actions import (
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    FaceAccepted,
    GoBack,
    UseCitizenNumber,
)
from kiosk.flows.home import PROGRESS_TILE
from kiosk.flows.navigator import Navigator
from kiosk.flows.page_model import PageModel
from kiosk.flows.pages import (
    MY_TEMPLATES_CHOICE,
    CitizenNumberPage,
    ConfirmPersonPage,
    ConsentPage,
    IdentifyPage,
    NoticePage,
    ProgressPage,
    ServicesPage,
)
from kiosk.services.ports import FaceTemplate, VoiceTemplate
from tests.builders import NOW, ZHAO, World, card, make_world
from tests.flows.walk import walk

TO_PERSON = (
    (Begin(), ServicesPage),
    (ChooseService(PROGRESS_TILE), IdentifyPage),
)
BY_CARD = (*TO_PERSON, (CardPresented(card()), ConfirmPersonPage), (Confirm(), ProgressPage))
BY_NUMBER = (
    *TO_PERSON,
    (UseCitizenNumber(), CitizenNumberPage),
    (CitizenNumberTyped(ZHAO), ConfirmPersonPage),
)
MINE = Choose(MY_TEMPLATES_CHOICE)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        vector = np.eye(8, dtype="<f4")[0].tobytes()
        with made.store.transaction() as transaction:
            transaction.templates.put("r-0001", FaceTemplate("e", (vector,)), NOW)
            transaction.voices.put("r-0001", VoiceTemplate("v", vector, 3, 7.0), NOW)
        yield made


def choices(page: PageModel) -> list[str]:
    assert isinstance(page, NoticePage)
    return [choice.choice_id for choice in page.choices]


def stored(world: World) -> frozenset[ConsentKind]:
    assert world.ports.withdraw_consent is not None
    return world.ports.withdraw_consent.enrolled("r-0001")


def test_face_then_voice_are_erased_by_the_person(world: World) -> None:
    navigator = world.navigator()
    page = walk(navigator, *BY_CARD, (MINE, NoticePage))
    assert (page.prompt.id, choices(page)) == ("my_templates", ["erase_face", "erase_voice"])
    page = navigator.act(Choose("erase_face"))
    assert (page.prompt.id, choices(page)) == ("my_templates.erase_face", ["keep", "erase"])
    assert stored(world) == {ConsentKind.FACE, ConsentKind.VOICE}
    assert navigator.act(Choose("erase")).prompt.id == "my_templates.erased"
    assert stored(world) == {ConsentKind.VOICE}
    page = navigator.act(GoBack())
    assert choices(page) == ["erase_voice"]
    navigator.act(Choose("erase_voice"))
    navigator.act(Choose("erase"))
    page = navigator.act(GoBack())
    assert (page.prompt.id, choices(page)) == ("my_templates.none", [])
    page = navigator.act(GoBack())
    assert isinstance(page, ProgressPage)
    assert not page.has_templates
    kinds = [row["kind"] for row in world.rows("audit")]
    assert kinds.count("consent.withdrawn") == 2


def test_to_keep_is_as_easy(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_CARD, (MINE, NoticePage), (Choose("erase_voice"), NoticePage))
    assert navigator.act(Choose("keep")).prompt.id == "my_templates"
    assert stored(world) == {ConsentKind.FACE, ConsentKind.VOICE}


def test_number_alone_shows_nothing(world: World) -> None:
    navigator = world.navigator()
    page = walk(navigator, *BY_NUMBER, (Confirm(), ConsentPage))
    with pytest.raises(FlowError):
        navigator.act(MINE)
    assert not isinstance(page, ProgressPage)


def test_erased_face_is_not_asked_for_in_the_same_visit(world: World) -> None:
    navigator = world.navigator()
    walk(navigator, *BY_NUMBER, (Confirm(), ConsentPage))
    navigator.act(Confirm())
    page = navigator.act(FaceAccepted(0.3, "e", 0.4))
    assert isinstance(page, ProgressPage)
    for action in (MINE, Choose("erase_face"), Choose("erase")):
        page = navigator.act(action)
    assert page.prompt.id == "my_templates.erased"
    assert navigator.face_check() is None
    assert world.rows("consent")[-1]["is_granted"] == 0


def test_button_is_there_only_for_who_is_enrolled(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        navigator: Navigator = world.navigator()
        page = walk(navigator, *BY_CARD)
        assert isinstance(page, ProgressPage)
        assert not page.has_templates
