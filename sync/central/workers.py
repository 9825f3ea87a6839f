"""Several processes answer on one socket; each holds nothing that another could miss.

The parent binds, prepares database and keys, shares connections out and looks after its workers: one that dies is
replaced, and all end with it. A worker that dies before it was ready would die again, so then all of it ends.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import multiprocessing.connection
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import uvicorn

from sync.central.admission import ADMISSION_FILE
from sync.central.app import create_app
from sync.central.database import CentralDatabase
from sync.central.doorman import CAN_HAND_OVER, Doorman, Threshold
from sync.central.listening import (
    READY_FILE,
    CannotListen,
    bound,
    server_config,
    settle_memory,
    url_of,
)
from sync.central.metrics_server import (
    MetricsServer,
    figures_of_workers,
    forget_worker,
    fresh_folder,
    inherited,
)
from sync.central.settings import CentralSettings
from sync.safe_file import replace_file

logger = logging.getLogger(__name__)

START_S = 60.0
_END_S = 15.0
_READY = b"ready"


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    """Says when the worker is ready; its end tells the worker that the parent is gone."""
    door: socket.socket | None
    """Where it is given connections; None where it takes them itself."""
    is_ready: bool = False


class WorkerGroup:
    """The parent of the workers.

    Raises:
        CannotListen: the address cannot be bound.
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError: the database cannot be opened.
    """

    def __init__(self, settings: CentralSettings) -> None:
        self._settings = settings
        self._socket = bound(settings.host, settings.port)
        self.url = url_of(self._socket)
        """Where it listens, with the port that was chosen."""
        self._wake_reader, self._wake_writer = multiprocessing.Pipe(duplex=False)
        self._workers: list[_Worker] = []
        self._is_told = False
        self._metrics: MetricsServer | None = None
        with contextlib.ExitStack() as undo:
            undo.callback(self._socket.close)
            self._doorman = Doorman(self._socket)
            undo.callback(self._doorman.close)
            # Tables and key are there before the first worker asks.
            self._database = CentralDatabase(
                settings.state_dir, settings.key_provider, settings.database
            )
            undo.callback(self._database.close)
            self._figures = fresh_folder(settings.state_dir)
            if settings.metrics_port is not None:
                registry = figures_of_workers(self._figures, self._database)
                self._metrics = MetricsServer(settings.metrics_port, registry)
            for name in (ADMISSION_FILE, f"{ADMISSION_FILE}-wal", f"{ADMISSION_FILE}-shm"):
                (settings.state_dir / name).unlink(missing_ok=True)
            undo.pop_all()

    def serve(self, on_ready: Callable[[str], None] = lambda _url: None) -> None:
        """Serve until SIGINT, SIGTERM or ``stop``.

        Args:
            on_ready: called with the URL when every worker answers; the ready file is written before.
        Raises:
            CannotListen: a worker did not start.
        """
        ready_file = self._settings.state_dir / READY_FILE
        try:
            with _told_by_signals(self.stop):
                self._workers = [self._start() for _ in range(self._settings.workers)]
                while self._watch():
                    if not self._is_told and all(one.is_ready for one in self._workers):
                        self._is_told = True
                        replace_file(ready_file, self.url.encode("ascii"))
                        on_ready(self.url)
        finally:
            self._doorman.close()
            self._end()
            ready_file.unlink(missing_ok=True)
            if self._metrics is not None:
                self._metrics.close()
            self._database.close()

    def stop(self) -> None:
        """Let the workers answer what is under way, and end; from any thread or a signal."""
        with contextlib.suppress(OSError):
            self._wake_writer.send_bytes(b"stop")

    @property
    def metrics_url(self) -> str:
        """Where Prometheus asks; empty when nobody wants to know."""
        return self._metrics.url if self._metrics else ""

    @property
    def pids(self) -> Sequence[int]:
        """Process ids of the workers."""
        return [one.process.pid for one in self._workers if one.process.pid is not None]

    def _start(self) -> _Worker:
        mine, theirs = multiprocessing.Pipe()
        door, listener = socket.socketpair() if CAN_HAND_OVER else (None, self._socket)
        context = multiprocessing.get_context("spawn")
        process = context.Process(
            target=_work, args=(self._settings, listener, theirs), name="centre-worker"
        )
        with inherited(self._figures):
            process.start()
        # Only the worker holds this end now, so it is closed when the worker dies.
        theirs.close()
        if door is not None:
            listener.close()
        return _Worker(process, mine, door)

    def _watch(self) -> bool:
        """Wait for something to happen; whether to go on."""
        waiting = [one.pipe for one in self._workers if not one.is_ready]
        sentinels = [one.process.sentinel for one in self._workers]
        happened = multiprocessing.connection.wait(
            [self._wake_reader, *waiting, *sentinels], None if not waiting else START_S
        )
        if self._wake_reader in happened:
            return False
        if not happened:
            raise CannotListen("a worker did not start in time")
        for one in self._workers:
            if one.pipe in happened and not one.is_ready:
                with contextlib.suppress(EOFError, OSError):
                    one.is_ready = one.pipe.recv_bytes() == _READY
                if one.is_ready and one.door is not None:
                    self._doorman.admit(one.door)
                    self._doorman.open()
        for place, one in enumerate(self._workers):
            if one.process.sentinel in happened:
                self._replace(place, one)
        return True

    def _replace(self, place: int, dead: _Worker) -> None:
        dead.process.join()
        self._part(dead)
        if dead.process.pid is not None:
            forget_worker(self._figures, dead.process.pid)
        if not dead.is_ready:
            raise CannotListen(f"a worker ended at its start with status {dead.process.exitcode}")
        logger.error("a worker ended with status %s: starting another", dead.process.exitcode)
        self._workers[place] = self._start()

    def _end(self) -> None:
        for one in self._workers:
            one.process.terminate()
        for one in self._workers:
            one.process.join(_END_S)
            if one.process.exitcode is None:
                one.process.kill()
                one.process.join()
            self._part(one)
        self._workers = []

    def _part(self, worker: _Worker) -> None:
        worker.pipe.close()
        if worker.door is not None:
            self._doorman.dismiss(worker.door)
            worker.door.close()


def _work(settings: CentralSettings, listener: socket.socket, parent: Connection) -> None:
    """A worker's whole life."""
    # Ctrl-C reaches all processes of the terminal; the parent tells when it is time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    door = listener if CAN_HAND_OVER else None
    server = _TellingServer(server_config(create_app(settings)), parent, door)

    def outlive_nobody() -> None:
        with contextlib.suppress(EOFError, OSError):
            parent.recv_bytes()
        server.should_exit = True

    threading.Thread(target=outlive_nobody, name="parent-watch", daemon=True).start()
    settle_memory()
    server.run(sockets=[] if door is not None else [listener])


class _TellingServer(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, parent: Connection, door: socket.socket | None
    ) -> None:
        super().__init__(config)
        self._parent = parent
        self._threshold = Threshold(door, self._protocol) if door is not None else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        if self._threshold is not None:
            self._threshold.open(asyncio.get_running_loop())
        self._parent.send_bytes(_READY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._threshold is not None:
            self._threshold.close(asyncio.get_running_loop())
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        """As uvicorn makes it for a connection that it has taken itself."""
        made = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        assert isinstance(made, asyncio.Protocol)  # noqa: S101 (uvicorn says only that it is a class)
        return made

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM ends gracefully; unlike uvicorn's own, it is not raised anew, so the process ends with status 0."""
        signal.signal(signal.SIGTERM, self.handle_exit)
        yield


@contextlib.contextmanager
def _told_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [signal.SIGINT, signal.SIGTERM]
    before = [signal.signal(kind, lambda *_: stop()) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
