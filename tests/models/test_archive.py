"""Archives: what a model's maker packs comes out whole, what an attacker packs does not come out at all."""

import bz2
import hashlib
import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.models import archive as archive_module
from kiosk.models.archive import unpack
from kiosk.models.errors import ModelArchiveRefused
from tests.models.archives import MODEL, a_tar, a_zip, tar_entry

LIMIT = 1_000_000


def unpacked(archive: Path, kind: str, limit: int = LIMIT) -> tuple[Path, dict[str, str]]:
    target = archive.parent / "out"
    target.mkdir(mode=0o700)
    return unpack(archive, kind, target, limit)


def refused(archive: Path, kind: str, limit: int = LIMIT) -> ModelArchiveRefused:
    with pytest.raises(ModelArchiveRefused) as caught:
        unpacked(archive, kind, limit)
    outside = {path.name for path in archive.parent.iterdir()} - {archive.name, "out"}
    assert outside == set()
    return caught.value


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
@pytest.mark.parametrize("top", ["model-0.1/", ""])
def test_a_model_comes_out_with_its_digests_and_private(
    tmp_path: Path, kind: str, top: str
) -> None:
    files = {f"{top}{path}": content for path, content in MODEL.items()}
    archive = (a_zip if kind == "zip" else a_tar)(tmp_path / "m", files)

    folder, digests = unpacked(archive, kind)

    assert folder == tmp_path / "out" / top.rstrip("/")
    assert digests == {path: hashlib.sha256(one).hexdigest() for path, one in MODEL.items()}
    for path, content in MODEL.items():
        assert (folder / path).read_bytes() == content
        assert (folder / path).stat().st_mode & 0o777 == 0o600
        assert (folder / path).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
def test_what_a_desktop_left_in_an_archive_is_passed_over(tmp_path: Path, kind: str) -> None:
    files = {
        "./m/am.mdl": b"1",
        "m/.gitattributes": b"2",
        ".DS_Store": b"3",
        "__MACOSX/m/._am.mdl": b"4",
    }
    archive = (a_zip if kind == "zip" else a_tar)(tmp_path / "m", files)
    assert list(unpacked(archive, kind)[1]) == ["am.mdl"]


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
@pytest.mark.parametrize(
    "name",
    ["../evil", "m/../../evil", "/evil", "//evil", "m/./../../evil", "C:/evil", "m\\..\\evil",
     "con", "m/nul.txt", "m/a\nb", "模型", "m/" + "x" * 200, "/".join("abcdefghijk"), ".../..", ".hidden/../x"],
)  # fmt: skip
def test_a_path_that_leaves_its_folder_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    archive = (a_zip if kind == "zip" else a_tar)(tmp_path / "m", {"m/good": b"1", name: b"evil"})
    refused(archive, kind)


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
@pytest.mark.parametrize(
    "files",
    [
        [("m/a", b"1"), ("m/a", b"2")],
        [("m/a", b"1"), ("m/A", b"2")],
        [("m/a", b"1"), ("m/a/b", b"2")],
        [],
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_paths_that_collide_and_empty_archives_are_refused(
    tmp_path: Path, kind: str, files: list[tuple[str, bytes]]
) -> None:
    refused((a_zip if kind == "zip" else a_tar)(tmp_path / "m", files), kind)


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    entry = tar_entry("m/link", b"")
    entry.type, entry.linkname = kind, "/etc/passwd"
    archive = a_tar(tmp_path / "m", {"m/a": b"1"}, extra=[entry])
    refused(archive, "tar.bz2")


@pytest.mark.parametrize("mode", [0o120777, 0o010600, 0o020600])
def test_links_and_devices_in_a_zip_are_refused(tmp_path: Path, mode: int) -> None:
    entry = zipfile.ZipInfo("m/link")
    entry.external_attr = mode << 16
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    refused(tmp_path / "m", "zip")


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, kind: str) -> None:
    archive = (a_zip if kind == "zip" else a_tar)(tmp_path / "m", {"m/zeros": bytes(5 * LIMIT)})
    assert archive.stat().st_size < LIMIT / 50
    refused(archive, kind)
    written = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert written <= LIMIT


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    archive = a_zip(tmp_path / "m", {"m/zeros": bytes(400_000)})
    raw = archive.read_bytes()
    archive.write_bytes(raw.replace((400_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    refused(archive, "zip")


def test_a_tar_header_that_asks_for_gigabytes_is_refused(tmp_path: Path) -> None:
    # A long name is read into memory as a whole, however long it says it is.
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 1 << 33
    plain = io.BytesIO(entry.tobuf(tarfile.GNU_FORMAT) + bytes(40 << 20))
    (tmp_path / "m").write_bytes(bz2.compress(plain.getvalue(), 1))
    refused(tmp_path / "m", "tar.bz2")


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
def test_too_many_files_are_refused(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAXIMUM_FILES", 50)
    files = {f"m/{number}": b"" for number in range(51)}
    refused((a_zip if kind == "zip" else a_tar)(tmp_path / "m", files), kind)


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def flipped(content: bytes) -> bytes:
    at = len(content) // 3
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
@pytest.mark.parametrize("harm", [cut, flipped, lambda _: b"", lambda _: b"PK\3\4 no archive"])
def test_a_damaged_archive_is_refused(
    tmp_path: Path, kind: str, harm: Callable[[bytes], bytes]
) -> None:
    archive = (a_zip if kind == "zip" else a_tar)(tmp_path / "m", {"m/a": os.urandom(200_000)})
    archive.write_bytes(harm(archive.read_bytes()))
    refused(archive, kind)
