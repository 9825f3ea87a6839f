"""How the ten digits are said, as data: the standard words, and what a dialect makes of them."""

import json
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from kiosk.errors import ConfigError

PROFILE_KEY = "identity.digit_profile"
_FILE = "speech/digit_readings.json"


def read_profiles() -> dict[str, str]:
    """Ids and Chinese names of the dialect profiles."""
    return {key: profile["name"] for key, profile in _read()["profiles"].items()}


def digit_words(profile: str, knows: Callable[[str], bool]) -> dict[str, str]:
    """List the words of a digit grammar.

    Args:
        profile: id of a dialect profile; empty for the standard words only.
        knows: whether the recogniser's dictionary has a word.
    Returns:
        word to digit; 幺 is a 1.
    Raises:
        ConfigError: there is no such profile.
    """
    table = _read()
    readings: dict[str, list[str]] = {
        digit: [word for word in words if knows(word)] for digit, words in table["standard"].items()
    }
    if profile:
        if profile not in table["profiles"]:
            known = "、".join(table["profiles"])
            raise ConfigError((f"{PROFILE_KEY}：没有 {profile}；可以写 {known}",))
        for digit, spellings in table["profiles"][profile]["readings"].items():
            readings[digit] += [word for word in spellings if knows(word)][:1]
    return {word: digit for digit, words in readings.items() for word in words}


def to_digits(heard: str, words: Mapping[str, str]) -> str:
    """Turn a recogniser's text into digits.

    Args:
        heard: words with or without spaces; what is no word of the grammar, as ``[unk]``, is left out.
        words: as ``digit_words`` gives them; each a single character.
    """
    return "".join(words.get(character, "") for character in heard)


def _read() -> Any:  # noqa: ANN401 (JSON of ours, checked by its test)
    text = resources.files("assets").joinpath(_FILE).read_text(encoding="utf-8")
    return json.loads(text)
