"""Whoever agreed to the face check within the year is not asked at every visit."""

import pytest

from kiosk.domain import consent as consents
from kiosk.domain.consent import ConsentKind
from kiosk.flows import pages
from kiosk.flows.actions import Begin, CardPresented, ChooseService, Confirm, Decline, Finish
from kiosk.services.record_consent import RecordConsent
from tests.builders import World, card, resident

DAY_S = 24 * 3600


def ask(world: World, *answers: object) -> pages.PageModel:
    navigator = world.navigator()
    page = navigator.start()
    first = (Begin(), ChooseService("pension.life_certification"), CardPresented(card()), Confirm())
    for action in (*first, *answers):
        page = navigator.act(action)  # type: ignore[arg-type]
    navigator.act(Finish())
    return page


def test_second_visit_goes_to_the_camera_at_once(world: World) -> None:
    assert isinstance(ask(world), pages.ConsentPage)
    assert isinstance(ask(world, Confirm()), pages.FaceCheckPage)
    assert isinstance(ask(world), pages.FaceCheckPage)


def test_refusal_since_then_is_respected_and_asked_again(world: World) -> None:
    world.ports.record_consent.record(resident(), is_granted=True)
    world.ports.record_consent.record(resident(), is_granted=False)
    assert isinstance(ask(world), pages.ConsentPage)
    world.reader.card = card()
    assert isinstance(ask(world, Decline()), pages.PinPage)


@pytest.mark.parametrize(("days", "page"), [(365, pages.FaceCheckPage), (366, pages.ConsentPage)])
def test_consent_is_good_for_a_year(world: World, days: int, page: type[pages.PageModel]) -> None:
    world.ports.record_consent.record(resident(), is_granted=True)
    world.clock.forward(days * DAY_S)
    assert isinstance(ask(world), page)


def test_consent_from_the_future_of_a_dead_clock_is_asked_again(world: World) -> None:
    world.ports.record_consent.record(resident(), is_granted=True)
    world.clock.forward(-DAY_S)
    assert isinstance(ask(world), pages.ConsentPage)


def test_other_words_are_asked_for_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ports.record_consent.record(resident(), is_granted=True)
    monkeypatch.setattr(consents, "FACE_CHECK_NOTICE_VERSION", 2)
    assert isinstance(ask(world), pages.ConsentPage)


def test_consent_to_the_face_says_nothing_of_the_voice(world: World) -> None:
    voice = RecordConsent(world.store, world.clock, ConsentKind.VOICE)
    world.ports.record_consent.record(resident(), is_granted=True)
    assert not voice.is_on_file(resident())
    voice.record(resident(), is_granted=True)
    world.ports.record_consent.record(resident(), is_granted=False)
    assert voice.is_on_file(resident())
    assert not world.ports.record_consent.is_on_file(resident())
