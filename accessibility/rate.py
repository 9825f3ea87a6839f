"""How fast the kiosk speaks: three levels, and the pauses that make most of the difference."""

from enum import StrEnum


class RateLevel(StrEnum):
    """Speech rate that the resident hears, in characters a minute including pauses.

    Source: older listeners understand synthetic speech best near its ordinary speed; stretching the
    sounds makes it worse (Sutton 1995), so a slower level mostly lengthens the pauses between phrases.
    """

    SLOW = "slow"
    """About 120 characters a minute."""
    NORMAL = "normal"
    """About 150 characters a minute; the default of every visit."""
    FAST = "fast"
    """About 180 characters a minute."""

    def slower(self) -> "RateLevel":
        """Return the next slower level, or this one when there is none."""
        return RateLevel.NORMAL if self is RateLevel.FAST else RateLevel.SLOW

    def faster(self) -> "RateLevel":
        """Return the next faster level, or this one when there is none."""
        return RateLevel.NORMAL if self is RateLevel.SLOW else RateLevel.FAST
