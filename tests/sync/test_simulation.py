"""Both sides, real databases, and a link that does everything links do. Seeded, so that a failure comes back.

A simulator flatters its author until it has caught a mistake that was put in on purpose; so it runs mutants too.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from sync import sqlite_outbox
from sync.answers import (
    BatchAnswer,
    DecisionPage,
    DeviceState,
    EventResult,
    EventStatus,
    RosterPage,
)
from sync.central.admin import CentralAdmin
from sync.central.decisions import decisions_after
from sync.central.devices import find_device
from sync.central.inbox import gaps_of, receive_batch
from sync.errors import BatchTooLarge, NotTheCentre, ServerFault, TimedOut, Unreachable
from sync.events import ClockReading
from sync.item import SignedItem
from sync.outbox import ItemState
from sync.settlement import Settlement
from sync.sqlite_outbox import SqliteOutbox
from tests.sync.sync_parts import DEVICE, NOW, REGION, Kiosk, event, make_kiosk

SEEDS = range(40)
ROUNDS = 14


@dataclass
class BadLink:
    """Carries batches to a real inbox, badly, until it is healed."""

    admin: CentralAdmin
    random: Random
    is_healed: bool = False
    troubles: Counter = field(default_factory=Counter)

    def send_batch(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        trouble = self._pick(
            "none",
            "none",
            "lost",
            "answer lost",
            "portal",
            "too large",
            "partial",
            "mixed",
            "fault",
            "later",
        )
        self.troubles[trouble] += 1
        if trouble == "lost":
            raise Unreachable("x")
        if trouble == "portal":
            raise NotTheCentre("x")
        if trouble == "too large" and len(items) > 1:
            raise BatchTooLarge("x")
        if trouble == "later":
            return self._with_one_subject_later(batch_id, items)
        answer = self._received(batch_id, items)
        if trouble == "answer lost":
            raise TimedOut("x")
        if trouble == "fault":
            raise ServerFault
        if trouble == "partial":
            kept = tuple(one for one in answer.results if self.random.random() < 0.5)
            return answer.model_copy(update={"results": kept})
        if trouble == "mixed":
            shuffled = self.random.sample(answer.results * 2, len(answer.results) * 2)
            return answer.model_copy(update={"results": tuple(shuffled)})
        return answer

    def _with_one_subject_later(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        subjects = {item: json.loads(SignedItem.decode(item).body)["subject"] for item in items}
        held = self.random.choice(sorted(set(subjects.values())))
        taken = [item for item in items if subjects[item] != held]
        later = tuple(
            EventResult(
                id=SignedItem.decode(item).header.id,
                status=EventStatus.LATER,
                retry_after_s=self.random.choice([0, 5, 5000]),
            )
            for item in items
            if subjects[item] == held
        )
        answer = self._received(batch_id, taken)
        return answer.model_copy(update={"results": answer.results + later})

    def _received(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        database = self.admin._database
        with database.reading() as connection:
            device = find_device(connection, DEVICE)
        results, hwm = receive_batch(database, device, items, NOW)
        return BatchAnswer(
            protocol=1,
            batch=batch_id,
            device=DEVICE,
            epoch=database.epoch,
            hwm=hwm,
            time=NOW,
            results=results,
        )

    def decisions(self, after: int) -> DecisionPage:
        if self._pick("none", "lost") == "lost":
            raise Unreachable("x")
        with self.admin._database.reading() as connection:
            found = decisions_after(connection, DEVICE, after, 3)
        return DecisionPage(
            **self._common(),
            decisions=tuple(decision for _, decision in found),
            cursor=found[-1][0] if found else after,
            more=bool(found),
        )

    def roster(self, after: int) -> RosterPage:
        return RosterPage(
            **self._common(), upserts=(), tombstones=(), cursor=after, as_of=NOW, more=False
        )

    def device_state(self) -> DeviceState:
        with self.admin._database.reading() as connection:
            gaps = gaps_of(connection, DEVICE)
            device = find_device(connection, DEVICE)
        return DeviceState(**self._common(), hwm=device.hwm, gaps=gaps)

    def close(self) -> None:
        pass

    def _pick(self, *choices: str) -> str:
        return "none" if self.is_healed else self.random.choice(choices)

    def _common(self) -> dict[str, object]:
        return {
            "protocol": 1, "device": DEVICE, "epoch": self.admin._database.epoch, "time": NOW, "nonce": "n",
        }  # fmt: skip


@dataclass
class World:
    kiosk: Kiosk
    admin: CentralAdmin
    link: BadLink
    promised: list[str] = field(default_factory=list)


@contextlib.contextmanager
def world(folder: Path, seed: int) -> Iterator[World]:
    with (
        make_kiosk(folder / str(seed)) as kiosk,
        CentralAdmin(folder / f"centre-{seed}", "file") as admin,
    ):
        admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)
        yield World(kiosk, admin, BadLink(admin, Random(seed)))


def play(world: World, seed: int) -> None:
    """Some rounds of residents, bad links, restarts and clock jumps; then a good link to the end."""
    random = Random(seed + 1_000_000)
    kiosk = world.kiosk
    engine = kiosk.engine(world.link)
    for _ in range(ROUNDS):
        for _ in range(random.randint(0, 3)):
            level = random.choice([0, 2])
            world.promised += kiosk.append(
                event(f"r-{random.randint(1, 4)}", random.randint(1, 3), assurance=level)
            )
        kiosk.listener.fails_on = (
            {random.choice(world.promised)} if world.promised and random.random() < 0.3 else set()
        )
        engine.run_once()
        kiosk.clock.forward(random.choice([1, 70, 1000]))
        if random.random() < 0.2:
            kiosk.clock.wall += timedelta(days=random.randint(-400, 400))
        if random.random() < 0.2:
            kiosk.clock.boot_id, kiosk.clock.monotonic_ms = f"boot-{random.random()}", 5
            engine = kiosk.engine(world.link)
    world.link.is_healed = True
    kiosk.listener.fails_on = set()
    for parked in kiosk.ids(ItemState.PARKED):
        # Bad luck can look like poison; then staff press "retry".
        with kiosk.database.transaction() as database:
            kiosk.outbox.retry(database, parked)
    for _ in range(30):
        kiosk.clock.forward(1000)
        engine.run_once()


def faults_of(world: World) -> list[str]:
    """What is broken in the end."""
    kiosk, promised = world.kiosk, sorted(world.promised)
    found = []
    applied = sorted(row["event_id"] for row in world.admin.applications(10_000))
    if applied != promised:
        found.append("not applied exactly once")
    if sorted(kiosk.ids(ItemState.ACKNOWLEDGED)) != promised:
        found.append("not acknowledged")
    settled = Counter(outcome.id for outcome in kiosk.listener.outcomes)
    if sorted(settled) != promised or set(settled.values()) - {1}:
        found.append("listener not told exactly once")
    by_subject: dict[str, list[int]] = {}
    from sqlalchemy import select

    from sync.central import tables

    with world.admin._database.reading() as connection:
        key = tables.event_key
        rows = connection.execute(
            select(tables.inbox.c.subject, key.c.seq)
            .join(key, key.c.id == tables.inbox.c.id)
            .order_by(key.c.server_seq)
        )
        for subject, seq in rows:
            by_subject.setdefault(subject, []).append(seq)
    if any(order != sorted(order) for order in by_subject.values()):
        found.append("order of a subject broken")
    return found


@pytest.mark.slow
def test_every_promise_is_kept_exactly_once_over_bad_links(tmp_path: Path):
    troubles: Counter = Counter()
    promises = 0
    for seed in SEEDS:
        with world(tmp_path, seed) as made:
            play(made, seed)
            assert faults_of(made) == [], seed
            troubles += made.link.troubles
            promises += len(made.promised)
    assert promises > 500
    wanted = {
        "none",
        "lost",
        "answer lost",
        "portal",
        "too large",
        "partial",
        "mixed",
        "fault",
        "later",
    }
    assert {name for name, count in troubles.items() if count >= 10} == wanted


def acknowledge_whole_batch(self, database, batch, answer, now: ClockReading, tally) -> set[str]:
    for pending in batch:
        if self.outbox.acknowledge(database, pending.id, None, NOW):
            self.listener.settled(database, pending.id, answer.results[0], NOW)
    return set()


def forget_deferrals(self, database, event_id, delay_s, now, code, text) -> bool:
    return self.park(database, event_id, code, text, now.wall)


def _only_the_deferred_row_waits(query: str) -> str:
    held = "max(not_before_boot = :boot AND not_before_mono_ms > :now_ms)\n                OVER (PARTITION BY subject ORDER BY seq) AS is_held"
    assert held in query
    return query.replace(
        held, "(not_before_boot = :boot AND not_before_mono_ms > :now_ms) AS is_held"
    )


MUTANTS = {
    "the whole batch is acknowledged when a part is named": (
        Settlement,
        "apply",
        acknowledge_whole_batch,
    ),
    "a deferred event is parked": (SqliteOutbox, "defer", forget_deferrals),
    "a deferred event lets later ones of its subject pass": (
        sqlite_outbox,
        "_NEXT_BATCH",
        _only_the_deferred_row_waits(sqlite_outbox._NEXT_BATCH),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_simulator_catches_a_mistake_put_in_on_purpose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(*MUTANTS[name])
    for seed in SEEDS:
        with world(tmp_path, seed) as made:
            with contextlib.suppress(IndexError):
                play(made, seed)
            if faults_of(made):
                return
    pytest.fail("the simulator is blind to this mistake")
