"""Installing: from the network, from a stick, half-way, twice at once, on a full disk, across crashes."""

import contextlib
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.models import installer as installer_module
from kiosk.models.bringing import Medium
from kiosk.models.errors import (
    ModelDigestUnstated,
    ModelDigestWrong,
    ModelError,
    ModelFolderUnusable,
    ModelNotFound,
    ModelNotOffered,
    ModelsBusy,
    ModelsFull,
    ModelUnknown,
)
from kiosk.models.installer import Installer, Network, Stage, Stated, expected_digest
from kiosk.models.manifest import ModelEntry
from kiosk.models.store import ModelState, ModelStore
from sync.folder_lock import FolderLock
from tests.models.archives import MODEL, a_tar, a_zip
from tests.models.file_server import FileServer, content

ROOT = Path(__file__).parents[2]
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


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state" / "models"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


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


def test_a_model_on_a_stick_is_known_by_its_content_whatever_it_is_called(
    place: Path, stick: Path
) -> None:
    deep = stick / "新建文件夹" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "照片 (1).jpg").write_bytes(WEIGHTS)
    (stick / "one.txt").write_bytes(b"nothing")
    entry = an_entry()
    told: list[tuple[Stage, int, int]] = []
    installer = an_installer(place, entry, tell=lambda *values: told.append(values))

    path = take(installer, entry, stick)

    assert path == place / "one.onnx"
    assert path.read_bytes() == WEIGHTS
    assert (mode(path), mode(place), mode(place / ".partial")) == (0o600, 0o700, 0o700)
    assert installer.store.checked_path("vad_one") == path
    assert told[-1] == (Stage.COPY, len(WEIGHTS), len(WEIGHTS))
    assert leftovers(place) == []


def test_a_file_of_the_right_name_with_another_content_is_refused_and_nothing_changes(
    place: Path, stick: Path
) -> None:
    entry = an_entry()
    installer = an_installer(place, entry)
    (stick / "first").write_bytes(WEIGHTS)
    take(installer, entry, stick)
    (stick / "first").unlink()
    (stick / "ONE.onnx").write_bytes(WEIGHTS[:-1] + b"?")

    with pytest.raises(ModelDigestWrong) as caught:
        take(installer, entry, stick)

    assert caught.value.facts["file"] == "ONE.onnx"
    assert installer.is_good(entry)


def test_an_empty_stick_and_a_missing_one_are_told_apart(place: Path, stick: Path) -> None:
    entry = an_entry()
    with pytest.raises(ModelNotFound):
        take(an_installer(place, entry), entry, stick)
    with pytest.raises(ModelFolderUnusable):
        Medium(stick / "none").search()


def test_links_and_pipes_on_a_stick_are_not_followed(place: Path, stick: Path) -> None:
    (stick.parent / "secret").write_bytes(WEIGHTS)
    (stick / "one.onnx").symlink_to(stick.parent / "secret")
    (stick / "loop").symlink_to(stick)
    if hasattr(os, "mkfifo"):
        os.mkfifo(stick / "pipe")
    entry = an_entry(size_bytes=0)
    with pytest.raises(ModelNotFound):
        take(an_installer(place, entry), entry, stick)


def test_a_file_that_is_exchanged_between_look_and_copy_is_refused(
    place: Path, stick: Path
) -> None:
    entry = an_entry()
    (stick / "one").write_bytes(WEIGHTS)
    medium = Medium(stick)
    medium.search()
    found = medium.assert_found(entry, entry.sha256)
    (stick / "one").write_bytes(WEIGHTS[::-1])

    with pytest.raises(ModelDigestWrong):
        an_installer(place, entry).take(found)

    assert leftovers(place) == []
    assert not (place / "one.onnx").exists()


def test_a_model_of_many_files_is_gathered_from_anywhere_on_the_stick(
    place: Path, stick: Path
) -> None:
    entry = an_entry(
        file="many",
        sha256="",
        size_bytes=0,
        **many_files(),
    )
    (stick / "x").mkdir()
    for number, one in enumerate(one for one in MODEL.values() if one):
        (stick / "x" / f"f{number}").write_bytes(one)
    installer = an_installer(place, entry)
    with pytest.raises(ModelNotFound):
        take(installer, entry, stick)
    (stick / "empty").write_bytes(b"")

    assert take(installer, entry, stick) == place / "many"
    assert installer.is_good(entry)
    assert mode(place / "many" / "am") == 0o700
    # Installed again over a damaged one.
    (place / "many" / "am" / "final.mdl").write_bytes(b"?")
    take(installer, entry, stick)
    assert installer.is_good(entry)
    assert leftovers(place) == []


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
def test_an_archive_becomes_a_folder_that_verify_knows_file_by_file(
    place: Path, stick: Path, kind: str
) -> None:
    files = {f"m/{path}": one for path, one in MODEL.items()}
    archive = (a_zip if kind == "zip" else a_tar)(stick / "whatever", files)
    entry = an_archive_entry(archive, kind)
    installer = an_installer(place, entry)

    folder = take(installer, entry, stick)

    assert folder.name == f"speech-one-{entry.sha256[:8]}"
    assert installer.store.checked_path("speech_one") == folder
    assert leftovers(place) == []
    found = installer.store.find(entry)
    assert found is not None
    (folder / "conf" / "mfcc.conf").write_bytes(b"--rate=8000\n")
    (folder / "README").unlink()
    assert sorted(found.damaged()) == ["README", "conf/mfcc.conf"]
    take(installer, entry, stick)
    assert installer.is_good(entry)


def test_a_new_version_takes_the_place_of_the_old_one(place: Path, stick: Path) -> None:
    first = an_archive_entry(a_zip(stick / "1", {"m/a": b"1"}))
    second = replace(an_archive_entry(a_zip(stick / "2", {"m/a": b"2"})), version="2")
    old = take(an_installer(place, first), first, stick)
    installer = an_installer(place, second)
    assert installer.store.state(second, reads=True) is ModelState.OUTDATED

    new = take(installer, second, stick)

    assert installer.is_good(second)
    assert not old.exists()
    assert (new / "a").read_bytes() == b"2"


def test_a_model_without_a_digest_needs_one_that_an_administrator_states(
    place: Path, stick: Path
) -> None:
    entry = an_entry(sha256="", digest_from="", size_bytes=0, url="https://example.org/one")
    (stick / "one").write_bytes(WEIGHTS)
    installer = an_installer(place, entry)
    with pytest.raises(ModelDigestUnstated):
        take(installer, entry, stick)
    with pytest.raises(ModelDigestUnstated):
        installer.download(entry, Stated())

    path = take(installer, entry, stick, Stated(digest(WEIGHTS).upper()))

    assert path.name == f"one-{digest(WEIGHTS)[:8]}.onnx"
    found = installer.store.find(entry)
    assert found is not None
    assert found.record is not None
    assert found.record.is_stated
    assert installer.store.checked_path("vad_one") == path


def test_a_stated_digest_never_overrules_the_manifest(place: Path) -> None:
    with pytest.raises(ModelDigestUnstated):
        expected_digest(an_entry(), Stated("a" * 64))
    with pytest.raises(ModelDigestUnstated):
        expected_digest(an_entry(sha256="", digest_from=""), Stated("abc"))
    assert expected_digest(an_entry(), Stated(digest(WEIGHTS))) == (digest(WEIGHTS), False)


def test_a_digest_that_the_manifest_learns_later_replaces_the_stated_one(
    place: Path, stick: Path
) -> None:
    (stick / "one").write_bytes(WEIGHTS)
    unknown = an_entry(sha256="", digest_from="", size_bytes=0)
    old = take(an_installer(place, unknown), unknown, stick, Stated(digest(WEIGHTS)))
    known = an_entry()
    installer = an_installer(place, known)
    assert installer.is_good(known)

    (stick / "one").write_bytes(WEIGHTS)
    assert take(installer, known, stick) == place / "one.onnx"
    assert not old.exists()
    assert installer.is_good(known)


def test_unknown_models_and_models_that_nobody_offers_are_said(place: Path) -> None:
    entry = an_entry()
    with pytest.raises(ModelUnknown):
        an_installer(place, entry).entry("face_landmarks_68_points")
    with pytest.raises(ModelNotOffered):
        an_installer(place, entry).download(entry, Stated())


def online(server: FileServer, place: Path, *entries: ModelEntry, **options) -> Installer:
    network = Network(ca_bundle=str(server.authority), pause=lambda _seconds: None)
    return an_installer(place, *entries, network=network, **options)


def test_a_model_is_downloaded_unpacked_and_the_archive_removed(
    server: FileServer, place: Path, tmp_path: Path
) -> None:
    # The server's content stands for weights; the archive's way is the same from there on.
    entry = an_entry(
        url=server.url("plain", size=70_000, seed=3, fault="cut:30000"),
        sha256=digest(content(3, 70_000)),
        size_bytes=70_000,
    )
    installer = online(server, place, entry)

    path = installer.download(entry, Stated())

    assert installer.is_good(entry)
    assert (mode(path), leftovers(place)) == (0o600, [])


def test_a_mirror_may_be_stated_because_the_digest_is_what_counts(
    server: FileServer, place: Path
) -> None:
    entry = an_entry(sha256=digest(content(3, 7000)), size_bytes=7000)
    installer = online(server, place, entry)
    wrong = server.url("mirror", size=7000, seed=4)
    with pytest.raises(ModelDigestWrong) as caught:
        installer.download(entry, Stated(url=wrong))
    assert caught.value.facts["model"] == "vad_one"
    assert not (place / "one.onnx").exists()

    installer.download(entry, Stated(url=server.url("mirror", size=7000, seed=3)))
    assert installer.is_good(entry)


def test_two_installations_at_once_are_told_apart(place: Path, stick: Path) -> None:
    entry = an_entry()
    (stick / "one").write_bytes(WEIGHTS)
    place.mkdir(parents=True)
    other = FolderLock(place / ".lock")
    other.own()
    try:
        with pytest.raises(ModelsBusy):
            take(an_installer(place, entry), entry, stick)
    finally:
        other.release()
    take(an_installer(place, entry), entry, stick)


def test_a_full_disk_is_said_before_anything_is_written(place: Path, stick: Path) -> None:
    entry = an_entry()
    (stick / "one").write_bytes(WEIGHTS)
    installer = an_installer(place, entry, free_bytes=lambda _folder: 100 << 20)
    with pytest.raises(ModelsFull) as caught:
        take(installer, entry, stick)
    assert caught.value.facts == {"needed": "129", "free": "100", "model": "vad_one"}
    assert leftovers(place) == []


def test_a_disk_that_fills_up_while_an_archive_is_unpacked_leaves_nothing(
    place: Path, stick: Path
) -> None:
    entry = an_archive_entry(a_zip(stick / "1", {f"m/{n}": WEIGHTS for n in range(5)}))
    free = [1 << 30] * 4 + [0] * 99
    installer = an_installer(place, entry, free_bytes=lambda _folder: free.pop(0))
    with pytest.raises(ModelsFull):
        take(installer, entry, stick)
    assert installer.store.state(entry, reads=True) is ModelState.ABSENT
    assert not (place / ".partial" / "speech_one.unpacked").exists()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, ModelsFull),
        (errno.EIO, ModelFolderUnusable),
        (errno.EROFS, ModelFolderUnusable),
    ],
)
def test_errors_of_the_disk_are_explained(
    place: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[ModelError]
) -> None:
    entry = an_entry()
    (stick / "one").write_bytes(WEIGHTS)

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(installer_module.os, "fsync", fail)
    with pytest.raises(kind):
        take(an_installer(place, entry), entry, stick)
    monkeypatch.undo()
    take(an_installer(place, entry), entry, stick)


class PowerCut(BaseException):
    """The end of the process at this very call."""


def cut_at(monkeypatch: pytest.MonkeyPatch, turn: int) -> Callable[[], int]:
    """End the process before the turn-th step that changes the disk for good."""
    count = 0

    def before(step: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == turn:
                raise PowerCut
            return step(*arguments, **options)

        return wrapped

    for name in ("replace", "rename", "fsync"):
        monkeypatch.setattr(os, name, before(getattr(os, name)))
    monkeypatch.setattr(shutil, "rmtree", before(shutil.rmtree))
    monkeypatch.setattr(Path, "replace", before(Path.replace))
    return lambda: count


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize(("shape", "least"), [("file", 4), ("archive", 10), ("many", 8)])
def test_a_crash_at_any_step_is_mended_by_the_next_run(
    tmp_path: Path,
    stick: Path,
    monkeypatch: pytest.MonkeyPatch,
    shape: str,
    least: int,
    is_there: bool,
) -> None:
    (stick / "weights").write_bytes(WEIGHTS)
    archive = a_zip(stick / "zip", {"m/a": b"new", "m/b": b"b"})
    for number, one in enumerate(MODEL.values()):
        (stick / f"f{number}").write_bytes(one)
    entry = {
        "file": an_entry(),
        "archive": an_archive_entry(archive),
        "many": an_entry(file="many", sha256="", size_bytes=0, **many_files()),
    }[shape]
    for turn in range(1, 100):
        place = tmp_path / f"models-{turn}"
        installer = an_installer(place, entry)
        if is_there:
            path = take(installer, entry, stick)
            files = [one for one in (path, *path.rglob("*")) if one.is_file()]
            files[0].write_bytes(b"damaged")
        with monkeypatch.context() as patched:
            steps = cut_at(patched, turn)
            with contextlib.suppress(PowerCut):
                take(installer, entry, stick)
        # Read, so that nothing half is called good.
        state = installer.store.state(entry, reads=True)
        assert state in (ModelState.GOOD, ModelState.ABSENT, ModelState.DAMAGED)

        take(installer, entry, stick)

        assert installer.is_good(entry)
        assert leftovers(place) == []
        assert len({path.name for path in place.iterdir()} - {".lock", ".partial", ".records"}) == 1
        if steps() < turn:
            break
    assert steps() >= least


PROGRAM = """
import sys
import threading
from pathlib import Path
from kiosk.models.installer import Installer, Network, Stated
from kiosk.models.store import ModelStore
from tests.models.test_installer import an_entry
url, sha256, size, folder, authority = sys.argv[1:]
entry = an_entry(url=url, sha256=sha256, size_bytes=int(size))
store = ModelStore(Path(folder), manifest={entry.id: entry})
print("begun", flush=True)
Installer(store, Network(ca_bundle=authority)).download(entry, Stated())
"""


def test_a_download_that_was_killed_goes_on_in_the_next_run(
    server: FileServer, place: Path
) -> None:
    size = 6_000_000
    whole = content(9, size)
    url = server.url("killed", size=size, seed=9, fault="slow")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, digest(whole), str(size), str(place),
         str(server.authority)],
        cwd=ROOT,
    )  # fmt: skip
    note = place / ".partial" / "vad_one.part.json"
    waiting = threading.Event()
    for _ in range(600):
        if (note.exists() and '"durable": 0' not in note.read_text()) or process.poll() is not None:
            break
        waiting.wait(0.02)
    process.kill()
    assert process.wait(20) == -9
    entry = an_entry(url=url, sha256=digest(whole), size_bytes=size)

    online(server, place, entry).download(entry, Stated())

    assert (place / "one.onnx").read_bytes() == whole
    asked = [headers.get("Range", "") for headers in server.asked("killed")]
    assert asked[0] == ""
    begins = int(asked[1].removeprefix("bytes=").rstrip("-"))
    assert begins >= (1 << 20) - 16 * 1024


def test_a_stick_full_of_films_is_not_read_and_hides_nothing(stick: Path) -> None:
    (stick / "a film").write_bytes(bytes(200_000))
    (stick / "weights").write_bytes(WEIGHTS)
    read: list[int] = []
    medium = Medium(stick, read.append, _left=100_000)
    medium.search()
    unknown_size = an_entry(size_bytes=0)

    found = medium.find(unknown_size, digest(WEIGHTS))

    assert found is not None
    assert sum(read) == len(WEIGHTS)
