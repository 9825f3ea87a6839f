"""Microphone and voice models in the doctor's table."""

from functools import partial

from kiosk.config import KioskConfig
from kiosk.devices.absent_microphone import AbsentMicrophone
from kiosk.doctor.finding import Health
from kiosk.doctor.voice_checks import check_microphone, check_voice
from kiosk.errors import ModelUnavailable
from kiosk.face_engine import FaceEngines
from kiosk.identity.judge import CalibratedJudge
from tests.services.voices import Phrase, Stage


def label(text_id: str, **values: object) -> str:
    return text_id


def test_microphone_is_heard_once_and_closed() -> None:
    stage = Stage([Phrase(1)])
    found = check_microphone(lambda: stage, "sounddevice", label)
    assert (found.health, found.found, stage.is_open) == (Health.GOOD, "stage", False)


def test_microphone_that_is_missing_or_not_wanted_is_a_row() -> None:
    assert check_microphone(AbsentMicrophone, "none", label).remedy.endswith("hardware.microphone")
    found = check_microphone(AbsentMicrophone, "sounddevice", label)
    assert (found.health, found.code) == (Health.WARNING, "IDN-401")


def test_voice_models_are_loaded_and_their_worth_is_said() -> None:
    shipped, nothing = FaceEngines(KioskConfig()).judge, partial(CalibratedJudge, {})
    stage = Stage([], engine_id="ge2e-v1")
    assert check_voice(None, nothing).found == "没有装齐"
    assert check_voice(stage.listener, nothing).found == "ge2e-v1 没有校准，声音不作数"
    assert check_voice(stage.listener, shipped).health is Health.GOOD
    broken = Stage([], fault=ModelUnavailable("gone"))
    assert check_voice(broken.listener, shipped).code == "KSK-302"
