"""What must hold when the dust has settled."""

from collections import Counter

from sync.outbox import ItemState
from tests.simulation.world import World


def faults_of(world: World) -> list[str]:
    """Everything that is broken; empty for a world in order."""
    return [
        *world.faults,
        *world.kiosk.listener.faults,
        *_lost(world),
        *_applied(world),
        *_order(world),
        *_told(world),
    ]


def _lost(world: World) -> list[str]:
    """Each event that has a receipt stands in the queue, and is at the centre or set aside with its reason."""
    kiosk, found = world.kiosk, []
    stored = dict(kiosk.rows("SELECT n, id FROM record"))
    if world.promised - set(stored):
        found.append("a receipt without a record")
    rows = {row[0]: row[1:] for row in kiosk.rows(
        "SELECT id, state, last_error_code, digest FROM outbox"
    )}  # fmt: skip
    if set(rows) != set(stored.values()):
        found.append("records and queue disagree")
    held = world.centre.keys()
    for n, event_id in stored.items():
        state, code, digest = rows.get(event_id, ("gone", "", ""))
        wanted = ItemState.PARKED if n in world.unacceptable else ItemState.ACKNOWLEDGED
        if state != wanted:
            found.append(f"event {n} ended as {state}")
        elif wanted is ItemState.PARKED and not _is_reason(code):
            found.append(f"event {n} is set aside because of {code!r}")
        elif wanted is ItemState.ACKNOWLEDGED and held.get(event_id) != digest:
            found.append(f"event {n} is acknowledged and not held, or with other bytes")
    return found


def _is_reason(code: str) -> bool:
    """Only the record itself: what the link does is never a reason."""
    return code in ("malformed", "unknown-kind")


def _applied(world: World) -> list[str]:
    stored = {n for (n,) in world.kiosk.rows("SELECT n FROM record")}
    effects = Counter(n for n, _, _ in world.centre.effects())
    wanted = stored - world.unacceptable
    found = [f"event {n} was applied {effects[n]} times" for n in effects if effects[n] > 1]
    found += [f"event {n} was never applied" for n in sorted(wanted - set(effects))]
    found += [
        f"event {n} was applied and nobody accepted it" for n in sorted(set(effects) - wanted)
    ]
    return found


def _order(world: World) -> list[str]:
    orders: dict[str, list[int]] = {}
    for n, event_id, subject in world.centre.effects():
        if event_id not in world.unordered:
            orders.setdefault(subject, []).append(n)
    return [
        f"order of {subject} broken: {order}"
        for subject, order in orders.items()
        if order != sorted(order)
    ]


def _told(world: World) -> list[str]:
    """The kiosk's own part of a settlement is written with it, both or neither."""
    told = Counter(row[0] for row in world.kiosk.rows("SELECT id FROM told"))
    found = []
    for event_id, state in world.kiosk.states().items():
        is_once = event_id not in world.twice_told | world.unordered
        if state is not ItemState.QUEUED and not told[event_id]:
            found.append(f"nobody was told of {event_id}")
        elif is_once and told[event_id] > 1:
            found.append(f"settled {told[event_id]} times: {event_id}")
    return found
