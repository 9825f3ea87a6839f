"""A voice for the demonstration: ten spoken digits, and models to hear them, where there is a folder of test media."""

import importlib.util
import random
import shutil
import threading
import wave
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.demo.portraits import media_folder
from kiosk.devices.simulated_microphone import SimulatedMicrophone
from kiosk.models.manifest import GE2E, POCKETSPHINX_CHINESE, SILERO_VAD, read_manifest
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.services.hear_digits import VoiceView
from kiosk.services.ports import VoiceTemplate
from kiosk.voice_booth import VoiceBooth

_WORDS = "零一二三四五六七八九"
_PACKAGES = ("pocketsphinx", "soundfile")
_FAST = 1e6
_SEED = 7
"""Of the digits that are enrolled; those of the check are drawn by chance, as always."""
_EDGE = 800
"""Samples of silence that are left before and behind a word."""
_LOUD = 400


@dataclass(frozen=True, slots=True)
class DemoVoice:
    """One voice and what hears it."""

    digits: Path
    """``0.wav`` to ``9.wav``."""
    models: Path


def choose_voice(scratch: Path) -> DemoVoice | None:
    """Take recordings and models of the media folder; None where something of them is missing.

    Args:
        scratch: where recordings and models are laid out.
    """
    if any(importlib.util.find_spec(package) is None for package in _PACKAGES):
        return None
    media = media_folder()
    words = [media / "speech" / "words" / f"cmn-{word}.mp3" for word in _WORDS]
    manifest = read_manifest()
    models = [
        media / "models" / manifest[name].file for name in (GE2E, SILERO_VAD, POCKETSPHINX_CHINESE)
    ]
    if not all(path.exists() for path in (*words, *models)):
        return None
    voice = DemoVoice(scratch / "digits", scratch / "voice-models")
    voice.digits.mkdir()
    voice.models.mkdir()
    for digit, word in enumerate(words):
        _record(word, voice.digits / f"{digit}.wav")
    for model in models:
        copy = shutil.copytree if model.is_dir() else shutil.copyfile
        copy(model, voice.models / model.name)
    return voice


def enrol_demo_voice(booth: VoiceBooth, voice: DemoVoice) -> VoiceTemplate | None:
    """Enrol without waiting for sound; None when the recogniser did not follow."""
    microphone = SimulatedMicrophone(voice.digits, _FAST)
    said: list[tuple[str, int]] = []

    def read(view: VoiceView) -> None:
        now = (view.challenge.digits, view.attempt)
        if view.is_listening and now not in said:
            said.append(now)
            microphone.say(view.challenge.digits)

    hear = replace(booth.hearing(), microphone=microphone)
    run = EnrolVoice(hear, random.Random(_SEED).choice)  # noqa: S311 (a demonstration repeats)
    return run.run(read, threading.Event()).template


def _record(source: Path, target: Path) -> None:
    import numpy as np
    import soundfile

    samples, rate_hz = soundfile.read(source, dtype="int16", always_2d=True)
    mono = samples[:, 0]
    loud = np.flatnonzero(np.abs(mono.astype(np.int32)) > _LOUD)
    cut = mono[max(0, loud[0] - _EDGE) : loud[-1] + _EDGE]
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(cut.astype("<i2").tobytes())
