"""What can be meant on a page, and every way to say it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from accessibility.dialects.pack import DialectPack
from accessibility.dialects.projection import local_readings, read_locally
from accessibility.dialects.schema import NAVIGATION, Intent, Word
from accessibility.phonetics.syllable import Syllable, parse_syllables

Read = Callable[[str], tuple[Syllable, ...]]
"""Reads characters as Mandarin does."""

STANDARD = "zh-CN"
"""Key of the sayings that everybody may use."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to say one thing."""

    meaning: str
    """A service's id, or an intent."""
    said: str
    """In characters; empty where only the sound is known."""
    syllables: tuple[Syllable, ...]
    """As a recogniser of Mandarin may hear it."""


def navigation(packs: Iterable[DialectPack], read: Read) -> list[Candidate]:
    """What may be said on every page."""
    return [one for pack in packs for intent in NAVIGATION for one in _words(pack, intent, read)]


def yes_no(packs: Iterable[DialectPack], read: Read) -> list[Candidate]:
    """What answers a question of yes or no."""
    chosen = list(packs)
    intents = (Intent.YES, Intent.NO)
    return [one for pack in chosen for intent in intents for one in _words(pack, intent, read)]


def services(
    sayings: Mapping[str, Mapping[str, Iterable[str]]], packs: Iterable[DialectPack], read: Read
) -> list[Candidate]:
    """What may be said on the menu.

    Args:
        sayings: by service id, by locale or group of dialects, as the definitions give them; the title is one of zh-CN.
        packs: whose own sayings are added; those of all groups count everywhere, for people move.
    """
    found = [
        Candidate(service, said, read(said))
        for service, groups in sayings.items()
        for ways in groups.values()
        for said in ways
    ]
    for pack in packs:
        for service, words in pack.services.items():
            if service in sayings:
                found += [_candidate(service, word, read) for word in words]
        if pack.readings:
            found += list(_read_locally(found, pack.readings))
    return list(_without_twins(found))


def _read_locally(candidates: Iterable[Candidate], table: str) -> Iterator[Candidate]:
    """The same phrases as the dialect itself reads them."""
    readings = local_readings(table)
    for one in tuple(candidates):
        syllables = read_locally(one.said, readings)
        if syllables:
            yield Candidate(one.meaning, one.said, syllables)


def _words(pack: DialectPack, intent: Intent, read: Read) -> Iterator[Candidate]:
    for word in pack.words.get(intent, ()):
        yield _candidate(intent, word, read)
        if word.heard:
            # staff and the young read the same word as Mandarin does
            yield Candidate(intent, word.said, read(word.said))


def _candidate(meaning: str, word: Word, read: Read) -> Candidate:
    return Candidate(
        meaning, word.said, parse_syllables(word.heard) if word.heard else read(word.said)
    )


def _without_twins(found: Iterable[Candidate]) -> Iterator[Candidate]:
    seen: set[tuple[str, tuple[Syllable, ...]]] = set()
    for one in found:
        if (one.meaning, one.syllables) not in seen:
            seen.add((one.meaning, one.syllables))
            yield one
