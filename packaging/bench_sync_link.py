"""A queue of requests over a slow, far link: the kiosk's own engine against what one would write first.

The link is a proxy on the loopback: a rate each way and 600 ms of round trip, as over a geostationary satellite. No TLS
on either side. The peers' server answers at once and keeps nothing; the kiosk's is the real centre.
"""

import gzip
import http.server
import json
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from _bench_device import Stopwatch, bench_device, sample_events
from _slow_link import SlowLink, slow_link
from bench_visit import BenchError

from sync.central.admin import CentralAdmin
from sync.central.server import running
from sync.central.settings import CentralSettings
from sync.events import OutboxEvent

ROUND_TRIP_S = 0.6
RATES: Mapping[str, float] = {"9.6 kbit/s": 9_600, "64 kbit/s": 64_000, "1 Mbit/s": 1_000_000}
GZIP_BATCH = 50
SEED = 4242
"""Not the seed of the dictionary's training."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """What it took to bring some items across."""

    way: str
    rate: str
    items: int
    seconds: float
    up_bytes: int
    connections: int

    @property
    def seconds_per_thousand(self) -> float:
        """Scaled, when fewer than a thousand were sent."""
        return self.seconds / self.items * 1000


def crossing_of_engine(rate: str, count: int) -> Crossing:
    """Send sealed items with the real engine to a real centre, until the last one is settled.

    Raises:
        BenchError: not all arrived.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = CentralSettings(folder / "centre", port=0, key_provider="file")
        with (
            running(settings) as server,
            CentralAdmin(settings.state_dir, "file") as centre,
            bench_device(folder, centre, 1) as device,
            slow_link(_port(server.url), RATES[rate], ROUND_TRIP_S) as link,
        ):
            device.fill(sample_events(count, SEED))
            transport, watch = device.transport(f"http://127.0.0.1:{link.port}"), Stopwatch()
            began = monotonic()
            try:
                # What comes after the last event, decisions and feeds, is not waited for.
                device.engine(transport, watch).run_once(lambda: watch.count >= count)
            finally:
                transport.close()
            if watch.count < count:
                raise BenchError(f"{watch.count} of {count} events arrived at {rate}")
            seconds = watch.settled_at - began
            return Crossing("kiosk", rate, count, seconds, *_carried(link))


def crossing_of_posts(rate: str, count: int) -> Crossing:
    """Send one JSON document a request, each over a new connection, as ``requests.post`` does."""

    def send(url: str, documents: Sequence[dict[str, object]]) -> None:
        for document in documents:
            requests.post(url, json=document, timeout=600).raise_for_status()

    return _peer("a POST each", rate, count, send)


def crossing_of_gzip(rate: str, count: int) -> Crossing:
    """Send gzip batches over one kept connection."""

    def send(url: str, documents: Sequence[dict[str, object]]) -> None:
        with requests.Session() as session:
            for start in range(0, len(documents), GZIP_BATCH):
                body = gzip.compress(_json(documents[start : start + GZIP_BATCH]), 6)
                session.post(url, data=body, timeout=3600).raise_for_status()

    return _peer(f"gzip batches of {GZIP_BATCH}", rate, count, send)


def _peer(
    way: str,
    rate: str,
    count: int,
    send: Callable[[str, Sequence[dict[str, object]]], None],
) -> Crossing:
    documents = [document_of(event) for event in sample_events(count, SEED)]
    with (
        _sink() as port,
        slow_link(port, RATES[rate], ROUND_TRIP_S) as link,
    ):
        began = monotonic()
        send(f"http://127.0.0.1:{link.port}/", documents)
        return Crossing(way, rate, count, monotonic() - began, *_carried(link))


def document_of(event: OutboxEvent) -> dict[str, object]:
    """The event as a plain document, as a peer would send it."""
    return {
        "id": event.id,
        "subject": event.subject,
        "kind": event.kind,
        "schema": event.schema_version,
        "priority": event.priority,
        "payload": dict(event.payload),
        "attachments": [{"sha256": one.sha256, "size": one.size} for one in event.attachments],
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _carried(link: SlowLink) -> tuple[int, int]:
    return link.carried.up, link.carried.connections


def _port(url: str) -> int:
    return urlsplit(url).port or 0


@contextmanager
def _sink() -> Any:  # noqa: ANN401 (a context manager of a port)
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # closing the server waits for what it still answers
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def measure(*, is_full: bool) -> list[Crossing]:
    """Cross each link each way.

    Args:
        is_full: a thousand items of the kiosk's on the slowest link too, which takes some seven minutes.
    Raises:
        BenchError: something did not arrive.
    """
    done: list[Crossing] = []
    for rate in RATES:
        is_slow = rate.startswith("9.6")
        done.append(crossing_of_engine(rate, 150 if is_slow and not is_full else 1000))
        done.append(crossing_of_gzip(rate, 150 if is_slow else 500))
        done.append(crossing_of_posts(rate, 10))
    return done


def table(crossings: Sequence[Crossing]) -> str:
    """Write the crossings as aligned columns, with the ratio to the kiosk on the same link."""
    ours = {one.rate: one.seconds_per_thousand for one in crossings if one.way == "kiosk"}
    head = (
        f"  {'link':12}{'way':20}{'items':>6}{'s':>8}{'s/1000':>9}{'bytes up/item':>15}{'ratio':>7}"
    )
    lines = [head]
    for one in crossings:
        ratio = one.seconds_per_thousand / ours[one.rate]
        lines.append(
            f"  {one.rate:12}{one.way:20}{one.items:6}{one.seconds:8.1f}{one.seconds_per_thousand:9.0f}"
            f"{one.up_bytes / one.items:15.0f}{ratio:7.1f}"
        )
    return "\n".join(lines)
