"""Run the centre: bind, serve, say where, stop gracefully; ``workers`` does it with several processes."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from sync.central.app import create_app
from sync.central.listening import (
    READY_FILE,
    CannotListen,
    bound,
    server_config,
    settle_memory,
    url_of,
)
from sync.central.metrics import DatabaseFigures
from sync.central.metrics_server import MetricsServer
from sync.central.settings import CentralSettings
from sync.central.workers import WorkerGroup
from sync.safe_file import replace_file


class CentralServer:
    """One server on one socket; runs in the caller's thread or in its own.

    Raises:
        CannotListen: the address cannot be bound.
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError: the database cannot be opened.
    """

    def __init__(self, settings: CentralSettings, app: FastAPI | None = None) -> None:
        self._ready_file: Path = settings.state_dir / READY_FILE
        self._socket = bound(settings.host, settings.port)
        self.url = url_of(self._socket)
        """Where it listens, with the port that was chosen."""
        self._metrics: MetricsServer | None = None
        try:
            chosen = app if app is not None else create_app(settings)
            if settings.metrics_port is not None:
                self._metrics = _metrics_server(settings.metrics_port, chosen)
        except BaseException:
            self._socket.close()
            raise
        self.metrics_url = self._metrics.url if self._metrics else ""
        """Where Prometheus asks; empty when nobody wants to know."""
        config = server_config(chosen)
        self._server = _ReadyServer(config, self._ready)
        self._is_ready = threading.Event()
        self._on_ready: Callable[[str], None] = lambda _url: None
        self._thread: threading.Thread | None = None

    def serve(self, on_ready: Callable[[str], None] = lambda _url: None) -> None:
        """Serve until SIGINT, SIGTERM or ``stop``.

        Args:
            on_ready: called with the URL when requests are answered; the ready file is written before.
        """
        self._on_ready = on_ready
        try:
            with _outliving_signals():
                self._server.run(sockets=[self._socket])
        finally:
            self._ready_file.unlink(missing_ok=True)
            self._socket.close()
            if self._metrics is not None:
                self._metrics.close()

    def start(self, timeout_s: float = 15.0) -> None:
        """Serve in a thread of its own.

        Raises:
            CannotListen: it did not start in time.
        """
        self._thread = threading.Thread(target=self.serve, name="centre", daemon=False)
        self._thread.start()
        if not self._is_ready.wait(timeout_s):
            self.stop()
            raise CannotListen("the centre did not start in time")

    def stop(self, timeout_s: float = 15.0) -> bool:
        """Answer what is under way, then end; returns whether it ended in time."""
        self._server.should_exit = True
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _ready(self) -> None:
        replace_file(self._ready_file, self.url.encode("ascii"))
        self._is_ready.set()
        self._on_ready(self.url)


def run(settings: CentralSettings, on_ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until told to stop; the file ``central.url`` in the state directory says where, while it does.

    Raises:
        CannotListen: the address cannot be bound, or a worker did not start.
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError: the database cannot be opened.
    """
    if settings.workers > 1:
        WorkerGroup(settings).serve(on_ready)
    else:
        server = CentralServer(settings)
        settle_memory()
        server.serve(on_ready)


@contextlib.contextmanager
def running(settings: CentralSettings, app: FastAPI | None = None) -> Iterator[CentralServer]:
    """A server in a thread for the length of the body."""
    server = CentralServer(settings, app)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def _outliving_signals() -> Iterator[None]:
    """Let the process tidy up after SIGINT and SIGTERM.

    uvicorn stops gracefully and then raises the signal anew, which by default ends the process on the spot.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda *_: None) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _metrics_server(port: int, app: FastAPI) -> MetricsServer:
    registry: CollectorRegistry = app.state.metrics.registry
    registry.register(DatabaseFigures(app.state.database))
    return MetricsServer(port, registry)


class _ReadyServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
