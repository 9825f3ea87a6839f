import random

import pytest

from sync.courier.selection import Costs, ranges_of, select
from tests.sync.sync_parts import event

COSTS = Costs(overhead=1200, cluster=4096)


def rows(*subjects: tuple[str, list[int]], size: int = 400) -> list[tuple[int, str, int]]:
    return [(seq, subject, size) for subject, seqs in subjects for seq in seqs]


def test_a_subject_is_never_split_over_parts():
    many = rows(*((f"r-{number}", [number, number + 1000]) for number in range(1, 500)))
    plan = select(many, COSTS, part_bytes=10_000)
    assert len(plan.parts) > 30
    where = {seq: place for place, part in enumerate(plan.parts) for seq in part.seqs}
    assert all(where[number] == where[number + 1000] for number in range(1, 500))
    assert plan.items == 998
    assert plan.left == 0


def test_a_subject_that_is_larger_than_a_part_makes_the_part_larger():
    plan = select(rows(("r-1", [1]), ("r-2", list(range(2, 100))), ("r-3", [100])), COSTS, 5_000)
    assert [list(part.seqs)[:1] for part in plan.parts] == [[1], [2], [100]]


def test_what_does_not_fit_is_left_and_every_subject_goes_from_its_oldest_on():
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    for _ in range(50):
        subjects: dict[str, list[int]] = {}
        for seq in range(1, 200):
            subjects.setdefault(f"r-{chance.randrange(40)}", []).append(seq)
        sizes = {seq: chance.randrange(200, 60_000) for seq in range(1, 200)}
        queue = [(seq, name, sizes[seq]) for name, seqs in subjects.items() for seq in seqs]
        budget = chance.randrange(20_000, 3_000_000)
        plan = select(queue, COSTS, 100_000, budget)
        gone = {seq for part in plan.parts for seq in part.seqs}
        for seqs in subjects.values():
            taken = [seq in gone for seq in seqs]
            assert taken == sorted(taken, reverse=True), (
                f"seed {seed}: a later event went without an earlier one"
            )
        assert plan.items + plan.left == 199
        assert all(part.seqs for part in plan.parts)
        assert not plan.items or plan.needed <= budget


def test_small_subjects_go_when_a_large_one_does_not_fit():
    plan = select(
        [(1, "large", 60_000), (2, "small", 300), (3, "small", 300)], COSTS, budget=40_000
    )
    assert [list(part.seqs) for part in plan.parts] == [[2, 3]]
    assert plan.left == 1


@pytest.mark.parametrize(
    ("seqs", "ranges"),
    [([], []), ([3], [(3, 3)]), ([5, 1, 2, 3, 5], [(1, 3), (5, 5)])],
)
def test_ranges(seqs: list[int], ranges: list[tuple[int, int]]):
    assert ranges_of(seqs) == ranges


def test_only_new_leaves_out_whole_subjects_and_never_sends_a_later_event_alone(site):
    from sync.courier import ledger

    site.kiosk.append(event("r-0001"), event("r-0002"), event("r-0001"))
    with site.kiosk.database.transaction() as database:
        new = ledger.NewBundle("b", "U盘", 3, [(1, 3)], site.kiosk.clock.wall)
        ledger.begin_bundle(database, new)
        ledger.note_custody(database, "b", "van-0001", site.kiosk.clock.wall, b"")
    site.kiosk.append(event("r-0002"), event("r-0003"))
    with site.kiosk.database.reading() as database:
        seqs = [seq for seq, _, _ in ledger.open_rows(database, only_new=True)]
        assert sorted(seqs) == [2, 4, 5]
        assert [seq for seq, _, _ in ledger.open_rows(database, only_new=False)] == [1, 3, 2, 4, 5]
        assert ledger.custody_of(database, 2) == ("van-0001", site.kiosk.clock.wall)
        assert ledger.custody_of(database, 4) is None
