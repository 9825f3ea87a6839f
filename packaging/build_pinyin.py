"""Build assets/input/pinyin.sqlite from jieba's word list, pypinyin and Unihan.

A maintainer runs this when the word list changes; users never need it, and jieba is no dependency of the kiosk:

    sudo apt-get install unicode-data
    pip install jieba pypinyin
    python packaging/build_pinyin.py

A word is stored under the initials of its syllables, heaviest first, in one clustered table: full pinyin,
half-typed pinyin and bare initials are then all the same short range scan. The same input, with the same
SQLite, gives the same bytes.
"""

import argparse
import hashlib
import importlib.util
import math
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from _unihan import DEFAULT_FOLDER, standard_order, standard_readings, toneless
from pypinyin import Style, lazy_pinyin

ROOT = Path(__file__).resolve().parent.parent
INPUT = ROOT / "assets" / "input"
SIZE_LIMIT_BYTES = 6_000_000
MOST_WORDS = 120_000
"""Words of several characters; the rarest of jieba's are left out."""
LONGEST_WORD = 6
VOWEL = re.compile(r"^[a-z]*[aeiouv][a-z]*$")
"""What can be typed as a syllable: not 呒 (m) or 嗯 (ng), whose letters would hide initials."""

SCALE = 100
"""Weight for each factor of e in frequency."""
COMMON_SURNAME, SURNAME, GIVEN_NAME, BUSINESS = 460, 150, 150, 400
"""What the kiosk's own lists add to a weight."""
COMMON_SURNAMES = 120
LEAST_LISTED = 500
"""Weight that a listed word has at least before it is ranked up; 单 is rare as Shàn everywhere but in names."""
LEAST_SHARE = 1e-5
"""Share of a reading that no word of the list uses."""


def jieba_list() -> Path:
    """Find the word list of an installed jieba without importing it."""
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        raise SystemExit("jieba is not installed: pip install jieba")
    return Path(found.origin).parent / "dict.txt"


def frequencies(word_list: Path, known: frozenset[str]) -> dict[str, int]:
    """Return how often each word of known characters was counted."""
    counted: dict[str, int] = {}
    for line in word_list.read_text("utf-8").splitlines():
        word, count = line.split(" ")[:2]
        if len(word) <= LONGEST_WORD and known.issuperset(word):
            counted[word] = int(count)
    return counted


def listed(name: str) -> list[str]:
    """Return the entries of one of the kiosk's own lists."""
    lines = (INPUT / name).read_text("utf-8").splitlines()
    return [entry for line in lines if not line.startswith("#") for entry in line.split()]


def surname_readings() -> dict[str, str]:
    """Return the surnames that are read otherwise than the same character elsewhere."""
    lines = (ROOT / "assets" / "pronunciation" / "surnames.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {name: " ".join(part.rstrip("12345") for part in said.split()) for name, said in pairs}


def spelled(word: str) -> tuple[str, ...]:
    """Return the syllables of a word; empty when pypinyin has none for one of its characters."""
    parts = lazy_pinyin(word, style=Style.NORMAL, errors="ignore")
    syllables = tuple(toneless(part) for part in parts)
    is_whole = len(syllables) == len(word) and all(part.isascii() for part in syllables)
    return syllables if is_whole else ()


def weight(frequency: float) -> int:
    """Put a frequency on a logarithmic scale of whole numbers."""
    return round(SCALE * math.log1p(frequency))


class Words:
    """Collects (spelling, text) with the greatest weight that was given."""

    def __init__(self) -> None:
        self.weights: dict[tuple[str, str], int] = {}

    def add(self, syllables: Iterable[str], text: str, value: int) -> None:
        """Add a word, or lift one that is there already."""
        key = " ".join(syllables), text
        self.weights[key] = max(value, self.weights.get(key, 0))

    def lift(self, text: str, spelling: str, by: int) -> None:
        """Rank a word up; one that is unknown or rare starts in the middle."""
        key = spelling, text
        self.weights[key] = max(self.weights.get(key, 0), LEAST_LISTED) + by


def add_words(words: Words, counted: dict[str, int]) -> dict[str, Counter[str]]:
    """Add the words of several characters.

    Returns:
        For each character, how often it is read in which way inside words.
    """
    use: dict[str, Counter[str]] = defaultdict(Counter)
    several = sorted(
        (word for word in counted if len(word) > 1), key=lambda word: (-counted[word], word)
    )
    for place, word in enumerate(several):
        syllables = spelled(word)
        if not syllables:
            continue
        for character, syllable in zip(word, syllables, strict=True):
            use[character][syllable] += counted[word]
        if place < MOST_WORDS:
            words.add(syllables, word, weight(counted[word]))
    return use


def add_characters(
    words: Words,
    counted: dict[str, int],
    use: dict[str, Counter[str]],
    readings: dict[str, list[str]],
) -> None:
    """Add each character under each of its readings; a rare reading weighs little."""
    for character, syllables in readings.items():
        inside = use.get(character, Counter())
        total = sum(inside[syllable] for syllable in syllables)
        frequency = counted.get(character, 0) + 0.2 * total
        main = max(syllables, key=lambda syllable: inside[syllable])
        for syllable in syllables:
            share = inside[syllable] / total if total else float(syllable == main)
            words.add((syllable,), character, weight(frequency * max(share, LEAST_SHARE)))


def lift_lists(words: Words, readings: dict[str, list[str]]) -> None:
    """Rank up what people type at this kiosk: surnames, given names, words of its business."""
    said = surname_readings()
    for place, surname in enumerate(listed("surnames.txt")):
        spelling = said.get(surname) or (
            readings[surname][0] if len(surname) == 1 else " ".join(spelled(surname))
        )
        is_common = place < COMMON_SURNAMES or surname in said
        words.lift(surname, spelling, COMMON_SURNAME if is_common else SURNAME)
    for names, by in (("given_names.txt", GIVEN_NAME), ("words.txt", BUSINESS)):
        for word in listed(names):
            one = len(word) == 1
            words.lift(word, readings[word][0] if one else " ".join(spelled(word)), by)


def rows(words: Words) -> Iterator[tuple[str, int, str, str]]:
    """Give the rows of the table: initials, weight negated so that the heaviest comes first, spelling, text."""
    for (spelling, text), value in words.weights.items():
        initials = "".join(syllable[0] for syllable in spelling.split())
        yield initials, -value, spelling, text


def write(words: Words, syllables: set[str], target: Path) -> None:
    """Write the database anew."""
    target.unlink(missing_ok=True)
    connection = sqlite3.connect(target)
    connection.executescript(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;"
        "CREATE TABLE word (initials TEXT NOT NULL, weight INTEGER NOT NULL, spelling TEXT NOT NULL,"
        " text TEXT NOT NULL, PRIMARY KEY (initials, weight, spelling, text)) WITHOUT ROWID;"
        "CREATE TABLE syllable (spelling TEXT PRIMARY KEY) WITHOUT ROWID;"
    )
    connection.executemany("INSERT INTO word VALUES (?, ?, ?, ?)", sorted(rows(words)))
    connection.executemany("INSERT INTO syllable VALUES (?)", sorted((s,) for s in syllables))
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def main(arguments: list[str]) -> int:
    """Build the table, check its size and print its digest."""
    parser = argparse.ArgumentParser(description="Build assets/input/pinyin.sqlite.")
    parser.add_argument("--unihan", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--out", type=Path, default=INPUT / "pinyin.sqlite")
    chosen = parser.parse_args(arguments)
    known = standard_order(chosen.unihan)
    readings = {
        character: syllables
        for character, said in standard_readings(chosen.unihan).items()
        if character in known and (syllables := [s for s in said if VOWEL.search(s)])
    }
    counted = frequencies(jieba_list(), frozenset(readings))
    words = Words()
    use = add_words(words, counted)
    add_characters(words, counted, use, readings)
    lift_lists(words, readings)
    write(words, {syllable for said in readings.values() for syllable in said}, chosen.out)
    body = chosen.out.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    print(f"{chosen.out.name}  {len(words.weights):,} rows  {len(body):,} bytes  sha256 {digest}")
    if len(body) > SIZE_LIMIT_BYTES:
        print(f"larger than {SIZE_LIMIT_BYTES:,} bytes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
