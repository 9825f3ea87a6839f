"""Cut the power at every call of a traced process and look at what the product makes of what is left."""

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.disk import SECTOR, Disk, Image, lay_out
from tests.crash.replay import Replay
from tests.crash.trace import Call

SHARED_MEMORY = ("-shm",)
"""Not laid out: what a power cut leaves of it is of no use to anybody, SQLite makes it anew."""

PLAIN_WRITES = ("write", "pwrite64")

Promises = list[dict[str, object]]
"""What the driver said when it said it, oldest first."""

Findings = Mapping[str, object]
"""What a scenario's own eyes saw in a rebuilt state; ``fault`` when the product could not open it."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is looked for."""

    look: Callable[[Path], Findings]
    """Opens a rebuilt state with the product's own code; raises nothing."""
    judge: Callable[[Findings, Promises], str]
    """What is wrong with it, in a few words; empty when every promise is kept."""


@dataclass(slots=True)
class Result:
    """What was explored."""

    cuts: int = 0
    """Calls after which the power was cut."""
    states: int = 0
    """States of the disk, each time counted."""
    distinct: int = 0
    """Those that differ."""
    promises: int = 0
    faults: list[str] = field(default_factory=list)
    """What went wrong, with the call, the kind of state and its seed."""

    def summary(self, name: str) -> str:
        """One line for the test's output."""
        return (
            f"{name}: {self.cuts} cuts, {self.states} states ({self.distinct} distinct), {self.promises} promises, "
            f"{len(self.faults)} faults"
        )


def explore(
    calls: list[Call],
    disk: Disk,
    folder: Path,
    scenario: Scenario,
    *,
    seed: int,
    subsets: float = 0.5,
    thin: int = 1,
    stop_at_fault: bool = False,
) -> Result:
    """Rebuild the disk at every boundary.

    Args:
        disk: as it was before the first call.
        folder: the real folder that the process worked on.
        seed: of the random subsets; a fault names it.
        subsets: how many random subsets for each boundary; less than one is a chance.
        thin: of the calls that only write bytes, the dice take one in so many; of all others every one.
        stop_at_fault: end with the first fault: a control only has to be caught.
    """
    result = Result()
    promises: Promises = []
    replay = Replay(folder, disk, lambda line: promises.extend(_promises(line)))
    eyes = _Eyes(scenario)
    dice = random.Random(seed)
    for place, call in enumerate(calls):
        heard = len(promises)
        if not replay.apply(call) and len(promises) == heard:
            continue
        if call.name in PLAIN_WRITES and dice.randrange(thin):
            continue
        result.cuts += 1
        for kind, image in _images(disk, dice, subsets):
            result.states += 1
            wrong = scenario.judge(eyes.see(image), promises)
            if wrong:
                result.faults.append(f"seed {seed}, call {place} {call.name}, {kind}: {wrong}")
        if stop_at_fault and result.faults:
            break
    result.distinct, result.promises = eyes.distinct, len(promises)
    return result


def _promises(line: bytes) -> Promises:
    return [json.loads(text) for text in line.decode().splitlines() if text.startswith("{")]


def _images(disk: Disk, dice: random.Random, subsets: float) -> list[tuple[str, Image]]:
    images = [("all", disk.everything())]
    if disk.unsynced():
        images.append(("nothing unsynced", disk.nothing()))
        count = int(subsets + dice.random())
        images += [(f"subset {index}", disk.subset(dice)) for index in range(count)]
    if disk.last is not None and disk.last[1].data:
        sectors = (disk.last[1].offset % SECTOR + len(disk.last[1].data) - 1) // SECTOR + 1
        if sectors > 1:
            kept, from_start = dice.randrange(1, sectors), dice.random() < 0.5
            name = f"torn, {'only' if from_start else 'all but'} the first {kept} sectors"
            images.append((name, disk.torn(lambda sector: (sector < kept) is from_start)))
    return images


class _Eyes:
    """Looks at each distinct state once: opening is the dear part."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._seen: dict[bytes, Findings] = {}
        # In memory where that is to be had: what the product syncs here need not reach a disk.
        memory = Path("/dev/shm")
        self._place = memory if memory.is_dir() else None

    @property
    def distinct(self) -> int:
        return len(self._seen)

    def see(self, image: Image) -> Findings:
        digest = hashlib.blake2b()
        for path, content in sorted(image.items()):
            if not path.endswith(SHARED_MEMORY):
                size = -1 if content is None else len(content)
                digest.update(f"{path}\0{size}\0".encode() + (content or b""))
        key = digest.digest()
        if key not in self._seen:
            folder = Path(tempfile.mkdtemp(prefix="xianglin-crash-", dir=self._place))
            try:
                lay_out(image, folder, SHARED_MEMORY)
                self._seen[key] = self._scenario.look(folder)
            finally:
                shutil.rmtree(folder)
        return self._seen[key]
