"""How the ten digits are said: the standard words, and the spellings of a dialect pack."""

from collections.abc import Callable, Mapping

from accessibility.dialects.loader import DialectPacks
from kiosk.config_values import DIGIT_PROFILES
from kiosk.errors import ConfigError

PROFILE_KEY = "identity.digit_profile"
_STANDARD = "common"
"""The pack that all dialects inherit."""


def digit_words(profile: str, knows: Callable[[str], bool]) -> dict[str, str]:
    """List the words of a digit grammar.

    A spelling is a Chinese character with that sound in Mandarin, because the recognisers hear Mandarin: the first one
    that the dictionary knows is added to the standard ones.

    Args:
        profile: id of a group of dialects; empty for the standard words only.
        knows: whether the recogniser's dictionary has a word.
    Returns:
        word to digit; 幺 is a 1.
    Raises:
        ConfigError: there is no such profile.
        DialectPacksDamaged: its pack is missing or has faults.
    """
    if profile and profile not in DIGIT_PROFILES:
        known = "、".join(DIGIT_PROFILES)
        raise ConfigError((f"{PROFILE_KEY}：没有 {profile}；可以写 {known}",))
    packs = DialectPacks()
    standard = packs.load(_STANDARD).digits
    readings = {
        digit: [word.said for word in words if knows(word.said)]
        for digit, words in standard.items()
    }
    if profile:
        local = packs.load(profile).digits
        for digit, words in local.items():
            usual = [word.said for word in standard[digit]]
            # a word with a sound of its own is not spelled as a recogniser of Mandarin hears it
            spellings = [w.said for w in words if not w.heard and w.said not in usual]
            readings[digit] += [spelling for spelling in spellings if knows(spelling)][:1]
    return {word: digit for digit, words in readings.items() for word in words}


def to_digits(heard: str, words: Mapping[str, str]) -> str:
    """Turn a recogniser's text into digits.

    Args:
        heard: words with or without spaces; what is no word of the grammar, as ``[unk]``, is left out.
        words: as ``digit_words`` gives them; each a single character.
    """
    return "".join(words.get(character, "") for character in heard)
