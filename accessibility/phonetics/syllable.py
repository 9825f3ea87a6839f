"""A syllable in its parts: initial, medial, nucleus, coda. The tone is left out: no recogniser of ours hears it. Pure.

Written pinyin hides what is alike: ``you`` is medial i, nucleus o, coda u, just as ``jiu`` is. Here every spelling
becomes what is spoken, and what no Mandarin syllable is (Cantonese ``ngai``, Min ``sia``) has parts too.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

INITIALS = (
    "zh", "ch", "sh", "ng", "b", "p", "m", "f", "v", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
    "z", "c", "s", "r",
)  # fmt: skip
"""As they are written; the empty one is none of them."""
BUZZED = "ɨ"
"""Nucleus of zi, ci, si, zhi, chi, shi, ri: written i, spoken as none."""
CURLED = "er"
"""Nucleus of er."""
VOWELS = ("a", "o", "e", "i", "u", "ü", BUZZED, CURLED, "m", "n", "ng")
"""Nuclei; the last three are syllables by themselves, as Cantonese 唔."""
MEDIALS = ("", "i", "u", "ü")
CODAS = ("", "i", "u", "n", "ng", "m", "p", "t", "k")
FINALS = len(MEDIALS) * len(VOWELS) * len(CODAS)
LONGEST = 7
"""Letters of a written syllable; ``zhuangk`` would be the longest."""

_BUZZING = frozenset(("z", "c", "s", "zh", "ch", "sh", "r"))
_PALATAL = frozenset("jqx")
_WRITTEN = re.compile(rf"[a-zü]{{1,{LONGEST}}}")
_SPELLED = {
    "yi": "i", "yin": "in", "ying": "ing", "yu": "ü", "yue": "üe", "yuan": "üan", "yun": "ün", "wu": "u",
}  # fmt: skip
_CONTRACTED = {"iu": "iou", "ui": "uei", "un": "uen"}


@dataclass(frozen=True, slots=True, eq=False)
class Syllable:
    """What is spoken."""

    initial: str
    """One of ``INITIALS``, "" for none."""
    medial: str
    """One of ``MEDIALS``."""
    nucleus: str
    """One of ``VOWELS``."""
    coda: str
    """One of ``CODAS``."""

    code: int = field(init=False, repr=False)
    """Number of the syllable: initial code times ``FINALS`` plus final code; searches compare and look up by it."""

    def __post_init__(self) -> None:
        """Find the number.

        Raises:
            ValueError: one of the parts is none of ours.
        """
        final = MEDIALS.index(self.medial) * len(VOWELS) + VOWELS.index(self.nucleus)
        initial = INITIALS.index(self.initial) + 1 if self.initial else 0
        code = initial * FINALS + final * len(CODAS) + CODAS.index(self.coda)
        object.__setattr__(self, "code", code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Syllable) and self.code == other.code

    def __hash__(self) -> int:
        return self.code

    @property
    def opening(self) -> str:
        """Mouth shape of the final, as Chinese phonology sorts it: i, u, ü, or "" for open."""
        if self.medial:
            return self.medial
        return self.nucleus if self.nucleus in ("i", "u", "ü") else ""

    @property
    def final(self) -> str:
        """All but the initial."""
        return f"{self.medial}{self.nucleus}{self.coda}"

    def __str__(self) -> str:
        """Its parts, for people who look for why a phrase was misunderstood."""
        return f"{self.initial}{self.final}"


@lru_cache(maxsize=4096)
def parse_syllable(written: str) -> Syllable:
    """Take a written syllable apart.

    Args:
        written: pinyin, or letters used so for a sound that Mandarin has not; a tone number is ignored, v is ü.
    Raises:
        ValueError: it cannot be a syllable.
    """
    plain = written.lower().rstrip("12345").replace("v", "ü") if written != "v" else "ü"
    if not _WRITTEN.fullmatch(plain):
        raise ValueError(f"{written!r} is no syllable")
    if plain in ("m", "n", "ng"):
        return Syllable("", "", plain, "")
    initial, rest = _part_initial(plain)
    medial, nucleus, coda = _part_final(_as_spoken(initial, rest), written)
    return Syllable(initial, medial, nucleus, coda)


def parse_syllables(written: str) -> tuple[Syllable, ...]:
    """Take several apart, written with spaces between.

    Raises:
        ValueError: one of them cannot be a syllable.
    """
    return tuple(parse_syllable(one) for one in written.split())


def _part_initial(plain: str) -> tuple[str, str]:
    for initial in INITIALS:
        if plain.startswith(initial) and len(plain) > len(initial):
            return initial, plain[len(initial) :]
    return "", plain


def _as_spoken(initial: str, rest: str) -> str:
    """Spell a final as it is spoken: y and w are vowels, short forms are whole, j q x have ü."""
    if not initial:
        if rest in _SPELLED:
            return _SPELLED[rest]
        rest = re.sub("^y(?=i)", "", rest)
        rest = re.sub("^w(?=u)", "", rest)
        rest = rest.replace("y", "i", 1) if rest.startswith("y") else rest
        rest = rest.replace("w", "u", 1) if rest.startswith("w") else rest
        return {"iong": "iong", "ui": "uei", "un": "uen"}.get(rest, rest)
    if initial in _PALATAL and rest.startswith("u"):
        return "ü" + rest[1:]
    if initial in _BUZZING and rest == "i":
        return BUZZED
    return _CONTRACTED.get(rest, rest)


def _part_final(final: str, written: str) -> tuple[str, str, str]:
    if final in (CURLED, BUZZED):
        return "", final, ""
    match = re.fullmatch(r"(?P<vowels>[aoeiuü]+)(?P<coda>ng|[nmptk])?", final)
    if match is None:
        raise ValueError(f"{written!r} has no final")
    vowels, coda = match["vowels"], match["coda"] or ""
    medial = vowels[0] if len(vowels) > 1 and vowels[0] in "iuü" else ""
    rest = vowels[len(medial) :]
    if len(rest) == 1:
        return medial, rest, coda
    if len(rest) == 2 and rest[1] in "iuo" and not coda:
        # ao is written with o and ends as ou does
        return medial, rest[0], "i" if rest[1] == "i" else "u"
    raise ValueError(f"{written!r} has no final")
