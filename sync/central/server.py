"""Run the centre: bind, serve, say where, stop gracefully."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sync.central.app import create_app
from sync.central.settings import CentralSettings
from sync.errors import SyncError
from sync.safe_file import replace_file

READY_FILE = "central.url"
_GRACEFUL_S = 5


class CannotListen(SyncError):
    """The address is taken or not this machine's, or the server did not start."""

    code = "SYN-601"


class CentralServer:
    """One server on one socket; runs in the caller's thread or in its own.

    Raises:
        CannotListen: the address cannot be bound.
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError: the database cannot be opened.
    """

    def __init__(self, settings: CentralSettings, app: FastAPI | None = None) -> None:
        self._ready_file: Path = settings.state_dir / READY_FILE
        self._socket = _bound(settings.host, settings.port)
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        """Where it listens, with the port that was chosen."""
        try:
            chosen = app if app is not None else create_app(settings)
        except BaseException:
            self._socket.close()
            raise
        config = uvicorn.Config(
            chosen,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACEFUL_S,
        )
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
    """Serve until told to stop; the file ``central.url`` in the state directory says where, while it does."""
    CentralServer(settings).serve(on_ready)


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


class _ReadyServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotListen(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listener
