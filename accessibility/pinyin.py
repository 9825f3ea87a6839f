"""Speakable Hanzi to pinyin with tone numbers, as eSpeak NG's voice ``cmn-latn-pinyin`` takes it. Pure.

Readings come from the project's own dictionary first, from pypinyin second. 不 and 一 then follow their
neighbours; runs of third tones inside a word are already adjusted, across words the voice does it itself
(eSpeak NG 1.51 renders ``ni3 hao3`` as tones 35-214).
"""

import re

from pypinyin import Style, lazy_pinyin

from accessibility.phrase_dictionary import PhraseDictionary

_PAUSES = "、，。！？"
_UNKNOWN = "mou3"
_DIGITS = frozenset("零一二三四五六七八九幺十百千万亿")
_COUNTED_ONE = frozenset("百千万亿")
_ORDINAL_AFTER = frozenset("月日号楼")
_TONE = re.compile(r"[1-5]$")


class PinyinReader:
    """Writes Hanzi as pinyin."""

    def __init__(self, dictionary: PhraseDictionary) -> None:
        self._dictionary = dictionary

    def read(self, text: str) -> str:
        """Return the syllables of a speakable text, parted by spaces; pause marks stay where they are.

        Args:
            text: the result of ``normaliser.speakable``; what is neither Hanzi nor a pause is left out.
        """
        pieces: list[str] = []
        for run in re.split(rf"([{_PAUSES}])", text):
            if run and run in _PAUSES:
                pieces.append(run)
            elif run:
                pieces.append(" ".join(self._read_run(run)))
        return re.sub(rf"\s*([{_PAUSES}])\s*", r"\1", " ".join(piece for piece in pieces if piece))

    def _read_run(self, run: str) -> list[str]:
        """Read a run without pauses, own phrases first, then apply the tones of 不 and 一."""
        characters: list[str] = []
        syllables: list[str] = []
        rest = ""
        position = 0
        while position < len(run):
            phrase = self._dictionary.longest_at(run, position)
            if not phrase:
                rest += run[position]
                position += 1
                continue
            _append(characters, syllables, rest, _general(rest))
            _append(characters, syllables, phrase, _third_tones(self._dictionary.readings[phrase]))
            rest = ""
            position += len(phrase)
        _append(characters, syllables, rest, _general(rest))
        return _apply_neighbours(characters, syllables)


def _append(characters: list[str], syllables: list[str], text: str, reading: list[str]) -> None:
    characters.extend(text)
    syllables.extend(reading)


def _general(text: str) -> list[str]:
    """Read with pypinyin: one syllable for each character, 某 for one that it does not know."""
    if not text:
        return []
    reading = _look_up(text)
    if len(reading) == len(text):
        return reading
    # an unknown character or an entry of another length must not shift its neighbours
    return [(_look_up(character) or [_UNKNOWN])[0] for character in text]


def _look_up(text: str) -> list[str]:
    syllables = lazy_pinyin(
        text, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True, errors="ignore"
    )
    return [syllable.replace("ü", "v") for syllable in syllables]


def _third_tones(syllables: tuple[str, ...]) -> list[str]:
    """Raise each third tone before another one of the same phrase: 所长 suo3 zhang3 is suo2 zhang3."""
    return [
        syllable[:-1] + "2" if syllable.endswith("3") and following.endswith("3") else syllable
        for syllable, following in zip(syllables, (*syllables[1:], ""), strict=True)
    ]


def _apply_neighbours(characters: list[str], syllables: list[str]) -> list[str]:
    """Set the tones of 不 and 一 by what follows.

    Source: standard Mandarin sandhi: both are second tone before a fourth; 一 is fourth before the others,
    first in numbers and ordinals and at the end, neutral between two equal verbs; 不 is fourth elsewhere.
    """
    adjusted = list(syllables)
    for index, character in enumerate(characters):
        before = characters[index - 1] if index else ""
        after = characters[index + 1] if index + 1 < len(characters) else ""
        tone_after = _tone(syllables[index + 1]) if after else ""
        if character == "不":
            adjusted[index] = "bu2" if tone_after == "4" else "bu4"
        elif character == "一":
            adjusted[index] = "yi" + _tone_of_one(before, after, tone_after)
    return adjusted


def _tone_of_one(before: str, after: str, tone_after: str) -> str:
    if not after or before == "第" or after in _ORDINAL_AFTER:
        return "1"
    if after == before:
        return "5"
    if after in _DIGITS and after not in _COUNTED_ONE:
        return "1"
    if before in _DIGITS and after not in _COUNTED_ONE:
        return "1"
    # 个 is a fourth tone even where it is said neutrally
    return "2" if tone_after in ("4", "5") else "4"


def _tone(syllable: str) -> str:
    match = _TONE.search(syllable)
    return match[0] if match else "5"
