"""What the reference centre is told at its start."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from sync.central.admission import DeviceLimits

FAULT_VARIABLE = "XIANGLIN_CENTRAL_FAULT"
MOST_WORKERS = 4
"""That a centre starts unasked: each takes some 100 MB, and four keep a disk busy."""


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Everything that differs between two centres."""

    state_dir: Path
    """Database, key record and ready file; mode 0700."""
    host: str = "127.0.0.1"
    """Address to listen on; behind a proxy that ends TLS it stays the loopback."""
    port: int = 8470
    """0 lets the system choose; the ready file tells."""
    key_provider: str = "auto"
    """``auto``, ``systemd``, ``keyring`` or ``file``."""
    database: str = field(default="", repr=False)
    """URL of a PostgreSQL database, perhaps with its password; empty for the embedded SQLite."""
    limits: DeviceLimits = field(default_factory=DeviceLimits)
    """The share of one device."""
    workers: int = 1
    """Processes that answer; they share the socket and the database."""
    metrics_port: int | None = None
    """Port of the loopback for Prometheus; None for no metrics, 0 lets the system choose."""
    fault: str = ""
    """A fault for tests, see ``sync.central.faults``; empty in service."""


def workers_of_machine() -> int:
    """One for each processor that this process may use; a single one where workers are not tried."""
    if os.name != "posix":
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(usable or 1, MOST_WORKERS))


def settings_from_environment(
    state_dir: Path,
    host: str,
    port: int,
    key_provider: str = "auto",
    database: str = "",
    workers: int = 1,
    limits: DeviceLimits | None = None,
    metrics_port: int | None = None,
) -> CentralSettings:
    """Settings of a server process; the fault is taken from ``XIANGLIN_CENTRAL_FAULT`` only here."""
    return CentralSettings(
        state_dir=state_dir,
        host=host,
        port=port,
        key_provider=key_provider,
        database=database,
        workers=workers,
        limits=limits or DeviceLimits(),
        metrics_port=metrics_port,
        fault=os.environ.get(FAULT_VARIABLE, ""),
    )
