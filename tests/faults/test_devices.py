"""Devices that fail, and files that play devices: a visit always has another way, a bad file is said."""

import json
import threading
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.devices.file_camera import FileCamera
from kiosk.flows.actions import (
    Answered,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    Confirm,
    FaceCheckUnavailable,
    PinTyped,
)
from kiosk.flows.pages import (
    ChoicePage,
    ConfirmPersonPage,
    ConsentPage,
    FaceCheckPage,
    FormReviewPage,
    IdentifyPage,
    NoticePage,
    PinPage,
    ReceiptPage,
    ServicesPage,
)
from kiosk.services.ports import (
    Embedding,
    FaceAdvice,
    FaceComparison,
    FaceObservation,
    FaceTemplate,
    Frame,
)
from kiosk.services.verify_face import FaceCheck
from tests.builders import card, make_world
from tests.doctor.machines import make_database, write_settings
from tests.flows.walk import walk


class PatientEngine:
    """Sees nobody, ever, so that the check lasts until the camera goes."""

    engine_id = "e"

    def warm_up(self) -> None:
        """Nothing to load."""

    def observe(self, frame: Frame) -> FaceObservation:
        return FaceObservation(None, FaceAdvice.NO_FACE, 0.0)

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        raise NotImplementedError

    def enrol(self, frames: tuple[Frame, ...]) -> FaceTemplate:
        raise NotImplementedError

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        raise NotImplementedError


def write_pictures(folder: Path) -> list[Path]:
    import cv2
    import numpy as np

    folder.mkdir()
    paths = [folder / f"{number}.png" for number in range(2)]
    for path in paths:
        _, data = cv2.imencode(".png", np.full((120, 160, 3), 90, np.uint8))
        path.write_bytes(data.tobytes())
    return paths


def test_visit_goes_on_by_card_and_pin_when_the_camera_goes_in_the_middle_of_the_check(
    tmp_path: Path,
) -> None:
    _, second = write_pictures(tmp_path / "camera")
    camera = FileCamera(tmp_path / "camera", 100.0, 160, 120, seconds_for_each=0.05)
    with make_world(tmp_path) as world:
        template = FaceTemplate("e", (b"\0" * 4,))
        check = FaceCheck(camera, PatientEngine(), template, 0.4, world.clock)
        seen: list[Frame] = []

        def unplug(view: object) -> None:
            seen.append(view)  # type: ignore[arg-type]
            second.unlink(missing_ok=True)

        result = check.run(unplug, threading.Event())
        assert (result.kind, result.code) == ("unavailable", "KSK-301")
        assert seen
        world.reader.card = card()
        navigator = world.navigator()
        page = walk(
            navigator,
            (Begin(), ServicesPage),
            (ChooseService("pension.life_certification"), IdentifyPage),
            (CardPresented(card()), ConfirmPersonPage),
            (Confirm(), ConsentPage),
            (Confirm(), FaceCheckPage),
            (FaceCheckUnavailable(result.code), NoticePage),
        )
        assert page.prompt.id == "notice.face_unavailable"
        for action, expected in (
            (Choose("use_pin"), PinPage),
            (PinTyped("123456"), ChoicePage),
            (Answered("self"), FormReviewPage),
            (Confirm(), ReceiptPage),
        ):
            page = navigator.act(action)
            assert type(page) is expected
        assert [row["is_provisional"] for row in world.rows("service_request")] == [0]


SALT, HASH = "00" * 16, "00" * 32
ENTRY = {
    "card_number": "6217000000000000001",
    "citizen_id": "11010519491231002X",
    "name": "赵桂兰",
    "pin_salt": SALT,
    "pin_scrypt": HASH,
}
HOSTILE = {
    "no file": None,
    "empty": b"",
    "binary": bytes(range(256)) * 20,
    "no JSON": b"{",
    "deep": b"[" * 100_000,
    "huge": b" " * (5 << 20),
    "a list": b"[]",
    "no list of cards": b'{"cards": {}}',
    "a number": b'{"cards": [1]}',
    "keys missing": json.dumps({"cards": [{"name": "赵桂兰"}]}).encode(),
    "half a letter": json.dumps({"cards": [{**ENTRY, "name": "\ud800"}]}).encode(),
    "control characters": json.dumps({"cards": [{**ENTRY, "name": "\x1b[2J"}]}).encode(),
    "no hex": json.dumps({"cards": [{**ENTRY, "pin_salt": "zz"}]}).encode(),
    "twice the same": json.dumps({"cards": [ENTRY, ENTRY]}).encode(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_of_cards_is_one_clear_fault_without_personal_data(
    content: bytes | None, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_database(tmp_path)
    cards = tmp_path / "cards.json"
    if content is not None:
        cards.write_bytes(content)
    settings = write_settings(tmp_path, hardware={"card_reader": f"simulated:{cards}"})
    assert main(["sync", "--config", str(settings)]) == 2
    first, fault = capsys.readouterr().err.splitlines()
    assert first.startswith("KSK-100")
    assert fault.startswith("  hardware.card_reader：")
    assert fault.strip().isprintable()
    assert "模拟卡" in fault
    assert "赵桂兰" not in fault
    assert "1949" not in fault
