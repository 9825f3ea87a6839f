"""A total time for a whole HTTP exchange.

The time-outs of ``requests`` are for each piece received: a server that sends a byte a second keeps a call with
``timeout=1`` alive for as long as it likes (measured: 8.4 s and no end in sight). Here a timer shuts the very
connection down, which ends a handshake, a header or a body that drips, in whatever state it is.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """Watches the connections of one transport; one exchange at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lifelines: dict[int, socket.socket] = {}
        self._answering: list[socket.socket] = []
        self._is_running = False
        self.has_passed = False
        """Whether the last exchange was cut."""

    @contextlib.contextmanager
    def limit(self, total_s: float) -> Iterator[None]:
        """Cut every connection of this transport when the body takes longer than ``total_s``."""
        self.has_passed = False
        self._is_running = True
        timer = threading.Timer(total_s, self._cut)
        timer.start()
        try:
            yield
        finally:
            with self._lock:
                self._is_running = False
                answered, self._answering = self._answering, []
            timer.cancel()
            timer.join()
            for lifeline in answered:
                lifeline.close()

    def watch(self, owner: int, connected: socket.socket) -> None:
        """Hold a second handle of a new connection; TLS takes the first one over.

        Raises:
            TimeoutError: the time ran out while it connected.
        """
        with self._lock:
            if not self.has_passed:
                self._lifelines[owner] = connected.dup()
                return
        connected.close()
        raise TimeoutError("the total time ran out while connecting")

    def forget(self, owner: int) -> None:
        """Let a connection go; its peer sees the end only when both handles are closed."""
        with self._lock:
            lifeline = self._lifelines.pop(owner, None)
            if lifeline is not None and self._is_running:
                # After "Connection: close" http.client lets the connection go before its answer is read, and a body
                # that drips would be out of reach.
                self._answering.append(lifeline)
                return
        if lifeline is not None:
            lifeline.close()

    def _cut(self) -> None:
        with self._lock:
            if not self._is_running:
                return
            self.has_passed = True
            for lifeline in (*self._lifelines.values(), *self._answering):
                # It may have ended by itself in this very moment.
                with contextlib.suppress(OSError):
                    lifeline.shutdown(socket.SHUT_RDWR)


class DeadlineAdapter(HTTPAdapter):
    """One kept connection, no retries, every socket watched."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (as requests declares it)
        """Let the pools make watched connections."""
        super().init_poolmanager(*args, ssl_context=_tls_context(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pool_classes(self._deadline)

    def close(self) -> None:
        """Close the connections now; urllib3 leaves that to the garbage collector, which an old failure delays."""
        pools = self.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118  (this container refuses to be iterated over)
            pools[key].close()
        super().close()


def _tls_context() -> ssl.SSLContext:
    """What urllib3 would make, but deaf to ``SSLKEYLOGFILE``, which writes every session's keys to a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    return context


def _pool_classes(deadline: Deadline) -> dict[str, Any]:
    class WatchedConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            deadline.watch(id(self), connected)
            return connected

        def close(self) -> None:
            super().close()
            deadline.forget(id(self))

    class WatchedTlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            deadline.watch(id(self), connected)
            return connected

        def close(self) -> None:
            super().close()
            deadline.forget(id(self))

    class WatchedPool(HTTPConnectionPool):
        ConnectionCls = WatchedConnection

    class WatchedTlsPool(HTTPSConnectionPool):
        ConnectionCls = WatchedTlsConnection

    return {"http": WatchedPool, "https": WatchedTlsPool}
