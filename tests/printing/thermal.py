"""A thermal printer behind a socket that understands what is sent, and a reader of its language."""

import socket
import struct
import threading
from dataclasses import dataclass, field

from PIL import Image

_REALTIME = {b"\x10\x04\x01": "online", b"\x10\x04\x04": "paper"}


def pieces_of(stream: bytes) -> tuple[list[Image.Image], int]:
    """The pictures that a stream of ESC/POS holds, a piece for each cut, and how many bytes were understood."""
    pieces: list[Image.Image] = []
    bands: list[Image.Image] = []
    place = 0
    while place < len(stream):
        rest = stream[place:]
        if rest[:2] == b"\x1b@":
            place += 2
        elif rest[:2] == b"\x1bd" or rest[:3] == b"\x1dr\x01":
            place += 3
        elif rest[:3] == b"\x1dv0" and len(rest) >= 8:
            width, height = struct.unpack("<HH", rest[4:8])
            body = rest[8 : 8 + width * height]
            if len(body) < width * height:
                break
            # A set bit is a black dot.
            bands.append(Image.frombytes("1", (width * 8, height), bytes(255 - b for b in body)))
            place += 8 + len(body)
        elif rest[:2] == b"\x1dV":
            pieces.append(_joined(bands))
            bands = []
            place += 3
        else:
            break
    return pieces, place


def _joined(bands: list[Image.Image]) -> Image.Image:
    whole = Image.new("1", (bands[0].width, sum(band.height for band in bands)), 1)
    top = 0
    for band in bands:
        whole.paste(band, (0, top))
        top += band.height
    return whole


@dataclass
class ThermalPrinter:
    """Listens on a loopback port; ``answers`` can be changed while it runs."""

    online: bytes | None = b"\x12"
    paper: bytes | None = b"\x12"
    confirms: bytes | None = b"\x00"
    drops_after: int | None = None
    """Bytes of one job after which the cable is pulled."""
    received: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._is_closed = False
        self._thread.start()

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._thread.join(5)

    def printed(self) -> list[Image.Image]:
        """What came out, when the last cable was let go."""
        assert self._is_idle.wait(5)
        return [piece for job in self.received for piece in pieces_of(job)[0]]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._is_idle.clear()
            with connection:
                self._talk(connection)
            self._is_idle.set()

    def _talk(self, connection: socket.socket) -> None:
        job = b""
        while True:
            try:
                data = connection.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            for question, name in _REALTIME.items():
                if data == question:
                    data = b""
                    self._answer(connection, getattr(self, name))
            job += data
            if self.drops_after is not None and len(job) >= self.drops_after:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                break
            if job.endswith(b"\x1dr\x01"):
                self._answer(connection, self.confirms)
        if job:
            self.received.append(job)

    def _answer(self, connection: socket.socket, answer: bytes | None) -> None:
        if answer is not None:
            connection.sendall(answer)
