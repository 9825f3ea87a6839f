"""How long the shipped service definitions take to load, beside the bare reading of the same files as JSON.

Both sides run in turns, in one process, with all modules imported: read the ratio, not the numbers.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def milliseconds(run: Callable[[], object]) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def main() -> int:
    """Print the medians."""
    parser = argparse.ArgumentParser(prog="tasks.py bench catalogue", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    from kiosk.catalogue_sources import load_catalogue  # noqa: PLC0415 (after the path is set)

    def bare() -> None:
        folder = Path(str(resources.files("assets") / "services"))
        for file in folder.glob("*.json"):
            json.loads(file.read_text("utf-8"))

    count = len(load_catalogue().services())
    pairs = [(milliseconds(load_catalogue), milliseconds(bare)) for _ in range(rounds)]
    whole, alone = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{count} definitions read, checked and their examples walked: {whole:.1f} ms")
    print(f"the same files through json.loads alone: {alone:.1f} ms ({whole / alone:.0f} times)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
