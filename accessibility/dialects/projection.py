"""How a phrase read in the dialect itself sounds to a recogniser that knows Mandarin's sounds only. Pure.

This is another thing than an accent: 学校 with a Cantonese accent is still xue xiao, read in Cantonese it is hok haau,
which a recogniser of Mandarin hears as ho hao. A projection lets the same phrase be known by both.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from accessibility.errors import DialectPacksDamaged
from accessibility.phonetics.syllable import Syllable

_JYUTPING = re.compile(r"(ng|gw|kw|[bpmfdtnlgkhwzcsj])?(aa|oe|eo|yu|[aeiou])([iu]|ng|[mnptk])?")
_ROUND = {"gw": "g", "kw": "k", "w": ""}
_NUCLEI = {"aa": "a", "eo": "e", "oe": "a", "yu": "ü"}
_GLIDES = {
    "iu": ("i", "o", "u"),
    "ui": ("u", "e", "i"),
    "eoi": ("", "e", "i"),
    "ei": ("", "e", "i"),
}


def project_jyutping(written: str) -> Syllable:
    """The sounds of Mandarin that are nearest to a Cantonese syllable.

    Args:
        written: jyutping without tone.
    Raises:
        ValueError: it is none.
    """
    if written in ("m", "ng"):
        return Syllable("", "", written, "")
    match = _JYUTPING.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is no jyutping")
    initial, vowel, end = match[1] or "", match[2], match[3] or ""
    medial, nucleus, coda = _GLIDES.get(vowel + end, ("", _NUCLEI.get(vowel, vowel), end))
    if vowel == "oe":
        # 张 zoeng is nearest to ziang
        medial = "i"
    if initial in _ROUND:
        initial, medial = _ROUND[initial], "" if nucleus == "u" else medial or "u"
    elif initial == "j":
        initial, medial = "", medial if nucleus in ("i", "ü") else medial or "i"
    return Syllable(initial, medial, nucleus, coda)


@cache
def local_readings(name: str) -> Mapping[str, Syllable]:
    """Character to how a dialect reads it, projected.

    Args:
        name: of a table in assets/speech/readings.
    Raises:
        DialectPacksDamaged: there is no such table, or it has faults.
    """
    file = resources.files("assets").joinpath("speech", "readings", f"{name}.tsv")
    try:
        lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
        return {line[0]: project_jyutping(line[2:]) for line in lines}
    except (OSError, ValueError) as error:
        raise DialectPacksDamaged((f"readings/{name}.tsv：{error}",)) from error


def read_locally(text: str, readings: Mapping[str, Syllable]) -> tuple[Syllable, ...] | None:
    """A phrase as the dialect reads it; None where a character's reading is not known."""
    found = [readings.get(character) for character in text]
    known = [one for one in found if one is not None]
    return tuple(known) if known and len(known) == len(found) else None
