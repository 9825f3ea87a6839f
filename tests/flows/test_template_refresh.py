"""After a receipt the template may follow the face; nothing of it is seen, and no fault of it is felt."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain.identity_policy import Assurance
from kiosk.errors import StorageBusy
from kiosk.flows.actions import Answered, Confirm, FaceAccepted, Finish
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import ChoicePage, FormReviewPage, ReceiptPage
from kiosk.services.ports import Embedding
from kiosk.services.update_template import UpdateTemplate
from tests.builders import NOW, World, make_world
from tests.flows.certify import BY_NUMBER, TO_FACE
from tests.flows.walk import walk
from tests.services.faces import PointEngine, point, template

FIRST = (point(1, 0, 0), point(1, 0.1, 0), point(1, 0, 0.1))
LIVE = FaceAccepted(0.3, "points-v1", 0.4, worst=0.35, is_live=True, embedding=point(1.2, 0.1, 0.0))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        with made.store.transaction() as transaction:
            transaction.templates.put("r-0001", template(*FIRST), NOW)
        made.clock.wall += timedelta(days=31)
        yield made


def certify(
    world: World, accepted: FaceAccepted, updates: UpdateTemplate | None = None
) -> Navigator:
    """Face alone is enough here, as on a kiosk whose calibration shows it."""
    updates = updates or UpdateTemplate(world.store, lambda _id: PointEngine(), world.clock)

    def judge(_scores: object, *, is_live: bool) -> Assurance:
        return Assurance.STRONG if is_live else Assurance.VERIFIED

    navigator = Navigator(replace(world.ports, judge=judge, update_template=updates))
    walk(
        navigator,
        *BY_NUMBER,
        *TO_FACE,
        (accepted, ChoicePage),
        (Answered("self"), FormReviewPage),
        (Confirm(), ReceiptPage),
    )
    return navigator


def updated(world: World) -> int:
    return [row["kind"] for row in world.rows("audit")].count("face.updated")


def test_template_follows_a_strong_live_success_once(world: World) -> None:
    navigator = certify(world, LIVE)
    assert updated(world) == 1
    assert navigator._visit.accepted_face is None
    with world.store.transaction() as transaction:
        since = transaction.templates.since("r-0001")
    assert since is not None
    assert (since.enrolled_at, since.changed_at) == (NOW, world.clock.wall)


@pytest.mark.parametrize(
    "accepted", [replace(LIVE, is_live=False), replace(LIVE, embedding=None)], ids=["photo", "none"]
)
def test_template_stays_after_anything_less(accepted: FaceAccepted, world: World) -> None:
    certify(world, accepted)
    assert updated(world) == 0


def test_receipt_comes_when_the_template_cannot_be_kept(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    class Busy(UpdateTemplate):
        def update_face(self, resident_id: str, probe: Embedding, proof: object) -> bool:
            raise StorageBusy

    certify(world, LIVE, Busy(world.store, lambda _id: None, world.clock))
    assert "template not updated code=KSK-204" in caplog.text
    caplog.clear()


def test_nothing_of_the_picture_stays_when_the_visit_ends_before_the_receipt(world: World) -> None:
    navigator = Navigator(world.ports)
    walk(navigator, *BY_NUMBER, *TO_FACE)
    navigator.act(LIVE)
    assert navigator._visit.accepted_face is not None
    navigator.act(Finish())
    assert navigator._visit.accepted_face is None
    assert updated(world) == 0
