"""Writers in turns, and how many workers there are."""

import sys
import threading
from pathlib import Path

import pytest
from fastapi import FastAPI

from sync.central.listening import server_config
from sync.central.roster import PAGE_BYTES
from sync.central.settings import MOST_WORKERS, workers_of_machine
from sync.central.turns import PATIENCE_S, Turns

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="one worker there")


def test_whoever_waits_comes_before_whoever_was_just_there(tmp_path: Path):
    has_begun, is_over = threading.Event(), threading.Event()
    had = 0

    def write_all_the_time() -> None:
        nonlocal had
        turns, pause = Turns(tmp_path), threading.Event()
        while not is_over.is_set() and had < 1000:
            with turns.taken():
                had += 1
                pause.wait(0.003)
            if had == 3:
                has_begun.set()

    greedy = threading.Thread(target=write_all_the_time)
    greedy.start()
    try:
        assert has_begun.wait(10)
        waited = []
        for _ in range(5):
            before = had
            with Turns(tmp_path).taken():
                waited.append(had - before)
    finally:
        is_over.set()
        greedy.join()
    # One that is under way, and at most a few that began before the waiting one was at the gate.
    assert sorted(waited)[2] <= 3, waited
    assert max(waited) < 50, waited


def test_turns_are_one_after_the_other(tmp_path: Path):
    inside = most = 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(20):
            with Turns(tmp_path).taken():
                inside += 1
                most = max(most, inside)
                inside -= 1

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert most == 1


def test_patience_ends(tmp_path: Path):
    """Somebody hangs with the turn in hand: then SQLite's own lock decides."""
    moments = iter((0.0, *[PATIENCE_S] * 10))
    with Turns(tmp_path).taken(), Turns(tmp_path, lambda: next(moments)).taken():
        pass
    # Nothing is left behind.
    with Turns(tmp_path, lambda: 0.0).taken():
        pass


def test_machine_has_a_worker_for_each_processor_but_not_many():
    assert 1 <= workers_of_machine() <= MOST_WORKERS


def test_connection_outlasts_an_answer_that_a_slow_link_still_carries():
    largest_s = PAGE_BYTES * 8 / 9600
    assert server_config(FastAPI()).timeout_keep_alive > 1.5 * largest_s
