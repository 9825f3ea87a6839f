"""What becomes of a feed's content: the roster goes to the kiosk's rows, documents are kept here."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import Field, ValidationError
from sqlite_utils import Database

from sync import cursors
from sync.answers import Message, RosterPage, RosterResident
from sync.sealed_page import FeedPage
from sync.settlement import SettlementListener

logger = logging.getLogger(__name__)

ROSTER = "roster"
CATALOGUE = "catalogue"
DECISIONS = "decisions"
"""Carried only; over the network decisions have an answer of their own."""

SERVICE = "service"
"""Kind of a document: the definition of a service."""
PENSION = "pension"
"""Kind of a document: a table of figures."""

REFUSED = "catalogue.refused"
"""Why the published documents are not gone by; empty when they are."""
ACCEPTED = "catalogue.accepted"
"""Counts the sets that this device went over to."""
_CHANGED = "catalogue.changed"
_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class RosterSink:
    """Hands the roster's pages to the kiosk."""

    listener: SettlementListener
    name: str = ROSTER
    cursor: str = cursors.ROSTER

    def key_of(self, row: dict[str, object]) -> str:
        """The resident's id."""
        return str(row.get("resident_id", ""))

    def take(self, database: Database, page: FeedPage) -> None:
        """Give a page on; a row of an unknown shape is left out alone."""
        header = page.header
        residents = [one for one in map(_resident, page.upserts) if one is not None]
        if len(residents) < len(page.upserts):
            logger.warning(
                "roster rows of an unknown shape count=%d", len(page.upserts) - len(residents)
            )
        self.listener.roster_changed(
            database,
            RosterPage(
                protocol=header.protocol,
                device=header.device,
                epoch=header.epoch,
                time=header.time,
                nonce=header.nonce,
                upserts=tuple(residents),
                tombstones=page.tombstones,
                cursor=header.cursor,
                as_of=header.as_of,
                more=header.more,
            ),
        )

    def end(self, database: Database) -> None:
        """Every page was given on already."""


def _resident(row: dict[str, object]) -> RosterResident | None:
    try:
        return RosterResident.model_validate(row)
    except ValidationError:
        return None


class PublishedDocument(Message):
    """A file that the centre published, such as the definition of a service."""

    kind: str = Field(pattern=r"^[a-z]{1,20}$")
    name: str = Field(pattern=r"^[a-z0-9_.-]{1,80}$")
    version: int = Field(ge=1)
    text: str = Field(max_length=256 * 1024)
    """Letter for letter as it was published."""


CheckDocuments = Callable[[Sequence[PublishedDocument]], Sequence[str]]
"""Names every fault of a set of documents; none for a set that this device can go by."""


class CatalogueSink:
    """Keeps the documents as they are published, and goes over to a whole set when it is good.

    A bad set is refused as a whole, with its reason, and the device goes on with the last good one.
    """

    name = CATALOGUE
    cursor = cursors.CATALOGUE

    def __init__(self, check: CheckDocuments) -> None:
        self._check = check
        self._has_looked = False

    def key_of(self, row: dict[str, object]) -> str:
        """Kind and name."""
        return f"{row.get('kind', '')}/{row.get('name', '')}"

    def take(self, database: Database, page: FeedPage) -> None:
        """Keep a page's documents.

        Raises:
            ValidationError: a document of an unknown shape: without it the set would not be whole.
        """
        for row in page.upserts:
            one = PublishedDocument.model_validate(row)
            database.execute(
                "INSERT INTO published_document VALUES (?, ?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET "
                "version = excluded.version, text = excluded.text",
                [one.kind, one.name, one.version, one.text],
            )
        for key in page.tombstones:
            kind, _, name = key.partition("/")
            database.execute(
                "DELETE FROM published_document WHERE kind = ? AND name = ?", [kind, name]
            )
        if page.upserts or page.tombstones:
            cursors.store(database, _CHANGED, 1)

    def end(self, database: Database) -> None:
        """Go over to the set when it changed, and once a start when it was refused: the program may be newer."""
        is_changed = bool(cursors.read_cursor(database, _CHANGED))
        is_refused = bool(cursors.read_text(database, REFUSED))
        if not is_changed and (self._has_looked or not is_refused):
            return
        self._has_looked = True
        faults = self._check(documents(database, "published_document"))
        cursors.store(database, REFUSED, "\n".join(faults)[:_LONGEST_REASON])
        cursors.store(database, _CHANGED, 0)
        if faults:
            logger.warning("published documents refused faults=%d", len(faults))
            return
        database.execute("DELETE FROM accepted_document")
        database.execute("INSERT INTO accepted_document SELECT * FROM published_document")
        cursors.store(database, ACCEPTED, cursors.read_cursor(database, ACCEPTED) + 1)


def accepted_documents(database: Database) -> tuple[PublishedDocument, ...]:
    """What the centre published and this device goes by."""
    return documents(database, "accepted_document")


def documents(database: Database, table: str) -> tuple[PublishedDocument, ...]:
    """The documents of one of the two tables, in a fixed order."""
    rows = database.execute(
        f"SELECT kind, name, version, text FROM {table} ORDER BY kind, name"  # noqa: S608  (our own two names)
    ).fetchall()
    return tuple(
        PublishedDocument(kind=kind, name=name, version=version, text=text)
        for kind, name, version, text in rows
    )
