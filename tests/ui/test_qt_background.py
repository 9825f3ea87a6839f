import threading

import pytest

from kiosk.ui.qt_background import QtBackground


@pytest.fixture
def background(qtbot):
    made = QtBackground()
    yield made
    made.close()


def fail(error):
    raise error


def test_result_comes_back_on_the_windows_thread(background, qtbot):
    seen = []
    background.free_lane.submit(
        lambda: threading.current_thread().name,
        lambda name: seen.append((name, threading.current_thread())),
        fail,
    )
    qtbot.waitUntil(lambda: bool(seen), timeout=3000)
    name, thread = seen[0]
    assert name.startswith("free")
    assert thread is threading.main_thread()


def test_error_comes_back_when_a_job_raises(background, qtbot):
    seen = []
    background.visit_lane.submit(lambda: 1 / 0, fail, seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=3000)
    assert isinstance(seen[0], ZeroDivisionError)


def test_visit_lane_runs_one_job_after_another(background, qtbot):
    order, done = [], []
    for number in range(50):
        background.visit_lane.submit(lambda number=number: order.append(number), done.append, fail)
    qtbot.waitUntil(lambda: len(done) == 50, timeout=3000)
    assert order == list(range(50))


def test_two_thousand_results_from_many_threads_all_arrive(background, qtbot):
    seen = []
    for number in range(2000):
        lane = background.free_lane if number % 2 else background.visit_lane
        lane.submit(lambda number=number: number, seen.append, fail)
    qtbot.waitUntil(lambda: len(seen) == 2000, timeout=10_000)
    assert sorted(seen) == list(range(2000))


def test_other_results_arrive_when_a_callback_raises(background, qtbot):
    seen = []
    gate = threading.Event()

    def explode(_):
        raise ValueError("bug in a callback")

    with qtbot.captureExceptions() as caught:
        background.visit_lane.submit(lambda: gate.wait(3), explode, fail)
        background.visit_lane.submit(lambda: 7, seen.append, fail)
        gate.set()
        qtbot.waitUntil(lambda: seen == [7], timeout=3000)
    assert len(caught) == 1


def test_nothing_is_called_after_the_close(qtbot):
    background = QtBackground()
    started, gate, seen = threading.Event(), threading.Event(), []

    def wait():
        started.set()
        gate.wait(3)

    background.visit_lane.submit(wait, seen.append, fail)
    assert started.wait(3)
    gate.set()
    background.close()
    background.close()
    background.visit_lane.submit(lambda: 1, seen.append, fail)
    qtbot.waitUntil(lambda: threading.active_count() >= 1, timeout=100)
    assert seen == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("visit")]
