"""Pages of the feeds on a stick: what a kiosk without a link is brought by the courier.

    "XLPP" | version u8 = 1 | for each page: length u32, page

Each page is signed and sealed by itself, so the file needs no protection of its own. It may be old, cut short, for
somebody else, or brought twice: what is new in it is taken in, page by page, and nothing else changes.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sync import centre_clock
from sync.errors import FeedUnusable, NotTheCentre
from sync.events import Clock
from sync.feed_reader import Taken
from sync.sealed_page import MAXIMUM_PAGE_BYTES, FeedPage, open_page
from sync.sealing import OpeningKey
from sync.signing import Verifier
from sync.sqlcipher import EncryptedDatabase

MAXIMUM_PARCEL_BYTES = 64 * 1024 * 1024
PARCEL_MEDIA_TYPE = "application/vnd.xianglin.parcel"
_HEAD = b"XLPP\x01"
_LENGTH = struct.Struct(">I")


@dataclass(slots=True)
class Unpacked:
    """What became of a parcel."""

    pages: int = 0
    """That were taken in."""
    changes: dict[str, int] = field(default_factory=dict)
    """Rows that came or went, by feed."""
    has_gap: bool = False
    """Pages are missing before what it holds: another parcel is needed."""
    problem: str = ""
    """Why the rest was not read: ``damaged``, ``not-the-centre``, ``other-device`` or ``unusable``; else empty."""


def write_parcel(pages: Iterable[bytes]) -> bytes:
    """Put pages together."""
    return _HEAD + b"".join(_LENGTH.pack(len(page)) + page for page in pages)


def read_parcel(data: bytes) -> Iterator[bytes]:
    """The pages of a parcel, in their order.

    Raises:
        FeedUnusable: no parcel, or cut short; what came before was given.
    """
    if len(data) > MAXIMUM_PARCEL_BYTES or not data.startswith(_HEAD):
        raise FeedUnusable("no parcel of pages")
    place = len(_HEAD)
    while place < len(data):
        begin = place + _LENGTH.size
        length = int.from_bytes(data[place:begin], "big")
        if not 0 < length <= MAXIMUM_PAGE_BYTES or begin + length > len(data):
            raise FeedUnusable("the parcel is cut short")
        yield data[begin : begin + length]
        place = begin + length


class CarriedFeed(Protocol):
    """Takes the pages of one feed in."""

    name: str

    def take_carried(self, page: FeedPage) -> Taken:
        """Take in what is new.

        Raises:
            FeedUnusable, ListenerFailed, DatabaseError.
        """

    def news(self, page: FeedPage) -> int:
        """How many rows of a page that was just taken in were new."""


class ParcelReader:
    """Takes parcels in for one device."""

    def __init__(
        self,
        encrypted: EncryptedDatabase,
        readers: Sequence[CarriedFeed],
        device: str,
        openers: Mapping[str, OpeningKey],
        verifiers: Mapping[str, Verifier],
        clock: Clock,
    ) -> None:
        """Make a reader.

        Args:
            device: this device's id.
            openers: its opening keys by id.
            verifiers: the centre's keys by id.
        """
        self._encrypted = encrypted
        self._readers = {reader.name: reader for reader in readers}
        self._device = device
        self._openers = openers
        self._verifiers = verifiers
        self._clock = clock

    def take(self, data: bytes) -> Unpacked:
        """Take in what is new; a damaged end does not undo what stood before it.

        Raises:
            ListenerFailed, DatabaseError: a page could not be taken in; those before it are.
        """
        done = Unpacked()
        try:
            for encoded in read_parcel(data):
                self._take(encoded, done)
        except NotTheCentre:
            done.problem = "not-the-centre"
        except FeedUnusable:
            done.problem = "unusable" if data.startswith(_HEAD) else "damaged"
        return done

    def _take(self, encoded: bytes, done: Unpacked) -> None:
        page = open_page(encoded, self._device, self._openers, self._verifiers)
        reader = self._readers.get(page.header.feed)
        if reader is None:
            # A newer centre has more feeds.
            return
        taken = reader.take_carried(page)
        done.has_gap = done.has_gap or taken is Taken.GAP
        if taken is not Taken.READ:
            return
        done.pages += 1
        feed = page.header.feed
        count = reader.news(page)
        if count:
            done.changes[feed] = done.changes.get(feed, 0) + count
        with self._encrypted.transaction() as database:
            centre_clock.note_carried(database, page.header.time, self._clock.read())
