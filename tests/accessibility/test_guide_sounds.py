"""Where the guide's sounds come from, and which of them may stay: cache, recordings, nothing of a person."""

import os
from pathlib import Path

import pytest

from accessibility.errors import SynthesizerUnavailable
from accessibility.prompt import Prompt
from accessibility.prompt_cache import text_key
from accessibility.rate import RateLevel
from accessibility.scratch import scratch_root
from accessibility.wav import read_wav
from tests.accessibility.fakes import LIMIT_S, ToneSynthesizer, tone_wav
from tests.accessibility.house import CARD, PERSON, WELCOME, House, NamedPlayer, say


def test_a_prompt_is_rendered_once_and_then_taken_from_the_cache(
    house: House, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    say(house, WELCOME)
    say(house, WELCOME)
    assert len(synthesizer.texts) == 1
    assert player.names == ["welcome", "welcome"]
    assert len(house.files()) == 1


def test_a_recording_comes_before_synthesis(
    tmp_path: Path, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / f"{text_key('您好。请点一下屏幕。')}.wav").write_bytes(tone_wav(0.3))
    house = House(tmp_path, synthesizer, player)
    say(house, WELCOME)
    house.guide.close()
    assert synthesizer.texts == []
    assert player.names == ["welcome"]


def test_a_personal_prompt_leaves_no_file_anywhere(
    house: House, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    before = house.files()
    say(house, PERSON)
    assert player.names == ["person"]
    assert synthesizer.texts == ["是您吗？屏幕上是张某国。"]
    assert house.files() == before == set()
    assert not list(scratch_root().glob(f"xianglin-voice-{os.getpid()}-*"))


def test_a_personal_prompt_is_repeated_from_memory_until_the_visit_ends(
    house: House, synthesizer: ToneSynthesizer
) -> None:
    say(house, PERSON)
    say(house, PERSON)
    assert len(synthesizer.texts) == 1
    house.guide.forget_visit()
    assert house.guide.repeat() is False
    say(house, PERSON)
    assert len(synthesizer.texts) == 2


def test_a_personal_sound_that_is_ready_after_the_visit_is_dropped(
    house: House, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    synthesizer.gate.clear()
    house.guide.speak(PERSON)
    assert synthesizer.waiting.wait(LIMIT_S)
    house.guide.forget_visit()
    synthesizer.gate.set()
    say(house, CARD)
    say(house, PERSON)
    assert player.names == ["card", "person"]
    assert len(synthesizer.texts) == 3


def test_values_that_are_no_secret_may_stay_in_the_cache(house: House) -> None:
    say(house, Prompt("idle", {"seconds": "30"}, is_personal=False))
    assert len(house.files()) == 1


def test_prerender_fills_the_cache_at_every_rate_and_leaves_names_out(
    house: House, synthesizer: ToneSynthesizer
) -> None:
    seen: list[tuple[int, int]] = []
    count = house.guide.prerender(
        [WELCOME, CARD, PERSON], lambda done, total: seen.append((done, total))
    )
    assert count == 6
    assert seen == [(number, 6) for number in range(1, 7)]
    assert synthesizer.levels[:2] == [RateLevel.NORMAL] * 2
    assert len(house.files()) == 6
    assert house.guide.prerender([WELCOME, CARD]) == 6
    assert len(synthesizer.texts) == 6


def test_prerender_stops_when_there_is_no_engine(
    house: House, synthesizer: ToneSynthesizer
) -> None:
    synthesizer.fault = SynthesizerUnavailable("no library")
    assert house.guide.prerender([WELCOME, CARD]) == 0
    assert len(synthesizer.texts) == 1


def test_sounds_in_the_cache_are_whole(house: House) -> None:
    say(house, WELCOME)
    (name,) = house.files()
    assert read_wav(house.folder / "voice" / name).duration_s == pytest.approx(0.5)
