"""The sealed roster over real HTTP: page by page, resumed where it was cut, beside what goes up."""

import threading
from collections.abc import Iterator

import pytest

from sync import cursors
from sync.errors import FeedUnusable, NotTheCentre, ProtocolMismatch, TimedOut, Unreachable
from sync.events import SystemClock
from sync.feed_reader import read_state
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from sync.page_budget import FIRST_BYTES, LEAST_BYTES, MOST_BYTES, PageBudget
from sync.signing import DeviceSigner
from tests.sync.feed_parts import WatchedTransport, page
from tests.sync.sync_parts import (
    DEVICE,
    NOW,
    OTHER_REGION,
    REGION,
    Centre,
    Kiosk,
    ScriptedTransport,
    event,
)
from tests.sync.test_engine import all_applied
from tests.sync.village import village

OWN = ("r-0001", "r-0002", "r-0003")


@pytest.fixture
def watched(transport: HttpTransport) -> Iterator[WatchedTransport]:
    return WatchedTransport(transport)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """One resident a page."""
    monkeypatch.setattr("sync.central.feed_routes.LEAST_BYTES", 1)
    monkeypatch.setattr(PageBudget, "__init__", lambda self: setattr(self, "limit_bytes", 1))
    monkeypatch.setattr(PageBudget, "_set", lambda _self, _limit: None)


def asked(watched: WatchedTransport, what: str = "roster") -> list[str]:
    return [one for one in watched.asked if one.startswith(what)]


def test_roster_comes_sealed_and_whole(kiosk: Kiosk, centre: Centre, watched):
    report = kiosk.engine(watched).run_once()
    assert (report.error_code, report.roster_changes) == ("", 3)
    assert tuple(kiosk.listener.residents()) == OWN
    assert watched.asked == ["roster 0"]
    centre.load({"residents": village(2, 5), "removed": ["r-0002", "r-0004"]})
    kiosk.engine(watched).run_once()
    assert sorted(kiosk.listener.residents()) == ["r-000001", "r-000002", "r-0001", "r-0003"]
    # Of another region nothing is told, not even that somebody left it.
    assert all("r-0004" not in one.tombstones for one in kiosk.listener.pages)


def test_residents_travel_with_their_records(kiosk: Kiosk, centre: Centre, watched):
    people = village(40, 7)
    centre.load({"residents": people})
    kiosk.engine(watched).run_once()
    came = {one.resident_id: one.wire() for read in kiosk.listener.pages for one in read.upserts}
    assert all(came[str(one["resident_id"])] == one for one in people)


def test_feed_that_is_cut_goes_on_where_it_stood(kiosk, centre, watched, small_pages):
    def cut(question: str) -> None:
        if question != "roster 0":
            raise Unreachable("cut")

    watched.before = cut
    engine = kiosk.engine(watched)
    assert engine.run_once().roster_changes == 1
    assert tuple(kiosk.listener.residents()) == OWN[:1]
    watched.before = lambda _question: None
    assert engine.run_once().roster_changes == 2
    assert asked(watched) == ["roster 0", "roster 1", "roster 1", "roster 2"]
    assert tuple(kiosk.listener.residents()) == OWN


def test_event_that_is_queued_during_a_long_roster_goes_up_between_two_pages(
    kiosk, centre, watched, small_pages
):
    def queue_meanwhile(question: str) -> None:
        if question == "roster 1":
            kiosk.append(event("r-9"))

    watched.before = queue_meanwhile
    report = kiosk.engine(watched).run_once()
    assert (report.acknowledged, report.roster_changes) == (1, 3)
    assert watched.asked[:4] == ["roster 0", "roster 1", "batch 1", "roster 2"]


@pytest.mark.parametrize("error", [TimedOut("slow"), ProtocolMismatch("old"), Unreachable("cut")])
def test_upload_that_fails_between_two_pages_does_not_stop_the_feed(
    kiosk, centre, watched, small_pages, error
):
    def hinder(question: str) -> None:
        if question == "roster 1":
            kiosk.append(event("r-9"))
        if question.startswith("batch"):
            raise error

    watched.before = hinder
    assert kiosk.engine(watched).run_once().roster_changes == 3
    # Tried once, not once a page.
    assert asked(watched, "batch") == ["batch 1"]
    assert len(kiosk.ids(ItemState.QUEUED)) == 1


def test_upload_without_an_answer_does_not_stop_the_feed(kiosk, centre, watched):
    kiosk.append(event("r-1"), event("r-2"))

    def hinder(question: str) -> None:
        if question.startswith("batch"):
            raise TimedOut("slow")

    watched.before = hinder
    report = kiosk.engine(watched).run_once()
    assert (report.roster_changes, report.error_code) == (3, "SYN-105")


@pytest.mark.parametrize("error", [FeedUnusable("shape"), NotTheCentre("who"), TimedOut("slow")])
def test_feed_that_fails_does_not_stop_an_upload(kiosk, centre, watched, error):
    def hinder(question: str) -> None:
        if question.startswith("roster"):
            raise error

    watched.before = hinder
    engine = kiosk.engine(watched)
    for _ in range(2):
        kiosk.append(event("r-9"))
        assert engine.run_once().acknowledged == 1


def test_listener_that_fails_leaves_the_cursor_and_holds_up_nothing(kiosk, centre, watched):
    kiosk.listener.fails_on = {"roster"}
    kiosk.append(event("r-9"))
    report = kiosk.engine(watched).run_once()
    assert (report.acknowledged, report.error_code) == (1, "SYN-501")
    kiosk.listener.fails_on = set()
    assert kiosk.engine(watched).run_once().roster_changes == 3


def test_centre_that_lost_people_in_a_restore_has_them_forgotten(kiosk, centre, watched):
    engine = kiosk.engine(watched)
    engine.run_once()
    with centre.admin._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM resident WHERE resident_id = 'r-0002'")
    centre.admin.renew_epoch()
    engine.run_once()
    assert tuple(sorted(kiosk.listener.residents())) == ("r-0001", "r-0003")


def test_centre_whose_numbers_were_set_back_is_read_anew(kiosk, centre, watched):
    engine = kiosk.engine(watched)
    engine.run_once()
    with kiosk.database.transaction() as database:
        cursors.store(database, cursors.ROSTER, 99)
    engine.run_once()
    assert asked(watched) == ["roster 0", "roster 99", "roster 0"]
    assert tuple(kiosk.listener.residents()) == OWN


def test_kiosk_that_moves_to_another_village_forgets_the_one_before(kiosk, centre, watched):
    engine = kiosk.engine(watched)
    engine.run_once()
    centre.admin.enrol_device(DEVICE, "A07", OTHER_REGION, kiosk.signer.public_key)
    engine.run_once()
    assert tuple(kiosk.listener.residents()) == ("r-0004", "r-0005")


def test_kiosk_that_read_the_old_roster_reads_the_sealed_one_from_its_beginning(
    kiosk, centre, watched
):
    def older_centre(question: str) -> None:
        raise ProtocolMismatch("no such route")

    watched.before = older_centre
    engine = kiosk.engine(watched)
    assert engine.run_once().roster_changes == 3
    watched.before = lambda _question: None
    engine.run_once()
    assert asked(watched) == ["roster 0", "roster 3", "roster 0"]
    with kiosk.database.reading() as database:
        assert read_state(database, "roster").reading == 1
    assert len(kiosk.rows("SELECT key FROM feed_row")) == 3


def test_old_page_is_not_taken_for_the_answer(kiosk, transport: HttpTransport, monkeypatch):
    answers: list[bytes] = []
    real = HttpTransport._exchange

    def replay(self, method, path, body, headers):
        answers.append(real(self, method, path, body, headers))
        return answers[0]

    monkeypatch.setattr(HttpTransport, "_exchange", replay)
    assert transport.feed_page("roster", 0, 9000).header.cursor > 0
    with pytest.raises(NotTheCentre, match="another request"):
        transport.feed_page("roster", 0, 9000)


def test_page_of_another_device_is_not_taken(kiosk, centre, transport, monkeypatch):
    stranger = DeviceSigner.generate()
    centre.admin.enrol_device("dev-0008", "B07", REGION, stranger.public_key)
    theirs = centre.transport(stranger, "dev-0008")
    page_of_theirs: list[bytes] = []
    real = HttpTransport._exchange

    def keep(self, *arguments):
        page_of_theirs.append(real(self, *arguments))
        return page_of_theirs[0]

    monkeypatch.setattr(HttpTransport, "_exchange", keep)
    theirs.feed_page("roster", 0, 9000)
    theirs.close()
    with pytest.raises(NotTheCentre):
        transport.feed_page("roster", 0, 9000)


@pytest.mark.parametrize(
    "query", ["key=short", "key=" + "A" * 43 + "&after=-1", "after=0", "key=" + "A" * 43]
)
def test_question_that_cannot_be_answered_is_refused(query: str, transport: HttpTransport):
    with pytest.raises(ProtocolMismatch):
        transport._signed_exchange("GET", f"/v2/roster?{query}", b"", {})


class BackwardsTransport(ScriptedTransport):
    """A centre whose cursor always goes back."""

    def feed_page(self, feed: str, after: int, limit_bytes: int):
        self.asked.append(f"{feed} {after}")
        return page(after, max(0, after - 5) if after else 50, more=True, nonce="n")


def test_cursor_that_goes_backwards_for_ever_does_not_keep_the_kiosk(kiosk: Kiosk):
    transport = BackwardsTransport(all_applied)
    kiosk.engine(transport).run_once()
    assert len(transport.asked) <= 6


@pytest.mark.slow
def test_hundred_thousand_tombstones_come_in_bounded_pages(kiosk, centre, watched):
    with centre.admin._database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO departure (region_code, resident_id, version) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            f"SELECT '{REGION}', printf('gone-%06d', i), i + 1000 FROM n"
        )
        connection.exec_driver_sql(
            "UPDATE counter SET value = 200000 WHERE name = 'roster_version'"
        )
    report = kiosk.engine(watched).run_once()
    assert (report.error_code, report.roster_changes) == ("", 100_003)
    assert max(len(one.tombstones) for one in kiosk.listener.pages) <= 2000
    assert tuple(kiosk.listener.residents()) == OWN


def test_page_grows_with_the_link_and_shrinks_at_once():
    budget = PageBudget()
    assert budget.limit_bytes == FIRST_BYTES
    budget.note(FIRST_BYTES, 0.1)
    assert budget.limit_bytes == 2 * FIRST_BYTES
    budget.note(100, 0.1)  # A small last page tells nothing.
    assert budget.limit_bytes == 2 * FIRST_BYTES
    budget.note(24_000, 20.0)
    assert budget.limit_bytes == 12_000
    for _ in range(20):
        budget.shrink()
    assert budget.limit_bytes == LEAST_BYTES
    for _ in range(20):
        budget.note(budget.limit_bytes, 0.0)
    assert budget.limit_bytes == MOST_BYTES


def test_page_at_the_slowest_link_takes_less_than_fifteen_seconds():
    """9.6 kbit/s, 600 ms round trip."""
    budget = PageBudget()
    for _ in range(10):
        took = 0.6 + budget.limit_bytes * 8 / 9600
        assert took < 15
        budget.note(budget.limit_bytes, took)
    assert budget.limit_bytes > 8_000


def test_age_of_the_roster_is_that_of_the_last_page(kiosk, centre, watched):
    kiosk.engine(watched).run_once()
    with kiosk.database.reading() as database:
        as_of = read_state(database, "roster").as_of
    assert abs((as_of - SystemClock().read().wall).total_seconds()) < 60
    assert threading.active_count() < 50
    assert as_of > NOW.replace(year=2026, month=1)
