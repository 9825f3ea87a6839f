"""A transport that is listened to and hindered, and pages made by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync.answers import BatchAnswer
from sync.http_transport import HttpTransport
from sync.sealed_page import FeedPage, PageHeader
from tests.sync.sync_parts import DEVICE, NOW


@dataclass
class WatchedTransport:
    """A real transport; notes what is asked and lets a test step in before each question."""

    real: HttpTransport
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _question: None

    def feed_page(self, feed: str, after: int, limit_bytes: int) -> FeedPage:
        self._ask(f"{feed} {after}")
        return self.real.feed_page(feed, after, limit_bytes)

    def send_batch(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        self._ask(f"batch {len(items)}")
        return self.real.send_batch(batch_id, items)

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        self.before(question)


def page(
    after: int,
    cursor: int,
    *,
    rows: Sequence[str] = (),
    gone: Sequence[str] = (),
    more: bool = False,
    scope: str = "life-1",
    feed: str = "roster",
    at: datetime = NOW,
    nonce: str = "",
) -> FeedPage:
    """A page of the roster as it is after it was opened; rows are resident ids."""
    header = PageHeader(
        protocol=2,
        device=DEVICE,
        epoch="epoch-1",
        time=at,
        feed=feed,
        scope=scope,
        after=after,
        cursor=cursor,
        more=more,
        as_of=at,
        size=0,
        nonce=nonce,
    )
    people = tuple(
        {"resident_id": one, "citizen_id": "c", "name": "n", "region_code": "5"} for one in rows
    )
    return FeedPage(header, people, tuple(gone), 1000)
