"""The worker process that alone imports pyttsx3: ``python -m accessibility.pyttsx3_worker``.

A process of its own, because pyttsx3 keeps the engine's state for the whole process, blocks ``stop()`` until the
sound has been played, loses texts that are queued with ``say()``, hangs when its loop is entered twice, and prints.
Here it only saves one text at a time to a file; a hang ends with this process.

Protocol: one JSON object a line. First the worker says ``{"ready": true, "driver", "voice", "script"}`` or
``{"ready": false, "error"}`` and ends. Then each ``{"id", "text", "rate", "target"}`` on standard input is
answered by ``{"id", "ok": true}`` or ``{"id", "ok": false, "error"}``. End of input ends the worker.
"""

import faulthandler
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol, cast

LONGEST_RENDERING_S = 15.0
"""After that the worker ends itself, even when nobody is left to kill it."""
_FINISH_LIMIT_S = 10.0
_ESPEAK_VOICES = ("cmn-latn-pinyin+f2", "sit/cmn-latn-pinyin", "cmn-latn-pinyin")
"""In this order. Never ``cmn`` or ``zh``: eSpeak NG 1.51 speaks those as English with tone numbers. ``+f2`` is
the variant that a recogniser understands best (20 of 23 phrases against 6 to 9 with the default variant)."""
_CHINESE_NAMES = ("chinese (simplified", "huihui", "yaoyao", "kangkang", "xiaoxiao", "yunyang")


class Engine(Protocol):
    """The part of a pyttsx3 engine that is used."""

    def getProperty(self, name: str) -> object:  # noqa: N802
        """Return ``voices``, ``voice`` or ``rate``."""
        ...

    def setProperty(self, name: str, value: object) -> None:  # noqa: N802
        """Queue a change of ``voice`` or ``rate``."""
        ...

    def connect(self, topic: str, cb: Callable[..., None]) -> object:
        """Call ``cb`` at an event."""
        ...

    def save_to_file(self, text: str, filename: str) -> None:
        """Queue a text for a file."""
        ...

    def runAndWait(self) -> None:  # noqa: N802
        """Work the queue off."""
        ...


class Voice(Protocol):
    """One voice of an engine."""

    id: str
    name: str
    languages: Sequence[object] | None


class VoiceMissing(Exception):
    """The engine has no Chinese voice."""


class FileSaver:
    """Saves one text at a time with pyttsx3."""

    def __init__(self, engine: Engine, driver: str) -> None:
        self._engine = engine
        self._driver = driver
        self.voice, self.script = choose_voice(engine, driver)
        self._finished = threading.Event()
        engine.connect("finished-utterance", self._on_finished)

    def save(self, text: str, rate: int, target: Path) -> None:
        """Write the speech of ``text`` to ``target``.

        Raises:
            OSError, RuntimeError, ValueError: as the engine fails.
        """
        target.write_bytes(
            b""
        )  # a place that cannot be written must fail here: in the engine it would hang
        self._finished.clear()
        self._engine.setProperty("rate", rate)
        self._settle()
        # The file name sticks to the engine, but every text brings its own.
        self._engine.save_to_file(text, str(target))
        self._engine.runAndWait()
        # eSpeak synthesises on a thread of its own: runAndWait returns 10 ms later, done or not.
        if self._driver == "espeak" and not self._finished.wait(_FINISH_LIMIT_S):
            raise RuntimeError("the engine did not finish")
        self._settle()
        if target.stat().st_size == 0:
            raise RuntimeError("the engine wrote nothing")

    def _settle(self) -> None:
        """Wait until eSpeak's own thread is idle.

        The driver cancels what that thread is doing whenever its loop ends, so that a new rate is lost now and
        then, and the thread changes the driver's state after it has said that it is finished. Measured without
        this: one text in some dozens was empty or had the rate of the one before.
        """
        if self._driver == "espeak":
            importlib.import_module("pyttsx3.drivers._espeak").Synchronize()

    def _on_finished(self, name: object = None, completed: object = None) -> None:
        self._finished.set()


def choose_voice(engine: Engine, driver: str) -> tuple[str, str]:
    """Set a Chinese voice and return its id and the script that it reads: ``pinyin`` or ``hanzi``.

    Raises:
        VoiceMissing: there is none.
    """
    voices = cast("list[Voice]", engine.getProperty("voices"))
    if driver == "espeak":
        if not any("cmn-latn-pinyin" in str(voice.id).lower() for voice in voices):
            raise VoiceMissing("eSpeak NG has no voice cmn-latn-pinyin")
        for voice_id in _ESPEAK_VOICES:
            engine.setProperty("voice", voice_id)
            engine.runAndWait()  # properties wait in a queue, and a refused one is dropped silently
            if "cmn-latn-pinyin" in str(engine.getProperty("voice")):
                return voice_id, "pinyin"
        raise VoiceMissing("eSpeak NG refuses the voice cmn-latn-pinyin")
    for voice in voices:
        languages = " ".join(str(language) for language in voice.languages or ()).lower()
        name = str(voice.name).lower()
        if (
            "zh-cn" in languages
            or "zh_cn" in languages
            or any(key in name for key in _CHINESE_NAMES)
        ):
            engine.setProperty("voice", voice.id)
            return str(voice.id), "hanzi"
    raise VoiceMissing("no voice of this computer speaks Chinese")


def serve(saver: FileSaver, requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until the input ends."""
    for line in requests:
        request = json.loads(line)
        faulthandler.dump_traceback_later(LONGEST_RENDERING_S, exit=True)
        try:
            saver.save(str(request["text"]), int(request["rate"]), Path(request["target"]))
        except (OSError, RuntimeError, ValueError, ReferenceError) as error:
            _say(answers, {"id": request["id"], "ok": False, "error": type(error).__name__})
        else:
            _say(answers, {"id": request["id"], "ok": True})
        finally:
            faulthandler.cancel_dump_traceback_later()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the worker; the first argument may name the pyttsx3 driver."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # pyttsx3 and C libraries print on file descriptor 1: keep a private copy for the answers.
    with os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n") as answers:
        os.dup2(2, 1)
        try:
            import pyttsx3  # noqa: PLC0415  only here: a missing library must become an answer

            engine = pyttsx3.init(arguments[0] if arguments else None)
            driver = str(getattr(engine, "driver_name", "espeak"))
            saver = FileSaver(engine, driver)
        except Exception as error:  # noqa: BLE001  whatever the driver raises means: no voice here
            _say(answers, {"ready": False, "error": f"{type(error).__name__}: {error}"[:300]})
            return 1
        _say(
            answers, {"ready": True, "driver": driver, "voice": saver.voice, "script": saver.script}
        )
        serve(saver, sys.stdin, answers)
    return 0


def _say(answers: IO[str], message: dict[str, object]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    # Not sys.exit: eSpeak can assert while it is torn down, and there is nothing left to tidy up.
    status = main()
    sys.stderr.flush()
    os._exit(status)
