"""Installing twice at once, on a full or broken disk, across crashes and kills, from a stick full of films."""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.models import installer as installer_module
from kiosk.models.bringing import Medium
from kiosk.models.errors import (
    ModelError,
    ModelFolderUnusable,
    ModelsBusy,
    ModelsFull,
)
from kiosk.models.installer import Stated
from kiosk.models.store import ModelState
from sync.folder_lock import FolderLock
from tests.models.archives import MODEL, a_zip
from tests.models.file_server import FileServer, content
from tests.models.installs import (
    WEIGHTS,
    an_archive_entry,
    an_entry,
    an_installer,
    digest,
    leftovers,
    many_files,
    online,
    take,
)

ROOT = Path(__file__).parents[2]


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
