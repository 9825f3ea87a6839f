from pathlib import Path

import pytest

from kiosk.devices.absent_camera import AbsentCamera
from kiosk.devices.absent_card_reader import AbsentCardReader
from kiosk.devices.factory import make_camera, make_card_reader
from kiosk.devices.file_camera import FileCamera
from kiosk.devices.opencv_camera import OpencvCamera
from kiosk.devices.simulated_card_reader import SimulatedCard, SimulatedCardReader, write_cards
from kiosk.errors import ConfigError
from kiosk.services.ports import Card


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("none", AbsentCamera),
        ("opencv:0", OpencvCamera),
        ("opencv:12", OpencvCamera),
        ("file:C:\\图片\\a.jpg", FileCamera),
        ("file:/no/such/file", FileCamera),
    ],
)
def test_make_camera_builds_what_the_setting_names(spec: str, kind: type) -> None:
    assert isinstance(make_camera(spec), kind)


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "None",
        "opencv",
        "opencv:",
        "opencv:-1",
        "opencv:x",
        "opencv:²",
        "opencv:64",
        "file:",
        "usb:0",
    ],
)
def test_make_camera_names_the_key_when_the_setting_is_wrong(spec: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_camera(spec)

    assert caught.value.faults[0].startswith("hardware.camera")


def test_make_card_reader_builds_what_the_setting_names(tmp_path: Path) -> None:
    path = tmp_path / "cards.json"
    write_cards(path, (SimulatedCard.issue(Card("1", "张", "X1"), "123456"),))

    reader = make_card_reader(f"simulated:{path}")

    assert isinstance(reader, SimulatedCardReader)
    assert reader.card_numbers == ("X1",)
    assert isinstance(make_card_reader("none"), AbsentCardReader)


@pytest.mark.parametrize(
    "spec", ["", "simulated", "simulated:", "simulated:/no/such/file", "pcsc:0"]
)
def test_make_card_reader_names_the_key_when_the_setting_is_wrong(spec: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_card_reader(spec)

    assert caught.value.faults[0].startswith("hardware.card_reader")
