"""Train a compression dictionary for items on made-up events, and add it to assets/dictionaries.

A dictionary never changes once it was released: kiosks hold items of theirs for months. Train a new one, with the next
id, when the forms have changed so much that items have grown; a test says so:

    python3 packaging/tasks.py train-dictionary

The centre must be updated first: kiosks use a dictionary only after the centre's keyring has named it.
"""

import argparse
import hashlib
import itertools
import json
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FOLDER = ROOT / "assets" / "dictionaries"
SIZE_BYTES = 32 * 1024
"""Twice as much saves one byte an item more (measured)."""
SAMPLES = 6000
SEGMENT_BYTES, MATCH_BYTES = 1024, 8
"""COVER's k and d; others near them are within two bytes."""
TRAINING_SEED, CHECKING_SEED = 20_260_001, 7


def main() -> int:
    """Train, measure, write; says what items come to."""
    import zstandard  # noqa: PLC0415 (after the path is set)
    from _sample_items import SampleItems  # noqa: PLC0415

    from sync.compression import LEVEL  # noqa: PLC0415
    from sync.envelope import item_body  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--id", type=int, help="default: one more than the newest")
    arguments = parser.parse_args()
    index_file = FOLDER / "index.json"
    index = json.loads(index_file.read_text("utf-8"))
    newest = max((line["id"] for line in index), default=20_260_000)
    chosen = arguments.id or newest + 1
    if chosen <= newest:
        print(f"{chosen} is not above {newest}: dictionaries are never written again")
        return 1

    def bodies(seed: int, count: int) -> list[bytes | bytearray | memoryview]:
        samples = itertools.islice(SampleItems(seed), count)
        return [item_body(one.event, one.reading) for one in samples]

    trained = zstandard.train_dictionary(
        SIZE_BYTES, bodies(TRAINING_SEED, SAMPLES), k=SEGMENT_BYTES, d=MATCH_BYTES, dict_id=chosen
    ).as_bytes()
    compressor = zstandard.ZstdCompressor(
        level=LEVEL, dict_data=zstandard.ZstdCompressionDict(trained), write_dict_id=False
    )
    fresh = bodies(CHECKING_SEED, 1000)
    packed = statistics.mean(len(compressor.compress(body)) for body in fresh)
    print(
        f"mean of fresh bodies: {statistics.mean(map(len, fresh)):.0f} bytes, packed {packed:.1f}"
    )
    (FOLDER / f"{chosen}.zdict").write_bytes(trained)
    index.append({"id": chosen, "sha256": hashlib.sha256(trained).hexdigest()})
    index_file.write_text(json.dumps(index, indent=1) + "\n", "utf-8")
    print(f"written: {chosen}.zdict, {len(trained)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
