"""From embeddings of known people to trials: what is compared with what, and the space that is best for it.

Centre and cohort come from people who are in neither side of a trial, trial by trial, so what they gain is what
strangers would gain.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kiosk.identity.evaluation.bootstrap import PeopleBootstrap
from kiosk.identity.evaluation.rates import equal_error_rate
from kiosk.identity.evaluation.trials import Float64Array, IntArray, Trials
from kiosk.identity.score_space import MINIMUM_COHORT, Metric, ScoreSpace

MINIMUM_PEOPLE = 20
"""Below it a population's mean is a handful of faces, and centring is not tried."""
GAIN_CONFIDENCE = 0.95
"""Share of draws of people in which a space must have the lower equal error rate."""
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Embedded:
    """Embeddings of samples whose people are known."""

    vectors: Float64Array
    """Shape (n, d)."""
    person: IntArray
    """Shape (n,), from 0."""
    metric: Metric

    @property
    def people(self) -> int:
        """How many different people."""
        return int(np.unique(self.person).size)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Which probe is compared with which template."""

    probe: IntArray
    """Shape (k,): a sample."""
    template: IntArray
    """Shape (k, m): the samples that were enrolled."""

    def people_of(self, embedded: Embedded) -> tuple[IntArray, IntArray]:
        """The claimed and the present person of each."""
        return embedded.person[self.template[:, 0]], embedded.person[self.probe]


def every_pair(embedded: Embedded) -> Comparisons:
    """Each two samples once."""
    one, other = np.triu_indices(len(embedded.person), k=1)
    return Comparisons(other.astype(np.int64), one.astype(np.int64)[:, None])


def every_template(embedded: Embedded, pictures: int) -> Comparisons:
    """Each sample against a template of every person who has enough other samples.

    Args:
        pictures: samples in a template: the person's first ones that are not the probe.
    """
    if pictures < 1:
        raise ValueError("a template has at least one sample")
    probes: list[int] = []
    templates: list[list[int]] = []
    owned = {int(p): np.flatnonzero(embedded.person == p) for p in np.unique(embedded.person)}
    for sample in range(len(embedded.person)):
        for samples in owned.values():
            enrolled = samples[samples != sample][:pictures]
            if len(enrolled) == pictures:
                probes.append(sample)
                templates.append([int(one) for one in enrolled])
    return Comparisons(
        np.array(probes, dtype=np.int64),
        np.array(templates, dtype=np.int64).reshape(len(templates), pictures),
    )


def score(embedded: Embedded, comparisons: Comparisons) -> Trials:
    """The trials under the engine's own metric."""
    space = ScoreSpace(embedded.metric)
    first, second = comparisons.people_of(embedded)
    similarity = np.empty(len(first))
    for part in np.array_split(np.arange(len(first)), max(1, len(first) // 20_000)):
        similarity[part] = space.similarities(
            embedded.vectors[comparisons.probe[part]],
            embedded.vectors[comparisons.template[part]],
        )
    return Trials(similarity, first, second)


def score_disjoint(
    embedded: Embedded, comparisons: Comparisons, *, centred: bool, normed: bool
) -> Trials:
    """The trials with centre, cohort or both, each from all people but the two of the trial."""
    first, second = comparisons.people_of(embedded)
    means = person_means(embedded)
    similarity = np.empty(len(first))
    for one, other, places in _by_people(first, second):
        others = np.delete(means, [one, other], axis=0)
        space = ScoreSpace(
            embedded.metric,
            centre=others.mean(axis=0) if centred else None,
            cohort=others if normed else None,
        )
        similarity[places] = space.similarities(
            embedded.vectors[comparisons.probe[places]],
            embedded.vectors[comparisons.template[places]],
        )
    return Trials(similarity, first, second)


def person_means(embedded: Embedded) -> Float64Array:
    """The mean embedding of each person, so that one with many pictures counts no more: shape (people, d)."""
    return np.stack(
        [
            embedded.vectors[embedded.person == person].mean(axis=0)
            for person in range(int(embedded.person.max()) + 1)
        ]
    )


@dataclass(frozen=True, slots=True)
class SpaceChoice:
    """Which space was taken, and why."""

    trials: Trials
    is_centred: bool
    is_normed: bool
    tried: tuple[tuple[str, float], ...]
    """Each space with its equal error rate."""


def choose_space(
    embedded: Embedded, comparisons: Comparisons, *, may_norm: bool = False
) -> SpaceChoice:
    """Take the engine's own metric unless another space is better in nearly every draw of people.

    Args:
        may_norm: try AS-norm too; a kiosk then needs embeddings of a cohort.
    """
    trials = score(embedded, comparisons)
    chosen = SpaceChoice(
        trials, False, False, ((ScoreSpace(embedded.metric).name, equal_error_rate(trials)),)
    )
    if embedded.people < max(MINIMUM_PEOPLE, MINIMUM_COHORT + 2 if may_norm else 0):
        return chosen
    draws = PeopleBootstrap(trials, repeats=_DRAWS)
    steps = [(True, False), (False, True), (True, True)] if may_norm else [(True, False)]
    for centred, normed in steps:
        candidate = score_disjoint(embedded, comparisons, centred=centred, normed=normed)
        name = "centred cosine" if centred else embedded.metric.value
        name += " + AS-norm" if normed else ""
        tried = (*chosen.tried, (name, equal_error_rate(candidate)))
        if _is_better(draws, chosen.trials, candidate):
            chosen = SpaceChoice(candidate, centred, normed, tried)
        else:
            chosen = SpaceChoice(chosen.trials, chosen.is_centred, chosen.is_normed, tried)
    return chosen


def _is_better(draws: PeopleBootstrap, present: Trials, candidate: Trials) -> bool:
    before = draws.equal_error_rates(present.similarity)
    after = draws.equal_error_rates(candidate.similarity)
    return float(np.mean(after < before)) >= GAIN_CONFIDENCE


def _by_people(first: IntArray, second: IntArray) -> Iterator[tuple[int, int, IntArray]]:
    """The places of the trials of each two people."""
    if not first.size:
        return
    size = int(max(first.max(), second.max())) + 1
    key = first * size + second
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for places in np.split(order, starts[1:]):
        pair = int(key[places[0]])
        yield pair // size, pair % size, places
