"""How fast a centre takes events in: the real one on SQLite and PostgreSQL against PouchDB pushing to express-pouchdb.

The centre opens, checks and applies each sealed item; PouchDB stores documents. Two figures of the centre: *ingest*,
sixteen devices that send prepared batches of 100 side by side, and *drain*, one device's real engine on its encrypted
queue. The processor's time is that of all processes of both ends, with PostgreSQL's and with PouchDB's client; what the
client took of it is told apart.
"""

import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, process_time

from _bench_clients import applied, deliver, prepared, processor_s
from _bench_device import Stopwatch, bench_device, sample_events
from bench_sync_link import SEED, document_of
from bench_visit import ROOT, BenchError, disk_folder

from sync.central.admin import CentralAdmin
from sync.central.settings import workers_of_machine
from sync.events import OutboxEvent
from sync.identifiers import new_event_id

BATCH = 100
DEVICES = 16
PEERS = {"pouchdb": "9.0.0", "express-pouchdb": "4.2.0", "express": "4.21.2"}
_START_S = 60


@dataclass(frozen=True, slots=True)
class Round:
    """One run."""

    per_s: float
    """Events or documents."""
    processor_us: float
    """Of all processes, for each; 0 where the system does not tell."""
    client_us: float
    """How much of it whoever sends took."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """Events or documents a second."""

    side: str
    what: str
    per_s: float
    """Median of the rounds."""
    rounds: tuple[float, ...]
    processor_us: float = 0.0
    """Median of the rounds."""
    client_us: float = 0.0
    """Median of the rounds."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where the centre keeps what it takes in."""

    url: str = ""
    """Of a PostgreSQL; empty for SQLite."""
    pid: int | None = None
    """Of the PostgreSQL."""


def fresh_events(count: int) -> list[OutboxEvent]:
    """Events of all services, each of its own id and subject."""
    pattern = sample_events(min(count, 500), SEED)
    events = []
    for number in range(count):
        made, event_id = pattern[number % len(pattern)], new_event_id()
        payload = {**made.payload, "request_id": event_id}
        events.append(
            replace(made, id=event_id, subject=f"r-{number:06d}", payload=payload, attachments=())
        )
    return events


@contextmanager
def _served(folder: Path, store: Store) -> Iterator[tuple[str, CentralAdmin, list[int]]]:
    """The real centre as it starts by itself; its URL, its staff's access and the processes that work for it."""
    state = folder / "centre"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if store.url:
        environment["XIANGLIN_CENTRAL_DATABASE"] = store.url
    command = [sys.executable, "-m", "kiosk", "central", "serve", "--state-dir", str(state)]
    with subprocess.Popen(
        [*command, "--port", "0", "--key-provider", "file"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            url = _ready(process, state / "central.url")
            with CentralAdmin(state, "file", store.url) as admin:
                yield url, admin, [process.pid, *([store.pid] if store.pid else [])]
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _ready(process: "subprocess.Popen[bytes]", file: Path) -> str:
    waiting = threading.Event()
    for _ in range(_START_S * 10):
        if file.exists() and (url := file.read_text("ascii")):
            return url
        if process.poll() is not None:
            break
        waiting.wait(0.1)
    raise BenchError("the centre did not start")


def ingest_rate(store: Store, count: int) -> Round:
    """Batches of devices side by side.

    Raises:
        BenchError: something was not applied.
    """
    with (
        disk_folder() as folder,
        _served(folder, store) as (url, admin, pids),
        ExitStack() as stack,
    ):
        devices = [
            stack.enter_context(bench_device(folder, admin, number)) for number in range(DEVICES)
        ]
        share = count // DEVICES
        events = fresh_events(share * DEVICES)
        for number, device in enumerate(devices):
            device.fill(events[number * share : (number + 1) * share])
        deliveries = [prepared(device, device.items(), BATCH) for device in devices]
        spent, own = processor_s([os.getpid(), *pids]), process_time()
        seconds, answers = deliver(url, deliveries)
        spent, own = processor_s([os.getpid(), *pids]) - spent, process_time() - own
        if (found := applied(answers, admin.centre_public_key())) != len(events):
            raise BenchError(f"{found} of {len(events)} events were applied")
        return Round(len(events) / seconds, spent / len(events) * 1e6, own / len(events) * 1e6)


def drain_rate(store: Store, count: int) -> Round:
    """One device's engine on its encrypted queue, each acknowledgement committed.

    Raises:
        BenchError: something did not arrive.
    """
    with (
        disk_folder() as folder,
        _served(folder, store) as (url, admin, pids),
        bench_device(folder, admin, 1) as device,
    ):
        device.fill(fresh_events(count))
        transport, watch = device.transport(url), Stopwatch()
        spent, own = processor_s([os.getpid(), *pids]), process_time()
        began = monotonic()
        try:
            device.engine(transport, watch).run_once(lambda: watch.count >= count)
        finally:
            transport.close()
        spent, own = processor_s([os.getpid(), *pids]) - spent, process_time() - own
        if watch.count < count:
            raise BenchError(f"{watch.count} of {count} events arrived")
        return Round(count / (watch.settled_at - began), spent / count * 1e6, own / count * 1e6)


def pouch_rate(modules: Path, count: int) -> Round:
    """Documents that PouchDB pushes to an express-pouchdb.

    Raises:
        BenchError: it failed.
    """
    documents = [{"_id": event.id, **document_of(event)} for event in fresh_events(count)]
    with disk_folder() as folder:
        (folder / "node_modules").symlink_to(modules / "node_modules")
        (folder / "package.json").write_text("{}", "utf-8")
        file = folder / "documents.json"
        file.write_text(json.dumps(documents, ensure_ascii=False), "utf-8")
        done = subprocess.run(  # noqa: PLW1510 (judged below)
            ["node", str(ROOT / "packaging" / "bench_pouch.mjs"), str(folder), str(file)],
            capture_output=True,
            text=True,
            timeout=600,
        )
    if done.returncode != 0:
        raise BenchError(f"PouchDB: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    told = json.loads(done.stdout.splitlines()[-1])
    written = told["written"]
    return Round(
        written / told["seconds"], told["processor_us"] / written, told["client_us"] / written
    )


def pouch_modules() -> Path:
    """Fetch the peer once.

    Raises:
        BenchError: no Node, or no registry.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise BenchError("PouchDB: Node and npm are not installed")
    place = ROOT / "build" / "bench-pouch"
    if not (place / "node_modules" / "express-pouchdb").exists():
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text("{}", "utf-8")
        wanted = [f"{name}@{version}" for name, version in PEERS.items()]
        done = subprocess.run(  # noqa: PLW1510 (judged below)
            ["npm", "install", "--no-audit", "--no-fund", "--silent", *wanted],
            cwd=place,
            capture_output=True,
            text=True,
            timeout=900,
        )
        if done.returncode != 0:
            raise BenchError("PouchDB: npm could not install it")
    return place


@contextmanager
def _postgresql() -> Iterator[Store]:
    """A fresh PostgreSQL with full durability; raises ``BenchError`` where there is none."""
    try:
        postgresql = importlib.import_module("tests.sync.postgresql")
    except ImportError as error:
        raise BenchError("PostgreSQL: no helper to start one") from error
    if reason := postgresql.why_not():
        raise BenchError(reason)
    cluster = postgresql.Cluster({})
    try:
        pid = (cluster.data / "postmaster.pid").read_text("ascii").split()[0]
        yield Store(cluster.new_database(), int(pid))
    finally:
        cluster.remove()


def measure(rounds: int, count: int) -> tuple[list[Ingest], list[str]]:
    """Measure every side that is here, in turns.

    Returns:
        the figures, and why a side is missing.
    """
    sides: dict[tuple[str, str], Callable[[], Round]] = {
        ("centre on SQLite", "ingest"): lambda: ingest_rate(Store(), count),
        ("centre on SQLite", "drain"): lambda: drain_rate(Store(), count),
        ("centre on PostgreSQL", "ingest"): lambda: _on_postgresql(ingest_rate, count),
        ("centre on PostgreSQL", "drain"): lambda: _on_postgresql(drain_rate, count),
        ("PouchDB", "push"): lambda: pouch_rate(pouch_modules(), count),
    }
    rates: dict[tuple[str, str], list[Round]] = {side: [] for side in sides}
    faults: list[str] = []
    for _ in range(rounds):
        for side, run in list(sides.items()):
            try:
                rates[side].append(run())
            except (BenchError, AssertionError, subprocess.SubprocessError) as error:
                faults.append(f"{side[0]}: {error}")
                del sides[side]
    done = [
        Ingest(
            side,
            what,
            statistics.median(one.per_s for one in found),
            tuple(one.per_s for one in found),
            statistics.median(one.processor_us for one in found),
            statistics.median(one.client_us for one in found),
        )
        for (side, what), found in rates.items()
        if found
    ]
    return done, faults


def _on_postgresql(run: Callable[[Store, int], Round], count: int) -> Round:
    with _postgresql() as store:
        return run(store, count)


def table(figures: Sequence[Ingest]) -> str:
    """Write the figures with their ratio to PouchDB."""
    peer = next((one.per_s for one in figures if one.side == "PouchDB"), None)
    lines = [f"  {'':22}{'':8}{'per s':>8}{'ratio':>7}{'CPU us':>8}{'client':>8}  rounds"]
    for one in figures:
        ratio = f"{one.per_s / peer:.2f}" if peer else "?"
        rounds = " ".join(f"{rate:.0f}" for rate in one.rounds)
        lines.append(
            f"  {one.side:22}{one.what:8}{one.per_s:8.0f}{ratio:>7}{one.processor_us:8.0f}"
            f"{one.client_us:8.0f}  {rounds}"
        )
    lines.append(
        f"  the centre as it starts here: {workers_of_machine()} workers; PouchDB: a client and a server; "
        f"{os.cpu_count()} processors"
    )
    return "\n".join(lines)
