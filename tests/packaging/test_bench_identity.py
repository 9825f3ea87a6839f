"""The face engine's measurement: every demand is judged, and nothing is made up where it cannot be measured."""

from dataclasses import replace

import bench_identity
import pytest
from _bench_screen import ScreenFigures

PLAIN = bench_identity.Times("face_recognition", "dlib", 180.0, 180.0, 75.0)
FAST = bench_identity.Times("engine", "runtime", 15.0, 11.25, 5.0)
CALM = ScreenFigures(30.0, 30.0, 90.0, 599.0, 0.8, 9, 2)


def test_every_demand_of_the_check_is_judged_at_its_edge() -> None:
    found = bench_identity.bars(PLAIN, FAST, 1e-5, CALM)

    assert [one.is_met for one in found] == [True] * 6
    assert found[0].measured == "180.0 to 15.0 ms: 12.0 x"


@pytest.mark.parametrize(
    ("slow", "difference", "screen", "failed"),
    [
        (bench_identity.Times("e", "r", 15.1, 1.0, 1.0), 0.0, CALM, "first frame"),
        (bench_identity.Times("e", "r", 1.0, 11.3, 1.0), 0.0, CALM, "tracked frame"),
        (bench_identity.Times("e", "r", 1.0, 1.0, 5.1), 0.0, CALM, "embedding"),
        (FAST, 1.1e-5, CALM, "parity of dlib's weights"),
        (FAST, 0.0, replace(CALM, stall_ms=30.1), "screen stands still"),
        (FAST, 0.0, replace(CALM, usual_gap_ms=30.1), "screen stands still"),
        (FAST, 0.0, replace(CALM, decision_cpu_ms=600.0), "decision"),
    ],
)
def test_a_demand_that_is_not_met_is_said(slow, difference, screen, failed) -> None:
    found = bench_identity.bars(PLAIN, slow, difference, screen)

    assert [one.what for one in found if not one.is_met] == [failed]


def test_without_photographs_it_says_what_is_missing(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(bench_identity, "MEDIA", tmp_path)

    assert bench_identity.main([]) == 2
    assert "XIANGLIN_MEDIA" in capsys.readouterr().err
