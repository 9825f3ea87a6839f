"""Connections are shared out among the workers in turns: the parent takes each and hands it on.

The kernel would share them out by a hash of their addresses, and of two workers one often had twice what the other had;
on one socket that all wait at, the quickest takes most. Either way some processors stand idle.
"""

import asyncio
import contextlib
import os
import selectors
import socket
import threading
from collections.abc import Callable

CAN_HAND_OVER = hasattr(socket, "send_fds")
"""Whether this system lets a process give a connection to another."""
_BACKLOG = 2048
_PAUSE_S = 0.1
"""After an error of the system, such as too many open files, which to ask again at once would not end."""
_SIGN = b"c"


class Doorman:
    """The parent's part.

    Args:
        listener: bound; listened on from ``open`` to ``close``.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._lock = threading.Lock()
        self._workers: list[socket.socket] = []
        self._is_over = threading.Event()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="centre-door", daemon=True)

    def open(self) -> None:
        """Take connections from now on."""
        if not self._thread.is_alive():
            self._listener.setblocking(False)
            self._listener.listen(_BACKLOG)
            self._thread.start()

    def admit(self, worker: socket.socket) -> None:
        """A worker waits for connections at the other end of this."""
        worker.setblocking(False)
        with self._lock:
            self._workers.append(worker)

    def dismiss(self, worker: socket.socket) -> None:
        """A worker is gone; nothing happens when it was not there."""
        with self._lock:
            if worker in self._workers:
                self._workers.remove(worker)

    def close(self) -> None:
        """Take no more connections; the workers keep what they have."""
        self._is_over.set()
        self._wake_writer.close()
        if self._thread.is_alive():
            self._thread.join()
        self._wake_reader.close()
        self._listener.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._listener, selectors.EVENT_READ)
            waiting.register(self._wake_reader, selectors.EVENT_READ)
            while not self._is_over.is_set():
                waiting.select()
                self._take()

    def _take(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            self._is_over.wait(_PAUSE_S)
            return
        # This process's copy is closed; a connection that nobody could take is closed with it, and whoever it was
        # comes again.
        with connection, self._lock:
            for _ in range(len(self._workers)):
                worker = self._workers.pop(0)
                self._workers.append(worker)
                # A worker that dies or is stuck is passed over.
                with contextlib.suppress(OSError):
                    socket.send_fds(worker, [_SIGN], [connection.fileno()])
                    return


class Threshold:
    """A worker's part: connections come in here.

    Args:
        door: the other end of what the doorman has.
        protocol: makes what answers on a connection.
    """

    def __init__(self, door: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._door = door
        self._protocol = protocol
        self._arriving: set[asyncio.Task[object]] = set()

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take connections from now on, in the loop's thread."""
        self._door.setblocking(False)
        loop.add_reader(self._door, self._take, loop)

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take no more."""
        loop.remove_reader(self._door)
        self._door.close()

    def _take(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            sign, found, _, _ = socket.recv_fds(self._door, len(_SIGN), 1)
        except BlockingIOError:
            return
        except OSError:
            sign, found = b"", []
        if not sign:
            # The parent is gone.
            loop.remove_reader(self._door)
        for descriptor in found:
            os.set_inheritable(descriptor, False)
            connection = socket.socket(fileno=descriptor)
            task = loop.create_task(self._greet(loop, connection))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)

    async def _greet(self, loop: asyncio.AbstractEventLoop, connection: socket.socket) -> object:
        try:
            return await loop.connect_accepted_socket(self._protocol, connection)
        except OSError:
            # It was closed on the way.
            connection.close()
            return None
