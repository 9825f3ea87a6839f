"""What a hit is worth when a face is searched among many: strangers add up."""

import math


def expected_false_matches(far: float, people: int) -> float:
    """How many of so many strangers look at least so much alike, on average."""
    _check(far, people)
    return far * people


def chance_of_false_match(far: float, people: int) -> float:
    """How likely at least one of so many strangers looks at least so much alike: 1 - (1 - far)^people.

    Taken as if strangers were independent; relatives are nearer, so it is at least this much.
    """
    _check(far, people)
    if far == 1.0:
        return 1.0 if people else 0.0
    return -math.expm1(people * math.log1p(-far))


def _check(far: float, people: int) -> None:
    if not 0.0 <= far <= 1.0 or people < 0:
        raise ValueError("a rate is between 0 and 1, and people are not fewer than none")
