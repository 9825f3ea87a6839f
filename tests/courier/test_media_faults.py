"""Everything a stick can do to us: a clear error, nothing half-made that looks whole, and the queue as it was."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.courier import medium as medium_module
from sync.courier.errors import (
    BundleRefused,
    MediumDamaged,
    MediumError,
    MediumFull,
    MediumGone,
    MediumReadOnly,
    MediumTooSmall,
    MediumUnusable,
)
from sync.courier.layout import CourierFolder
from sync.courier.medium import Folder
from sync.courier.stored_bundle import StoredBundle
from tests.courier.courier_parts import Site
from tests.sync.sync_parts import event

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
needs_mount = pytest.mark.skipif(not IS_ROOT, reason="mounting a file system needs root")


@pytest.fixture
def filled(site: Site) -> Iterator[Site]:
    """A site where something waits; at the end exactly that still waits."""
    for number in range(40):
        site.kiosk.append(event(f"r-{number % 8:04d}"))
    before = site.queue()
    yield site
    assert site.queue() == before


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes file systems of their own; unmounted at the end."""
    places: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"mount-{len(places)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.decode(errors='replace').strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", place], check=True)


def fail_after(monkeypatch: pytest.MonkeyPatch, calls: int, number: int) -> None:
    """The file object fails from the given write on."""
    real = medium_module.write_all
    left = [calls]

    def write_all(file, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            file.write(data[: len(data) // 2])
            raise OSError(number, os.strerror(number))
        real(file, data)

    monkeypatch.setattr(medium_module, "write_all", write_all)


def assert_nothing_looks_whole(place: Path) -> None:
    assert CourierFolder.at(place).bundle_ids() == []


@needs_mount
def test_too_small_is_said_before_anything_is_written(filled: Site, mounted):
    stick = mounted("size=112k")
    with pytest.raises(MediumTooSmall) as caught:
        filled.export(stick)
    assert caught.value.needed > caught.value.free > 0
    assert 0 < caught.value.fitting < caught.value.waiting == 40
    assert list(stick.iterdir()) == []


@needs_mount
def test_too_small_takes_what_fits_when_staff_say_so(filled: Site, mounted):
    stick = mounted("size=112k")
    with pytest.raises(MediumTooSmall) as caught:
        filled.export(stick)
    done = filled.export(stick, is_partial_allowed=True)
    assert done.items == caught.value.fitting
    assert done.left == 40 - done.items
    assert StoredBundle.load(CourierFolder.at(stick), done.bundle).damaged_parts() == []


@needs_mount
def test_full_half_way_is_said_and_tidied(filled: Site, mounted, monkeypatch: pytest.MonkeyPatch):
    stick = mounted("size=24k")
    # The stick lies about its room, or something else fills it meanwhile.
    monkeypatch.setattr(Folder, "free_bytes", lambda _self: 10**9)
    with pytest.raises(MediumFull):
        filled.export(stick)
    assert_nothing_looks_whole(stick)
    assert list((stick / "xianglin-courier/bundles").iterdir()) == []


@needs_mount
def test_write_protected_is_said(filled: Site, mounted):
    stick = mounted("size=1m")
    subprocess.run(["mount", "-o", "remount,ro", stick], check=True)
    with pytest.raises(MediumReadOnly):
        filled.export(stick)


@pytest.mark.skipif(IS_ROOT or os.name != "posix", reason="modes do not bind root")
def test_a_folder_of_somebody_else_is_said(filled: Site, medium: Path):
    medium.chmod(0o500)
    with pytest.raises(MediumReadOnly):
        filled.export(medium)
    medium.chmod(0o700)


@pytest.mark.parametrize("calls", [0, 1, 2])
@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EIO, MediumGone),
        (errno.ENODEV, MediumGone),
        (errno.ENOSPC, MediumFull),
        (errno.EROFS, MediumReadOnly),
        (errno.EMFILE, MediumError),
    ],
)
def test_a_write_that_fails_half_way_leaves_nothing_that_looks_whole(
    filled: Site, medium: Path, monkeypatch: pytest.MonkeyPatch, calls: int, number: int, kind
):
    filled.item_part_bytes = 5_000
    with monkeypatch.context() as patch:
        fail_after(patch, calls, number)
        with pytest.raises(kind) as caught:
            filled.export(medium)
    assert type(caught.value) is kind
    assert_nothing_looks_whole(medium)
    # Another try on the same stick works.
    done = filled.export(medium)
    assert StoredBundle.load(CourierFolder.at(medium), done.bundle).damaged_parts() == []
    states = filled.kiosk.rows("SELECT state, error_code FROM courier_bundle ORDER BY serial")
    assert states == [("failed", kind.code), ("written", "")]


@pytest.mark.parametrize("at", [0.05, 0.4, 0.6, 0.95])
def test_pulled_out_while_writing_or_reading_back(filled: Site, medium: Path, at: float):
    filled.item_part_bytes = 5_000

    def pull(done: int, total: int) -> None:
        if done >= total * at:
            shutil.rmtree(medium, ignore_errors=True)

    with pytest.raises((MediumGone, MediumDamaged)):
        filled.exporter().export(CourierFolder.at(medium), "U盘", progress=pull)
    assert not medium.exists()
    medium.mkdir()
    assert filled.export(medium).items == 40


def test_a_cut_leaves_a_nameless_folder_that_the_next_export_removes(filled: Site, medium: Path):
    class PowerCut(BaseException):
        pass

    def cut(done: int, total: int) -> None:
        if done > total // 3:
            raise PowerCut

    bundles = medium / "xianglin-courier/bundles"
    exporter = filled.exporter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Folder, "remove_child", lambda *_: None)
        with pytest.raises(PowerCut):
            exporter.export(CourierFolder.at(medium), "U盘", progress=cut)
    assert [path.name[0] for path in bundles.iterdir()] == ["."]
    assert_nothing_looks_whole(medium)
    done = filled.export(medium)
    assert [path.name for path in bundles.iterdir()] == [done.bundle]


def test_a_stick_that_keeps_other_bytes_than_were_written_is_found_while_it_is_here(
    filled: Site, medium: Path, monkeypatch: pytest.MonkeyPatch
):
    real = medium_module.write_all
    seen = [0]

    def lying(file, data: bytes) -> None:
        seen[0] += 1
        real(file, data[:-1] + bytes([data[-1] ^ 1]) if seen[0] == 1 else data)

    monkeypatch.setattr(medium_module, "write_all", lying)
    with pytest.raises(MediumDamaged):
        filled.export(medium)
    assert_nothing_looks_whole(medium)


def test_a_flipped_bit_in_any_part_is_found(filled: Site, medium: Path):
    filled.item_part_bytes = 5_000
    done = filled.export(medium)
    folder = medium / "xianglin-courier/bundles" / done.bundle
    for number in range(1, done.parts + 1):
        path = folder / f"part-{number:04d}.xlb"
        good = path.read_bytes()
        for wrong in (good[:-1] + bytes([good[-1] ^ 1]), good[:-1], good + b"\0", b""):
            path.write_bytes(wrong)
            stored = StoredBundle.load(CourierFolder.at(medium), done.bundle)
            assert stored.damaged_parts() == [number]
        path.unlink()
        stored = StoredBundle.load(CourierFolder.at(medium), done.bundle)
        assert stored.damaged_parts() == [number]
        with pytest.raises(BundleRefused, match="damaged"):
            stored.copy_to(CourierFolder.at(medium.parent))
        path.write_bytes(good)


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_links_and_pipes_are_never_followed(filled: Site, medium: Path, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "manifest.json").write_text("secret")
    (medium / "xianglin-courier").symlink_to(secret)
    with pytest.raises(MediumUnusable):
        filled.export(medium)
    (medium / "xianglin-courier").unlink()
    done = filled.export(medium)
    bundles = medium / "xianglin-courier/bundles"
    # A bundle's folder that is a link, a part that is a link, a pipe, a folder.
    (bundles / "00000000-0000-4000-8000-000000000000").symlink_to(secret)
    with pytest.raises(MediumUnusable):
        StoredBundle.load(CourierFolder.at(medium), "00000000-0000-4000-8000-000000000000")
    part = bundles / done.bundle / "part-0001.xlb"
    kept = part.read_bytes()
    (tmp_path / "kept").write_bytes(kept)
    for make in (lambda: part.symlink_to(tmp_path / "kept"), lambda: os.mkfifo(part), part.mkdir):
        part.unlink()
        make()
        stored = StoredBundle.load(CourierFolder.at(medium), done.bundle)
        assert stored.damaged_parts() == [1]
        with pytest.raises((MediumUnusable, BundleRefused)):
            stored.copy_to(CourierFolder.at(secret))
        if part.is_dir():
            part.rmdir()
            part.write_bytes(b"")
    assert (secret / "manifest.json").read_text() == "secret"


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "..", ".", "a/b", "a\\b", "", "-x", "名"])
def test_no_name_leads_out_of_the_folder(medium: Path, name: str):
    folder = Folder.at(medium)
    for use in (folder.child, folder.make_child, folder.remove_file, folder.remove_child):
        with pytest.raises(MediumUnusable):
            use(name)
    with pytest.raises(MediumUnusable):
        folder.write_new(name, [b""])


def test_what_is_no_folder_is_said(site: Site, tmp_path: Path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(MediumUnusable):
            CourierFolder.at(path)


def test_a_small_file_is_replaced_whole_or_not_at_all(
    medium: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = Folder.at(medium)
    folder.replace("report.json", b"old")
    fail_after(monkeypatch, 0, errno.ENOSPC)
    with pytest.raises(MediumFull):
        folder.replace("report.json", b"new and longer")
    assert (medium / "report.json").read_bytes() == b"old"
    assert [path.name for path in medium.iterdir()] == ["report.json"]


def test_files_with_a_limit_are_not_read_beyond_it(medium: Path):
    folder = Folder.at(medium)
    folder.write_new("a", [b"x" * 100])
    assert folder.read_small("a", 100) == b"x" * 100
    assert folder.read_small("a", 99) is None
    assert folder.read_small("b", 99) is None
