"""One seed: some rounds in which everything goes wrong, then a good link until the dust has settled."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sync.engine import SyncReport
from sync.errors import ClockFault, NotTheCentre, ServerBusy, Unreachable
from sync.events import OutboxEvent
from sync.outbox import ItemState
from tests.simulation.fate import Fate, PowerCut
from tests.simulation.sim_centre import Backup, SimCentre
from tests.simulation.sim_kiosk import KIND, NOW, SUBJECTS, SimKiosk
from tests.simulation.sim_link import SimLink, SimTransport
from tests.simulation.van import Van

_NO_REASON = tuple(kind.code for kind in (Unreachable, NotTheCentre, ServerBusy, ClockFault))
PATIENCE = 40
"""Runs on a good link after which everything must be settled."""


@dataclass
class World:
    """Both sides, and what was promised to whom."""

    seed: int
    random: Random
    fate: Fate
    kiosk: SimKiosk
    centre: SimCentre
    link: SimLink
    van: Van
    now: datetime = NOW
    events: dict[int, OutboxEvent] = field(default_factory=dict)
    """Everything that was handed to the outbox, by number."""
    promised: set[int] = field(default_factory=set)
    """Whose resident holds a receipt."""
    unacceptable: set[int] = field(default_factory=set)
    unordered: set[str] = field(default_factory=set)
    """Events that were set aside or lost by a restore: these alone may come out of their order."""
    twice_told: set[str] = field(default_factory=set)
    """Events that may be settled again, because the centre lost them."""
    backup: Backup | None = None
    has_new_epoch: bool = False
    faults: list[str] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.kiosk.clock.forward(seconds)

    def while_powered(self, action: Callable[[], Any]) -> Any:
        """Do something on the kiosk; when the power goes, start it again."""
        try:
            return action()
        except PowerCut as cut:
            self.fate.note("kiosk starts again", cut)
            self.kiosk.restart()
            return None
        finally:
            self.note_parked()

    def note_parked(self) -> None:
        """Staff may send it again at any time, so it may come out of its order; its reason must be its own."""
        for event_id, code in self.kiosk.parked():
            self.unordered.add(event_id)
            if code in _NO_REASON:
                self.faults.append(f"set aside because of the link: {code}")


@contextmanager
def world_of(
    seed: int, folder: Path, templates: Sequence[Path], centre: SimCentre
) -> Iterator[World]:
    """Everything for one seed."""
    fate = Fate(seed)
    now: Callable[[], datetime] = lambda: made.now  # noqa: E731
    centre.begin(fate, now)
    link = SimLink(centre, fate)
    # Every third kiosk has the centre's keyring and seals what it queues; the others only sign.
    template = templates[seed % 3 == 0]
    kiosk = SimKiosk(
        folder,
        template,
        centre_key=centre.public_key,
        has_pulls=seed % 3 == 1,
        fate=fate,
        connect=lambda k: SimTransport(link, k),
        holds=centre.holds,
    )
    made = World(seed, Random(seed + 10**9), fate, kiosk, centre, link, Van(fate))
    try:
        yield made
    finally:
        made.kiosk.close()


def play(world: World, rounds: tuple[int, int] = (3, 5)) -> None:
    """The bad days, then the good ones.

    Args:
        rounds: least and most of the bad ones.
    """
    for _ in range(world.random.randint(*rounds)):
        _one_round(world)
    settle_down(world)


def _one_round(world: World) -> None:
    random, fate = world.random, world.fate
    crowd = 20 if random.random() < 0.01 else random.choice([0, 1, 1, 2])
    for _ in range(crowd):
        _accept(world)
    _travel(world)
    _restore(world)
    report = world.while_powered(world.kiosk.run)
    _note(world, report)
    world.pass_time(random.choice([1, 70, 1000]))
    if random.random() < 0.1:
        world.kiosk.clock.wall += timedelta(days=random.randint(-400, 400))
        fate.note("wall clock jumps")


def _accept(world: World) -> None:
    random = world.random
    made = [_event(world) for _ in range(2 if random.random() < 0.1 else 1)]

    def accept() -> None:
        world.kiosk.accept(made)
        world.promised.update(n for n, _ in made)

    world.while_powered(accept)


def _event(world: World) -> tuple[int, OutboxEvent]:
    random = world.random
    n = len(world.events) + 1
    event_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
    poison = random.choices(
        ["", "cursed", "heavy", "oversized", "unacceptable", "unknown kind"], [60, 2, 1, 1, 2, 2]
    )[0]
    if poison:
        world.fate.note(f"poison: {poison}", n)
    if poison == "cursed":
        world.centre.cursed.add(event_id)
    elif poison == "heavy":
        world.link.heavy.add(event_id)
    elif poison == "oversized":
        world.link.oversized.add(event_id)
    elif poison:
        world.unacceptable.add(n)
    event = OutboxEvent(
        id=event_id,
        subject=random.choice(SUBJECTS),
        kind="unheard_of" if poison == "unknown kind" else KIND,
        schema_version=1,
        payload={"n": n, "is_unacceptable": poison == "unacceptable"},
        priority=random.randint(1, 3),
    )
    world.events[n] = event
    world.link.subject_of[event_id] = event.subject
    return n, event


def _travel(world: World) -> None:
    random, van = world.random, world.van
    if random.random() < 0.15:
        world.while_powered(lambda: van.load(world.kiosk))
    if random.random() < 0.2:
        van.deliver(world.centre)
    if random.random() < 0.2:
        world.while_powered(lambda: van.report(world.kiosk))


def _restore(world: World) -> None:
    random, centre = world.random, world.centre
    if random.random() < 0.3 and world.backup is None:
        world.backup = centre.back_up()
    elif random.random() < 0.3 and world.backup is not None:
        before = set(centre.keys())
        centre.set_back(world.backup)
        world.backup = None
        lost = before - set(centre.keys())
        world.fate.note("centre set back", len(lost))
        world.unordered |= lost
        world.twice_told |= lost
        if random.random() < 0.5:
            centre.renew_epoch()
            world.has_new_epoch = True
        centre.restart()


def _note(world: World, report: SyncReport | None) -> None:
    if report is None:
        world.fate.trace.append("run: cut")
        return
    world.fate.trace.append(
        f"run: sent {report.sent} acknowledged {report.acknowledged} parked {report.parked}"
        f" deferred {report.deferred} requeued {report.requeued} {report.error_code}"
    )


def settle_down(world: World) -> None:
    """A good link with its poison still about; then the poison is lifted and staff press "retry"."""
    world.fate.is_kind = True
    while world.link.late_requests:
        world.link.deliver_late()
    while world.van.bundles:
        world.van.deliver(world.centre)
    while world.van.reports:
        world.while_powered(lambda: world.van.report(world.kiosk))
    poisoned = _poisoned_subjects(world)
    left = _run_until_settled(world, poisoned)
    if left:
        world.faults.append(f"events {left} wait for another subject's poison")
    world.centre.cursed.clear()
    world.link.heavy.clear()
    world.link.oversized.clear()
    world.kiosk.retry_parked()
    if poisoned or world.kiosk.waiting_items():
        _run_until_settled(world, set())


def _run_until_settled(world: World, without: set[str]) -> list[int]:
    """Run until no event waits; which still do when patience ends.

    Args:
        without: subjects that may wait.
    """
    left: list[int] = []
    for _ in range(PATIENCE):
        world.pass_time(1000)
        report = world.while_powered(world.kiosk.run)
        _note(world, report)
        states = world.kiosk.states()
        is_lost = _acknowledged_but_not_held(world, states)
        _check_run(world, report, is_lost=is_lost)
        left = [
            n
            for n, event in world.events.items()
            if states.get(event.id) is ItemState.QUEUED and event.subject not in without
        ]
        if not left and not is_lost:
            break
    return left


def _check_run(world: World, report: SyncReport, *, is_lost: bool) -> None:
    """What holds after each run on a good link that met no trouble."""
    if report.error_code:
        return
    if not report.deferred and not report.parked and world.kiosk.due():
        world.faults.append("a run ended with events due")
    if not report.answers:
        return
    if world.has_new_epoch and is_lost:
        world.faults.append("a new epoch did not bring back what the centre lost")
    world.has_new_epoch = False


def _acknowledged_but_not_held(world: World, states: dict[str, ItemState]) -> bool:
    held = world.centre.keys()
    return any(
        state is ItemState.ACKNOWLEDGED and event_id not in held
        for event_id, state in states.items()
    )


def _poisoned_subjects(world: World) -> set[str]:
    poisoned = world.link.heavy | world.link.oversized | world.centre.cursed
    return {event.subject for event in world.events.values() if event.id in poisoned}
