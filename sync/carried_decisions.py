"""Decisions that were carried to a kiosk that no link reaches: those of the network, from the same cursor on."""

from pydantic import Field, ValidationError

from sync import cursors
from sync.answers import Decision
from sync.decision_intake import DecisionIntake
from sync.errors import FeedUnusable
from sync.feed_reader import Taken
from sync.feed_sinks import DECISIONS
from sync.sealed_page import FeedPage
from sync.settlement import SettlementListener, Tally
from sync.sqlcipher import EncryptedDatabase


class NumberedDecision(Decision):
    """A decision with its place among the device's."""

    number: int = Field(ge=1)


class CarriedDecisions:
    """Takes the pages of a parcel in. A decision that is here already is not taken again, however old the parcel is."""

    name = DECISIONS

    def __init__(self, encrypted: EncryptedDatabase, listener: SettlementListener) -> None:
        self._encrypted = encrypted
        self._intake = DecisionIntake(listener)
        self._news = 0

    def take_carried(self, page: FeedPage) -> Taken:
        """Take in what lies beyond the cursor.

        Raises:
            FeedUnusable: a decision of an unknown shape; nothing of the page is taken.
            DatabaseError.
        """
        header = page.header
        try:
            decisions = [NumberedDecision.model_validate(row) for row in page.upserts]
        except ValidationError as error:
            raise FeedUnusable("a decision of an unknown shape") from error
        with self._encrypted.transaction() as database:
            known = cursors.read_text(database, cursors.EPOCH)
            after = cursors.read_cursor(database, cursors.DECISIONS)
            # Numbers of another life of the centre say nothing here; its report, which is read first, begins a new one.
            if known not in ("", header.epoch) or header.cursor <= after:
                return Taken.OLD
            if header.after > after:
                return Taken.GAP
            tally = Tally()
            for one in decisions:
                if one.number > after:
                    self._intake.take(
                        database, Decision(**one.model_dump(exclude={"number"})), tally
                    )
            cursors.store(database, cursors.DECISIONS, header.cursor)
            if not known:
                cursors.store(database, cursors.EPOCH, header.epoch)
        self._news = tally.decisions
        return Taken.READ

    def news(self, _page: FeedPage) -> int:
        """How many decisions of the page that was just taken in were news."""
        return self._news
