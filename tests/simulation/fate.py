"""Everything that goes wrong, drawn from one seed: the same seed goes wrong in the same way."""

from collections import Counter
from collections.abc import Mapping
from random import Random


class PowerCut(BaseException):
    """The kiosk's process is gone. Not an ``Exception``: no handler of the code under test may survive it."""


class CentreCut(BaseException):
    """The centre's process is gone."""


class Fate:
    """Draws faults until it is told to be kind."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.is_kind = False
        self.counts: Counter[str] = Counter()
        self.trace: list[str] = []

    def strikes(self, what: str, chance: float) -> bool:
        """Whether this goes wrong now."""
        if self.is_kind or self.random.random() >= chance:
            return False
        self.note(what)
        return True

    def pick(self, weights: Mapping[str, int], otherwise: str) -> str:
        """One of several things that may happen; ``otherwise`` once it is kind."""
        if self.is_kind:
            return otherwise
        chosen = self.random.choices(list(weights), list(weights.values()))[0]
        if chosen != otherwise:
            self.note(chosen)
        return chosen

    def note(self, what: str, detail: object = "") -> None:
        """Count it, and keep it for the replay of a seed."""
        self.counts[what] += 1
        self.trace.append(f"{what} {detail}".rstrip())
