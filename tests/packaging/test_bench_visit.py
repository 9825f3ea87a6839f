"""The comparison's arithmetic, its process timing, and its honest failures."""

import json
import sys
import types
from pathlib import Path

import bench_visit
import pytest


def test_a_ratio_above_one_always_means_worse_than_bare() -> None:
    times = bench_visit.compare("t", "ms", [300, 200, 250], [100, 125, 130], is_rate=False)
    rates = bench_visit.compare("r", "1/s", [50, 40, 60], [100, 90, 110], is_rate=True)
    assert (times.kiosk, times.bare, times.ratio) == (250, 125, 2)
    assert (rates.kiosk, rates.bare, rates.ratio) == (50, 100, 2)


def test_the_table_is_aligned() -> None:
    rows = bench_visit.table(
        [bench_visit.compare("start-up", "ms", [250], [125], is_rate=False)]
    ).splitlines()
    assert len({len(row) for row in rows}) == 1
    assert rows[1].split() == ["start-up", "ms", "250", "125", "2.00"]


def test_the_first_paint_is_timed_from_outside() -> None:
    program = "import json; print('log'); print(json.dumps({'first_paint_ms': 1}), flush=True)"
    assert 1 < bench_visit.first_paint_ms([sys.executable, "-c", program]) < 30_000


def test_a_program_that_paints_nothing_is_named_with_its_last_words() -> None:
    program = "raise SystemExit('no camera')"
    with pytest.raises(bench_visit.BenchError, match="no camera"):
        bench_visit.first_paint_ms([sys.executable, "-c", program])


def test_the_bare_window_paints() -> None:
    assert bench_visit.first_paint_ms([sys.executable, "-c", bench_visit.BARE_WINDOW]) > 1


def test_the_bare_rate_commits_every_row(tmp_path: Path) -> None:
    assert bench_visit.bare_rate(5, tmp_path, 100) > 0
    # Closed cleanly, the log is gone and every row is in the file.
    assert (tmp_path / "bare.sqlite3").stat().st_size > 0
    assert not (tmp_path / "bare.sqlite3-wal").exists()


def test_the_kiosk_is_measured_through_its_own_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = types.ModuleType("kiosk.bench")
    hook.enqueue_rate = lambda count, _folder: float(count)  # type: ignore[attr-defined]
    hook.ENQUEUE_BYTES = 321  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kiosk.bench", hook)
    monkeypatch.setattr(bench_visit, "file_system", lambda _path: "ext4")
    found = bench_visit.measure_requests(rounds=1, count=5)
    assert found.kiosk == 5
    assert "321 bytes" in found.what


def test_a_bench_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_visit, "file_system", lambda _path: "tmpfs")
    with pytest.raises(bench_visit.BenchError, match="tmpfs"), bench_visit.disk_folder():
        pass


def test_what_could_not_be_measured_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: int) -> bench_visit.Comparison:
        raise bench_visit.BenchError("no display")

    good = bench_visit.compare("r", "1/s", [50], [100], is_rate=True)
    monkeypatch.setattr(bench_visit, "measure_start_up", broken)
    monkeypatch.setattr(bench_visit, "measure_requests", lambda *_: good)
    assert bench_visit.main(["--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["faults"] == ["no display"]
    assert answer["comparisons"][0]["ratio"] == 2
