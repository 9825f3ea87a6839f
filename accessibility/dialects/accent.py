"""What an accent makes of a syllable: for matching with costs, and for speaking test phrases. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from accessibility.dialects.schema import Confusion
from accessibility.phonetics.costs import syllable_cost
from accessibility.phonetics.syllable import BUZZED, Syllable, parse_syllable

COSTLIEST_VARIANT = 0.5
"""Variants that cost more are no nearer than the plain comparison."""
_CODES = 1 << 16
"""More than there are codes of syllables."""
_PARTS = ("initial", "medial", "nucleus", "coda")
_BUZZING = frozenset(("z", "c", "s", "zh", "ch", "sh", "r"))


def accented(confusion: Confusion, syllable: Syllable) -> Syllable | None:
    """How the dialect speaks a syllable by one of its rules; None where the rule does not concern it."""
    if confusion.part == "syllable":
        is_it = syllable == parse_syllable(confusion.standard)
        return parse_syllable(confusion.spoken) if is_it else None
    is_concerned = (
        getattr(syllable, confusion.part) == confusion.standard
        and (not confusion.openings or syllable.opening in confusion.openings)
        and (not confusion.initials or syllable.initial in confusion.initials)
        and (not confusion.nuclei or syllable.nucleus in confusion.nuclei)
    )
    if not is_concerned:
        return None
    parts = {name: str(getattr(syllable, name)) for name in _PARTS}
    parts[confusion.part] = confusion.spoken
    if confusion.medial is not None and syllable.nucleus != confusion.medial:
        parts["medial"] = confusion.medial
    return _pronounceable(Syllable(**parts))


def _pronounceable(syllable: Syllable) -> Syllable:
    """Bring a changed syllable to the parts that its sound is written with."""
    if syllable.nucleus == BUZZED and syllable.initial not in _BUZZING:
        syllable = replace(syllable, nucleus="i")
    if syllable.nucleus == "i" and not syllable.coda and syllable.initial in ("z", "c", "s"):
        # zi is buzzed; zin and zian are not
        syllable = replace(syllable, nucleus=BUZZED if not syllable.medial else "i")
    if (syllable.medial, syllable.nucleus) == ("i", "e") and syllable.coda in ("n", "ng"):
        syllable = replace(syllable, medial="", nucleus="i")
    if syllable.medial == syllable.nucleus:
        syllable = replace(syllable, medial="")
    return syllable


class AccentCosts:
    """Cost of a Mandarin syllable that was heard as another one, by what the dialect mixes."""

    def __init__(self, confusions: Iterable[Confusion]) -> None:
        self._confusions = tuple(one for one in confusions if one.share > 0)
        self._variants: dict[Syllable, tuple[tuple[Syllable, float], ...]] = {}
        self._costs: dict[int, float] = {}

    def __call__(self, standard: Syllable, heard: Syllable) -> float:
        """Return 0 for the same, 1 for nothing in common."""
        pair = standard.code * _CODES + heard.code
        cost = self._costs.get(pair)
        if cost is None:
            cost = 1.0
            for variant, price in self.variants(standard):
                if price < cost:
                    cost = min(cost, price + syllable_cost(variant, heard))
            self._costs[pair] = cost
        return cost

    def variants(self, standard: Syllable) -> tuple[tuple[Syllable, float], ...]:
        """Every way that the dialect may speak a syllable, the standard one first, with its cost."""
        known = self._variants.get(standard)
        if known is None:
            ways = {standard: 0.0}
            for confusion in self._confusions:
                for way, price in tuple(ways.items()):
                    spoken = accented(confusion, way)
                    price_now = price + confusion.weight
                    if spoken is not None and price_now <= COSTLIEST_VARIANT:
                        ways[spoken] = min(price_now, ways.get(spoken, 1.0))
            self._variants[standard] = known = tuple(ways.items())
        return known


def speak(
    syllables: Sequence[Syllable], confusions: Iterable[Confusion], chance: Random
) -> tuple[Syllable, ...]:
    """Say a phrase with an accent: each rule changes its share of the syllables that it concerns.

    Args:
        syllables: as Mandarin reads the phrase.
        confusions: of the dialect.
        chance: draws which.
    """
    rules = [one for one in confusions if one.share > 0]
    return tuple(_speak_one(syllable, rules, chance) for syllable in syllables)


def _speak_one(syllable: Syllable, rules: Sequence[Confusion], chance: Random) -> Syllable:
    changed: set[str] = set()
    for rule in rules:
        # a part changes once: n is l, and that l does not become t by the next rule
        if rule.part in changed or (rule.part == "syllable" and changed):
            continue
        spoken = accented(rule, syllable)
        if spoken is None or chance.random() >= rule.share:
            continue
        syllable = spoken
        changed |= set(_PARTS) if rule.part == "syllable" else {rule.part}
        if rule.medial is not None:
            changed.add("medial")
    return syllable
