from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import ModelUnavailable, VoiceNotUsable
from kiosk.identity.voice.ge2e_embedder import Ge2eEmbedder, window_starts
from kiosk.models.manifest import GE2E as GE2E_ID
from kiosk.models.manifest import read_manifest
from kiosk.services.ports import SOUND_RATE_HZ
from tests.identity.voices import GE2E, SILERO, SPEECH, read_sound, require


@pytest.fixture(scope="module")
def embedder() -> Ge2eEmbedder:
    return Ge2eEmbedder(require(GE2E))


# resemblyzer 0.1.4's compute_partial_slices(n, rate=1.3, min_coverage=0.75), worked by hand from its text
@pytest.mark.parametrize(
    ("seconds", "starts"),
    [
        (0.5, [0]),
        (1.6, [0]),
        (1.9, [0]),
        (2.0, [0, 77]),
        (3.0, [0, 77, 154]),
        (4.0, [0, 77, 154, 231]),
    ],
)
def test_windows_overlap_by_half_and_the_last_is_mostly_sound(
    seconds: float, starts: list[int]
) -> None:
    assert window_starts(round(seconds * SOUND_RATE_HZ)) == starts


def test_embedding_has_length_one_and_is_the_same_every_time(embedder: Ge2eEmbedder) -> None:
    speech = read_sound(SPEECH / "commands" / "spk01" / "00-01.flac")
    one, other = embedder.embed(speech), embedder.embed(speech)
    assert one.shape == (256,)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("gain", [0.25, 3.0])
def test_loudness_makes_no_difference(embedder: Ge2eEmbedder, gain: float) -> None:
    speech = read_sound(SPEECH / "speakers" / "librispeech" / "1688" / "1688-142285-0003.flac")
    other = np.clip(np.round(speech * gain), -32768, 32767).astype(np.int16)
    assert embedder.embed(speech) @ embedder.embed(other) > 0.995


def test_too_little_speech_is_refused(embedder: Ge2eEmbedder) -> None:
    with pytest.raises(VoiceNotUsable) as caught:
        embedder.embed(np.ones(6_000, np.int16))
    assert caught.value.advice == "too_short"


def test_silence_has_an_embedding_without_a_fault(embedder: Ge2eEmbedder) -> None:
    assert np.isfinite(embedder.embed(np.zeros(32_000, np.int16))).all()


def test_missing_damaged_or_other_model_is_unavailable(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no network")
    for model in (tmp_path / "absent.onnx", damaged, require(SILERO)):
        with pytest.raises(ModelUnavailable):
            Ge2eEmbedder(model).warm_up()


def test_manifest_names_this_engine() -> None:
    assert read_manifest()[GE2E_ID].engine_id == Ge2eEmbedder.engine_id
