import pytest

from kiosk.errors import ConfigError
from kiosk.identity.thresholds import (
    DEFAULT_FACE_THRESHOLD,
    MAXIMUM_FACE_THRESHOLD,
    checked_face_threshold,
)


@pytest.mark.parametrize("threshold", [0.6, 0.5, MAXIMUM_FACE_THRESHOLD + 0.01, 0.0, -1.0])
def test_threshold_is_refused_when_it_is_outside_the_limits(threshold: float) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_face_threshold(threshold)

    assert "identity.face_threshold" in caught.value.faults[0]


@pytest.mark.parametrize("threshold", [float("nan"), float("inf")])
def test_threshold_is_refused_when_it_is_no_number(threshold: float) -> None:
    with pytest.raises(ConfigError):
        checked_face_threshold(threshold)


def test_default_threshold_is_accepted() -> None:
    assert checked_face_threshold(DEFAULT_FACE_THRESHOLD) == DEFAULT_FACE_THRESHOLD
