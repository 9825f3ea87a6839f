"""How presentation attack detection does: APCER for each species, BPCER for the people themselves.

Source: ISO/IEC 30107-3:2023. The worst species counts, never the average; a file on which the detector gives no
answer is counted apart (APNRR, BPNRR).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.identity.evaluation.intervals import Interval, clopper_pearson
from kiosk.identity.evaluation.samples import SampleUnusable
from kiosk.identity.evaluation.trial_set import TrialSet


class AttackDetector(Protocol):
    """Says of one file whether a living person was there."""

    @property
    def name(self) -> str:
        """The engine with its version."""

    def is_live(self, path: Path) -> bool:
        """Judge at the threshold in use.

        Raises:
            SampleUnusable: no answer, with the reason.
        """


@dataclass(frozen=True, slots=True)
class Judged:
    """One group of files."""

    group: str
    """The species, or "" for the people themselves."""
    errors: int
    """Attacks that passed; or people who were taken for attacks."""
    answered: int
    silent: int
    """Files without an answer."""

    @property
    def rate(self) -> float:
        """APCER or BPCER; 0 without an answer."""
        return self.errors / self.answered if self.answered else 0.0

    @property
    def interval(self) -> Interval:
        """Clopper-Pearson, 95 %."""
        return clopper_pearson(self.errors, self.answered)


@dataclass(frozen=True, slots=True)
class AttackResult:
    """Of one detector on one set."""

    detector: str
    species: tuple[Judged, ...]
    bona_fide: Judged

    @property
    def worst(self) -> Judged | None:
        """The species that passes most easily."""
        return max(self.species, key=lambda one: (one.rate, one.interval.high), default=None)


def judge_attacks(
    trial_set: TrialSet, detector: AttackDetector, on_file: Callable[[], None] = lambda: None
) -> AttackResult:
    """Judge every attack and every sample of the people."""
    species = tuple(
        _judge(name, paths, detector, on_file, is_attack=True)
        for name, paths in trial_set.attacks.items()
    )
    living = (sample.path for sample in trial_set.samples)
    return AttackResult(
        detector.name, species, _judge("", living, detector, on_file, is_attack=False)
    )


def _judge(
    group: str,
    paths: Iterable[Path],
    detector: AttackDetector,
    on_file: Callable[[], None],
    *,
    is_attack: bool,
) -> Judged:
    errors = answered = silent = 0
    for path in paths:
        try:
            errors += detector.is_live(path) is is_attack
            answered += 1
        except SampleUnusable:
            silent += 1
        on_file()
    return Judged(group, errors, answered, silent)
