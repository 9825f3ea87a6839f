from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import TemplateUnusable, VoiceNotUsable
from kiosk.identity.voice.ge2e_embedder import Ge2eEmbedder
from kiosk.identity.voice.voice_engine import EmbeddedVoiceEngine
from kiosk.services.ports import Embedding, Sound, VoiceTemplate
from kiosk.services.voice_ports import Utterance
from tests.identity.voices import GE2E, SPEECH, read_sound, require, utterance


@dataclass
class FakeEmbedder:
    vectors: list[list[float]] = field(default_factory=list)
    engine_id: str = "e"
    same_voice_floor: float = 0.5
    lengths: list[int] = field(default_factory=list)

    def warm_up(self) -> None:
        return None

    def embed(self, speech: Sound) -> Embedding:
        self.lengths.append(len(speech))
        return np.asarray(self.vectors.pop(0), np.float32)


def phrase(blocks: int = 10) -> Utterance:
    return Utterance(tuple(np.ones((blocks, 512), np.int16)), (True,) * blocks)


def test_template_is_the_mean_of_the_phrases_of_length_one() -> None:
    engine = EmbeddedVoiceEngine(FakeEmbedder([[1, 0], [0.6, 0.8], [0.8, 0.6]]))
    template = engine.enrol((phrase(), phrase(), phrase()))
    vector = np.frombuffer(template.vector, "<f4")
    np.testing.assert_allclose(vector, np.array([2.4, 1.4]) / np.hypot(2.4, 1.4), rtol=1e-6)
    assert (template.engine_id, template.phrases, template.speech_s) == ("e", 3, 0.96)
    assert "vector" not in repr(template)


def test_phrase_of_another_voice_is_named() -> None:
    engine = EmbeddedVoiceEngine(FakeEmbedder([[1, 0], [0.3, 0.954], [1, 0]]))
    with pytest.raises(VoiceNotUsable) as caught:
        engine.enrol((phrase(), phrase(), phrase()))
    assert (caught.value.index, caught.value.advice) == (1, "other_voice")


def test_check_describes_all_phrases_in_one_piece() -> None:
    embedder = FakeEmbedder([[1, 0]])
    EmbeddedVoiceEngine(embedder).embed((phrase(10), phrase(20)))
    assert embedder.lengths == [30 * 512]


@pytest.mark.parametrize(
    "template",
    [
        VoiceTemplate("other", np.array([1, 0], "<f4").tobytes(), 3, 9.0),
        VoiceTemplate("e", np.array([1, 0, 0], "<f4").tobytes(), 3, 9.0),
        VoiceTemplate("e", b"\0" * 7, 3, 9.0),
        VoiceTemplate("e", np.array([3, 0], "<f4").tobytes(), 3, 9.0),
        VoiceTemplate("e", np.array([np.nan, 0], "<f4").tobytes(), 3, 9.0),
    ],
)
def test_template_of_another_engine_or_damaged_is_unusable(template: VoiceTemplate) -> None:
    engine = EmbeddedVoiceEngine(FakeEmbedder())
    with pytest.raises(TemplateUnusable):
        engine.similarity(np.array([1, 0], np.float32), template)


def test_real_voices_are_told_apart_by_their_templates() -> None:
    engine = EmbeddedVoiceEngine(Ge2eEmbedder(require(GE2E)))
    folder = SPEECH / "commands"

    def phrases(speaker: int, take: str) -> Utterance:
        words = [
            read_sound(folder / f"spk{speaker:02d}" / f"{word:02d}-{take}.flac")
            for word in range(4)
        ]
        return utterance(np.concatenate(words))

    one, other = (
        engine.enrol(tuple(phrases(speaker, take) for take in ("01", "05", "09")))
        for speaker in (1, 2)
    )
    probe = engine.embed((phrases(1, "13"),))
    assert engine.similarity(probe, one) > engine.similarity(probe, other) + 0.1


def test_helper_who_reads_one_phrase_is_noticed_at_enrolment() -> None:
    engine = EmbeddedVoiceEngine(Ge2eEmbedder(require(GE2E)))
    folder = SPEECH / "speakers" / "librispeech"
    own = [read_sound(folder / "1688" / f"1688-142285-000{n}.flac")[:96_000] for n in (0, 1)]
    helper = read_sound(folder / "2033" / "2033-164914-0000.flac")[:96_000]
    with pytest.raises(VoiceNotUsable) as caught:
        engine.enrol((utterance(own[0]), utterance(helper), utterance(own[1])))
    assert (caught.value.index, caught.value.advice) == (1, "other_voice")
