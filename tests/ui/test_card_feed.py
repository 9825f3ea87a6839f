import pytest

from kiosk.errors import CardReaderUnavailable
from kiosk.services.ports import Card
from kiosk.ui.card_feed import CardFeed
from tests.ui import fakes
from tests.ui.stage import CARD

OTHER = Card("420106194509030021", "李四", "C\udcff456")
"""Its number is no text that can be encoded: a card is hostile input."""


class Desk:
    """A feed, its reader, and what was presented."""

    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.reader = fakes.FakeReader()
        self.presented = []
        self.feed = CardFeed(self.reader, self.presented.append)

    def wait_reads(self, count=2):
        """Wait until the reader was asked again after what the test did."""
        reads = self.reader.reads
        self.qtbot.waitUntil(lambda: self.reader.reads >= reads + count, timeout=3000)

    def wait_presented(self, *cards):
        self.qtbot.waitUntil(lambda: self.presented == list(cards), timeout=3000)

    def leave(self, card):
        """End a visit with a card on the reader."""
        self.reader.card = card
        reads = self.reader.reads
        self.feed.end_visit()
        self.qtbot.waitUntil(lambda: self.reader.reads > reads, timeout=3000)


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot)
    yield desk
    desk.feed.close()


def test_a_card_shows_nothing_of_its_owner_when_it_is_written_to_a_log():
    assert repr(CARD) == "Card()"


def test_a_card_that_lay_there_before_the_first_visit_is_taken(desk):
    desk.reader.card = CARD
    desk.feed.start(None)
    desk.wait_presented(CARD)


def test_a_card_left_by_the_visit_before_counts_only_after_it_was_lifted(desk):
    desk.leave(CARD)
    for _ in range(2):  # on every page of the next visit
        desk.feed.start(None)
        desk.wait_reads()
        assert desk.presented == []
    desk.reader.card = None
    desk.wait_reads()
    desk.reader.card = CARD
    desk.wait_presented(CARD)


def test_a_left_card_counts_again_when_it_was_lifted_before_anybody_asked(desk):
    desk.leave(CARD)
    desk.reader.card = None
    desk.wait_reads(1)
    desk.reader.card = CARD
    desk.feed.start(None)
    desk.wait_presented(CARD)


def test_a_card_laid_in_place_of_a_left_one_is_taken(desk):
    desk.leave(CARD)
    desk.feed.start(None)
    desk.wait_reads()
    desk.reader.card = OTHER
    desk.wait_presented(OTHER)


def test_the_presented_card_counts_as_left_when_the_reader_is_silent_at_the_end(desk):
    desk.reader.card = CARD
    desk.feed.start(None)
    desk.wait_presented(CARD)
    desk.reader.error = CardReaderUnavailable("unplugged")
    desk.leave(CARD)
    desk.feed.start(None)
    desk.wait_reads()
    desk.reader.error = None
    desk.wait_reads()
    assert desk.presented == [CARD]
