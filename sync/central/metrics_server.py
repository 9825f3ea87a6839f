"""Where Prometheus asks: the loopback, and a port of its own. The port that kiosks reach answers nothing of it."""

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from sync.central.database import CentralDatabase
from sync.central.listening import CannotListen
from sync.central.metrics import DatabaseFigures

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
FOLDER = "metrics"
_HOST = "127.0.0.1"


class MetricsServer:
    """Answers ``/metrics`` until it is closed.

    Raises:
        CannotListen: the port is taken.
    """

    def __init__(self, port: int, registry: CollectorRegistry) -> None:
        self._server: WSGIServer
        self._thread: threading.Thread
        try:
            self._server, self._thread = start_http_server(port, _HOST, registry)
        except OSError as error:
            raise CannotListen(f"cannot listen on {_HOST} port {port}: {error.strerror}") from error
        self.url = f"http://{_HOST}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Answer nothing more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def figures_of_workers(folder: Path, database: CentralDatabase) -> CollectorRegistry:
    """What all workers have counted, and what stands in the database."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    registry.register(DatabaseFigures(database))
    return registry


def fresh_folder(state_dir: Path) -> Path:
    """An empty folder for the workers' files; counters begin anew with the server."""
    folder = state_dir / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


@contextlib.contextmanager
def inherited(folder: Path) -> Iterator[None]:
    """Processes that start within the body write their figures into the folder."""
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[FOLDER_VARIABLE]
        else:
            os.environ[FOLDER_VARIABLE] = before


def forget_worker(folder: Path, pid: int) -> None:
    """A worker is dead: what it holds open does not count any more, what it has done does."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
