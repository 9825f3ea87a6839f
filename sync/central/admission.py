"""Letting requests in: each nonce once, and no device more than its share.

A share is a token bucket in requests and one in bytes. Nonces and buckets are in a database that all workers share, so
the limits hold exactly however many workers there are; on PostgreSQL also over several machines.
"""

import functools
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlcipher3 import dbapi2

from sync.central.tables_admission import metadata
from sync.request_auth import MAXIMUM_SKEW_S

ADMISSION_FILE = "admission.db"
_NONCE_MS = 2 * MAXIMUM_SKEW_S * 1000
_PURGE_EVERY_MS = 30_000
_LONGEST_WAIT_S = 900
_BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class DeviceLimits:
    """The share of one device. A kiosk asks a handful of times a minute; after weeks offline it sends for minutes."""

    requests_per_s: int = 10
    requests_at_once: int = 300
    bytes_per_s: int = 4 * 1024 * 1024
    bytes_at_once: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Admitted:
    """What was found."""

    is_fresh: bool
    """Whether the nonce was not seen before."""
    wait_s: int
    """0 when the device has something left of its share, else how long until it has."""


class Admission(Protocol):
    """Lets requests in."""

    def admit(self, device: str, nonce: str, size: int, now_ms: int) -> Admitted:
        """Take a nonce, and a request of this many bytes from the device's share."""

    def close(self) -> None:
        """Give back what is held."""


# One statement each: between reading and writing a bucket no other worker may come.
_NONCE = """
    INSERT INTO request_nonce (device, nonce, expires_ms) VALUES (:device, :nonce, :expires_ms)
    ON CONFLICT (device, nonce) DO NOTHING RETURNING 1"""
_AVAILABLE = (
    "{least}(:most_{what}, b.{what} + {greatest}(0, :now_ms - b.at_ms) * :{what}_rate {per})"
)
_REQUESTS = _AVAILABLE.format(what="requests", least="{least}", greatest="{greatest}", per="")
_BYTES = _AVAILABLE.format(what="bytes", least="{least}", greatest="{greatest}", per="/ 1000")
_IS_GRANTED = f"({_REQUESTS} >= 1000 AND {_BYTES} >= :size)"
_BUDGET = f"""
    INSERT INTO device_budget AS b (device, requests, bytes, at_ms, is_granted)
    VALUES (:device, :most_requests - 1000, :most_bytes - :size, :now_ms, true)
    ON CONFLICT (device) DO UPDATE SET
        requests = {_REQUESTS} - CASE WHEN {_IS_GRANTED} THEN 1000 ELSE 0 END,
        bytes = {_BYTES} - CASE WHEN {_IS_GRANTED} THEN :size ELSE 0 END,
        at_ms = {{greatest}}(b.at_ms, :now_ms),
        is_granted = {_IS_GRANTED}
    RETURNING is_granted, requests, bytes"""  # noqa: S608  (no value from outside)
_PURGE = "DELETE FROM request_nonce WHERE expires_ms < :now_ms"


class _Limiter:
    """What both kinds share: the values of a statement, and what its row means."""

    def __init__(self, limits: DeviceLimits) -> None:
        self._limits = limits
        self._purged_ms = 0

    def _values(self, device: str, nonce: str, size: int, now_ms: int) -> dict[str, object]:
        limits = self._limits
        return {
            "device": device,
            "nonce": nonce,
            "expires_ms": now_ms + _NONCE_MS,
            # A request that is larger than the whole bucket would wait for ever.
            "size": min(size, limits.bytes_at_once),
            "now_ms": now_ms,
            "most_requests": limits.requests_at_once * 1000,
            "most_bytes": limits.bytes_at_once,
            "requests_rate": limits.requests_per_s,
            "bytes_rate": limits.bytes_per_s,
        }

    def _wait_s(self, row: tuple[object, ...], values: Mapping[str, object]) -> int:
        is_granted, requests, left = bool(row[0]), int(str(row[1])), int(str(row[2]))
        if is_granted:
            return 0
        size = int(str(values["size"]))
        for_requests = -(-(1000 - requests) // (1000 * self._limits.requests_per_s))
        for_bytes = -(-(size - left) // self._limits.bytes_per_s)
        return min(_LONGEST_WAIT_S, max(1, for_requests, for_bytes))

    def _is_purge_due(self, now_ms: int) -> bool:
        if now_ms - self._purged_ms < _PURGE_EVERY_MS:
            return False
        self._purged_ms = now_ms
        return True


class SqliteAdmission(_Limiter):
    """For workers of one machine; in memory when there is only one.

    Args:
        path: shared by the workers; None for memory. Nothing of it has to reach the disk.
    """

    def __init__(self, path: Path | None, limits: DeviceLimits) -> None:
        super().__init__(limits)
        self._lock = threading.Lock()
        self._nonce = _NONCE
        self._budget = _BUDGET.format(least="min", greatest="max")
        if path is not None:
            path.touch(mode=0o600)
        self._connection = dbapi2.connect(
            str(path) if path is not None else ":memory:",
            isolation_level=None,
            check_same_thread=False,
            timeout=_BUSY_TIMEOUT_S,
        )
        self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        self._connection.execute("PRAGMA synchronous = OFF")
        for statement in _sqlite_tables():
            self._connection.execute(statement)

    def admit(self, device: str, nonce: str, size: int, now_ms: int) -> Admitted:
        """Take a nonce, and a request of this many bytes from the device's share."""
        values = self._values(device, nonce, size, now_ms)
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                fresh = self._connection.execute(self._nonce, values).fetchall()
                (row,) = self._connection.execute(self._budget, values).fetchall()
                if self._is_purge_due(now_ms):
                    self._connection.execute(_PURGE, {"now_ms": now_ms})
            finally:
                self._connection.execute("COMMIT")
        return Admitted(bool(fresh), self._wait_s(row, values))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


class PostgresqlAdmission(_Limiter):
    """For workers anywhere; one round trip, and no wait for the disk, as both tables are unlogged.

    Args:
        autocommit: gives a connection on which each statement is a transaction.
    """

    def __init__(self, autocommit: "Autocommit", limits: DeviceLimits) -> None:
        super().__init__(limits)
        self._autocommit = autocommit
        budget = _BUDGET.format(least="least", greatest="greatest")
        self._both = text(
            f"WITH fresh AS ({_NONCE}), budget AS ({budget}) "  # noqa: S608  (no value from outside)
            "SELECT is_granted, requests, bytes, (SELECT count(*) FROM fresh) FROM budget"
        )
        self._purge = text(_PURGE)

    def admit(self, device: str, nonce: str, size: int, now_ms: int) -> Admitted:
        """Take a nonce, and a request of this many bytes from the device's share."""
        values = self._values(device, nonce, size, now_ms)
        with self._autocommit() as connection:
            row = connection.execute(self._both, values).one()
            if self._is_purge_due(now_ms):
                connection.execute(self._purge, {"now_ms": now_ms})
        return Admitted(bool(row[3]), self._wait_s(tuple(row), values))

    def close(self) -> None:
        """Nothing is held."""


class Autocommit(Protocol):
    """Opens a connection on which each statement is a transaction."""

    def __call__(self) -> AbstractContextManager[Connection]:
        """For the length of a body."""


@functools.cache
def _sqlite_tables() -> list[str]:
    dialect = sqlite.dialect()
    made: list[str] = []
    for one in metadata.sorted_tables:
        made.append(str(CreateTable(one, if_not_exists=True).compile(dialect=dialect)))
        made += [
            str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect))
            for index in one.indexes
        ]
    return made
