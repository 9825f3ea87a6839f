"""What somebody meant: exactly what was said, or the phrase that sounds nearest; accept, ask, or listen again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from accessibility.phonetics.distance import Cost
from accessibility.phonetics.syllable import Syllable, parse_syllables
from accessibility.spoken_numbers import plain_speech, without_fillers
from accessibility.understanding.candidates import Candidate, Read
from accessibility.understanding.margins import Margins
from accessibility.understanding.phrase_tree import Nearest, PhraseTree

DENIALS = frozenset(parse_syllables("bu bie mo mei m"))
"""不, 别, 莫, 没, 唔: a phrase with one more of them than the saying may mean that it is not wanted."""
LONGEST = 24
"""Syllables that are looked at; a longer speech is none of the phrases."""


class Unclear(StrEnum):
    """Why to listen again."""

    NOTHING = "nothing"
    """No syllable was heard."""
    TOO_SHORT = "too_short"
    """One syllable: any cough is that."""
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    """Near to nothing that can be meant here."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Clear enough to act, with a read-back where the act counts."""

    meaning: str
    said: str
    """The phrase that was taken for it."""
    distance: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Probably this: 您要办……吗?"""

    meaning: str
    said: str
    distance: float
    others: tuple[str, ...] = ()
    """Meanings that are nearly as near, to offer beside it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not understood."""

    reason: Unclear


Verdict: TypeAlias = Accept | Ask | Again


class Matcher:
    """Understands what can be meant on one page."""

    def __init__(
        self, candidates: Sequence[Candidate], cost: Cost, margins: Margins, read: Read
    ) -> None:
        self._tree = PhraseTree(candidates, cost)
        self._margins = margins
        self._read = read
        self._exact: dict[str, set[str]] = {}
        for one in candidates:
            if one.said:
                self._exact.setdefault(plain_speech(one.said), set()).add(one.meaning)

    def understand(self, transcript: str) -> Verdict:
        """Decide on a recogniser's text."""
        whole = plain_speech(transcript)
        for words in (whole, without_fillers(whole)):
            meanings = self._exact.get(words, set())
            if len(meanings) == 1 and len(words) >= self._margins.shortest:
                return Accept(next(iter(meanings)), words, 0.0)
        verdict = self.understand_sounds(self._read(whole))
        short = without_fillers(whole)
        if isinstance(verdict, Accept) or short == whole:
            return verdict
        return _clearer(verdict, self.understand_sounds(self._read(short)))

    def understand_sounds(self, heard: Sequence[Syllable]) -> Verdict:
        """Decide on syllables, such as a recogniser's second pass gives them."""
        if not heard:
            return Again(Unclear.NOTHING)
        if len(heard) < self._margins.shortest:
            return Again(Unclear.TOO_SHORT)
        if len(heard) > LONGEST:
            return Again(Unclear.TOO_LONG)
        return self._decide(self.nearest(heard), heard)

    def nearest(self, heard: Sequence[Syllable]) -> list[Nearest]:
        """The nearest phrase of each meaning that could matter, nearest first."""
        margins = self._margins
        reach = max(margins.accept_margin, margins.ask_margin)
        return self._tree.nearest(heard, margins.ask_within, reach)

    def _decide(self, found: Sequence[Nearest], heard: Sequence[Syllable]) -> Verdict:
        margins = self._margins
        if not found:
            return Again(Unclear.UNKNOWN)
        best = found[0]
        lead = found[1].distance - best.distance if len(found) > 1 else 1.0
        length = max(len(heard), len(best.candidate.syllables))
        is_clear = (
            best.distance <= margins.accept_within
            and lead >= margins.accept_margin
            and best.distance * length <= margins.accept_changed
            and len(best.candidate.syllables) >= margins.shortest
            and not _denies_more(heard, best.candidate.syllables)
        )
        meaning, said = best.candidate.meaning, best.candidate.said
        if is_clear:
            return Accept(meaning, said, best.distance)
        others = [
            one.candidate.meaning
            for one in found[1:]
            if one.distance - best.distance < margins.ask_margin
        ]
        return Ask(meaning, said, best.distance, tuple(others[:MOST_OTHERS]))


MOST_OTHERS = 1
"""Beside the first; more than two are no question that can be spoken."""


def _denies_more(heard: Sequence[Syllable], phrase: Sequence[Syllable]) -> bool:
    return sum(one in DENIALS for one in heard) > sum(one in DENIALS for one in phrase)


def _clearer(one: Verdict, other: Verdict) -> Verdict:
    """Of two readings of the same speech the one that says more."""
    if isinstance(other, Again):
        return one
    if isinstance(one, Again) or isinstance(other, Accept):
        return other
    return other if isinstance(one, Ask) and other.distance < one.distance else one
