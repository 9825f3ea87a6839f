"""What protecting costs on real voices."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.identity_evidence import Modality
from kiosk.identity import template_protection
from kiosk.identity.template_protection import TemplateProtection
from kiosk.identity.voice.ge2e_embedder import Ge2eEmbedder
from kiosk.identity.voice.voice_engine import EmbeddedVoiceEngine
from kiosk.services.template_seal import TemplateContent, TemplatePlace
from tests.identity.voices import GE2E, SILERO, SPEECH, read_sound, require, utterance

SPEAKERS = SPEECH / "speakers" / "librispeech"
MOST_CHANGE = 0.004
"""Of a cosine. Measured: 10 speakers, 100 comparisons, at most 0.0010."""


def test_cosines_of_real_voices_hardly_change(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(template_protection.os, "urandom", np.random.default_rng(1).bytes)
    for needed in (GE2E, SILERO, SPEAKERS):
        require(needed)
    engine = EmbeddedVoiceEngine(Ge2eEmbedder(GE2E))
    seal = TemplateProtection(b"v" * 32)
    templates, probes = [], []
    for folder in sorted(path for path in SPEAKERS.iterdir() if path.is_dir()):
        first, second, *_ = sorted(folder.glob("*.flac"))
        templates.append(engine.enrol((utterance(beginning(first)),)))
        probes.append(engine.embed((utterance(beginning(second)),)))
    changes = []
    for template in templates:
        place = TemplatePlace("r-0001", Modality.VOICE, template.engine_id)
        sealed = seal.seal(place, TemplateContent((template.vector,)))
        opened = replace(template, vector=seal.open(place, sealed).vectors[0])
        # Its length is still 1, or the engine would call it damaged.
        changes += [
            abs(engine.similarity(probe, template) - engine.similarity(probe, opened))
            for probe in probes
        ]
    record_property(
        "figure",
        f"protected templates of {engine.engine_id}: {len(templates)} speakers, {len(changes)} comparisons, cosines "
        f"change by at most {max(changes):.4f}, on average {np.mean(changes):.4f}",
    )
    assert len(changes) == 100
    assert max(changes) < MOST_CHANGE


def beginning(path: Path) -> np.ndarray:  # type: ignore[type-arg]
    pytest.importorskip("soundfile", reason="soundfile reads FLAC")
    return read_sound(path)[: 4 * 16_000]
