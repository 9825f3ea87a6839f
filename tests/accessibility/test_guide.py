import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from accessibility.errors import PromptMissing, SynthesisFailed, SynthesizerUnavailable
from accessibility.guide import DEFAULT_VOLUME, GuideState, VoiceGuide
from accessibility.prompt import Prompt
from accessibility.prompt_cache import PromptCache
from accessibility.rate import RateLevel
from tests.accessibility.fakes import LIMIT_S, ToneSynthesizer
from tests.accessibility.house import CARD, CATALOGUE, PERSON, PIN, WELCOME, House, NamedPlayer, say


def test_what_is_spoken_is_the_caption(house: House, synthesizer: ToneSynthesizer) -> None:
    say(house, PIN)
    assert house.captions == ["请输密码。共6位。"]
    assert synthesizer.texts == ["请输密码。共六位。"]


def test_a_prompt_goes_through_preparing_and_speaking_to_quiet(house: House) -> None:
    say(house, WELCOME)
    assert house.states == [GuideState.PREPARING, GuideState.SPEAKING, GuideState.QUIET]


def test_speak_returns_the_words_before_the_sound_is_ready(
    house: House, synthesizer: ToneSynthesizer
) -> None:
    synthesizer.gate.clear()
    text = house.guide.speak(WELCOME)
    assert house.captions == [text.caption]
    assert house.guide.state is GuideState.PREPARING
    synthesizer.gate.set()
    house.wait_for(GuideState.QUIET)


def test_the_newest_prompt_wins_and_older_ones_are_never_played(
    house: House, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    synthesizer.gate.clear()
    house.guide.speak(WELCOME)
    assert synthesizer.waiting.wait(LIMIT_S)
    house.guide.speak(CARD)
    house.guide.speak(PIN)
    synthesizer.gate.set()
    house.wait_for(GuideState.QUIET)
    assert player.names == ["pin"]
    assert synthesizer.texts == ["您好。请点一下屏幕。", "请输密码。共六位。"]
    assert len(house.captions) == 3


def test_a_new_prompt_cuts_off_the_one_that_is_playing(house: House, player: NamedPlayer) -> None:
    house.guide.speak(WELCOME)
    house.wait_for(GuideState.SPEAKING)
    say(house, CARD)
    assert player.names == ["welcome", "card"]


@pytest.mark.alone
def test_a_touch_ends_the_sound_within_a_tenth_of_a_second(
    tmp_path: Path, player: NamedPlayer
) -> None:
    house = House(tmp_path, ToneSynthesizer(duration_s=3.0), player)
    latencies_s = []
    for _ in range(5):
        house.guide.speak(WELCOME)
        house.wait_for(GuideState.SPEAKING)
        stream = player.output.streams[-1]
        assert stream.first_block.wait(LIMIT_S)
        begun = time.monotonic()
        house.guide.stop()
        latencies_s.append(max(time.monotonic(), stream.last_heard_at) - begun)
        assert house.guide.state is GuideState.QUIET
    house.guide.close()
    assert max(latencies_s) < 0.1


@pytest.mark.alone
def test_a_stop_while_the_sound_is_prepared_keeps_it_silent(
    house: House, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    synthesizer.gate.clear()
    house.guide.speak(WELCOME)
    assert synthesizer.waiting.wait(LIMIT_S)
    begun = time.monotonic()
    house.guide.stop()
    assert time.monotonic() - begun < 0.1
    synthesizer.gate.set()
    say(house, CARD)
    assert player.names == ["card"]


def test_stops_from_many_threads_leave_the_guide_usable(house: House) -> None:
    def touch() -> None:
        for _ in range(20):
            house.guide.speak(WELCOME)
            house.guide.stop()

    threads = [threading.Thread(target=touch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    say(house, CARD)
    assert house.guide.state is GuideState.QUIET


def test_repeat_says_the_last_prompt_again(house: House, player: NamedPlayer) -> None:
    assert house.guide.repeat() is False
    say(house, CARD)
    assert house.guide.repeat() is True
    house.wait_for(GuideState.QUIET)
    assert player.names == ["card", "card"]
    assert house.captions == ["请放卡", "请放卡"]


def test_repeat_works_after_a_stop(house: House, player: NamedPlayer) -> None:
    house.guide.speak(CARD)
    house.wait_for(GuideState.SPEAKING)
    house.guide.stop()
    house.guide.repeat()
    house.wait_for(GuideState.QUIET)
    assert player.names == ["card", "card"]


def test_rate_and_volume_hold_for_one_visit(
    house: House, synthesizer: ToneSynthesizer, player: NamedPlayer
) -> None:
    house.guide.set_rate(house.guide.rate_level.slower())
    house.guide.set_volume(3.0)
    say(house, CARD)
    house.guide.forget_visit()
    say(house, CARD)
    assert synthesizer.levels == [RateLevel.SLOW, RateLevel.NORMAL]
    assert player.played == [("card", 1.0), ("card", DEFAULT_VOLUME)]
    assert (house.guide.rate_level, house.guide.volume) == (RateLevel.NORMAL, DEFAULT_VOLUME)


def test_an_unknown_prompt_is_refused_and_the_sound_goes_on(house: House) -> None:
    house.guide.speak(WELCOME)
    house.wait_for(GuideState.SPEAKING)
    with pytest.raises(PromptMissing):
        house.guide.speak(Prompt("nowhere"))
    assert house.guide.state is GuideState.SPEAKING
    assert len(house.captions) == 1


def test_without_a_synthesizer_captions_are_shown_and_nothing_fails(
    tmp_path: Path, player: NamedPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path, None, player)
    say(house, WELCOME)
    house.guide.close()
    assert house.captions == ["您好。请点一下屏幕。"]
    assert not house.guide.is_audible
    assert player.names == []
    assert not caplog.records


def test_a_missing_engine_is_logged_once_and_captions_go_on(
    house: House, synthesizer: ToneSynthesizer, caplog: pytest.LogCaptureFixture
) -> None:
    synthesizer.fault = SynthesizerUnavailable("no library")
    say(house, WELCOME)
    say(house, CARD)
    assert len(house.captions) == 2
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert not house.guide.is_audible


def test_a_text_that_fails_costs_only_its_own_sound(
    house: House,
    synthesizer: ToneSynthesizer,
    player: NamedPlayer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    synthesizer.fault = SynthesisFailed("worker crashed")
    say(house, PERSON)
    synthesizer.fault = None
    say(house, CARD)
    assert player.names == ["card"]
    assert "ACC-202" in caplog.text
    assert "张" not in caplog.text


def test_without_a_sound_device_a_prompt_takes_its_time_in_silence(
    house: House, player: NamedPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    player.output.is_missing = True
    begun = time.monotonic()
    say(house, WELCOME)
    assert time.monotonic() - begun > 0.4
    say(house, CARD)
    assert house.states.count(GuideState.SPEAKING) == 2
    assert len([record for record in caplog.records if "ACC-301" in record.message]) == 1


def test_a_device_that_is_plugged_in_is_heard_from_the_next_visit_on(
    house: House, player: NamedPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    player.output.is_missing = True
    say(house, CARD)
    assert not house.guide.is_audible
    player.output.is_missing = False
    house.guide.forget_visit()
    say(house, WELCOME)
    assert player.names == ["welcome"]
    assert len(caplog.records) == 1


def test_a_stuck_device_does_not_hold_the_page_for_ever(
    tmp_path: Path, player: NamedPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    player.output.is_stuck = True
    house = House(tmp_path, ToneSynthesizer(0.3), player)
    begun = time.monotonic()
    say(house, WELCOME)
    assert time.monotonic() - begun < 5.0
    assert "stuck" in caplog.text
    player.output.is_stuck = False
    house.guide.close()


def test_a_device_is_released_after_each_prompt(house: House, player: NamedPlayer) -> None:
    say(house, CARD)
    house.guide.close()
    assert player.output.is_released()


def test_a_caption_callback_may_stop_the_guide(tmp_path: Path, player: NamedPlayer) -> None:
    guides: list[VoiceGuide] = []
    stop: Callable[[str], None] = lambda caption: guides[0].stop()  # noqa: E731
    guide = VoiceGuide(CATALOGUE, ToneSynthesizer(), PromptCache(tmp_path), player, stop)
    guides.append(guide)
    guide.speak(WELCOME)
    guide.close()
    assert player.names == []


def test_a_bug_in_a_player_does_not_silence_the_next_prompt(
    house: House,
    player: NamedPlayer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(player, "play", broken)
        say(house, CARD)
    say(house, WELCOME)
    assert player.names == ["welcome"]
    assert "could not be said" in caplog.text


def test_close_in_the_middle_of_rendering_and_playing_ends_everything(
    tmp_path: Path, player: NamedPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    synthesizer = ToneSynthesizer()
    synthesizer.gate.clear()
    house = House(tmp_path, synthesizer, player)
    house.guide.speak(WELCOME)
    assert synthesizer.waiting.wait(LIMIT_S)
    house.guide.close()
    house.guide.close()
    assert synthesizer.is_closed
    assert house.guide.state is GuideState.CLOSED
    assert house.guide.speak(CARD).caption == "请放卡"
    house.guide.stop()
    house.guide.forget_visit()
    assert house.guide.state is GuideState.CLOSED
    assert player.names == []
    assert not caplog.records
