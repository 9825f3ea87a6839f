"""A network link that can be cut: a relay on loopback between the kiosk and the centre.

The demonstration and the tests cut a real TCP connection with it, so that an outage is an outage and not a flag in
the code under test.
"""

import contextlib
import selectors
import socket
import threading

_CHUNK = 64 * 1024
_POLL_S = 0.05


class LinkSwitch:
    """Relays ``127.0.0.1:port`` to a target address while it is up; refuses and cuts while it is down."""

    def __init__(self, target: tuple[str, int], *, is_up: bool) -> None:
        self._target = target
        self._is_up = threading.Event()
        if is_up:
            self._is_up.set()
        self._loses_answer = threading.Event()
        self._lost_request = b""
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_POLL_S)
        self._thread = threading.Thread(target=self._serve, name="link-switch")
        self._workers: list[threading.Thread] = []
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that the kiosk is told."""
        return int(self._listener.getsockname()[1])

    def up(self) -> None:
        """Let connections through."""
        self._is_up.set()

    def down(self) -> None:
        """Cut every connection and refuse new ones."""
        self._is_up.clear()

    def lose_next_answer(self, to: bytes = b"") -> None:
        """Let the next request through and cut the line before its answer: the kiosk cannot know what happened.

        Args:
            to: what the request's first line holds, such as ``/batches``; empty for any request.
        """
        self._lost_request = to
        self._loses_answer.set()

    def close(self) -> None:
        """Stop relaying and wait for the threads."""
        self._stop.set()
        self._thread.join()
        for worker in self._workers:
            worker.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                near, _ = self._listener.accept()
            except TimeoutError:
                continue
            if not self._is_up.is_set():
                near.close()
                continue
            worker = threading.Thread(target=self._relay, args=(near,), name="link-relay")
            self._workers = [each for each in self._workers if each.is_alive()]
            self._workers.append(worker)
            worker.start()

    def _relay(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(self._target) as far:
            self._pump(near, far)

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            request = b""
            while self._is_up.is_set() and not self._stop.is_set():
                for key, _ in selector.select(_POLL_S):
                    source = near if key.fileobj is near else far
                    data = source.recv(_CHUNK)
                    if not data:
                        return
                    if source is near:
                        # A request's first line comes whole: it is far shorter than what is read at once.
                        is_first = data.split(b" ", 1)[0] in (b"GET", b"POST", b"PUT")
                        request = data.partition(b"\r\n")[0] if is_first else request
                    elif self._loses_answer.is_set() and self._lost_request in request:
                        self._loses_answer.clear()
                        return
                    (far if source is near else near).sendall(data)
