"""Vosk as far as it loads: its models are not among the test media. Answers are those of its own recogniser, as text."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.errors import ModelUnavailable, VoiceEngineMissing, VoiceNotUsable
from kiosk.identity.voice import vosk_models
from kiosk.identity.voice.digit_readings import digit_words
from kiosk.identity.voice.vosk_digits import UNKNOWN, VoskDigits, VoskHearing, grammar_of
from kiosk.identity.voice.vosk_embedder import FEWEST_FRAMES, VoskEmbedder
from kiosk.models.manifest import VOSK_CHINESE, VOSK_SPEAKER, read_manifest
from tests.identity.voices import MEDIA, SPEECH, blocks_of, read_sound, say_digits

WORDS = digit_words("", lambda word: True)


class FakeRecogniser:
    """Answers as KaldiRecognizer does; each ``True`` of ``ends`` is the end of a result."""

    def __init__(self, results: list[dict[str, Any]], ends: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.results, self.ends, self.pieces = list(results), ends, []

    def AcceptWaveform(self, data: bytes) -> int:  # noqa: N802
        self.pieces.append(len(data))
        return int(len(self.pieces) in self.ends)

    def Result(self) -> str:  # noqa: N802
        return json.dumps(self.results.pop(0), ensure_ascii=False)

    FinalResult = Result

    def PartialResult(self) -> str:  # noqa: N802
        return json.dumps({"partial": self.results[0].get("text", "")[:3]}, ensure_ascii=False)


def vosk_or_skip() -> Any:
    return pytest.importorskip("vosk", reason="vosk comes with the extra 'voice'")


@pytest.mark.parametrize("kind", ["Model", "SpkModel"])
def test_real_vosk_says_when_a_model_is_missing_or_none(kind: str, tmp_path: Path) -> None:
    vosk_or_skip()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "README").write_text("no model")
    for folder in ("absent", "other"):
        with pytest.raises(ModelUnavailable, match=folder):
            vosk_models.load_model(kind, tmp_path / folder)


def test_real_vosk_has_what_we_call() -> None:
    vosk = vosk_or_skip()
    assert {"Model", "SpkModel", "KaldiRecognizer", "SetLogLevel"} <= set(dir(vosk))
    needed = {"AcceptWaveform", "Result", "PartialResult", "FinalResult"}
    assert needed <= set(dir(vosk.KaldiRecognizer))
    assert "vosk_model_find_word" in dir(vosk.Model)


def test_engines_are_missing_without_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(vosk_models, "_PACKAGE", "no_such_package_here")
    for engine in (VoskEmbedder(tmp_path, tmp_path), VoskDigits(tmp_path)):
        with pytest.raises(VoiceEngineMissing):
            engine.warm_up()


def embed(results: list[dict[str, Any]], ends: set[int]) -> Any:
    recogniser = FakeRecogniser(results, ends)
    engine = VoskEmbedder(Path("a"), Path("b"), lambda: recogniser)
    return engine.embed(np.zeros(16_000, np.int16)), recogniser


def test_vectors_of_several_results_are_weighted_by_their_frames() -> None:
    results = [
        {"text": "一", "spk": [2.0, 0.0], "spk_frames": 300},
        {"text": ""},
        {"text": "二", "spk": [0.0, 5.0], "spk_frames": 100},
    ]
    vector, recogniser = embed(results, {2, 4})
    np.testing.assert_allclose(vector, np.array([3, 1]) / np.sqrt(10), rtol=1e-6)
    assert sum(recogniser.pieces) == 32_000


@pytest.mark.parametrize(
    "results", [[{"text": ""}], [{"text": "", "spk": [1.0], "spk_frames": FEWEST_FRAMES - 1}]]
)
def test_too_few_voiced_frames_are_refused(results: list[dict[str, Any]]) -> None:
    with pytest.raises(VoiceNotUsable):
        embed(results, set())


def test_digits_of_several_results_are_joined_and_what_is_unknown_is_left_out() -> None:
    recogniser = FakeRecogniser([{"text": "三 幺 [unk]"}, {"text": "七 五"}], {8})
    hearing = VoskHearing(recogniser, WORDS)
    block = np.zeros(512, np.int16)
    so_far = [hearing.accept(block) for _ in range(20)]
    assert so_far[5] == "31"
    assert so_far[8] == "31"
    assert so_far[-1] == "3175"
    assert hearing.finish() == "3175"


def test_grammar_is_written_in_real_characters_with_the_unknown_where_the_model_has_it() -> None:
    grammar = grammar_of(WORDS, has_unknown=True)
    assert "幺" in grammar
    assert "\\u" not in grammar
    assert json.loads(grammar)[-1] == UNKNOWN
    assert UNKNOWN not in json.loads(grammar_of(WORDS, has_unknown=False))
    with pytest.raises(ModelUnavailable):
        grammar_of({"一": "1"}, has_unknown=True)


def test_real_vosk_hears_and_describes_when_its_models_are_there() -> None:
    speech = MEDIA / "models" / read_manifest()[VOSK_CHINESE].file
    speaker = MEDIA / "models" / read_manifest()[VOSK_SPEAKER].file
    assert read_manifest()[VOSK_SPEAKER].engine_id == VoskEmbedder.engine_id
    if not (speech.is_dir() and speaker.is_dir()):
        pytest.skip(
            f"{speech.name} and {speaker.name} are not among the test media: Vosk was not measured here"
        )
    hearing = VoskDigits(speech).begin()
    for block in blocks_of(say_digits("39825746")):
        hearing.accept(block)
    assert hearing.finish() == "39825746"
    vector = VoskEmbedder(speech, speaker).embed(
        read_sound(SPEECH / "sentences" / "wenet-long.flac")
    )
    assert vector.shape == (128,)
