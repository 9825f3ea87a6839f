"""Entries, installers and what they leave, for the tests of installing."""

import hashlib
from dataclasses import replace
from pathlib import Path

from kiosk.models.bringing import Medium
from kiosk.models.installer import Installer, Network, Stated, expected_digest
from kiosk.models.manifest import ModelEntry
from kiosk.models.store import ModelStore
from tests.models.archives import MODEL
from tests.models.file_server import FileServer, content

WEIGHTS = content(5, 40_000)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def an_entry(**changes: object) -> ModelEntry:
    entry = ModelEntry(
        id="vad_one",
        kind="vad",
        name="One",
        purpose="试",
        version="1",
        file="one.onnx",
        licence="MIT",
        commercial="yes",
        remark="",
        source="https://example.org",
        input="x",
        output="y",
        sha256=digest(WEIGHTS),
        digest_from="computed",
        size_bytes=len(WEIGHTS),
    )
    return replace(entry, **changes)


def many_files() -> dict[str, dict[str, object]]:
    return {
        "files": {path: digest(one) for path, one in MODEL.items()},
        "sizes": {path: len(one) for path, one in MODEL.items()},
    }


def an_archive_entry(archive: Path, kind: str = "zip", **changes: object) -> ModelEntry:
    return an_entry(
        id="speech_one",
        file="speech-one",
        archive=kind,
        unpacked_bytes=1_000_000,
        sha256=digest(archive.read_bytes()),
        size_bytes=archive.stat().st_size,
        **changes,
    )


def an_installer(folder: Path, *entries: ModelEntry, **options) -> Installer:
    return Installer(ModelStore(folder, manifest={one.id: one for one in entries}), **options)


def take(
    installer: Installer, entry: ModelEntry, stick: Path, stated: Stated | None = None
) -> Path:
    sha256, is_stated = expected_digest(entry, stated or Stated())
    medium = Medium(stick)
    medium.search()
    return installer.take(medium.assert_found(entry, sha256), is_stated=is_stated)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def leftovers(place: Path) -> list[str]:
    return sorted(path.name for path in (place / ".partial").iterdir())


def online(server: FileServer, place: Path, *entries: ModelEntry, **options) -> Installer:
    network = Network(ca_bundle=str(server.authority), pause=lambda _seconds: None)
    return an_installer(place, *entries, network=network, **options)
