import logging
import os
import shutil
import stat
from pathlib import Path

import pytest

from accessibility.prompt_cache import PromptCache, sound_key, text_key
from accessibility.rate import RateLevel
from tests.accessibility.fakes import tone_wav

KEY = sound_key("您好。", "engine 1", RateLevel.NORMAL)
OTHER = sound_key("再见。", "engine 1", RateLevel.NORMAL)
SOUND = tone_wav()


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    return PromptCache(tmp_path / "voice", recordings=tmp_path / "recorded")


def stored(tmp_path: Path, key: str = KEY) -> Path:
    return tmp_path / "voice" / f"{key}.wav"


def test_key_changes_with_text_engine_and_rate() -> None:
    keys = {
        KEY,
        OTHER,
        sound_key("您好。", "engine 2", RateLevel.NORMAL),
        sound_key("您好。", "engine 1", RateLevel.SLOW),
    }
    assert len(keys) == 4


def test_a_kept_sound_is_found_again_by_another_run(cache: PromptCache, tmp_path: Path) -> None:
    assert cache.get(KEY) is None
    cache.put(KEY, SOUND)
    assert PromptCache(tmp_path / "voice").get(KEY) == SOUND


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_sounds_and_their_folder_are_for_the_owner_only(cache: PromptCache, tmp_path: Path) -> None:
    cache.put(KEY, SOUND)
    assert stat.S_IMODE(stored(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "voice").stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"RIFF", SOUND[:-50], b"\0" * 100_000, tone_wav(0.05)])
def test_a_damaged_file_counts_as_absent_and_goes(
    cache: PromptCache, tmp_path: Path, content: bytes
) -> None:
    stored(tmp_path).write_bytes(content)
    stored(tmp_path).chmod(0o600)
    assert cache.get(KEY) is None
    assert not stored(tmp_path).exists()
    cache.put(KEY, SOUND)
    assert cache.get(KEY) == SOUND


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_is_neither_read_nor_written_through(cache: PromptCache, tmp_path: Path) -> None:
    outside = tmp_path / "outside.wav"
    outside.write_bytes(SOUND)
    stored(tmp_path).symlink_to(outside)
    assert cache.get(KEY) is None
    stored(tmp_path).symlink_to(outside)
    cache.put(KEY, tone_wav(0.7))
    assert outside.read_bytes() == SOUND
    assert not stored(tmp_path).is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_a_file_that_others_can_write_is_not_played(cache: PromptCache, tmp_path: Path) -> None:
    cache.put(KEY, SOUND)
    stored(tmp_path).chmod(0o666)
    assert cache.get(KEY) is None


def test_a_folder_in_the_place_of_a_sound_costs_only_the_sound(
    cache: PromptCache, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (stored(tmp_path) / "inner").mkdir(parents=True)
    assert cache.get(KEY) is None
    cache.put(KEY, SOUND)
    cache.put(KEY, SOUND)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_folder_that_cannot_be_made_costs_only_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    cache = PromptCache(tmp_path / "file" / "voice")
    cache.put(KEY, SOUND)
    assert cache.get(KEY) is None
    assert len(caplog.records) == 1


def test_a_folder_that_vanishes_costs_only_time(
    cache: PromptCache, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(tmp_path / "voice")
    cache.put(KEY, SOUND)
    assert cache.get(KEY) is None
    assert len(caplog.records) == 1


def test_leftovers_of_a_cut_write_are_removed_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / f".{KEY}.wav.123.tmp").write_bytes(b"half")
    PromptCache(tmp_path / "voice")
    assert os.listdir(tmp_path / "voice") == []


def test_the_least_recently_used_sounds_go_when_room_is_short(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, max_bytes=int(len(SOUND) * 3.5))
    keys = [sound_key(str(number), "engine", RateLevel.NORMAL) for number in range(4)]
    for age, key in enumerate(keys[:3]):
        cache.put(key, SOUND)
        os.utime(tmp_path / f"{key}.wav", (1_000 + age, 1_000 + age))
    assert cache.get(keys[0]) == SOUND
    cache.put(keys[3], SOUND)
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True]


def test_the_newest_sound_stays_even_when_it_is_too_large(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, max_bytes=10)
    cache.put(KEY, SOUND)
    assert cache.get(KEY) == SOUND


@pytest.mark.parametrize("key", ["", "../x", "A" * 64, f"{KEY}\n"])
def test_a_key_that_could_leave_the_folder_is_refused(cache: PromptCache, key: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        cache.get(key)


def record(folder: Path, name: str, words: str | None = None) -> bytes:
    folder.mkdir(exist_ok=True)
    sound = tone_wav(0.9)
    (folder / f"{name}.wav").write_bytes(sound)
    if words is not None:
        (folder / f"{name}.txt").write_text(words, "utf-8")
    return sound


def test_a_recording_of_exactly_these_words_is_found(cache: PromptCache, tmp_path: Path) -> None:
    sound = record(tmp_path / "recorded", text_key("您好。请点屏幕。"))
    assert cache.recording("welcome", "您好。请点屏幕。") == sound
    assert cache.recording("welcome", "您好。请点这里。") is None


def test_a_recording_by_prompt_id_is_found_when_its_words_agree(
    cache: PromptCache, tmp_path: Path
) -> None:
    sound = record(tmp_path / "recorded", "welcome", "您好。请点屏幕。\n")
    assert cache.recording("welcome", "您好。请点屏幕。") == sound


@pytest.mark.parametrize("words", [None, "从前的话。"])
def test_a_recording_of_other_words_than_the_page_shows_is_not_played(
    cache: PromptCache, tmp_path: Path, words: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    record(tmp_path / "recorded", "welcome", words)
    assert cache.recording("welcome", "您好。请点屏幕。") is None
    assert "welcome" in caplog.text


def test_a_prompt_id_cannot_leave_the_recordings(cache: PromptCache, tmp_path: Path) -> None:
    (tmp_path / "recorded").mkdir()
    record(tmp_path, "secret", "您好。")
    assert cache.recording("../secret", "您好。") is None


def test_recordings_are_never_changed(cache: PromptCache, tmp_path: Path) -> None:
    record(tmp_path / "recorded", "welcome", "您好。")
    (tmp_path / "recorded" / "broken.wav").write_bytes(b"RIFF")
    before = sorted(os.listdir(tmp_path / "recorded"))
    assert cache.recording("broken", "您好。") is None
    assert cache.recording("welcome", "您好。") is not None
    assert sorted(os.listdir(tmp_path / "recorded")) == before


def test_no_recordings_folder_means_no_recording(tmp_path: Path) -> None:
    assert PromptCache(tmp_path).recording("welcome", "您好。") is None
