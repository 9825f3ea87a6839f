"""Half duplex between the voice guide and the microphone."""

import threading

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.services.voice_ports import VoiceAdvice
from kiosk.ui.visit_parts import SpokenGuide

ECHO_S = 0.25
"""After the last word of the guide: a loudspeaker and a room have a tail."""
POLL_S = 0.05
LONGEST_S = 40.0
"""A guide that never falls silent keeps nobody from speaking."""

_GROUP = 4


class GuideFloor:
    """The ``Floor`` over the voice guide; asked from the thread that listens, closed from the window's."""

    def __init__(self, guide: SpokenGuide) -> None:
        self._guide = guide
        self._lock = threading.Lock()
        self._is_closed = False

    def ask(self, digits: str, advice: VoiceAdvice | None, stop: threading.Event) -> None:
        """Let the page's own prompt end, say what to do better, read the digits out, and wait for the echo."""
        prompts = [] if advice is None else [Prompt(f"voice.advice.{advice.value}")]
        for prompt in (*prompts, read_digits(digits)):
            self._wait(stop)
            self._speak(prompt, stop)
        self._wait(stop)
        stop.wait(ECHO_S)

    def is_guide_speaking(self) -> bool:
        """Whether a sound of the guide is coming or there."""
        return self._guide.state in (GuideState.PREPARING, GuideState.SPEAKING)

    def close(self) -> None:
        """Say nothing any more: another page has the floor."""
        with self._lock:
            self._is_closed = True

    def _speak(self, prompt: Prompt, stop: threading.Event) -> None:
        with self._lock:
            if not self._is_closed and not stop.is_set():
                self._guide.speak(prompt)

    def _wait(self, stop: threading.Event) -> None:
        for _ in range(round(LONGEST_S / POLL_S)):
            if not self.is_guide_speaking() or stop.wait(POLL_S):
                return


def read_digits(digits: str) -> Prompt:
    """The digits one by one, with a breath between the groups."""
    groups = (digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
    return Prompt("voice_check.read", {"digits": "，".join("、".join(group) for group in groups)})
