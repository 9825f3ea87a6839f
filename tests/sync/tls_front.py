"""Ends TLS before the centre, as a proxy in service does; finds the centre wherever it listens at the moment."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tests.sync.certificates import server_context


class TlsFront:
    """Threads of this process: it outlives every centre behind it.

    Args:
        where: tells the URL of the centre, asked anew for each connection.
        listener: where to listen; None for a free port of the loopback.
    """

    def __init__(
        self,
        certificate: Path,
        where: Callable[[], str],
        listener: socket.socket | None = None,
    ) -> None:
        self._context = server_context(certificate)
        self._where = where
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.carried = 0
        """Connections that reached a centre."""
        host, port = self._listener.getsockname()
        self.url = f"https://{host}:{port}"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        """End every connection."""
        self._stop.set()
        with contextlib.suppress(OSError):
            # Wakes the accept, also where this thread could not connect to it.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(10)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            if self._stop.is_set():
                plain.close()
                return
            thread = threading.Thread(target=self._serve, args=(plain,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        # A killed kiosk or centre shows here as any error of a socket, at any place.
        with contextlib.suppress(OSError, ValueError), plain:
            plain.settimeout(5)
            with self._context.wrap_socket(plain, server_side=True) as outside:
                url = urlsplit(self._where())
                with socket.create_connection((url.hostname, url.port), 2) as inside:
                    self.carried += 1
                    self._carry(outside, inside)

    def _carry(self, outside: ssl.SSLSocket, inside: socket.socket) -> None:
        other = {outside: inside, inside: outside}
        while not self._stop.is_set():
            ready = [outside] if outside.pending() else select.select([*other], [], [], 0.2)[0]
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                other[source].sendall(data)
