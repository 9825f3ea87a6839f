"""A template follows a face only after strong or witnessed success, rarely, and never away from the first enrolment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.identity_policy import Assurance
from kiosk.domain.template_update import Proof
from kiosk.services.ports import FaceTemplate
from kiosk.services.update_template import UpdateTemplate
from tests.builders import NOW, World, make_world
from tests.services.faces import PointEngine, point, template

FIRST = (point(1, 0, 0), point(1, 0.1, 0), point(1, 0, 0.1))
NEAR = point(1.2, 0.1, 0.0)
MONTH = timedelta(days=30)
STRONG = Proof(Assurance.STRONG, is_live=True)


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
    ("proof", "days", "is_done"),
    [
        (STRONG, 30, True),
        (Proof(Assurance.VERIFIED, is_witnessed=True), 30, True),
        (Proof(Assurance.CLAIMED, is_witnessed=True), 400, True),
        (Proof(Assurance.VERIFIED, is_live=True), 400, False),
        (Proof(Assurance.STRONG, is_live=False), 400, False),
        (STRONG, 29, False),
        (replace(STRONG, is_witnessed=True), 0, False),
        (replace(STRONG, is_witnessed=True), -400, False),
    ],
)
def test_only_strong_or_witnessed_success_changes_it_and_at_most_every_thirty_days(
    proof: Proof, days: int, is_done: bool, world: World
) -> None:
    before = stored(world)
    world.clock.wall += timedelta(days=days)
    done = updates(world).update_face("r-0001", NEAR, proof)
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
        done = desk.update_face("r-0001", NEAR, STRONG)
        assert done is is_done


def test_template_never_walks_away_from_the_first_enrolment(world: World) -> None:
    """Each step is near what is compared at that time; only those near the beginning are taken."""
    taken = []
    for step in range(12):
        world.clock.wall += MONTH
        probe = point(1 + 0.12 * step, 0, 0)
        if updates(world).update_face("r-0001", probe, STRONG):
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
    assert not updates(world).update_face("r-9999", NEAR, STRONG)
    assert not updates(world).update_face("r-0002", NEAR, STRONG)
    assert not updates(world, None).update_face("r-0001", NEAR, STRONG)
    assert not updates(world).update_face("r-0001", point(1, 0), STRONG)
    nothing = point(float("nan"), 0, 0)
    assert not updates(world).update_face("r-0001", nothing, STRONG)
    with world.store.transaction() as transaction:
        transaction.database.execute("UPDATE face_template SET anchor = x'01'")
    assert not updates(world).update_face("r-0001", NEAR, STRONG)
