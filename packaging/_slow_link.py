"""A slow, far link on the loopback: so many bits a second each way, and a round trip that every byte pays.

It stands between a real client and a real server and needs no rights. Loss and TCP's slow start are not imitated.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = 512
"""Bytes that one side is held up for at a time; small, so that a short answer does not wait for a long request."""


@dataclass(slots=True)
class Carried:
    """What went through, in bytes of TCP content."""

    up: int = 0
    down: int = 0
    connections: int = 0


class _Direction:
    """One way of the link: a queue of bits that all connections share."""

    def __init__(self, bits_per_s: float, delay_s: float) -> None:
        self._bits_per_s = bits_per_s
        self._delay_s = delay_s
        self._free_at = 0.0

    def due_at(self, size: int) -> float:
        """When the last of so many bytes comes out at the other end, in monotonic seconds."""
        self._free_at = max(self._free_at, time.monotonic()) + size * 8 / self._bits_per_s
        return self._free_at + self._delay_s


class SlowLink:
    """Listens on the loopback and passes everything on to a port, slowly.

    Args:
        bits_per_s: each way.
        round_trip_s: a connection pays one before its first byte.
    """

    def __init__(self, port: int, bits_per_s: float, round_trip_s: float) -> None:
        self._target = port
        self._round_trip_s = round_trip_s
        self._up = _Direction(bits_per_s, round_trip_s / 2)
        self._down = _Direction(bits_per_s, round_trip_s / 2)
        self.carried = Carried()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slow link", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Listen.

        Raises:
            TimeoutError: it could not begin to.
        """
        self._thread.start()
        if not self._is_up.wait(10):
            raise TimeoutError("the slow link did not start")

    def stop(self) -> None:
        """Cut every connection."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.carried.connections += 1
        await asyncio.sleep(self._round_trip_s)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(
                self._carry(reader, far_writer, self._up, is_up=True),
                self._carry(far_reader, writer, self._down, is_up=False),
                return_exceptions=True,
            )
        except asyncio.CancelledError:
            # The link is taken down; asyncio would print a traceback for a connection that was still open.
            return
        finally:
            far_writer.close()
            writer.close()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: _Direction,
        *,
        is_up: bool,
    ) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        out = asyncio.ensure_future(self._deliver(waiting, writer))
        self._tasks.add(out)
        out.add_done_callback(self._tasks.discard)
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                if is_up:
                    self.carried.up += len(piece)
                else:
                    self.carried.down += len(piece)
                await waiting.put((way.due_at(len(piece)), piece))
        await waiting.put((time.monotonic(), b""))
        await out

    async def _deliver(
        self, waiting: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                due_at, piece = await waiting.get()
                await asyncio.sleep(max(0.0, due_at - time.monotonic()))
                if not piece:
                    break
                writer.write(piece)
                await writer.drain()
        writer.close()


@contextlib.contextmanager
def slow_link(port: int, bits_per_s: float, round_trip_s: float) -> Iterator[SlowLink]:
    """A link for the length of the body."""
    link = SlowLink(port, bits_per_s, round_trip_s)
    link.start()
    try:
        yield link
    finally:
        link.stop()
