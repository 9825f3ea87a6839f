"""Batches that come at the same time share one wait for the disk, and none of them another's fate."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from sync.central import tables
from sync.central.database import CentralDatabase
from sync.central.devices import find_device
from sync.central.group_commit import MAXIMUM_JOBS, MAXIMUM_SHARE, GroupCommit
from sync.central.inbox import receive_batch
from sync.central.observing import Nobody
from sync.item import sign_item
from sync.signing import DeviceSigner
from tests.sync.sync_parts import NOW, REGION, Centre, FakeClock, event

DATABASES = ("sqlite", "postgresql")
LIMIT_S = 20.0


@dataclass
class Job:
    owner: str
    is_bad: bool = False
    tries: list[int] = field(default_factory=list)
    """How large each group was that it was tried in."""
    resets: int = 0
    is_committed: bool = False

    def reset(self) -> None:
        self.resets += 1


class Disk:
    """Commits all or nothing."""

    def __init__(self) -> None:
        self.groups: list[list[Job]] = []

    def __call__(self, jobs: Sequence[Job]) -> None:
        self.groups.append(list(jobs))
        for one in jobs:
            one.tries.append(len(jobs))
        if any(one.is_bad for one in jobs):
            raise LookupError("this one cannot be written")
        for one in jobs:
            one.is_committed = True


def together(commits: GroupCommit, start: Sequence[Callable[[], object]]) -> list[Future]:
    """Start all of it while nobody may commit, and only then let them."""
    with ThreadPoolExecutor(len(start)) as pool:
        commits._leader_lock.acquire()
        try:
            begun = [pool.submit(one) for one in start]
            pause = threading.Event()
            for _ in range(int(LIMIT_S / 0.01)):
                if commits.waiting == len(start):
                    break
                pause.wait(0.01)
            assert commits.waiting == len(start)
        finally:
            commits._leader_lock.release()
    return begun


def run(jobs: Sequence[Job], disk: Disk) -> list[Future]:
    commits: GroupCommit[Job] = GroupCommit()
    return together(commits, [lambda job=job: commits.run(job, disk) for job in jobs])


def test_one_alone_is_committed_at_once_in_its_own_thread():
    threads: list[int] = []
    seen: list[int] = []
    commits: GroupCommit[Job] = GroupCommit(lambda jobs, seconds: seen.append(jobs))
    commits.run(Job("a"), lambda jobs: threads.append(threading.get_ident()))
    assert (threads, seen) == ([threading.get_ident()], [1])


def test_all_who_wait_share_one_commit_and_return_after_it():
    disk, jobs = Disk(), [Job(f"dev-{number}") for number in range(12)]
    for done in run(jobs, disk):
        done.result(LIMIT_S)
    assert [len(group) for group in disk.groups] == [12]
    assert all(one.is_committed for one in jobs)


def test_group_is_bounded_and_one_device_does_not_fill_it():
    greedy = [Job("greedy") for _ in range(MAXIMUM_SHARE + 3)]
    others = [Job(f"dev-{number}") for number in range(MAXIMUM_JOBS)]
    disk = Disk()
    for done in run([*greedy, *others], disk):
        done.result(LIMIT_S)
    assert all(len(group) <= MAXIMUM_JOBS for group in disk.groups)
    shares = [sum(one.owner == "greedy" for one in group) for group in disk.groups]
    assert max(shares) == MAXIMUM_SHARE
    assert all(one.is_committed for one in (*greedy, *others))


def test_one_that_fails_fails_alone_and_the_others_are_tried_anew():
    disk = Disk()
    jobs = [Job(f"dev-{number}", is_bad=number == 3) for number in range(6)]
    done = run(jobs, disk)
    for job, one in zip(jobs, done, strict=True):
        if job.is_bad:
            with pytest.raises(LookupError):
                one.result(LIMIT_S)
        else:
            one.result(LIMIT_S)
        assert (job.is_committed, job.tries, job.resets) == (not job.is_bad, [6, 1], 1)


def test_nobody_takes_the_end_of_the_process_for_a_success():
    def end(jobs: Sequence[Job]) -> None:
        raise SystemExit

    commits: GroupCommit[Job] = GroupCommit()
    jobs = [Job(f"dev-{number}") for number in range(4)]
    for one in together(commits, [lambda job=job: commits.run(job, end) for job in jobs]):
        with pytest.raises(SystemExit):
            one.result(LIMIT_S)


class Counting(Nobody):
    def __init__(self) -> None:
        self.groups: list[int] = []

    def group(self, jobs: int, seconds: float) -> None:
        self.groups.append(jobs)


def test_batches_of_many_kiosks_are_one_transaction_of_the_database(
    centre: Centre, database_kind: str
):
    database: CentralDatabase = centre.admin._database
    database.observer = counted = Counting()
    deliveries = []
    for number in range(8):
        device, signer = f"dev-{number:04d}", DeviceSigner.generate()
        centre.admin.enrol_device(device, f"B{number:02d}", REGION, signer.public_key)
        with database.reading() as connection:
            found = find_device(connection, device)
        assert found is not None
        # The fifth brings a kind that nobody knows: its own answer, and nobody else's.
        kinds = ("service_request", "nonsense" if number == 4 else "service_request")
        made = [event(f"r-000{1 + seq}", kind=kind) for seq, kind in enumerate(kinds)]
        items = [
            sign_item(one, device, seq, FakeClock().read(), signer)
            for seq, one in enumerate(made, start=1)
        ]
        deliveries.append((found, items))
    done = together(
        database.groups,
        [
            lambda found=found, items=items: receive_batch(database, found, items, NOW)
            for found, items in deliveries
        ],
    )
    answers = [[result.status.value for result in one.result(LIMIT_S)[0]] for one in done]
    assert answers == [["applied", "rejected" if number == 4 else "applied"] for number in range(8)]
    assert counted.groups == [8]
    with database.reading() as connection:
        count = connection.execute(tables.application.select()).fetchall()
    assert len(count) == 15
