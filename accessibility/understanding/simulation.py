"""Speaks every saying with a dialect's accent and counts what the matcher makes of it. No sound is involved. Pure.

What it shows: whether the phrases can be told apart once the accent's own rules have changed them, and when a share of
the syllables is misheard at random. What it cannot show: whether the rules are true of real people (rows of basis K
wait for a native speaker), nor what a recogniser hears of a voice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from random import Random

from accessibility.dialects.accent import AccentCosts, speak
from accessibility.dialects.pack import DialectPack
from accessibility.dialects.projection import local_readings, read_locally
from accessibility.phonetics.syllable import Syllable
from accessibility.understanding.candidates import Read, navigation, services
from accessibility.understanding.margins import Margins
from accessibility.understanding.matcher import Accept, Ask, Matcher, Verdict

LOST, ADDED = 0.1, 0.1
"""Of the disturbed syllables; all others become another one."""

Sayings = Mapping[str, Mapping[str, Sequence[str]]]
"""By service id, by locale or group of dialects."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a number of utterances; each is counted in one place."""

    right: int = 0
    """Accepted, and meant."""
    asked: int = 0
    """Asked about, and what was meant was offered."""
    asked_wrong: int = 0
    """Asked about something else only."""
    again: int = 0
    """Not understood: the guide asks again."""
    wrong: int = 0
    """Accepted, but not meant: the one thing that must not happen."""

    @property
    def total(self) -> int:
        """All utterances."""
        return sum(getattr(self, one.name) for one in fields(self))

    def __add__(self, other: "Tally") -> "Tally":
        """Count both."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Trial:
    """How a measurement speaks and listens."""

    noise: float = 0.0
    """Share of syllables that are misheard at random, 0 to 1."""
    seed: int = 1
    every: int = 1
    """1 takes every saying, 20 each twentieth."""
    speaks_locally: bool = False
    """True reads every phrase as the dialect itself does, where its readings are known, not Mandarin with an accent."""
    uses_pack: bool = True
    """False listens with the costs that all dialects share: what the pack is worth is the difference."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """An utterance that was not accepted for what was meant."""

    meaning: str
    said: str
    heard: str
    verdict: Verdict


def disturb(
    syllables: Sequence[Syllable], share: float, others: Sequence[Syllable], chance: Random
) -> tuple[Syllable, ...]:
    """Mishear a share of the syllables: another one instead, sometimes none, sometimes one too many.

    Args:
        syllables: what was said.
        share: 0 to 1.
        others: what may be heard instead, all equally likely.
        chance: draws which.
    """
    heard: list[Syllable] = []
    for syllable in syllables:
        if chance.random() >= share:
            heard.append(syllable)
            continue
        kind = chance.random()
        if kind < LOST:
            continue
        if kind < LOST + ADDED:
            heard.append(syllable)
        heard.append(chance.choice(others))
    return tuple(heard)


def measure(
    pack: DialectPack, sayings: Sayings, read: Read, margins: Margins, trial: Trial
) -> tuple[Tally, list[Mistake]]:
    """Speak the sayings with one dialect's accent on the menu, where navigation is understood too."""
    # without the pack, its own words and readings are not known either
    known = [pack] if trial.uses_pack else [replace(pack, readings="", services={})]
    candidates = [*services(sayings, known, read), *navigation([pack], read)]
    costs = AccentCosts(pack.confusions if trial.uses_pack else ())
    matcher = Matcher(candidates, costs, margins, read)
    others = sorted({one for each in candidates for one in each.syllables}, key=str)
    chance = Random(f"{trial.seed} {pack.id}")  # noqa: S311 (draws a test's accent, not a secret)
    tally, mistakes = Tally(), []
    # each profile begins elsewhere, so that a sample of all of them has spoken all sayings
    first = chance.randrange(trial.every)
    for meaning, said in spoken(sayings, pack)[first :: trial.every]:
        sounds = _spoken(said, pack, read, trial, chance)
        heard = disturb(sounds, trial.noise, others, chance)
        verdict = matcher.understand_sounds(heard)
        counted = count(verdict, meaning)
        tally += counted
        if not counted.right:
            mistakes.append(Mistake(meaning, said, " ".join(map(str, heard)), verdict))
    return tally, mistakes


def _spoken(
    said: str, pack: DialectPack, read: Read, trial: Trial, chance: Random
) -> tuple[Syllable, ...]:
    if trial.speaks_locally and pack.readings:
        local = read_locally(said, local_readings(pack.readings))
        if local:
            return local
    return speak(read(said), pack.confusions, chance)


def spoken(sayings: Sayings, pack: DialectPack) -> list[tuple[str, str]]:
    """Every saying with what it means, of all groups and of the pack itself."""
    given = [
        (service, said)
        for service, groups in sayings.items()
        for ways in groups.values()
        for said in ways
    ]
    own = [(key, word.said) for key, words in pack.services.items() for word in words]
    return list(dict.fromkeys(given + [one for one in own if one[0] in sayings]))


def count(verdict: Verdict, meaning: str) -> Tally:
    """Put one verdict where it belongs."""
    if isinstance(verdict, Accept):
        return Tally(right=1) if verdict.meaning == meaning else Tally(wrong=1)
    if isinstance(verdict, Ask):
        offered = (verdict.meaning, *verdict.others)
        return Tally(asked=1) if meaning in offered else Tally(asked_wrong=1)
    return Tally(again=1)
