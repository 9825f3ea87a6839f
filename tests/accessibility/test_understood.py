"""A recogniser that knows nothing of the synthesizer hears the prompts: do they say what the captions show?

Sphinx hears no tones and its Mandarin models are old: what it tells apart, a person certainly does.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accessibility.errors import SynthesizerUnavailable
from accessibility.prompt_catalogue import PromptCatalogue
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer
from accessibility.rate import RateLevel
from accessibility.wav import Pcm, read_wav

MEDIA = Path(os.environ.get("XIANGLIN_MEDIA", Path(__file__).parents[3] / "shared" / "media"))
MODELS = MEDIA / "models" / "pocketsphinx-zh"
HEARS_AT_HZ = 8_000
PAUSES = "、，。！？"


@pytest.fixture(scope="module")
def pronunciations() -> dict[str, str]:
    """Character to its phones, from the model's dictionary."""
    if not MODELS.is_dir():
        pytest.skip(f"no recogniser model at {MODELS}; set XIANGLIN_MEDIA")
    pytest.importorskip(
        "pocketsphinx", reason="pocketsphinx is not installed: no wheel for this Python"
    )
    phones: dict[str, str] = {}
    with (MODELS / "mandarin_notone.dic").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, _, spoken = line.strip().replace("\t", " ").partition(" ")
            if len(word) == 1:
                phones.setdefault(word, spoken.strip())
    return phones


@pytest.fixture
def synthesizer() -> Iterator[Pyttsx3Synthesizer]:
    made = Pyttsx3Synthesizer()
    yield made
    made.close()


class Listener:
    """Picks one of a closed list of texts."""

    def __init__(self, texts: list[str], pronunciations: dict[str, str]) -> None:
        from pocketsphinx import Config, Decoder

        config = Config(
            hmm=str(MODELS / "tdt_sc_8k"), lm=None, dict=None, samprate=HEARS_AT_HZ, loglevel="FATAL",
            beam=1e-80, wbeam=1e-60, pbeam=1e-80,
        )  # fmt: skip
        self._decoder: Any = Decoder(config)
        self._texts = {" ".join(c for c in text if c not in PAUSES): text for text in texts}
        for character in sorted({c for spaced in self._texts for c in spaced.split()}):
            self._decoder.add_word(character, pronunciations[character], True)
        rule = " | ".join(f"({spaced})" for spaced in self._texts)
        self._decoder.add_jsgf_string("all", f"#JSGF V1.0;\ngrammar g;\npublic <g> = {rule};\n")
        self._decoder.activate_search("all")

    def hear(self, pcm: Pcm) -> str | None:
        """Return the one text that begins with what was heard; the decoder often drops the last syllables."""
        self._decoder.start_utt()
        self._decoder.process_raw(at_8_khz(pcm).tobytes(), full_utt=True)
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        heard = hypothesis.hypstr if hypothesis else ""
        fitting = [
            text for spaced, text in self._texts.items() if heard and spaced.startswith(heard)
        ]
        return fitting[0] if len(fitting) == 1 else None


def at_8_khz(pcm: Pcm) -> np.ndarray[Any, np.dtype[np.int16]]:
    count = int(pcm.duration_s * HEARS_AT_HZ)
    spectrum = np.fft.rfft(pcm.samples.astype(np.float64))[: count // 2 + 1]
    samples = np.fft.irfft(spectrum, count) * count / len(pcm.samples)
    return np.clip(samples, -32768, 32767).astype(np.int16)


def test_a_recogniser_hears_which_prompt_the_voice_says(
    synthesizer: Pyttsx3Synthesizer,
    pronunciations: dict[str, str],
    tmp_path: Path,
    record_property: Any,
) -> None:
    catalogue = PromptCatalogue.load("zh-CN")
    readings = [catalogue.text(prompt).reading for prompt in catalogue.fixed_prompts()[::6]]
    known = [text for text in readings if all(c in pronunciations or c in PAUSES for c in text)]
    listener = Listener(known, pronunciations)
    wrong = {}
    for text in known:
        try:
            synthesizer.render(text, RateLevel.NORMAL, tmp_path / "x.wav")
        except SynthesizerUnavailable as error:
            pytest.skip(f"no speech engine here: {error}")
        if (heard := listener.hear(read_wav(tmp_path / "x.wav"))) != text:
            wrong[text] = heard
    record_property("figure", f"prompts understood: {len(known) - len(wrong)} of {len(known)}")
    assert len(wrong) <= len(known) // 10, wrong
