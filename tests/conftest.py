import gc
import os

import pytest

# Before any import of Qt: tests need no display, and look the same on every machine.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


MANY_SLOW_TESTS = 6
"""In one module."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Let each process begin with its part of the slow tests: one that comes last leaves the other processors idle.

    The slow ones and the others stay in their random order. Worksteal gives each process a share of the list.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    others = [item for item in items if not item.get_closest_marker("slow")]
    count = getattr(config, "workerinput", {}).get("workercount", 1)
    hands = _dealt(slow, count)
    ends = [len(items) * (number + 1) // count for number in range(count)]
    ordered = []
    for number, end in enumerate(ends):
        ordered += hands[number]
        room = max(0, end - len(ordered))
        ordered += others[:room]
        del others[:room]
    items[:] = ordered + others


def _dealt(slow, count):
    """A hand of tests for each process; those of one module stay together, as they share what it sets up."""
    modules = {}
    for item in slow:
        modules.setdefault(item.path, []).append(item)
    hands = [[] for _ in range(count)]
    for tests in modules.values():
        # So many are worth setting up for more than once.
        if len(tests) > MANY_SLOW_TESTS:
            for number, hand in enumerate(hands):
                hand.extend(tests[number::count])
        else:
            min(hands, key=len).extend(tests)
    return hands


def pytest_collection_finish():
    """What stays for the whole session need not be looked through for garbage again and again: 5 % of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_terminal_summary(terminalreporter):
    """Show what tests measured (``record_property("figure", ...)``), also when they ran in other processes."""
    figures = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    ]
    if figures:
        terminalreporter.section("figures")
        for figure in sorted(figures):
            terminalreporter.write_line(figure)
