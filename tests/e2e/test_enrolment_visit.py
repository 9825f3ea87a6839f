"""An enrolment at the machine over real parts: a camera of a photograph, a recorded voice, a simulated card."""

import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config import DeviceConfig, HardwareConfig, KioskConfig, ModelsConfig, StorageConfig
from kiosk.devices.file_camera import FileCamera
from kiosk.devices.simulated_card_reader import SimulatedCard, SimulatedCardReader, write_cards
from kiosk.devices.simulated_microphone import SimulatedMicrophone
from kiosk.flows.actions import (
    CardPresented,
    Choose,
    Confirm,
    FacesCaptured,
    PinTyped,
)
from kiosk.flows.enrolment.start import enrol_step
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import (
    AttestPage,
    ConsentPage,
    FaceCapturePage,
    FormReviewPage,
    NoticePage,
    PinPage,
    VoiceCheckPage,
)
from kiosk.flows.voice_result import voice_action
from kiosk.runtime import open_runtime
from kiosk.services.capture_faces import CaptureFaces
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW, REGION, ZHAO, FakeClock, card
from tests.devices.microphones import FAST
from tests.e2e.test_voice_visit import Speaker, record_digits
from tests.identity.voices import GE2E, MEDIA, SILERO, SPHINX, require

PHOTO = MEDIA / "faces" / "face_recognition" / "examples" / "obama.jpg"


class HastyClock(FakeClock):
    """Half a second from each look to the next."""

    def monotonic_s(self) -> float:
        self.forward(0.5)
        return self.seconds


def test_resident_is_enrolled_with_face_voice_card_and_pin(tmp_path: Path) -> None:
    for path in (GE2E, SILERO, SPHINX, PHOTO):
        require(path)
    pytest.importorskip("pocketsphinx", reason="pocketsphinx has no wheel for this Python")
    digits = record_digits(tmp_path / "digits")
    cards = tmp_path / "cards.json"
    write_cards(cards, (SimulatedCard.issue(card(), "135790"),))
    config = KioskConfig(
        device=DeviceConfig("dev-0007", "A07", REGION),
        hardware=HardwareConfig(
            camera=f"file:{PHOTO}",
            microphone=f"simulated:{digits}",
            card_reader=f"simulated:{cards}",
        ),
        models=ModelsConfig(str(MEDIA / "models")),
        storage=StorageConfig(str(tmp_path / "state"), "file"),
    )
    with open_runtime(config) as runtime:
        microphone = SimulatedMicrophone(digits, FAST)
        runtime.booth.microphone = microphone
        row = {"citizen_id": ZHAO, "name": "赵桂兰", "region_code": REGION, "record": ""}
        with runtime.store.transaction() as transaction:
            SqliteResidents(transaction.database).put("r-0001", row, NOW.isoformat())
        assert isinstance(runtime.card_reader, SimulatedCardReader)
        runtime.card_reader.insert(card().card_number)
        ports = runtime.visit_ports()
        navigator = Navigator(ports)
        navigator.start()
        navigator._visit.staff = "31"
        navigator._step = enrol_step("31", ports)
        for action, page in (
            (CardPresented(card()), AttestPage),
            (Confirm(), ConsentPage),
            (Confirm(), FaceCapturePage),
        ):
            assert type(navigator.act(action)) is page
        capture = navigator.face_capture()
        assert isinstance(capture, CaptureFaces)
        assert isinstance(capture.camera, FileCamera)
        taken = replace(capture, clock=HastyClock()).run(lambda _view: None, threading.Event())
        assert taken.template is not None, taken
        navigator.act(FacesCaptured(taken.frames, taken.template))
        assert type(navigator.act(Choose("enrol_next"))) is ConsentPage
        assert type(navigator.act(Confirm())) is VoiceCheckPage
        run = navigator.voice_check()
        assert isinstance(run, EnrolVoice)
        result = replace(run, choose=random.Random(7).choice).run(
            Speaker(microphone).see, threading.Event()
        )
        said = voice_action(result)
        assert said is not None
        assert type(navigator.act(said)) is PinPage, result
        assert type(navigator.act(PinTyped("135790"))) is FormReviewPage
        assert type(navigator.act(Confirm())) is NoticePage
        with runtime.store.transaction() as transaction:
            face, voice = transaction.templates.find("r-0001"), transaction.voices.find("r-0001")
        assert face is not None
        assert voice is not None
        assert (len(face.vectors), voice.phrases, voice.engine_id) == (3, 3, "ge2e-v1")
        assert ports.face_template("r-0001") is not None
        assert ports.voice is not None
        assert ports.voice.template("r-0001") is not None
