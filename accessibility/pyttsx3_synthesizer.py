"""Speech synthesis through the pyttsx3 worker process: phrase by phrase, checked, joined with own pauses."""

import logging
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from accessibility.errors import SynthesisFailed, SynthesizerUnavailable, WavDamaged
from accessibility.phrase_dictionary import PhraseDictionary
from accessibility.pinyin import PinyinReader
from accessibility.rate import RateLevel
from accessibility.scratch import scratch_folder
from accessibility.wav import (
    Pcm,
    check_speech,
    join,
    read_wav,
    to_wav_bytes,
    trim,
    write_atomically,
)
from accessibility.worker_process import WorkerFault, WorkerProcess

_log = logging.getLogger(__name__)

START_LIMIT_S = 15.0
"""A cold start from a slow disk; measured warm: 0.13 s."""
RENDER_LIMIT_S = 5.0
"""For one phrase; measured: 0.02 s."""
_ATTEMPTS = 2
_RULES_VERSION = 1
"""Raise it when normaliser, dictionary, rates or pauses change what is heard: old cache files then rest."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one rate level is made."""

    engine_rate: Mapping[str, int]
    """The engine's own rate in "words" a minute, by pyttsx3 driver."""
    short_pause_s: float
    """After ``、`` and ``，``."""
    long_pause_s: float
    """After ``。``, ``！`` and ``？``."""


DELIVERIES: Mapping[RateLevel, Delivery] = {
    RateLevel.SLOW: Delivery({"espeak": 125, "sapi5": 85}, 0.55, 0.95),
    RateLevel.NORMAL: Delivery({"espeak": 145, "sapi5": 95}, 0.30, 0.55),
    RateLevel.FAST: Delivery({"espeak": 170, "sapi5": 115}, 0.20, 0.38),
}
"""espeak measured with eSpeak NG 1.51. sapi5 estimated from the driver's formula, not yet heard on Windows."""


class Pyttsx3Synthesizer:
    """Implements ``SpeechSynthesizer``. Starts its worker with the first text and again after a fault."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        start_limit_s: float = START_LIMIT_S,
        render_limit_s: float = RENDER_LIMIT_S,
    ) -> None:
        """Make a synthesizer; nothing is started yet.

        Args:
            command: starts the worker; left out, this Python runs ``accessibility.pyttsx3_worker``.
            start_limit_s: how long the worker may take to say that it is ready.
            render_limit_s: how long one phrase may take.
        Raises:
            PronunciationDamaged: the pronunciation lists have faults.
        """
        self._command = tuple(command or (sys.executable, "-m", "accessibility.pyttsx3_worker"))
        self._start_limit_s = start_limit_s
        self._render_limit_s = render_limit_s
        self._pinyin = PinyinReader(PhraseDictionary.load())
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._driver = ""
        self._script = ""
        self._last_id = 0
        self._is_closed = False
        self._fault = ""

    @property
    def identity(self) -> str:
        """Return engine, versions and platform: enough to tell sounds of another engine apart."""
        try:
            version = metadata.version("pyttsx3")
        except metadata.PackageNotFoundError:
            version = "none"
        return f"pyttsx3 {version} {sys.platform} rules {_RULES_VERSION}"

    def render(self, text: str, rate_level: RateLevel, target: Path) -> None:
        """Write the speech of ``text`` to ``target``; see ``SpeechSynthesizer``."""
        phrases = split_phrases(text)
        if not phrases:
            raise SynthesisFailed("there is nothing to say")
        with self._lock:
            try:
                speech = self._render(phrases, DELIVERIES[rate_level])
            finally:
                if self._is_closed:
                    self._stop_worker()
        try:
            write_atomically(to_wav_bytes(speech), target)
        except OSError as error:
            raise SynthesisFailed(f"cannot write the sound: {type(error).__name__}") from error

    def close(self) -> None:
        """End the worker; a rendering that is under way fails."""
        self._is_closed = True
        if worker := self._worker:
            worker.kill()
        with self._lock:
            self._stop_worker()

    def _render(self, phrases: list[tuple[str, str]], delivery: Delivery) -> Pcm:
        """Render phrase by phrase with one worker; a faulty worker is replaced once."""
        fault = ""
        for _ in range(_ATTEMPTS):
            if self._is_closed or self._fault:
                raise SynthesizerUnavailable(self._fault or "closed")
            try:
                worker = self._ready_worker()
                with scratch_folder() as folder:
                    return self._render_phrases(worker, phrases, delivery, folder)
            except (WorkerFault, WavDamaged, OSError) as error:
                fault = str(error) or type(error).__name__
                self._stop_worker()
                if not self._is_closed:
                    _log.warning("speech worker replaced: %s", fault)
        if self._is_closed:
            raise SynthesizerUnavailable("closed")
        raise SynthesisFailed(f"the speech worker failed {_ATTEMPTS} times: {fault}")

    def _render_phrases(
        self,
        worker: WorkerProcess,
        phrases: list[tuple[str, str]],
        delivery: Delivery,
        folder: Path,
    ) -> Pcm:
        pieces: list[tuple[Pcm, float]] = []
        for index, (phrase, mark) in enumerate(phrases):
            target = folder / f"{index}.wav"
            self._ask(worker, self._script_of(phrase) + mark, delivery.engine_rate, target)
            pause_s = delivery.short_pause_s if mark in "、，" else delivery.long_pause_s
            pieces.append((trim(check_speech(read_wav(target))), pause_s))
        last, _ = pieces[-1]
        pieces[-1] = (last, 0.1)  # a little silence, or cheap loudspeakers swallow the end
        return check_speech(join(pieces))

    def _ask(
        self, worker: WorkerProcess, text: str, rates: Mapping[str, int], target: Path
    ) -> None:
        self._last_id += 1
        rate = rates.get(self._driver, rates["sapi5"])
        worker.send({"id": self._last_id, "text": text, "rate": rate, "target": str(target)})
        answer = worker.receive(self._render_limit_s)
        if answer.get("id") != self._last_id:
            raise WorkerFault("answered another question")
        if answer.get("ok") is not True:
            raise WorkerFault(f"could not render: {str(answer.get('error'))[:80]}")

    def _script_of(self, phrase: str) -> str:
        return self._pinyin.read(phrase) if self._script == "pinyin" else phrase

    def _ready_worker(self) -> WorkerProcess:
        if self._worker is not None:
            return self._worker
        root = str(Path(__file__).resolve().parent.parent)
        self._worker = WorkerProcess(self._command, {"PYTHONPATH": root})
        hello: dict[str, Any] = self._worker.receive(self._start_limit_s)
        if hello.get("ready") is not True:
            self._fault = f"no speech engine: {str(hello.get('error'))[:200]}"
            self._stop_worker()
            raise SynthesizerUnavailable(self._fault)
        self._driver, self._script = str(hello.get("driver")), str(hello.get("script"))
        _log.info("speech worker ready: %s, %s", self._driver, hello.get("voice"))
        return self._worker

    def _stop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()


def split_phrases(text: str) -> list[tuple[str, str]]:
    """Cut a speakable text into phrases, each with the pause mark that follows it."""
    pairs = re.findall(r"([^、，。！？]+)([、，。！？]?)", text)
    return [(phrase, mark or "。") for phrase, mark in pairs]
