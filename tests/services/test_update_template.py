"""A template follows a face only after strong or witnessed success, rarely, and never away from the first enrolment."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.identity_policy import Assurance
from kiosk.services.ports import FaceTemplate
from kiosk.services.update_template import UpdateTemplate
from tests.builders import NOW, World, make_world
from tests.services.faces import PointEngine, point, template

FIRST = (point(1, 0, 0), point(1, 0.1, 0), point(1, 0, 0.1))
NEAR = point(1.2, 0.1, 0.0)
MONTH = timedelta(days=30)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        with made.store.transaction() as transaction:
            transaction.templates.put("r-0001", template(*FIRST), NOW)
        yield made


def updates(world: World, engine: PointEngine | None = PointEngine()) -> UpdateTemplate:  # noqa: B008
    return UpdateTemplate(world.store, lambda _engine_id: engine, world.clock)


def stored(world: World, resident_id: str = "r-0001") -> FaceTemplate:
    with world.store.transaction() as transaction:
        found = transaction.templates.find(resident_id)
    assert found is not None
    return found


def points(found: FaceTemplate) -> np.ndarray:  # type: ignore[type-arg]
    return np.stack([np.frombuffer(one, "<f4") for one in found.vectors])


@pytest.mark.parametrize(
    ("assurance", "is_witnessed", "days", "is_done"),
    [
        (Assurance.STRONG, False, 30, True),
        (Assurance.VERIFIED, True, 30, True),
        (Assurance.CLAIMED, True, 400, True),
        (Assurance.VERIFIED, False, 400, False),
        (Assurance.STRONG, False, 29, False),
        (Assurance.STRONG, True, 0, False),
        (Assurance.STRONG, True, -400, False),
    ],
)
def test_only_strong_or_witnessed_success_changes_it_and_at_most_every_thirty_days(
    assurance: Assurance, is_witnessed: bool, days: int, is_done: bool, world: World
) -> None:
    before = stored(world)
    world.clock.wall += timedelta(days=days)
    done = updates(world).update_face("r-0001", NEAR, assurance, is_witnessed=is_witnessed)
    assert done is is_done
    after = stored(world)
    assert len(after.vectors) == 3
    assert (after == before) is not is_done
    if is_done:
        assert np.abs(points(after)[2] - NEAR).max() < 0.02
        assert np.abs(points(after)[:2] - np.stack(FIRST[:2])).max() < 0.02
        entry = world.rows("audit")[-1]
        assert (entry["kind"], entry["subject"]) == ("face.updated", "r-0001")


def test_thirty_days_count_from_the_last_change(world: World) -> None:
    desk = updates(world)
    for days, is_done in ((30, True), (29, False), (1, True)):
        world.clock.wall += timedelta(days=days)
        done = desk.update_face("r-0001", NEAR, Assurance.STRONG, is_witnessed=False)
        assert done is is_done


def test_template_never_walks_away_from_the_first_enrolment(world: World) -> None:
    """Each step is near what is compared at that time; only those near the beginning are taken."""
    taken = []
    for step in range(12):
        world.clock.wall += MONTH
        probe = point(1 + 0.12 * step, 0, 0)
        if updates(world).update_face("r-0001", probe, Assurance.STRONG, is_witnessed=True):
            taken.append(step)
    assert taken == [0, 1, 2, 3]
    now = points(stored(world)).mean(axis=0)
    assert np.linalg.norm(now - np.mean(FIRST, axis=0)) < PointEngine().threshold / 3 + 0.02
    with world.store.transaction() as transaction:
        anchor = transaction.templates.anchor("r-0001")
    assert anchor is not None
    assert np.abs(points(anchor) - np.stack(FIRST)).max() < 0.02


def test_nothing_changes_where_it_cannot_be_compared(world: World) -> None:
    world.clock.wall += MONTH
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0002", template(point(1, 0, 0)), NOW)
    strong = Assurance.STRONG
    assert not updates(world).update_face("r-9999", NEAR, strong, is_witnessed=True)
    assert not updates(world).update_face("r-0002", NEAR, strong, is_witnessed=True)
    assert not updates(world, None).update_face("r-0001", NEAR, strong, is_witnessed=True)
    assert not updates(world).update_face("r-0001", point(1, 0), strong, is_witnessed=True)
    nothing = point(float("nan"), 0, 0)
    assert not updates(world).update_face("r-0001", nothing, strong, is_witnessed=True)
    with world.store.transaction() as transaction:
        transaction.database.execute("UPDATE face_template SET anchor = x'01'")
    assert not updates(world).update_face("r-0001", NEAR, strong, is_witnessed=True)
