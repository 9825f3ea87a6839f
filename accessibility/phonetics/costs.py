"""How alike two syllables are: 0 the same, 1 nothing in common. Pure.

The costs are those of the research prototype that read phrases with the character readings of 115 places
(Academia Sinica, CCR) and matched them to Mandarin: 99.5 % found. What it did not have is marked as a guess; no
recording has been measured with them.
"""

from itertools import combinations
from math import hypot

from accessibility.phonetics.syllable import (
    BUZZED,
    CODAS,
    CURLED,
    FINALS,
    INITIALS,
    MEDIALS,
    VOWELS,
    Syllable,
)

OTHER_INITIAL = 0.70
"""Two initials that no accent mixes."""
LOST_SOUND = 0.40
"""h or k that is not heard."""
OTHER_MEDIAL = 0.25
ROUNDING = 0.15
"""ü heard as i."""
LOST_CODA = 0.35
OTHER_CODA = 0.35
NASAL = 0.12
"""n, ng and m at the end."""
STOP = 0.06
"""p, t, k at the end, which Mandarin has not: a recogniser hears none (a guess)."""
VOWEL_SCALE = 0.60

INSERTION = 0.55
DELETION = 0.60

_PAIRS: dict[frozenset[str], float] = {}


def _mixed(cost: float, *groups: str) -> None:
    for group in groups:
        for pair in combinations(group.split(), 2):
            _PAIRS[frozenset("" if one == "∅" else one for one in pair)] = cost


_mixed(0.10, "n l", "z zh", "c ch", "s sh")
_mixed(0.25, "f h")
_mixed(0.30, "r l", "r ∅", "j z", "q c", "x s")
_mixed(0.35, "j g", "q k", "x h")
_mixed(0.40, "b p", "d t", "g k", "z c", "zh ch", "j q", "h ∅", "k h")
_mixed(0.55, "sh f")
# guesses: neighbours in the mouth that the table does not name
_mixed(0.15, "ng ∅", "f v")
_mixed(0.20, "v ∅")
_mixed(0.35, "j zh", "q ch", "x sh", "ng n")
_mixed(
    0.45, "z ch", "zh c", "d zh", "t ch", "d z", "t c", "t h", "r n", "m b", "r zh", "r z", "r s"
)
_mixed(0.50, "n ∅", "s c", "sh ch", "x q", "s t", "n r", "k q", "h q", "f p", "m n", "ng r")

_PLACES = {
    # height and backness of the tongue, 0 to 1; ü and u are also round
    "i": (0.0, 0.0, 0), "ü": (0.0, 0.1, 1), BUZZED: (0.05, 0.35, 0), "u": (0.0, 1.0, 1), "e": (0.5, 0.6, 0),
    "o": (0.5, 1.0, 1), "a": (1.0, 0.5, 0), CURLED: (0.6, 0.55, 0),
}  # fmt: skip
_ROUNDNESS = 0.2
_CURL = 0.25


def _vowel_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one not in _PLACES or other not in _PLACES:
        return 0.5
    if {one, other} == {"i", "ü"}:
        return ROUNDING
    (high, back, is_round), (other_high, other_back, other_round) = _PLACES[one], _PLACES[other]
    distance = hypot(high - other_high, back - other_back)
    distance += _ROUNDNESS * (is_round != other_round)
    distance += _CURL * (CURLED in (one, other))
    return VOWEL_SCALE * min(1.0, distance)


def _medial_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return ROUNDING if {one, other} == {"i", "ü"} else OTHER_MEDIAL


def _coda_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    pair = {one, other}
    if pair <= {"n", "ng", "m"}:
        return NASAL
    if pair & {"p", "t", "k"}:
        return STOP if pair <= {"", "p", "t", "k"} else OTHER_CODA
    return LOST_CODA if "" in pair else OTHER_CODA


def _final_cost(one: int, other: int) -> float:
    medial, nucleus, coda = _final_parts(one)
    other_medial, other_nucleus, other_coda = _final_parts(other)
    return (
        _medial_cost(medial, other_medial)
        + _vowel_cost(nucleus, other_nucleus)
        + _coda_cost(coda, other_coda)
    )


def _final_parts(code: int) -> tuple[str, str, str]:
    rest, coda = divmod(code, len(CODAS))
    medial, nucleus = divmod(rest, len(VOWELS))
    return MEDIALS[medial], VOWELS[nucleus], CODAS[coda]


def _initial_cost(one: str, other: str) -> float:
    return 0.0 if one == other else _PAIRS.get(frozenset((one, other)), OTHER_INITIAL)


_ALL_INITIALS = ("", *INITIALS)
_INITIAL_COSTS = [[_initial_cost(one, other) for other in _ALL_INITIALS] for one in _ALL_INITIALS]
_final_costs: dict[int, float] = {}
"""By both codes; filled as they are asked for. There can be FINALS squared of them, a few thousand are."""


def syllable_cost(one: Syllable, other: Syllable) -> float:
    """Cost of hearing one syllable for the other, the same both ways: 0 to 1."""
    initial, final = divmod(one.code, FINALS)
    other_initial, other_final = divmod(other.code, FINALS)
    cost = _INITIAL_COSTS[initial][other_initial]
    if final != other_final:
        key = final * FINALS + other_final
        finals = _final_costs.get(key)
        if finals is None:
            _final_costs[key] = finals = _final_cost(final, other_final)
        cost += finals
    return cost if cost < 1.0 else 1.0
