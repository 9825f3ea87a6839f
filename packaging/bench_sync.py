"""Measure queue, link and centre against their peers, each with its peer in the same run.

tasks.py bench sync                  everything; some ten minutes
tasks.py bench sync enqueue bytes    only these parts
tasks.py bench sync link --full      a thousand items at 9.6 kbit/s too
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench_sync_enqueue
import bench_sync_flush
import bench_sync_ingest
import bench_sync_link
from _bench_device import bench_device, sample_events
from bench_visit import BenchError

from sync.canonical import canonical_json
from sync.central.admin import CentralAdmin

PARTS = ("enqueue", "bytes", "link", "ingest")


def measure_bytes(count: int) -> dict[str, float]:
    """Mean sizes of requests of all services: as JSON, and sealed and signed; bytes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (
            CentralAdmin(folder / "centre", "file") as centre,
            bench_device(folder, centre, 1) as device,
        ):
            events = sample_events(count, bench_sync_link.SEED)
            device.fill(events)
            items = [len(item) for item in device.items()]
    plain = [len(canonical_json(bench_sync_link.document_of(event))) for event in events]
    return {
        "items": float(count),
        "json": statistics.fmean(plain),
        "sealed": statistics.fmean(items),
        "sealed_p95": sorted(items)[int(0.95 * count)],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and tell with the exit code whether everything could be measured."""
    parser = argparse.ArgumentParser(
        prog="tasks.py bench sync",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--puts", type=int, default=300, help="puts in a round")
    parser.add_argument("--events", type=int, default=8000, help="events taken in in a round")
    parser.add_argument("--full", action="store_true", help="1,000 items on the slowest link")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    found: dict[str, Any] = {}
    faults: list[str] = []
    for part in options.parts or PARTS:
        try:
            found[part], text = _measured(part, options, faults)
        except BenchError as error:
            faults.append(str(error))
            continue
        if not options.json:
            print(f"\n{part}\n{text}", flush=True)
    if options.json:
        print(json.dumps({"figures": found, "faults": faults}, indent=1))
    for fault in faults:
        print(f"not measured: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _measured(part: str, options: argparse.Namespace, faults: list[str]) -> tuple[Any, str]:
    if part == "enqueue":
        figures = bench_sync_enqueue.measure(options.rounds, options.puts)
        text = bench_sync_enqueue.table(figures)
        counted = {one.name: one.flushes_per_put for one in figures}
        try:
            modelled = bench_sync_flush.measure(options.rounds, options.puts, counted)
        except BenchError as error:
            faults.append(str(error))
            modelled = []
        rows = {
            "disk": [asdict(one) for one in figures],
            "modelled": [asdict(one) for one in modelled],
        }
        return rows, f"{text}\n{bench_sync_flush.table(modelled)}"
    if part == "bytes":
        sizes = measure_bytes(2000)
        return sizes, (
            f"  {sizes['items']:.0f} requests: {sizes['json']:.0f} B as JSON, "
            f"{sizes['sealed']:.0f} B sealed and signed (95 % below {sizes['sealed_p95']:.0f} B)"
        )
    if part == "link":
        crossings = bench_sync_link.measure(is_full=options.full)
        return [asdict(one) for one in crossings], bench_sync_link.table(crossings)
    rates, missing = bench_sync_ingest.measure(min(options.rounds, 3), options.events)
    faults += missing
    return [asdict(one) for one in rates], bench_sync_ingest.table(rates)


if __name__ == "__main__":
    sys.exit(main())
