"""Where the centre listens, and how uvicorn is set up; the same for one process and for many."""

import gc
import socket

import uvicorn
from fastapi import FastAPI

from sync.errors import SyncError

READY_FILE = "central.url"
_GRACEFUL_S = 5
_KEEP_ALIVE_S = 60
"""From the end of an answer to the next request. To the server an answer has ended when the system has it; a slow link
then still carries it, a page of the roster for half a minute, and within uvicorn's own five seconds no device would be
back: its next request would meet a closed connection."""
_MAXIMUM_CONNECTIONS = 1000
"""Of one worker; the last resort, answered with a bare 503."""
_BACKLOG = 2048
_YOUNG_OBJECTS = 20_000
"""Between two looks at what is new; a batch of a hundred events makes some thousands."""


class CannotListen(SyncError):
    """The address is taken or not this machine's, or the server did not start."""

    code = "SYN-601"


def server_config(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves the centre."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        limit_concurrency=_MAXIMUM_CONNECTIONS,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACEFUL_S,
    )


def url_of(listener: socket.socket) -> str:
    """Where a bound socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def bound(host: str, port: int) -> socket.socket:
    """Bind.

    Raises:
        CannotListen: the address is taken or not this machine's.
    """
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


def settle_memory() -> None:
    """Keep what a started server holds out of the garbage collector's way, which would look through it all day."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 10, 10)
