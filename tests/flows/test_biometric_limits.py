"""Three tries, then the next way; the face rests after too many checks, the service never does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kiosk.domain.identity_policy import Factor
from kiosk.errors import StorageFull
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Choose,
    Confirm,
    FaceCheckUnavailable,
    FaceNotAccepted,
    GoBack,
    OtherWay,
    PinTyped,
)
from kiosk.flows.page_model import PageModel
from kiosk.services.biometric_limits import ONE_PERSON, WHOLE_MACHINE
from tests.builders import STRANGER, World, card, resident
from tests.flows.certify import BY_CARD, BY_NUMBER, MATCH, TO_FACE, walk_on
from tests.flows.outcome_parts import (
    FIRST,
    TO_DESK,
    UNKNOWN,
    audited,
    choices,
    sent,
)
from tests.flows.walk import walk


def failed_visit(world: World) -> PageModel:
    """One visit in which three tries do not know the person."""
    walk_in = ((Confirm(), pages.FaceCheckPage),) if world.rows("consent") else TO_FACE
    return walk(world.navigator(), *BY_NUMBER, *walk_in, (UNKNOWN, pages.NoticePage))


def test_after_three_tries_that_compared_there_is_no_second_round(world: World) -> None:
    navigator = world.navigator()
    page = walk(navigator, *BY_NUMBER, *TO_FACE, (UNKNOWN, pages.NoticePage))
    assert (page.prompt.id, choices(page)) == ("notice.face_not_matched", ["use_card"])
    assert isinstance(navigator.act(GoBack()), pages.ConsentPage)
    assert isinstance(navigator.act(Confirm()), pages.CardPage)


def test_face_rests_for_a_day_after_too_many_checks_and_the_service_goes_on(world: World) -> None:
    for _ in range(ONE_PERSON.most - 1):
        assert failed_visit(world).prompt.id == "notice.face_not_matched"
    assert failed_visit(world).prompt.id == "notice.face_rests"
    assert [kind for kind, _ in audited(world, "biometric")] == [
        *["biometric.not_known"] * ONE_PERSON.most,
        "biometric.rests",
    ]
    # The next visit hears it once and goes on to the card; card and PIN verify as ever.
    world.reader.card = card()
    navigator = world.navigator()
    page = walk(navigator, *BY_CARD, (Confirm(), pages.NoticePage))
    assert (page.prompt.id, choices(page)) == ("notice.face_rests", ["use_pin"])
    walk_on(navigator, Choose("use_pin"), PinTyped("123456"), Answered("self"), Confirm())
    assert sent(world)["evidence"]["outcome"] == "second_factor"
    world.clock.forward(timedelta(hours=24).total_seconds())
    page = walk(world.navigator(), *BY_NUMBER, (Confirm(), pages.FaceCheckPage))
    assert page.prompt.id == "face_check"


def test_rest_is_of_one_person_only(world: World) -> None:
    world.add_resident(replace(resident(STRANGER), resident_id="r-0002"))
    for _ in range(ONE_PERSON.most):
        failed_visit(world)
    assert world.ports.limits is not None
    assert world.ports.limits.rests("r-0001", Factor.FACE)
    assert not world.ports.limits.rests("r-0002", Factor.FACE)
    assert not world.ports.limits.rests("r-0001", Factor.VOICE)


def test_walking_away_from_the_camera_wins_no_further_tries(world: World) -> None:
    for number in range(ONE_PERSON.most):
        steps = TO_FACE if number == 0 else ((Confirm(), pages.FaceCheckPage),)
        walk(world.navigator(), *BY_NUMBER, *steps)
    page = walk(world.navigator(), *BY_NUMBER, (Confirm(), pages.NoticePage))
    assert page.prompt.id == "notice.face_rests"


@pytest.mark.parametrize(
    "action", [FaceCheckUnavailable("KSK-301"), FaceNotAccepted(3, "dlib-resnet-v1")]
)
def test_check_that_compared_nothing_costs_no_try(world: World, action: Any) -> None:
    for number in range(2 * ONE_PERSON.most):
        steps = TO_FACE if number == 0 else ((Confirm(), pages.FaceCheckPage),)
        walk(world.navigator(), *BY_NUMBER, *steps, (action, pages.NoticePage))
    assert all(row["failures"] == 0 for row in world.rows("attempt_count"))


def test_face_that_became_another_one_costs_a_try_and_tells_no_score(world: World) -> None:
    mixed = FaceNotAccepted(1, "dlib-resnet-v1", None, is_other_face=True)
    page = walk(world.navigator(), *BY_NUMBER, *TO_FACE, (mixed, pages.NoticePage))
    assert (page.prompt.id, choices(page)) == ("notice.face_not_matched", ["use_card"])
    failures = [row["failures"] for row in world.rows("attempt_count") if row["kind"] == "face"]
    assert failures == [1]
    assert [kind for kind, _ in audited(world, "biometric")] == ["biometric.not_known"]
    assert world.rows("score_log") == []


def test_known_face_counts_anew(world: World) -> None:
    for _ in range(ONE_PERSON.most - 1):
        failed_visit(world)
    walk(world.navigator(), *BY_NUMBER, (Confirm(), pages.FaceCheckPage), (MATCH, pages.CardPage))
    assert "face" not in {row["kind"] for row in world.rows("attempt_count")}


def test_staff_end_a_rest(staffed: World) -> None:
    for _ in range(ONE_PERSON.most):
        failed_visit(staffed)
    navigator = staffed.navigator()
    page = walk(
        navigator, *BY_NUMBER, (Confirm(), pages.NoticePage), *TO_DESK, (FIRST, pages.NoticePage)
    )
    assert choices(page) == ["attest_now", "face_exempt", "face_wake"]
    assert navigator.act(Choose("face_wake")).prompt.id == "staff.face_wake"
    assert navigator.act(Choose("do")).prompt.id == "staff.face_wake.done"
    assert isinstance(navigator.act(Choose("go_on")), pages.FaceCheckPage)
    assert audited(staffed, "biometric.woken") == [
        ("biometric.woken", '{"factor":"face","staff":"2041"}')
    ]


def test_database_that_cannot_count_means_no_face_and_the_service_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise StorageFull("no room")

    monkeypatch.setattr("kiosk.services.biometric_limits.BiometricLimits.begin", full)
    page = walk(
        world.navigator(), *BY_NUMBER, (Confirm(), pages.ConsentPage), (Confirm(), pages.NoticePage)
    )
    assert (page.prompt.id, choices(page)) == ("notice.face_rests", ["use_card"])


def test_another_way_is_not_audited_as_a_failure(world: World) -> None:
    walk(world.navigator(), *BY_NUMBER, *TO_FACE, (OtherWay(), pages.CardPage))
    assert audited(world, "biometric") == []


@pytest.mark.parametrize("name", ["passed", "spared", "not_known"])
def test_database_that_fails_behind_a_check_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object) -> bool:
        raise StorageFull("no room")

    monkeypatch.setattr(f"kiosk.services.biometric_limits.BiometricLimits.{name}", full)
    ends = {
        "passed": (MATCH, pages.CardPage),
        "spared": (FaceCheckUnavailable("KSK-301"), pages.NoticePage),
        "not_known": (UNKNOWN, pages.NoticePage),
    }
    page = walk(world.navigator(), *BY_NUMBER, *TO_FACE, ends[name])
    assert page.prompt.id in ("card", "notice.face_unavailable", "notice.face_rests")


def test_many_who_are_not_known_within_an_hour_are_an_alarm_and_nothing_rests_for_it(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    limits = world.ports.limits
    assert limits is not None
    for number in range(WHOLE_MACHINE.most + 5):
        limits.begin(f"r-{number}", Factor.FACE)
        assert not limits.not_known(f"r-{number}", Factor.FACE)
    assert [kind for kind, _ in audited(world, "biometric.many")] == ["biometric.many_not_known"]
    assert caplog.text.count("many checks of persons failed") == 1
    caplog.clear()
    assert isinstance(walk(world.navigator(), *BY_NUMBER, *TO_FACE), pages.FaceCheckPage)
