"""Figures for Prometheus. No device, no event and no person is a label; a county is the finest place.

With several workers each writes into files of its own, and whoever is asked adds them up: then the variable
``PROMETHEUS_MULTIPROC_DIR`` must stand before ``prometheus_client`` is imported, which the parent of workers sees to.
"""

import bisect
import collections
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central import tables
from sync.central.alarms import open_alarms
from sync.central.blob_files import missing_of_all
from sync.central.corrections import IN_REVIEW
from sync.central.database import CentralDatabase
from sync.central.verdicts import CLONED, REUSED
from sync.events import parse_utc

_LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_AGES_S = (60, 600, 3600, 6 * 3600, *(day * 86_400 for day in (1, 3, 7, 14, 30, 90)))
_ITEMS = (1, 2, 5, 10, 20, 50, 100)
_BYTES = (1024, 4096, 16_384, 65_536, 262_144, 1_048_576)
_JOBS = (1, 2, 4, 8, 16, 32)
_OTHER = "other"
_FRESH_S = 15.0
"""What is read from the database is kept this long: a scraper must not cost more than a kiosk."""


class _BulkHistogram(Histogram):
    """Takes many observations for the price of a few."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """Observe each; every bucket that some of them fall into is written once."""
        counts = collections.Counter(
            bisect.bisect_left(self._upper_bounds, amount) for amount in amounts
        )
        self._sum.inc(sum(amounts))
        for place, count in counts.items():
            self._buckets[place].inc(count)


class Metrics:
    """The figures of one process; an ``Observer``."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._requests = Counter(
            "xianglin_requests",
            "Requests by operation and status.",
            ["operation", "status"],
            registry=self.registry,
        )
        self._latency = Histogram(
            "xianglin_request_seconds",
            "From the request's head to the end of the answer.",
            ["operation"],
            buckets=_LATENCY_S,
            registry=self.registry,
        )
        self._events = Counter(
            "xianglin_events",
            "Events in answered batches, by what became of them.",
            ["status", "county"],
            registry=self.registry,
        )
        self._ages = _BulkHistogram(
            "xianglin_event_age_seconds",
            "How long after they happened new events were committed: the age of the kiosks' queues.",
            buckets=_AGES_S,
            registry=self.registry,
        )
        self._items = Histogram(
            "xianglin_batch_items", "Items of a batch.", buckets=_ITEMS, registry=self.registry
        )
        self._bytes = Histogram(
            "xianglin_batch_bytes", "Bytes of a batch.", buckets=_BYTES, registry=self.registry
        )
        self._jobs = Histogram(
            "xianglin_group_batches",
            "Batches that shared a transaction.",
            buckets=_JOBS,
            registry=self.registry,
        )
        self._commit = Histogram(
            "xianglin_group_seconds",
            "A group's transaction, with its wait for the disk.",
            buckets=_LATENCY_S,
            registry=self.registry,
        )
        self._pool = Gauge(
            "xianglin_database_connections",
            "Connections to the database that are in use.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def batch(self, county: str, statuses: Mapping[str, int], size: int) -> None:
        """A batch was answered."""
        for status, count in statuses.items():
            self._events.labels(status, county).inc(count)
        self._items.observe(sum(statuses.values()))
        self._bytes.observe(size)

    def arrivals(self, ages_s: Sequence[float]) -> None:
        """New events were committed."""
        self._ages.observe_all(ages_s)

    def group(self, jobs: int, seconds: float) -> None:
        """Batches shared a transaction."""
        self._jobs.observe(jobs)
        self._commit.observe(seconds)

    def pool(self, in_use: int) -> None:
        """Connections are in use."""
        self._pool.set(in_use)

    def request(self, operation: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(operation, str(status)).inc()
        self._latency.labels(operation).observe(seconds)


class Measuring:
    """Measures requests; the path is never a label, only the operation's pattern is."""

    def __init__(self, app: ASGIApp, metrics: Metrics, in_use: Callable[[], int]) -> None:
        self._app = app
        self._metrics = metrics
        self._in_use = in_use

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            pattern = getattr(scope.get("route"), "path", None)
            operation = f"{scope['method']} {pattern}" if pattern else _OTHER
            self._metrics.request(operation, status, time.perf_counter() - started)
            self._metrics.pool(self._in_use())


class DatabaseFigures:
    """What stands in the database, asked when somebody collects; a collector of ``prometheus_client``."""

    def __init__(
        self, database: CentralDatabase, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._asked_at = -_FRESH_S
        self._found: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        """The figures; a database that cannot be asked is a figure too."""
        if self._monotonic() - self._asked_at >= _FRESH_S:
            self._found = self._ask()
            self._asked_at = self._monotonic()
        return self._found

    def _ask(self) -> list[Metric]:
        is_up = GaugeMetricFamily("xianglin_database_up", "Whether the database answers.")
        alarms = GaugeMetricFamily(
            "xianglin_open_alarms", "Alarms that staff have not settled.", labels=["kind"]
        )
        waiting = GaugeMetricFamily(
            "xianglin_applications_in_review", "Applications that wait for a person."
        )
        oldest = GaugeMetricFamily(
            "xianglin_oldest_application_seconds",
            "Since the oldest application in review was accepted; 0 when there is none.",
        )
        missing = GaugeMetricFamily(
            "xianglin_files_missing", "Files that events announced and that are still to come."
        )
        longest = GaugeMetricFamily(
            "xianglin_oldest_missing_file_seconds",
            "Since the longest missing file was announced; 0 when none is missing.",
        )
        row = tables.application
        try:
            with self._database.reading() as connection:
                found = open_alarms(connection)
                count, first = connection.execute(
                    select(func.count(), func.min(row.c.accepted_at)).where(
                        row.c.state == IN_REVIEW
                    )
                ).one()
                files = missing_of_all(connection)
        except SQLAlchemyError:
            is_up.add_metric([], 0)
            return [is_up]
        now = datetime.now(UTC)
        is_up.add_metric([], 1)
        for kind in (CLONED, REUSED):
            alarms.add_metric([kind], found.get(kind, 0))
        waiting.add_metric([], count)
        age = (now - parse_utc(first)).total_seconds() if first else 0.0
        oldest.add_metric([], max(0.0, age))
        missing.add_metric([], files.count)
        longest.add_metric([], files.age_s(now))
        return [is_up, alarms, waiting, oldest, missing, longest]
