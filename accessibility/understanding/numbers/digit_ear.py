"""Which digits an utterance may hold, with what each would cost: for numbers that can be checked afterwards. Pure."""

import re
from collections.abc import Mapping

from accessibility.dialects.accent import AccentCosts
from accessibility.dialects.pack import DialectPack
from accessibility.phonetics.costs import syllable_cost
from accessibility.phonetics.syllable import Syllable, parse_syllables
from accessibility.spoken_numbers import plain_speech, spoken_digits
from accessibility.understanding.candidates import Read

Place = Mapping[str, float]
"""Cost of each digit, and of X, at one place: 0 is just what was heard."""

LETTER = "X"
_LETTER = re.compile(r"(?:大写的?|字母)?(?:[Xx×]|叉|艾克斯|爱克斯|埃克斯)$")
_STANDARD = {
    "0": "零洞", "1": "一幺", "2": "二两", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七拐",
    "8": "八", "9": "九勾",
}  # fmt: skip
_LETTER_COST = 1.0


class DigitEar:
    """Hears digits as one dialect says them."""

    def __init__(self, pack: DialectPack, read: Read) -> None:
        self._read = read
        self._cost = AccentCosts(pack.confusions)
        self._standard = {
            digit: tuple(read(one)[0] for one in spellings)
            for digit, spellings in _STANDARD.items()
        }
        self._local: dict[str, list[Syllable]] = {
            digit: [
                sound
                for word in words
                for sound in (parse_syllables(word.heard) if word.heard else read(word.said))[:1]
            ]
            for digit, words in pack.digits.items()
        }

    def places(self, transcript: str) -> tuple[Place, ...]:
        """The digits of an utterance, a place for each; an X at the end is one too.

        Args:
            transcript: as the recogniser heard it; 三个八 is three places.
        """
        words = plain_speech(transcript)
        letter = _LETTER.search(words)
        rest = words[: letter.start()] if letter else words
        plain = spoken_digits(rest)
        found = (
            [self.place_of(self._standard[digit][0], digit) for digit in plain]
            if plain
            else [self.place_of(sound) for sound in self._read(rest)]
        )
        if letter:
            found.append({LETTER: 0.0, **dict.fromkeys(_STANDARD, _LETTER_COST)})
        return tuple(found)

    def place_of(self, heard: Syllable, digit: str = "") -> Place:
        """Costs of one place.

        Args:
            heard: what was heard there.
            digit: what the recogniser took it for; "" where it is none.
        """
        place = {LETTER: _LETTER_COST}
        for one in _STANDARD:
            costs = [self._cost(sound, heard) for sound in self._standard[one]]
            costs += [syllable_cost(sound, heard) for sound in self._local.get(one, ())]
            place[one] = 0.0 if one == digit else min(costs)
        return place
