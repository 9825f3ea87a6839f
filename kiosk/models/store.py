"""Finds the models that the kiosk needs, and gives out none whose content is not the expected one.

An installed model in the models folder is found before a package's. The package ``face_recognition_models`` is only a
carrier of files here. It is located but never imported: its ``__init__`` needs ``pkg_resources``, which current
setuptools no longer has, and ``face_recognition`` answers the resulting error with ``quit()``, which would end the
kiosk silently with status 0. The package also carries 68-point landmark weights whose training data (iBUG 300-W)
excludes commercial use: the manifest does not list them, so nothing can load them.
"""

import enum
import hashlib
import importlib.util
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.errors import ModelUnavailable
from kiosk.models.manifest import ModelEntry, read_manifest
from kiosk.models.record import InstallRecord, read_record

_READ_BYTES = 1 << 20
# A pipe in the place of a model would else hold the reader for ever.
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def package_folder(package: str) -> Path:
    """Locate an installed package without importing it.

    Raises:
        ModelUnavailable: the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    locations = list(spec.submodule_search_locations or []) if spec else []
    if not locations:
        raise ModelUnavailable(f"the package {package} is not installed; reinstall the kiosk")
    return Path(locations[0])


class ModelState(enum.Enum):
    """How a model is on this machine; the value is for staff."""

    ABSENT = "没有装"
    PRESENT = "装了"
    """Found, not read."""
    GOOD = "完好"
    DAMAGED = "坏了"
    OUTDATED = "旧版，要重装"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """Where a model lies, and what must be in it."""

    path: Path
    """A file, or a folder."""
    digests: Mapping[str, str]
    """SHA-256 by path below ``path``; a lone file has the empty path."""
    is_installed: bool
    """In the models folder, not in a package."""
    record: InstallRecord | None = None
    """What was noted when it was installed, where the manifest alone does not say it."""

    def damaged(self) -> tuple[str, ...]:
        """Read everything; the paths of files that are missing or not the expected ones."""
        return tuple(
            below or self.path.name
            for below, digest in self.digests.items()
            if _digest_or_nothing(self.path / below if below else self.path) != digest
        )


@dataclass(frozen=True, slots=True)
class ModelStore:
    """Hands out checked models."""

    folder: Path | None = None
    """The models folder (the setting ``models.folder``); None knows packages only."""
    locate: Callable[[str], Path] = package_folder
    """From a package's name to its folder; tests give a folder of their own."""
    manifest: Mapping[str, ModelEntry] = field(default_factory=read_manifest)

    def checked_path(self, model_id: str) -> Path:
        """Find a model, read all of it and check its SHA-256.

        Returns:
            the file, or the folder of a model that consists of several files.
        Raises:
            ModelUnavailable: unknown, not installed, unreadable, or not the expected content.
        """
        entry = self.manifest.get(model_id)
        if entry is None:
            raise ModelUnavailable(f"the model {model_id} is not in the manifest")
        found = self.find(entry)
        if found is None:
            how = f"reinstall {entry.package}" if entry.package else "xianglin models install"
            raise ModelUnavailable(f"the model {model_id} is not here; {how}")
        if examine(entry, found)[0] is not ModelState.GOOD:
            how = "xianglin models install" if found.is_installed else f"reinstall {entry.package}"
            raise ModelUnavailable(
                f"the model {model_id} is damaged or not the expected version; {how}"
            )
        return found.path

    def has(self, model_id: str) -> bool:
        """Whether there is such a model here; nothing of it is read."""
        entry = self.manifest.get(model_id)
        return entry is not None and self.find(entry) is not None

    def state(self, entry: ModelEntry, *, reads: bool) -> ModelState:
        """How a model is.

        Args:
            entry: of the manifest.
            reads: read all of it; else only look whether it is there.
        """
        found = self.find(entry)
        if found is None:
            return ModelState.ABSENT
        if reads:
            return examine(entry, found)[0]
        return ModelState.OUTDATED if is_outdated(entry, found) else ModelState.PRESENT

    def find(self, entry: ModelEntry) -> FoundModel | None:
        """Where the model is, unread; None when it is nowhere."""
        if self.folder is not None:
            record = read_record(self.folder, entry.id)
            if record is not None:
                return FoundModel(self.folder / record.place, record.digests, True, record)
            path = self.folder / entry.local_name
            digests = (
                {"": entry.sha256} if entry.archive == "none" and entry.sha256 else entry.files
            )
            if digests and os.path.lexists(path):
                return FoundModel(path, digests, True)
        if not entry.package:
            return None
        try:
            path = self.locate(entry.package) / entry.file
        except ModelUnavailable:
            return None
        return FoundModel(path, {"": entry.sha256}, False) if path.exists() else None


def examine(entry: ModelEntry, found: FoundModel) -> tuple[ModelState, tuple[str, ...]]:
    """Read a model that was found: how it is, and which of its files are missing or not the expected ones."""
    if is_outdated(entry, found):
        return ModelState.OUTDATED, ()
    damaged = found.damaged()
    return ModelState.DAMAGED if damaged else ModelState.GOOD, damaged


def is_outdated(entry: ModelEntry, found: FoundModel) -> bool:
    """Whether it was installed for another version of the manifest."""
    record = found.record
    if record is None:
        return False
    return record.version != entry.version or (bool(entry.sha256) and record.sha256 != entry.sha256)


def file_sha256(path: Path) -> str:
    """Digest a file in pieces, so that a large model never lies in memory twice.

    Raises:
        OSError: the file cannot be read, or is none.
    """
    descriptor = os.open(path, _READ_FLAGS)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name} is no file")
        digest = hashlib.sha256()
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _digest_or_nothing(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError:
        return ""
