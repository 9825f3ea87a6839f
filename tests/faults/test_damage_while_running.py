"""The disk fails under a running kiosk: no promise, no traceback, nothing made worse."""

import shutil
from pathlib import Path

import pytest

from kiosk.errors import StorageDamaged
from kiosk.flows.actions import Choose, Confirm
from kiosk.flows.pages import FormReviewPage, ReceiptPage
from kiosk.storage.database import DATABASE_FILE, open_kiosk_database
from tests.builders import World, make_world
from tests.faults.test_full_disk_visit import TO_REVIEW, assert_not_saved
from tests.flows.walk import walk
from tests.storage.states import PAGE_BYTES, receipts, submit

EARLIER = 40


def served_world(world: World) -> list[str]:
    """Requests accepted and decided, all of them in the main file and none in SQLite's cache."""
    promised = [submit(world) for _ in range(EARLIER)]
    with world.store.transaction() as transaction:
        transaction.database.execute("UPDATE service_request SET state = 'decided'")
    with world.store.encrypted.reading() as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return promised


def spoil(file: Path) -> None:
    """Flip some bytes of every page but the first two."""
    content = bytearray(file.read_bytes())
    for start in range(2 * PAGE_BYTES, len(content), PAGE_BYTES):
        for place in range(start + 2000, start + 2016):
            content[place] ^= 0xFF
    with file.open("r+b") as opened:
        opened.write(content)


def test_visit_ends_without_a_promise_when_pages_go_bad_under_it(tmp_path: Path) -> None:
    file = tmp_path / "state" / DATABASE_FILE
    with make_world(tmp_path) as world:
        promised = served_world(world)
        navigator = world.navigator()
        walk(navigator, *TO_REVIEW)
        with world.store.encrypted.reading() as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute("PRAGMA shrink_memory").fetchall()
        copy = Path(shutil.copy(file, tmp_path / "copy"))
        spoil(file)
        spoiled = file.read_bytes()
        for _ in range(2):
            assert_not_saved(navigator.act(Confirm()))
            assert isinstance(navigator.act(Choose("retry")), FormReviewPage)
        assert file.read_bytes() == spoiled
    # The next start refuses it; the copy that staff kept holds every promise.
    with pytest.raises(StorageDamaged):
        open_kiosk_database(tmp_path / "state", "file")
    shutil.copy(copy, file)
    assert receipts(tmp_path / "state") == sorted(promised)


def test_visit_waits_and_goes_on_when_another_process_held_the_database(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        other = open_kiosk_database(tmp_path / "state", "file")
        try:
            navigator = world.navigator()
            walk(navigator, *TO_REVIEW)
            with world.store.encrypted.reading() as raw:
                raw.execute("PRAGMA busy_timeout = 50").fetchone()
            with other.transaction():
                assert_not_saved(navigator.act(Confirm()))
            assert isinstance(navigator.act(Choose("retry")), FormReviewPage)
            page = navigator.act(Confirm())
            assert isinstance(page, ReceiptPage)
        finally:
            other.close()
    assert receipts(tmp_path / "state") == [page.receipt_number]


def test_state_copied_at_any_moment_holds_every_promise_made_before(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        promised: list[str] = []
        copies: list[tuple[Path, list[str]]] = []
        for turn in range(6):
            promised += [submit(world) for _ in range(turn * 3)]
            # What a power cut leaves: everything but the shared memory file.
            ignored = shutil.ignore_patterns("*-shm")
            copy = shutil.copytree(
                tmp_path / "state", tmp_path / f"cut-{turn}" / "state", ignore=ignored
            )
            copies.append((copy, sorted(promised)))
    for copy, expected in copies:
        assert receipts(copy) == expected
        with make_world(copy.parent) as world:
            assert submit(world) not in expected
        assert len(receipts(copy)) == len(expected) + 1
