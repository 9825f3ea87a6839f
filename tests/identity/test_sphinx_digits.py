"""Real speech is really heard: digits joined from recorded words of one voice, through PocketSphinx.

One speaker, who also read the syllables; nobody else's digits are among the test media, and no dialect.
"""

import random
from pathlib import Path

import numpy as np
import pytest

from accessibility.dialects.loader import DialectPacks
from kiosk.config_values import DIGIT_PROFILES
from kiosk.domain.spoken_digits import DigitChallenge, check_digits, draw_challenge
from kiosk.errors import ConfigError, ModelUnavailable, VoiceEngineMissing
from kiosk.identity.voice import sphinx_digits
from kiosk.identity.voice.digit_readings import digit_words, to_digits
from kiosk.identity.voice.sphinx_digits import SphinxDigits
from kiosk.services.ports import Sound
from tests.identity.voices import SPHINX, blocks_of, require, say, say_digits


@pytest.fixture(scope="module")
def ear() -> SphinxDigits:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx has no wheel for this Python")
    made = SphinxDigits(require(SPHINX))
    made.warm_up()
    return made


def hear(ear: SphinxDigits, sound: Sound) -> tuple[str, str]:
    """What was heard in passing, and at the end."""
    hearing = ear.begin()
    so_far = ""
    for block in blocks_of(sound):
        so_far = hearing.accept(block)
    return so_far, hearing.finish()


def test_most_phrases_of_a_real_voice_are_fresh_and_hardly_any_for_another_challenge(
    ear: SphinxDigits,
) -> None:
    choose = random.Random(20_261_127).choice
    challenges = [draw_challenge(8, choose) for _ in range(12)]
    heard = [
        hear(ear, say_digits(challenge.digits, 0.4, of_syllables=number % 2 == 1))[1]
        for number, challenge in enumerate(challenges)
    ]
    fresh = sum(check_digits(c, h).is_fresh for c, h in zip(challenges, heard, strict=True))
    wrong = sum(
        check_digits(c, h).is_fresh
        for c in challenges
        for n, h in enumerate(heard)
        if challenges[n] != c
    )
    # With three tries each of at least one half, seven of eight people get through; the others use another way.
    assert fresh >= 7
    assert wrong == 0


def test_yao_is_heard_as_one(ear: SphinxDigits) -> None:
    syllables = ["san1", "yao1", "qi1", "si4", "yao1", "liu4"]
    _, heard = hear(ear, say([f"syllables/cmn-{name}.mp3" for name in syllables]))
    assert "1" in heard
    assert check_digits(DigitChallenge("317416"), heard).in_order >= 4


def test_words_that_are_no_digits_do_not_pass(ear: SphinxDigits) -> None:
    words = ["谢谢", "医院", "银行", "申请", "老人", "政府", "电话", "资格"]
    _, heard = hear(ear, say([f"words/cmn-{name}.mp3" for name in words]))
    choose = random.Random(1).choice
    assert not any(check_digits(draw_challenge(8, choose), heard).is_fresh for _ in range(500))


def test_silence_holds_no_digit(ear: SphinxDigits) -> None:
    assert len(hear(ear, np.zeros(32_000, np.int16))[1]) <= 1


def test_dropped_recording_does_not_spoil_the_next_one(ear: SphinxDigits) -> None:
    sound = say_digits("39825746")
    expected = hear(ear, sound)[1]
    dropped = ear.begin()
    for block in blocks_of(sound)[:40]:
        dropped.accept(block)
    assert hear(ear, sound)[1] == expected


def test_missing_model_or_package_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx has no wheel for this Python")
    with pytest.raises(ModelUnavailable, match="dictionary"):
        SphinxDigits(tmp_path).warm_up()
    (tmp_path / "mandarin_notone.dic").write_text("一 y i\n", "utf-8")
    with pytest.raises(ModelUnavailable, match="lacks a digit"):
        SphinxDigits(tmp_path).warm_up()
    lines = "".join(f"{word} y i\n" for word in "零一二三四五六七八九")
    (tmp_path / "mandarin_notone.dic").write_text(lines, "utf-8")
    with pytest.raises(ModelUnavailable, match="tdt_sc_8k"):
        SphinxDigits(tmp_path).warm_up()
    monkeypatch.setattr(sphinx_digits, "_PACKAGE", "no_such_package_here")
    with pytest.raises(VoiceEngineMissing):
        SphinxDigits(tmp_path).warm_up()


@pytest.mark.parametrize("profile", ["", *DIGIT_PROFILES])
def test_every_profile_is_a_grammar_of_ten_digits_without_a_word_that_means_two(
    profile: str,
) -> None:
    packs = DialectPacks()
    spelled = [
        word.said
        for digits in packs.load(profile or "common").digits.values()
        for word in digits
        if not word.heard
    ]
    assert len(spelled) == len(set(spelled))
    assert all(len(word) == 1 for word in spelled)
    words = digit_words(profile, lambda word: True)
    assert set(words.values()) == set("0123456789")
    assert words["幺"] == "1"


def test_profile_takes_the_first_spelling_that_the_recogniser_knows() -> None:
    assert digit_words("wu", lambda word: word != "你")["泥"] == "2"
    assert "泥" not in digit_words("wu", lambda word: True)


def test_unknown_profile_is_a_setting_at_fault() -> None:
    with pytest.raises(ConfigError, match="digit_profile"):
        digit_words("mars", lambda word: True)


def test_text_becomes_digits() -> None:
    assert to_digits("幺 二[unk]三", digit_words("", lambda word: True)) == "123"
