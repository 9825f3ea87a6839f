import threading
from pathlib import Path

import pytest

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.app.fault_voice import FaultVoice
from kiosk.config import HardwareConfig, KioskConfig, StorageConfig

PROMPTS = PromptCatalogue.load("zh-CN")
OUT_OF_SERVICE = Prompt("out_of_service")


def config(tmp_path: Path, audio: str) -> KioskConfig:
    return KioskConfig(
        hardware=HardwareConfig(audio=audio),
        storage=StorageConfig(state_dir=str(tmp_path / "state")),
    )


def test_fault_is_said_without_a_database_and_again_when_asked(tmp_path: Path) -> None:
    voice = FaultVoice(config(tmp_path, f"record:{tmp_path / 'heard'}"), PROMPTS, OUT_OF_SERVICE)
    try:
        for count in (1, 2):
            voice.speak()
            pause = threading.Event()
            for _ in range(100):
                heard = list((tmp_path / "heard").glob("*out_of_service.wav"))
                if len(heard) == count or pause.wait(0.05):
                    break
            if not heard:
                pytest.skip("no speech engine on this machine: captions only")
            assert len(heard) == count
        voice.stop()
    finally:
        voice.close()
        voice.close()


@pytest.mark.parametrize("audio", ["none", "nonsense"])
def test_page_is_shown_in_silence_when_there_is_no_sound(tmp_path: Path, audio: str) -> None:
    voice = FaultVoice(config(tmp_path, audio), PROMPTS, OUT_OF_SERVICE)
    voice.speak()
    voice.stop()
    voice.close()
