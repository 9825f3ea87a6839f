"""Reading Unihan, the Unicode Consortium's character database, from Debian's unicode-data package."""

import bz2
from collections.abc import Iterator
from pathlib import Path

DEFAULT_FOLDER = Path("/usr/share/unicode")
_MARKS = str.maketrans(
    "āáǎàēéěèōóǒòīíǐìūúǔùǖǘǚǜüńňǹḿ",
    "aaaaeeeeooooiiiiuuuuvvvvvnnnm",
)


def unihan(folder: Path, file: str, prop: str) -> Iterator[tuple[str, str]]:
    """Give each character that has a property, with the property's value.

    Args:
        folder: holds ``Unihan_*.txt.bz2``.
        file: such as ``Readings``.
        prop: such as ``kMandarin``.
    Source: Unicode Standard Annex 38.
    """
    body = bz2.decompress((folder / f"Unihan_{file}.txt.bz2").read_bytes()).decode("utf-8")
    for line in body.splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[1] == prop:
            yield chr(int(fields[0][2:], 16)), fields[2]


def toneless(syllable: str) -> str:
    """Write a syllable as it is typed: no tone mark, v for ü."""
    return syllable.lower().translate(_MARKS)


def standard_order(folder: Path) -> dict[str, int]:
    """Return the 8,105 characters of 通用规范汉字表 (2013) with their place in it: common ones come first."""
    return {
        char: int(value.split(":")[-1]) for char, value in unihan(folder, "OtherMappings", "kTGH")
    }


def standard_readings(folder: Path) -> dict[str, list[str]]:
    """Return how each character is read today, the main reading first.

    通用规范汉字字典 (kTGHZ2013) knows no archaic readings; kMandarin adds the characters outside of it.
    """
    found = {
        char: [toneless(value.split()[-1])]
        for char, value in unihan(folder, "Readings", "kMandarin")
    }
    for char, value in unihan(folder, "Readings", "kTGHZ2013"):
        syllables = [
            toneless(syllable)
            for place in value.split()
            for syllable in place.split(":")[-1].split(",")
        ]
        main = found.get(char, [])
        found[char] = list(dict.fromkeys([*(s for s in main if s in syllables), *syllables]))
    return found
