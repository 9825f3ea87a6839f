"""The keyboard's measurement: a repeatable sample, honest figures, an exit code that keeps the bar."""

import json

import bench_keyboard


def test_sample_is_the_same_in_every_run_and_mixes_four_kinds() -> None:
    words = [("yang lao jin", "养老金", -1)]
    typed = bench_keyboard.lookups(words, 8)
    assert typed == bench_keyboard.lookups(words, 8)
    assert typed[:3] == ["yanglaojin", "yanglaoji", "ylj"]
    assert 2 <= len(typed[3]) <= 4


def test_summary_gives_median_percentile_and_longest() -> None:
    times = bench_keyboard.summary("side", [float(n) for n in range(1, 102)])
    assert (times.p50, times.p99, times.longest) == (51.0, 100.0, 101.0)


def test_plain_side_finds_words_by_their_prefix() -> None:
    look_up = bench_keyboard.plain_scan([("yang lao", "养老", -2), ("yang mao", "羊毛", -1)])
    assert look_up("yangl") == [("养老",)]


def test_figures_of_both_sides_and_their_ratio_are_printed(capsys) -> None:
    assert bench_keyboard.main(["--json", "--count", "40"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [side["lookups"] for side in printed["times"]] == [40, 40]
    assert printed["ratio"]["p99"] > 0


def test_exit_code_says_when_the_bar_is_missed(monkeypatch, capsys) -> None:
    monkeypatch.setattr(bench_keyboard, "LIMIT_MS", 0.0)
    assert bench_keyboard.main(["--count", "8"]) == 1
    assert "above the bar" in capsys.readouterr().err
