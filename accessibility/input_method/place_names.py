"""The county's own places, which no general word list knows."""

from bisect import bisect_left
from collections.abc import Iterable
from fnmatch import fnmatchcase

from pypinyin import Style, lazy_pinyin

from accessibility.input_method.segmentation import Parting

KINDS = ("街道", "社区", "镇", "乡", "村", "县", "市", "区")
"""What a place may be called without: people say 三汇 for 三汇镇."""


class PlaceNames:
    """Finds place names by the same pieces as words."""

    def __init__(self, names: Iterable[str]) -> None:
        full = set(names)
        spelled = {(_spelled(name), name) for name in full | {_short(name) for name in full}}
        self._names = sorted(entry for entry in spelled if entry[0])
        self._by_initials: dict[str, list[tuple[str, str]]] = {}
        for spelling, name in self._names:
            initials = "".join(syllable[0] for syllable in spelling.split())
            self._by_initials.setdefault(initials, []).append((spelling, name))

    def matching(self, parting: Parting) -> list[str]:
        """Return the names that have exactly these syllables."""
        initials = "".join(piece.letters[0] for piece in parting)
        pattern = " ".join(piece.pattern for piece in parting)
        found = self._by_initials.get(initials, [])
        return [name for spelling, name in found if fnmatchcase(spelling, pattern)]

    def beginning_with(self, parting: Parting, most: int) -> list[str]:
        """Return longer names that begin with these syllables; the last one may be half typed."""
        prefix = " ".join(piece.letters for piece in parting)
        found: list[str] = []
        for spelling, name in self._names[bisect_left(self._names, (prefix, "")) :]:
            if not spelling.startswith(prefix) or len(found) == most:
                break
            if spelling.count(" ") >= len(parting):
                found.append(name)
        return found


def _short(name: str) -> str:
    """Return a name without the kind of place; the name itself where too little would be left."""
    for kind in KINDS:
        short = name.removesuffix(kind)
        if short != name and len(short) >= 2 and not short.endswith("自治"):
            return short
    return name


def _spelled(name: str) -> str:
    """Return the syllables of a name; empty when one of its characters has no reading."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, v_to_u=False, errors="ignore")
    is_whole = len(syllables) == len(name) and all(part.isascii() for part in syllables)
    return " ".join(syllables) if is_whole else ""
