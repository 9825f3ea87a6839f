"""Sounds of prompts on disk: recordings of a human voice, read only, and rendered ones, bounded in size.

Only sounds that name nobody belong here; the guide keeps the others in memory.
"""

import hashlib
import logging
import os
import re
import stat
from pathlib import Path

from accessibility.errors import WavDamaged
from accessibility.rate import RateLevel
from accessibility.wav import LARGEST_BYTES, check_speech, read_wav, write_atomically

_log = logging.getLogger(__name__)

DEFAULT_MAX_BYTES = 200_000_000
"""Some 700 prompts of six seconds; the product has about 60 at three rates."""
_PROMPT_ID = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")


def sound_key(text: str, identity: str, rate_level: RateLevel) -> str:
    """Return the name of a rendered sound: SHA-256 over everything that it depends on."""
    parts = "\x1f".join((text, identity, rate_level))
    return hashlib.sha256(parts.encode("utf-8")).hexdigest()


def text_key(caption: str) -> str:
    """Return the name of a recording for exactly these words: SHA-256 of the caption."""
    return hashlib.sha256(caption.encode("utf-8")).hexdigest()


class PromptCache:
    """Finds and keeps sounds. A damaged or foreign file counts as absent; a full disk costs only time."""

    def __init__(
        self, folder: Path, *, recordings: Path | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> None:
        """Open the cache; the folder is made when it is missing.

        Args:
            folder: where rendered sounds are kept, for this program alone.
            recordings: recorded prompts, never written: ``<SHA-256 of the caption>.wav``, or ``<prompt id>.wav``
                with the words it speaks in ``<prompt id>.txt``.
            max_bytes: above this the least recently used sounds go.
        """
        self._folder = folder
        self._recordings = recordings
        self._max_bytes = max_bytes
        self._is_reported = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for leftover in folder.glob(".*.tmp"):
                leftover.unlink(missing_ok=True)
        except OSError as error:
            self._report(error)

    def recording(self, prompt_id: str, caption: str) -> bytes | None:
        """Return a recording that says exactly this caption, or None.

        A recording by prompt id whose words are not written beside it, or are others, is not played: the voice
        would say something else than the screen shows.
        """
        if self._recordings is None:
            return None
        if sound := _read_sound(self._recordings / f"{text_key(caption)}.wav"):
            return sound
        if not _PROMPT_ID.fullmatch(prompt_id):
            return None
        sound = _read_sound(self._recordings / f"{prompt_id}.wav")
        if sound is None:
            return None
        try:
            words = (self._recordings / f"{prompt_id}.txt").read_text("utf-8").strip()
        except (OSError, ValueError):
            words = ""
        if words != caption:
            _log.warning("recording of %s does not say what its page shows; not played", prompt_id)
            return None
        return sound

    def get(self, key: str) -> bytes | None:
        """Return a rendered sound, or None; a damaged file is removed."""
        path = self._path(key)
        try:
            if not _is_own_file(path):
                return None
            sound = _read_sound(path)
            if sound is None:
                path.unlink(missing_ok=True)
                return None
            os.utime(path)
        except OSError as error:
            self._report(error)
            return None
        return sound

    def put(self, key: str, sound: bytes) -> None:
        """Keep a rendered sound; a full or read-only disk is logged once and otherwise ignored."""
        path = self._path(key)
        try:
            if path.is_symlink():
                path.unlink()
            write_atomically(sound, path)
            self._make_room(keep=path)
        except OSError as error:
            self._report(error)

    def _path(self, key: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", key):
            raise ValueError("a key is the hexadecimal SHA-256")
        return self._folder / f"{key}.wav"

    def _make_room(self, keep: Path) -> None:
        """Remove the least recently used sounds until the rest fits; ``keep`` stays in any case."""
        files = []
        for path in self._folder.glob("*.wav"):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                files.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files, key=lambda file: file[0]):
            if total <= self._max_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size

    def _report(self, error: OSError) -> None:
        if not self._is_reported:
            self._is_reported = True
            _log.warning("sounds cannot be kept: %s", error.strerror or type(error).__name__)


def _is_own_file(path: Path) -> bool:
    """Say whether a path is a plain file that only this user can have written; a link is removed."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(status.st_mode):
        path.unlink(missing_ok=True)
        return False
    if not stat.S_ISREG(status.st_mode):
        return False
    if os.name == "nt":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read_sound(path: Path) -> bytes | None:
    """Return the bytes of a WAV that can be speech, or None."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            return None
        sound = path.read_bytes()
        check_speech(read_wav(sound))
    except (OSError, WavDamaged):
        return None
    return sound
