"""Characters to syllables, as a recogniser of Mandarin means them."""

import re

from accessibility.phonetics.syllable import Syllable, parse_syllable
from accessibility.phrase_dictionary import PhraseDictionary
from accessibility.pinyin import PinyinReader
from accessibility.spoken_numbers import plain_speech

_SYLLABLE = re.compile(r"[a-zêü]+[1-5]")


class SyllableReader:
    """Reads texts; each only once, for the same sayings come again on every page."""

    def __init__(self) -> None:
        self._pinyin = PinyinReader(PhraseDictionary.load())
        self._known: dict[str, tuple[Syllable, ...]] = {}

    def __call__(self, text: str) -> tuple[Syllable, ...]:
        """Return the syllables; what is no Chinese character has none."""
        known = self._known.get(text)
        if known is None:
            written = _SYLLABLE.findall(self._pinyin.read(plain_speech(text)))
            known = tuple(parse_syllable(one) for one in written if "ê" not in one)
            if len(self._known) < MOST_KEPT:
                self._known[text] = known
        return known


MOST_KEPT = 5000
"""Texts that are remembered; a day's transcripts must not fill the memory."""
