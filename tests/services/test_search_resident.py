"""1:N gives staff a list with its arithmetic, and accepts nobody."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.identity_evidence import Score
from kiosk.services.search_resident import MOST_CANDIDATES, SearchResident
from tests.builders import NOW, World, make_world
from tests.services.faces import OpenSeal, PointEngine, point, template

PEOPLE = 230
"""More than two pages."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("search")) as made:
        made.store = replace(made.store, seal=OpenSeal())
        with made.store.transaction() as transaction:
            for number in range(PEOPLE):
                face = template(point(number, 0, 0), point(number, 0.1, 0))
                transaction.templates.put(f"r-{number:04d}", face, NOW)
            other = template(point(7, 0, 0), engine_id="points-v2")
            transaction.templates.put("x-other-engine", other, NOW)
            transaction.templates.put("x-other-size", template(point(7, 0)), NOW)
            transaction.templates.put("x-damaged", template(point(7, 0, 0)), NOW)
            transaction.database.execute(
                "UPDATE face_template SET sealed = x'FF' WHERE resident_id = 'x-damaged'"
            )
        yield made


def bound(score: Score) -> float | None:
    return 0.001 if score.similarity > -1.5 and score.template_samples == 2 else None


def search(world: World) -> SearchResident:
    return SearchResident(world.store, PointEngine(), bound)


def test_nearest_come_first_with_how_many_would_by_chance(world: World) -> None:
    found = search(world).shortlist((point(7.1, 0, 0),))
    # One has another size; it was compared with, and cannot be alike.
    assert found.people == PEOPLE + 1
    assert [one.resident_id for one in found.candidates] == [
        "r-0007",
        "r-0008",
        "r-0006",
        "r-0009",
        "r-0005",
    ]
    assert len(found.candidates) == MOST_CANDIDATES
    best, second, *_, last = found.candidates
    assert (best.is_match, second.is_match, len(found.matches)) == (True, False, 1)
    assert best.similarity == pytest.approx(-0.1118, abs=1e-4)
    assert best.expected_false == pytest.approx((PEOPLE + 1) * 0.001)
    assert best.chance_of_any_false == pytest.approx(1 - 0.999 ** (PEOPLE + 1))
    assert (last.far_bound, last.expected_false, last.chance_of_any_false) == (None, None, None)


def test_several_pictures_count_by_the_best_and_give_strangers_as_many_chances(
    world: World,
) -> None:
    found = search(world).shortlist((point(7.1, 0, 0), point(40, 0, 0)))
    assert [one.resident_id for one in found.candidates[:2]] == ["r-0040", "r-0007"]
    assert found.candidates[0].far_bound == pytest.approx(0.002)


def test_who_is_being_enrolled_is_left_out(world: World) -> None:
    found = search(world).shortlist((point(7, 0, 0),), leave_out="r-0007")
    assert found.people == PEOPLE
    assert "r-0007" not in [one.resident_id for one in found.candidates]
    assert found.matches == ()


def test_search_is_audited_without_naming_anybody(world: World) -> None:
    search(world).shortlist((point(1, 0, 0),))
    entry = world.rows("audit")[-1]
    assert (entry["kind"], entry["subject"]) == ("face.searched", "")
    assert entry["details"] == f'{{"people":{PEOPLE + 1}}}'


def test_nobody_is_listed_when_nobody_is_enrolled(tmp_path: Path) -> None:
    with make_world(tmp_path) as empty:
        found = search(empty).shortlist((point(1, 0, 0),))
    assert (found.people, found.candidates) == (0, ())
