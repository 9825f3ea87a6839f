"""Builds the devices that the configuration names."""

from pathlib import Path

from kiosk.devices.absent_camera import AbsentCamera
from kiosk.devices.absent_card_reader import AbsentCardReader
from kiosk.devices.absent_microphone import AbsentMicrophone
from kiosk.devices.file_camera import FileCamera
from kiosk.devices.opencv_camera import OpencvCamera
from kiosk.devices.simulated_card_reader import CardsUnreadable, SimulatedCardReader, read_cards
from kiosk.errors import ConfigError
from kiosk.services.ports import Camera, CardReader, Microphone

CAMERA_KEY = "hardware.camera"
CARD_READER_KEY = "hardware.card_reader"
MICROPHONE_KEY = "hardware.microphone"

_MAXIMUM_INDEX = 63


def make_camera(spec: str, width: int = 640, height: int = 480) -> Camera:
    """Build a camera; opens nothing.

    Args:
        spec: ``opencv:<number>``, ``file:<picture, folder or film>`` or ``none``.
        width: pixels to ask for.
        height: pixels to ask for.
    Raises:
        ConfigError: another text; names the key and what to write.
    """
    kind, _, rest = spec.partition(":")
    if spec == "none":
        return AbsentCamera()
    if kind == "file" and rest:
        return FileCamera(Path(rest).expanduser(), width=width, height=height)
    if kind == "opencv" and rest.isascii() and rest.isdecimal() and int(rest) <= _MAXIMUM_INDEX:
        return OpencvCamera(int(rest), width, height)
    fault = "请写 opencv:0、file:<图片、文件夹或视频> 或 none"
    raise ConfigError((f"{CAMERA_KEY}：不是摄像头；{fault}",))


def make_card_reader(spec: str) -> CardReader:
    """Build a card reader.

    Args:
        spec: ``simulated:<file of cards>`` or ``none``.
    Raises:
        ConfigError: another text, or the file of cards is missing or wrong; names the key and what to write.
    """
    kind, _, rest = spec.partition(":")
    if spec == "none":
        return AbsentCardReader()
    if kind == "simulated" and rest:
        try:
            return SimulatedCardReader(read_cards(Path(rest).expanduser()))
        except CardsUnreadable as error:
            raise ConfigError((f"{CARD_READER_KEY}：{error}",)) from error
    fault = "请写 simulated:<cards.json> 或 none"
    raise ConfigError((f"{CARD_READER_KEY}：不是读卡器；{fault}",))


def make_microphone(spec: str) -> Microphone:
    """Build a microphone; loads no sound library and opens nothing.

    Args:
        spec: ``sounddevice``, ``sounddevice:<number or part of the name>``, ``file:<WAV or folder>``,
            ``simulated:<folder of ten digits>`` or ``none``.
    Raises:
        ConfigError: another text; names the key and what to write.
    """
    kind, _, rest = spec.partition(":")
    if spec == "none":
        return AbsentMicrophone()
    # Imported here: both need numpy, for which a kiosk without a voice does not wait.
    if kind == "file" and rest:
        from kiosk.devices.file_microphone import FileMicrophone

        return FileMicrophone(Path(rest).expanduser())
    if kind == "sounddevice":
        from kiosk.devices.sounddevice_microphone import SounddeviceMicrophone

        return SounddeviceMicrophone(rest)
    if kind == "simulated" and rest:
        from kiosk.devices.simulated_microphone import SimulatedMicrophone

        return SimulatedMicrophone(Path(rest).expanduser())
    fault = "请写 sounddevice、sounddevice:<编号或名字>、file:<录音或文件夹>、simulated:<文件夹> 或 none"
    raise ConfigError((f"{MICROPHONE_KEY}：不是麦克风；{fault}",))
