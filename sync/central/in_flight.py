"""How many requests of one device are under way: one that piles them up must leave room for the others.

A kiosk sends one request after the other; a second and third are a command of staff, and one whose answer was lost on
the way and that is still being worked on. It counts from the proof of who asks, so that nobody can use up the places of
another, and in one worker only: what it guards, threads and connections, belongs to the worker.
"""

import threading
from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send

MAXIMUM_TOGETHER = 4
RETRY_AFTER_S = 2
_PLACE = "xianglin.place"


class InFlight:
    """Requests under way, by device; used from several threads."""

    def __init__(self, limit: int = MAXIMUM_TOGETHER) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def enter(self, device: str) -> bool:
        """Take a place; whether there was one."""
        with self._lock:
            if self._counts[device] >= self._limit:
                return False
            self._counts[device] += 1
            return True

    def leave(self, device: str) -> None:
        """Give a place back."""
        with self._lock:
            self._counts[device] -= 1
            if not self._counts[device]:
                del self._counts[device]


class Place:
    """The place of one request, empty until it is known who asks."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._devices: list[str] = []

    def take(self, device: str) -> bool:
        """Take a place for a device; whether there was one."""
        has_place = self._in_flight.enter(device)
        if has_place:
            self._devices.append(device)
        return has_place

    def end(self) -> None:
        """The request is answered."""
        while self._devices:
            self._in_flight.leave(self._devices.pop())


class Places:
    """Gives each request a place, and takes it back when the request has its answer, however that came about."""

    def __init__(self, app: ASGIApp, in_flight: InFlight) -> None:
        self._app = app
        self._in_flight = in_flight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        place = scope[_PLACE] = Place(self._in_flight)
        try:
            await self._app(scope, receive, send)
        finally:
            place.end()


def place_of(scope: Scope) -> Place:
    """The place of a request that came through ``Places``."""
    place = scope[_PLACE]
    assert isinstance(place, Place)  # noqa: S101 (put there above)
    return place
