"""What a hit among many is worth."""

import pytest

from kiosk.domain.false_match import chance_of_false_match, expected_false_matches


@pytest.mark.parametrize(
    ("far", "people", "chance", "expected"),
    [
        # The figures that 1:N stands and falls with: 5,000 people, one in a thousand, one in a hundred thousand.
        (1e-3, 5000, 0.99328, 5.0),
        (1e-5, 5000, 0.04877, 0.05),
        (0.028, 300, 0.9998, 8.4),
        (1e-12, 1, 1e-12, 1e-12),
        (0.0, 5000, 0.0, 0.0),
        (1.0, 1, 1.0, 1.0),
        (1.0, 0, 0.0, 0.0),
        (0.5, 0, 0.0, 0.0),
    ],
)
def test_strangers_add_up(far: float, people: int, chance: float, expected: float) -> None:
    assert chance_of_false_match(far, people) == pytest.approx(chance, rel=1e-3)
    assert expected_false_matches(far, people) == pytest.approx(expected)


@pytest.mark.parametrize(("far", "people"), [(-0.1, 1), (1.1, 1), (0.5, -1), (float("nan"), 1)])
def test_what_is_no_rate_is_refused(far: float, people: int) -> None:
    for worked_out in (chance_of_false_match, expected_false_matches):
        with pytest.raises(ValueError, match="rate"):
            worked_out(far, people)
