"""The bar of the GE2E engine on real voices; ``packaging/bench_voice.py`` prints the same with all other figures."""

import sys
from pathlib import Path

import pytest

from tests.identity.voices import GE2E, MEDIA, SILERO, SPEECH, require

pytest.importorskip("soundfile", reason="soundfile reads FLAC")
SCRIPTS = Path(__file__).resolve().parents[2] / "packaging"
if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))

import bench_voice  # noqa: E402  (the path above must come first)


def test_two_english_voices_are_confused_at_most_four_times_in_a_hundred_at_four_seconds() -> None:
    for needed in (GE2E, SILERO, SPEECH / "speakers" / "librispeech"):
        require(needed)
    figure = bench_voice.measure_librispeech(MEDIA)
    assert (figure.people, figure.genuine, figure.impostor) == (10, 267, 2659)
    assert figure.rate <= bench_voice.BAR
    assert figure.high <= bench_voice.BAR


def test_equal_error_rate_of_a_worked_example() -> None:
    import numpy as np

    genuine, impostor = np.array([0.9, 0.8, 0.7, 0.4]), np.array([0.1, 0.2, 0.3, 0.5])
    rate, threshold = bench_voice.equal_error_rate(genuine, impostor)
    assert rate == pytest.approx(0.25)
    assert threshold == pytest.approx(0.5)
