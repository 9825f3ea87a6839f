"""Two network namespaces and a radio link between them that loses and delays packets: TCP itself has to cope.

The link is two TUN devices and a thread that carries packets from one to the other, so it needs no module of the kernel
but ``tun``. Needs root; nothing of it can be seen from outside of the two namespaces.
"""

import contextlib
import ctypes
import fcntl
import heapq
import os
import select
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

HERE, THERE = "10.78.0.1", "10.78.0.2"
_TUN = Path("/dev/net/tun")
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
_LARGEST_PACKET = 65536


def why_not() -> str:
    """Why there can be no such link here; empty when there can."""
    if os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid():
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the program ip (Debian: apt-get install iproute2)"
    try:
        os.close(os.open(_TUN, os.O_RDWR))
    except OSError:
        return f"{_TUN} cannot be opened"
    name = f"xl{os.getpid()}t"
    if subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode:
        return "no network namespace can be made here"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return ""


class LossyLink:
    """Carries packets until it is closed.

    Args:
        ends: a descriptor of a TUN device each.
        loss: share of the packets that never arrive, each way.
        delay_s: one way.
    """

    def __init__(self, ends: tuple[int, int], loss: float, delay_s: float, chance: Random) -> None:
        self._ends = ends
        self._loss = loss
        self._delay_s = delay_s
        self._chance = chance
        self.carried = 0
        self.lost = 0
        self._stop, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._run, name="lossy link")
        self._thread.start()

    def close(self) -> None:
        """Carry nothing more."""
        os.write(self._waker, b"x")
        self._thread.join(10)
        for descriptor in (self._stop, self._waker, *self._ends):
            os.close(descriptor)

    def _run(self) -> None:
        under_way: list[tuple[float, int, int, bytes]] = []
        number = 0
        while True:
            wait_s = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
            ready = select.select([self._stop, *self._ends], [], [], wait_s)[0]
            if self._stop in ready:
                return
            for place, descriptor in enumerate(self._ends):
                if descriptor in ready:
                    packet = os.read(descriptor, _LARGEST_PACKET)
                    if self._chance.random() < self._loss:
                        self.lost += 1
                        continue
                    self.carried += 1
                    number += 1
                    due_at = time.monotonic() + self._delay_s
                    heapq.heappush(under_way, (due_at, number, self._ends[1 - place], packet))
            while under_way and under_way[0][0] <= time.monotonic():
                _, _, to, packet = heapq.heappop(under_way)
                with contextlib.suppress(OSError):
                    os.write(to, packet)


@contextlib.contextmanager
def lossy_link(loss: float, delay_s: float, chance: Random) -> Iterator[tuple[LossyLink, str, str]]:
    """A link, and the names of the namespaces at its two ends, ``HERE`` and ``THERE``."""
    names = (f"xl{os.getpid()}a", f"xl{os.getpid()}b")
    with contextlib.ExitStack() as stack:
        ends = []
        for name, address in zip(names, (HERE, THERE), strict=True):
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            descriptor = os.open(_TUN, os.O_RDWR)
            wish = struct.pack("16sH14x", name.encode(), _IFF_TUN | _IFF_NO_PI)
            fcntl.ioctl(descriptor, _TUNSETIFF, wish)
            _ip("link", "set", name, "netns", name)
            _ip("-n", name, "address", "add", f"{address}/30", "dev", name)
            _ip("-n", name, "link", "set", name, "up")
            _ip("-n", name, "link", "set", "lo", "up")
            ends.append(descriptor)
        link = LossyLink((ends[0], ends[1]), loss, delay_s, chance)
        stack.callback(link.close)
        yield link, *names


def listener_in(namespace: str, address: str) -> socket.socket:
    """A listening socket that belongs to a namespace, whoever uses it."""
    made: list[socket.socket] = []

    def make() -> None:
        # Of this thread only, which ends with it.
        with open(f"/run/netns/{namespace}", "rb") as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        made.append(socket.create_server((address, 0)))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join(10)
    return made[0]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=10)
