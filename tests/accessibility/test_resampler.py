import itertools

import numpy as np
import pytest

from accessibility.resampler import Resampler


def tone(hertz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    at = np.arange(round(rate_hz * seconds)) / rate_hz
    return np.round(8_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(48_000, 16_000), (44_100, 16_000), (16_000, 8_000), (8_000, 16_000)]
)
def test_tone_keeps_its_pitch_and_loudness(from_hz: int, to_hz: int) -> None:
    converted = Resampler(from_hz, to_hz).convert(tone(1_000, from_hz)).astype(np.float64)
    # what is left in the filter comes with the next block
    assert abs(len(converted) - to_hz) < 40
    inner = converted[200:-200]
    expected = np.sin(2 * np.pi * 1_000 * np.arange(200, len(converted) - 200) / to_hz)
    shift_free = np.abs(np.exp(-2j * np.pi * 1_000 * np.arange(len(inner)) / to_hz) @ inner) / len(
        inner
    )
    assert shift_free == pytest.approx(4_000, rel=0.01)
    assert np.sqrt(np.mean(inner**2)) == pytest.approx(
        8_000 * np.sqrt(np.mean(expected**2)), rel=0.01
    )


@pytest.mark.parametrize(
    ("hertz", "from_hz", "to_hz"), [(12_000, 48_000, 16_000), (5_500, 16_000, 8_000)]
)
def test_nothing_folds_back_from_above_half_the_rate(hertz: int, from_hz: int, to_hz: int) -> None:
    converted = Resampler(from_hz, to_hz).convert(tone(hertz, from_hz))[200:-200]
    assert np.abs(converted).max() < 16  # 54 dB under the tone


@pytest.mark.parametrize("from_hz", [48_000, 44_100, 16_000])
def test_blocks_of_any_length_give_what_the_whole_gives(from_hz: int) -> None:
    sound = np.random.default_rng(1).integers(-9_000, 9_000, from_hz // 2).astype(np.int16)
    whole = Resampler(from_hz, 16_000).convert(sound)
    one = Resampler(from_hz, 16_000)
    cuts = [0, 1, 2, 40, 513, 513, 7_000, len(sound)]
    pieces = [one.convert(sound[start:end]) for start, end in itertools.pairwise(cuts)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_reset_forgets_the_sound_before() -> None:
    one = Resampler(48_000, 16_000)
    first = one.convert(tone(440, 48_000, 0.1))
    one.reset()
    np.testing.assert_array_equal(one.convert(tone(440, 48_000, 0.1)), first)
