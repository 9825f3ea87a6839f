"""A hundred real SIGKILLs of kiosk and centre over real HTTPS: every receipt is at the centre, once and in order."""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.database import open_kiosk_database
from sync.central.admin import CentralAdmin
from tests.storm.world import StormWorld, storm_world

KILLS = 100
SEED = int(os.environ.get("XIANGLIN_SEED", "20261127"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]


@pytest.mark.timeout(600)
def test_hundred_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, record_property):
    with storm_world(tmp_path, SEED) as world:
        rage(world, Random(SEED))
        settle(world)
        receipts = world.receipts()
        carried = world.front.carried
        kills = world.kiosk.kills, world.centre.kills
    record_property(
        "figure",
        f"kill storm: kiosk killed {kills[0]} and centre {kills[1]} times, {len(receipts)} receipts,"
        f" {carried} TLS connections (XIANGLIN_SEED={SEED})",
    )
    assert sum(kills) == KILLS
    assert len(receipts) > KILLS
    assert carried > KILLS / 4
    check(tmp_path, receipts)


def rage(world: StormWorld, random: Random) -> None:
    """Kill one of them at a random moment, start it again, and again."""
    world.start_centre()
    world.kiosk.start()
    for _ in range(KILLS):
        side = random.choice([world.kiosk, world.centre])
        if random.random() < 0.85:
            # In the midst of work, not in its start-up; the rest tries start-up and recovery.
            world.wait_until(world.has_kiosk_begun)
            world.wait_until(world.ready_file.exists)
        world.pause.wait(random.uniform(0.0, 0.25))
        side.kill()
        world.start_centre() if side is world.centre else side.start()


def settle(world: StormWorld) -> None:
    """Nothing is killed any more: what waits goes up."""
    world.kiosk.kill()
    world.kiosk.kills -= 1
    world.wait_until(world.ready_file.exists)
    world.kiosk.arguments[-1] = "drain"
    world.kiosk.start()
    code = world.kiosk.nursery.reap(world.kiosk.process)
    world.kiosk.process = 0
    assert code == 0, world.kiosk.tail()
    assert "\nDRAINED\n" in world.kiosk.tail(), world.kiosk.tail()


def check(folder: Path, receipts: list[list[str]]) -> None:
    """What both databases say in the end."""
    encrypted = open_kiosk_database(folder / "kiosk", "file")
    try:
        assert encrypted.check_integrity() == []
        with encrypted.reading() as database:
            states = Counter(row[0] for row in database.execute("SELECT state FROM outbox"))
            accepted = {row[0] for row in database.execute("SELECT id FROM outbox")}
            assert first_broken_link(database) is None
    finally:
        encrypted.close()
    assert set(states) == {"acknowledged"}
    given = [event_id for event_id, _, _ in receipts]
    assert len(set(given)) == len(given)
    assert len({number for _, _, number in receipts}) == len(given)
    assert set(given) <= accepted
    with CentralAdmin(folder / "centre", "file") as admin:
        applied = Counter(row["event_id"] for row in admin.applications(10**6))
        with admin._database.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT subject, seq FROM event_key JOIN inbox USING (id) ORDER BY server_seq"
            ).fetchall()
    # Those that were committed and cut off before the receipt are there too; nothing else is.
    assert set(applied) == accepted
    assert set(applied.values()) == {1}
    orders: dict[str, list[int]] = {}
    for subject, seq in rows:
        orders.setdefault(subject, []).append(seq)
    assert len(orders) == 4
    for subject, order in orders.items():
        assert order == sorted(order), json.dumps([subject, order])
