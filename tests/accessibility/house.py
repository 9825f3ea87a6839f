"""A voice guide with everything around it."""

import json
import os
import threading
from pathlib import Path

from accessibility.audio import OnFinished
from accessibility.guide import GuideState, VoiceGuide
from accessibility.prompt import Prompt
from accessibility.prompt_cache import PromptCache
from accessibility.prompt_catalogue import PromptCatalogue
from accessibility.silent_player import SilentPlayer
from accessibility.sounddevice_player import SoundDevicePlayer
from tests.accessibility.fakes import LIMIT_S, PacedOutput, ToneSynthesizer

CATALOGUE = PromptCatalogue.parse(
    json.dumps(
        {
            "prompts": {
                "welcome": {"title": "您好", "sentence": "请点一下屏幕。"},
                "card": {"title": "请放卡", "sentence": ""},
                "pin": {"title": "请输密码", "sentence": "共6位。"},
                "person": {"title": "是您吗？", "sentence": "屏幕上是{name}。"},
                "idle": {"title": "您还在吗？", "sentence": "还有{seconds}秒。"},
            },
            "texts": {},
        }
    ),
    "zh-CN",
)


WELCOME, CARD, PIN = Prompt("welcome"), Prompt("card"), Prompt("pin")


PERSON = Prompt("person", {"name": "张*国"})


class NamedPlayer(SoundDevicePlayer):
    """A real player on a simulated device; remembers what it was asked to play."""

    def __init__(self, output: PacedOutput) -> None:
        super().__init__(output)
        self.output = output
        self.played: list[tuple[str, float]] = []

    def play(
        self,
        wav: bytes | Path,
        on_finished: OnFinished | None = None,
        *,
        volume: float = 1.0,
        name: str = "",
    ) -> None:
        super().play(wav, on_finished, volume=volume, name=name)
        self.played.append((name, volume))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.played]


class House:
    """A guide with everything around it, and a bounded wait for its states."""

    def __init__(
        self,
        folder: Path,
        synthesizer: ToneSynthesizer | None,
        player: SoundDevicePlayer | SilentPlayer,
    ):
        self.folder = folder
        self.captions: list[str] = []
        self.states: list[GuideState] = []
        self._changed = threading.Condition()
        self.guide = VoiceGuide(
            CATALOGUE,
            synthesizer,
            PromptCache(folder / "voice", recordings=folder / "recorded"),
            player,
            self.captions.append,
            self._on_state,
        )

    def _on_state(self, state: GuideState) -> None:
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()

    def wait_for(self, state: GuideState) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.guide.state is state, LIMIT_S), self.states

    def files(self) -> set[str]:
        return set(os.listdir(self.folder / "voice"))


def say(house: House, prompt: Prompt) -> None:
    house.guide.speak(prompt)
    house.wait_for(GuideState.QUIET)
