"""Archives for the tests, good and bad."""

import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

MODEL = {"am/final.mdl": b"weights" * 99, "conf/mfcc.conf": b"--rate=16000\n", "README": b""}

Files = Mapping[str, bytes] | Iterable[tuple[str, bytes]]


def pairs(files: Files) -> list[tuple[str, bytes]]:
    return list(files.items() if isinstance(files, Mapping) else files)


def a_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs(files):
            entry = zipfile.ZipInfo("x")
            entry.filename = entry.orig_filename = name  # ZipInfo would tidy it up
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return path


def tar_entry(name: str, content: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    return entry


def a_tar(path: Path, files: Files, extra: Iterable[tarfile.TarInfo] = ()) -> Path:
    with tarfile.open(path, "w:bz2") as archive:
        folder = tarfile.TarInfo("m")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in pairs(files):
            archive.addfile(tar_entry(name, content), io.BytesIO(content))
        for entry in extra:
            archive.addfile(entry)
    return path
