"""A whole visit with real speech: models, store, templates, flows; only the microphone and the guide are simulated."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import (
    DeviceConfig,
    HardwareConfig,
    KioskConfig,
    ModelsConfig,
    StorageConfig,
)
from kiosk.devices.simulated_microphone import SimulatedMicrophone
from kiosk.domain.identity_evidence import Score
from kiosk.domain.identity_policy import Factor
from kiosk.flows.actions import Begin, CitizenNumberTyped, Confirm, VoiceScored
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import (
    CitizenNumberPage,
    ConfirmPersonPage,
    ConsentPage,
    ServicesPage,
    VoiceCheckPage,
)
from kiosk.flows.voice_result import voice_action
from kiosk.identity.judge import CalibratedJudge
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.services.hear_digits import VoiceView
from kiosk.services.ports import VoiceTemplate
from kiosk.services.verify_voice import VoiceCheck, VoiceCheckResult
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW, REGION, ZHAO, FakeClock
from tests.devices.microphones import FAST, write_wav
from tests.flows.certify import SERVICE
from tests.flows.walk import walk
from tests.identity.voices import GE2E, MEDIA, SILERO, SPHINX, WORDS, require, word

TO_CONSENT = (
    (Begin(), ServicesPage),
    (SERVICE, CitizenNumberPage),
    (CitizenNumberTyped(ZHAO), ConfirmPersonPage),
    (Confirm(), ConsentPage),
)


def record_digits(folder: Path) -> Path:
    """One voice's ten digits as a simulated microphone wants them."""
    folder.mkdir()
    for digit, name in WORDS.items():
        write_wav(folder / f"{digit}.wav", word(f"words/cmn-{name}.mp3"), 16_000)
    return folder


@dataclass
class Speaker:
    """Reads what the screen shows as soon as the microphone is open."""

    microphone: SimulatedMicrophone
    said: tuple[str, int, int] | None = None

    def see(self, view: VoiceView) -> None:
        now = (view.challenge.digits, view.phrase, view.attempt)
        if view.is_listening and now != self.said:
            self.said = now
            self.microphone.say(view.challenge.digits)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Runtime]:
    for model in (GE2E, SILERO, SPHINX):
        require(model)
    pytest.importorskip("pocketsphinx", reason="pocketsphinx has no wheel for this Python")
    digits = record_digits(tmp_path / "digits")
    config = KioskConfig(
        device=DeviceConfig("dev-0007", "A07", REGION),
        hardware=HardwareConfig(camera="none", microphone=f"simulated:{digits}"),
        models=ModelsConfig(str(MEDIA / "models")),
        storage=StorageConfig(str(tmp_path / "state"), "file"),
    )
    with open_runtime(config, FakeClock()) as runtime:
        # As the factory makes it, but without waiting for sound.
        runtime.booth.microphone = SimulatedMicrophone(digits, FAST)
        row = {"citizen_id": ZHAO, "name": "赵桂兰", "region_code": REGION, "record": ""}
        with runtime.store.transaction() as transaction:
            SqliteResidents(transaction.database).put("r-0001", row, NOW.isoformat())
        yield runtime


def speaker_of(runtime: Runtime) -> Speaker:
    assert isinstance(runtime.booth.microphone, SimulatedMicrophone)
    return Speaker(runtime.booth.microphone)


def enrol(runtime: Runtime) -> None:
    run = EnrolVoice(runtime.booth.hearing(), random.Random(7).choice)
    result = run.run(speaker_of(runtime).see, threading.Event())
    assert result.template is not None, result
    with runtime.store.transaction() as transaction:
        transaction.voices.put("r-0001", result.template, NOW)


def check(runtime: Runtime, navigator: Navigator) -> VoiceCheckResult:
    run = navigator.voice_check()
    assert isinstance(run, VoiceCheck)
    return replace(run, choose=random.Random(8).choice).run(
        speaker_of(runtime).see, threading.Event()
    )


def test_resident_whose_voice_is_enrolled_proves_it_by_reading_digits(hall: Runtime) -> None:
    enrol(hall)
    navigator = Navigator(hall.visit_ports())
    walk(navigator, *TO_CONSENT, (Confirm(), VoiceCheckPage))
    result = check(hall, navigator)
    action = voice_action(result)
    assert isinstance(action, VoiceScored), result
    navigator.act(action)
    assert navigator._visit.evidence.factors == {Factor.VOICE}


def test_voice_is_asked_for_only_where_it_is_enrolled_and_its_worth_is_known(
    hall: Runtime,
) -> None:
    voice = hall.visit_ports().voice
    assert voice is not None
    assert voice.template("r-0001") is None
    vector = np.full(256, 1 / 16, "<f4").tobytes()
    with hall.store.transaction() as transaction:
        transaction.voices.put("r-0001", VoiceTemplate("ge2e-v1", vector, 3, 9.0), NOW)
    template = voice.template("r-0001")
    assert template is not None
    perfect = Score(template.engine_id, 1.0, template.phrases)
    assert voice.is_match(perfect)
    assert not voice.is_match(replace(perfect, template_samples=1))
    # What 16 people show of a voice, and 15 of a face, is not enough alone, whatever is added.
    assert not voice.adds_to(Score("dlib-resnet-v1", -0.2))
    hall.booth._judge = lambda: CalibratedJudge({})
    assert voice.template("r-0001") is None
    assert not voice.is_match(perfect)
