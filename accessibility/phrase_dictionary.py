"""The project's own readings: phrases and surnames that a general dictionary reads wrongly."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from accessibility.errors import PronunciationDamaged

MASKED = "某"
"""What stands for the hidden characters of a name."""
_SYLLABLE = re.compile(r"[a-z]{1,6}[1-5]")


@dataclass(frozen=True, slots=True)
class PhraseDictionary:
    """Phrases with their syllables; the longest one that fits wins."""

    readings: Mapping[str, tuple[str, ...]]
    """Phrase to one syllable for each character: pinyin with tone number, 5 for neutral, v for ü."""
    longest: int
    """Characters of the longest phrase."""

    @classmethod
    def load(cls) -> "PhraseDictionary":
        """Load the lists that ship with the product.

        Raises:
            PronunciationDamaged: a list is missing or has faults; all are named.
        """
        folder = resources.files("assets").joinpath("pronunciation")
        try:
            phrases = folder.joinpath("phrases.tsv").read_text("utf-8")
            surnames = folder.joinpath("surnames.tsv").read_text("utf-8")
        except (OSError, ValueError) as error:
            raise PronunciationDamaged((f"cannot be read: {error}",)) from error
        return cls.parse(phrases, surnames)

    @classmethod
    def parse(cls, phrases: str, surnames: str = "") -> "PhraseDictionary":
        """Make a dictionary from the text of both lists.

        Args:
            phrases: lines of phrase, tab, syllables; ``#`` starts a comment line.
            surnames: the same; a surname counts only before a masked given name.
        Raises:
            PronunciationDamaged: a line has faults; all are named.
        """
        faults: list[str] = []
        readings: dict[str, tuple[str, ...]] = {}
        for where, text, suffix in (("phrases", phrases, ""), ("surnames", surnames, MASKED)):
            for number, phrase, syllables in _lines(text):
                if fault := _fault(phrase, syllables):
                    faults.append(f"{where} line {number}: {fault}")
                elif phrase + suffix in readings:
                    faults.append(f"{where} line {number}: {phrase} is given twice")
                else:
                    readings[phrase + suffix] = (*syllables, "mou3") if suffix else tuple(syllables)
        if faults:
            raise PronunciationDamaged(tuple(faults))
        return cls(readings, max(map(len, readings), default=0))

    def longest_at(self, text: str, start: int) -> str:
        """Return the longest phrase that begins at ``start`` of ``text``, or an empty text."""
        for length in range(min(self.longest, len(text) - start), 0, -1):
            if (phrase := text[start : start + length]) in self.readings:
                return phrase
        return ""


def _lines(text: str) -> Iterator[tuple[int, str, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            phrase, _, syllables = line.partition("\t")
            yield number, phrase, syllables.split()


def _fault(phrase: str, syllables: list[str]) -> str:
    if not phrase or not syllables:
        return "needs a phrase, a tab and its syllables"
    if len(phrase) != len(syllables):
        return f"{phrase} has {len(phrase)} characters but {len(syllables)} syllables"
    wrong = [syllable for syllable in syllables if not _SYLLABLE.fullmatch(syllable)]
    return f"{phrase}: {wrong[0]} is no pinyin with a tone number" if wrong else ""
