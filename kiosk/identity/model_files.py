"""Finds the weights that the kiosk needs and makes sure that they are the expected ones.

The package ``face_recognition_models`` is only a carrier of files here. It is located but never imported: its
``__init__`` needs ``pkg_resources``, which current setuptools no longer has, and ``face_recognition`` answers the
resulting error with ``quit()``, which would end the kiosk silently with status 0. The package also carries
68-point landmark weights whose training data (iBUG 300-W) excludes commercial use: the manifest does not list
them, so nothing can load them.
"""

import hashlib
import importlib.util
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from kiosk.errors import ModelUnavailable

EMBEDDING_MODEL = "face_embedding_dlib_resnet"
LANDMARK_MODEL = "face_landmarks_5_points"

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One entry of ``assets/models.toml``."""

    id: str
    version: str
    package: str
    """The Python package that carries the file; located, never imported."""
    file: str
    """Path inside the package, with ``/``."""
    size_bytes: int
    sha256: str
    """Lower-case hexadecimal."""
    licence: str
    source: str
    input: str
    output: str


def read_manifest() -> dict[str, ModelFile]:
    """Read the manifest of models that ships with the kiosk.

    Returns:
        entries by id.
    """
    text = resources.files("assets").joinpath("models.toml").read_text(encoding="utf-8")
    entries = (ModelFile(**entry) for entry in tomllib.loads(text)["models"])
    return {entry.id: entry for entry in entries}


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


@dataclass(frozen=True, slots=True)
class ModelStore:
    """Hands out checked model files."""

    locate: Callable[[str], Path] = package_folder
    """From a package's name to its folder; tests give a folder of their own."""

    def checked_path(self, model_id: str) -> Path:
        """Find a model and check its size and SHA-256.

        Raises:
            ModelUnavailable: unknown, missing, unreadable, or not the expected file.
        """
        entry = read_manifest().get(model_id)
        if entry is None:
            raise ModelUnavailable(f"the model {model_id} is not in the manifest")
        path = self.locate(entry.package) / entry.file
        try:
            size = path.stat().st_size
            digest = file_sha256(path) if size == entry.size_bytes else ""
        except OSError as error:
            raise ModelUnavailable(
                f"the model {model_id} cannot be read; reinstall {entry.package}"
            ) from error
        if digest != entry.sha256:
            raise ModelUnavailable(
                f"the model {model_id} is damaged or not the expected version; "
                f"reinstall {entry.package}"
            )
        return path


def file_sha256(path: Path) -> str:
    """Digest a file in pieces, so that a large model never lies in memory twice.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()
