"""Puts models into the models folder: whole, checked and on the disk, or not at all.

    .lock              one installation at a time
    .partial/          downloads and copies that are not finished, archives being unpacked
    .records/          what the manifest does not say of an installed model (record.py)

A file is checked where it was collected, synced, and renamed into its place. What comes out of an archive, or has a
digest that an administrator stated, gets a place of its own name; its record, written last, is what makes it count.
"""

import contextlib
import enum
import errno
import hashlib
import logging
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.models.archive import unpack
from kiosk.models.bringing import Brought, file_pieces
from kiosk.models.download import Download, DownloadLimits
from kiosk.models.errors import (
    ModelDigestUnstated,
    ModelDigestWrong,
    ModelError,
    ModelFolderUnusable,
    ModelNotOffered,
    ModelsBusy,
    ModelsFull,
    ModelUnknown,
)
from kiosk.models.manifest import ModelEntry
from kiosk.models.part_file import PartFile
from kiosk.models.record import InstallRecord, read_record, remove_record, write_record
from kiosk.models.source import MAXIMUM_BYTES, WantedFile
from kiosk.models.store import ModelState, ModelStore
from sync.errors import DatabaseBusy
from sync.folder_lock import FolderLock
from sync.safe_file import fsync_directory, make_folder

_log = logging.getLogger(__name__)

PARTIAL = ".partial"
RESERVE_BYTES = 128 << 20
"""Left free on the disk: twice of what residents' requests need before the kiosk stops taking them."""
_MEBIBYTE = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Stage(enum.Enum):
    """What is being done; the value is for staff."""

    DOWNLOAD = "下载"
    COPY = "复制并核对"
    UNPACK = "解开"


Tell = Callable[[Stage, int, int], None]
"""Told the stage, bytes done and bytes in all; 0 in all when nobody knows."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What an administrator says about one model."""

    sha256: str = ""
    """Where the manifest knows none."""
    url: str = ""
    """Another address than the manifest's, such as a mirror of the county."""
    hosts: frozenset[str] = frozenset()
    """Hosts that a redirect may lead to, beside the manifest's."""


@dataclass(frozen=True, slots=True)
class Network:
    """How downloads are made."""

    limits: DownloadLimits = field(default_factory=DownloadLimits)
    ca_bundle: str | None = None
    pause: Callable[[float], object] | None = None


class Installer:
    """Installs into one models folder; every method raises ``ModelError`` and its leaves only.

    Args:
        store: with the folder to install into.
        network: how downloads are made.
        tell: told how far it is.
        free_bytes: of a folder's disk.
    """

    def __init__(
        self,
        store: ModelStore,
        network: Network | None = None,
        tell: Tell = lambda _stage, _done, _total: None,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        if store.folder is None:
            raise ValueError("no folder to install into")
        self.store = store
        self._folder = store.folder
        self._partial = store.folder / PARTIAL
        self._network = network or Network()
        self._tell = tell
        self._free_bytes = free_bytes

    def entry(self, model_id: str) -> ModelEntry:
        """The manifest's entry of a model.

        Raises:
            ModelUnknown: there is none.
        """
        entry = self.store.manifest.get(model_id)
        if entry is None:
            raise ModelUnknown("not in the manifest", model=model_id[:60])
        return entry

    def is_good(self, entry: ModelEntry) -> bool:
        """Whether it is installed and whole; reads all of it."""
        return self.store.state(entry, reads=True) is ModelState.GOOD

    def download(self, entry: ModelEntry, stated: Stated) -> Path:
        """Download and install one model.

        Returns:
            where it is now.
        """
        sha256, is_stated = expected_digest(entry, stated)
        url = stated.url or entry.url
        if not url:
            raise ModelNotOffered("no address to download from", model=entry.id)
        hosts = frozenset(entry.hosts) | stated.hosts
        wanted = WantedFile(url, sha256, entry.size_bytes, hosts)
        with self._working(entry):
            part = PartFile(self._partial / f"{entry.id}.part")
            path = Download(
                wanted,
                part,
                limits=self._network.limits,
                ca_bundle=self._network.ca_bundle,
                progress=lambda done, total: self._tell(Stage.DOWNLOAD, done, total),
                room=self._assert_room,
                pause=self._network.pause,
            ).run()
            place = self._put(entry, path, sha256, is_stated=is_stated)
            part.discard()
        return place

    def take(self, brought: Brought, *, is_stated: bool = False) -> Path:
        """Install one model that lies on a medium.

        Returns:
            where it is now.
        """
        entry = brought.entry
        with self._working(entry):
            if entry.files:
                return self._take_files(brought)
            copy = self._partial / f"{entry.id}.copy"
            self._copy(brought.files[""], copy, brought.sha256, entry)
            place = self._put(entry, copy, brought.sha256, is_stated=is_stated)
            copy.unlink(missing_ok=True)
        return place

    def _take_files(self, brought: Brought) -> Path:
        entry = brought.entry
        with self._scratch(entry) as scratch:
            for below, source in brought.files.items():
                make_folder((scratch / below).parent)
                self._copy(source, scratch / below, entry.files[below], entry)
            for folder, _, _ in os.walk(scratch, topdown=False):
                fsync_directory(Path(folder))
            place = self._folder / entry.local_name
            self._move(scratch, place)
        self._forget_record(entry, place)
        _log.info("model installed id=%s files=%d", entry.id, len(brought.files))
        return place

    def _put(self, entry: ModelEntry, path: Path, sha256: str, *, is_stated: bool) -> Path:
        """Put a checked file, or what is in it, into its place."""
        if entry.archive != "none":
            place = self._put_archive(entry, path, sha256, is_stated=is_stated)
        elif is_stated:
            name = Path(entry.local_name)
            place = self._folder / f"{name.stem}-{sha256[:8]}{name.suffix}"
            self._move(path, place)
            self._record(entry, place, sha256, {"": sha256}, is_stated=True)
        else:
            place = self._folder / entry.local_name
            self._move(path, place)
            self._forget_record(entry, place)
        _log.info("model installed id=%s sha256=%s stated=%s", entry.id, sha256, is_stated)
        return place

    def _put_archive(self, entry: ModelEntry, path: Path, sha256: str, *, is_stated: bool) -> Path:
        place = self._folder / f"{entry.local_name}-{sha256[:8]}"
        done = 0

        def note(more: int) -> None:
            nonlocal done
            done += more
            self._assert_room(more)
            self._tell(Stage.UNPACK, done, 0)

        with self._scratch(entry) as scratch:
            top, digests = unpack(path, entry.archive, scratch, entry.unpacked_bytes, note)
            self._move(top, place)
        self._record(entry, place, sha256, digests, is_stated=is_stated)
        return place

    def _record(
        self,
        entry: ModelEntry,
        place: Path,
        sha256: str,
        digests: dict[str, str],
        *,
        is_stated: bool,
    ) -> None:
        with self._replaced(entry, place):
            write_record(
                self._folder,
                InstallRecord(entry.id, entry.version, sha256, is_stated, place.name, digests),
            )

    def _forget_record(self, entry: ModelEntry, place: Path) -> None:
        with self._replaced(entry, place):
            remove_record(self._folder, entry.id)

    @contextlib.contextmanager
    def _replaced(self, entry: ModelEntry, place: Path) -> Iterator[None]:
        """Change the record in the body; what it named before goes afterwards, if it lies elsewhere."""
        before = read_record(self._folder, entry.id)
        yield
        if before is not None and before.place != place.name:
            _remove(self._folder / before.place)

    def _move(self, source: Path, place: Path) -> None:
        """Rename into the models folder, over what stands there; on the disk when this returns."""
        if source.is_file():
            os.chmod(source, 0o600)
            _fsync_file(source)
        if place.is_dir() or (source.is_dir() and os.path.lexists(place)):
            # A folder cannot be renamed over: it steps aside first. Until the end, nothing counts as installed.
            aside = self._partial / f"{place.name}.old"
            _remove(aside)
            os.rename(place, aside)
        os.replace(source, place)
        fsync_directory(self._folder)
        _remove(self._partial / f"{place.name}.old")

    def _copy(self, source: Path, target: Path, sha256: str, entry: ModelEntry) -> None:
        """Copy a file of a medium, and check what was written, not what was seen before."""
        total = os.stat(source, follow_symlinks=False).st_size
        self._assert_room(total)
        target.unlink(missing_ok=True)
        digest, done = hashlib.sha256(), 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(target, flags, 0o600), "wb") as file:
            for piece in file_pieces(source, min(total, MAXIMUM_BYTES)):
                digest.update(piece)
                file.write(piece)
                done += len(piece)
                self._tell(Stage.COPY, done, total)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            target.unlink()
            raise ModelDigestWrong(
                "the file changed while it was copied",
                model=entry.id,
                file=source.name,
                expected=sha256,
                found=digest.hexdigest(),
            )

    def _assert_room(self, more: int) -> None:
        free = self._free_bytes(self._folder)
        if free < more + RESERVE_BYTES:
            needed = -(-(more + RESERVE_BYTES) // _MEBIBYTE)
            raise ModelsFull("no room", needed=needed, free=free // _MEBIBYTE)

    @contextlib.contextmanager
    def _scratch(self, entry: ModelEntry) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards."""
        scratch = self._partial / f"{entry.id}.unpacked"
        _remove(scratch)
        make_folder(scratch)
        try:
            yield scratch
        finally:
            _remove(scratch)

    @contextlib.contextmanager
    def _working(self, entry: ModelEntry) -> Iterator[None]:
        """Be the only one that installs; errors of the disk and the model's name are said."""
        try:
            make_folder(self._partial)
            lock = FolderLock(self._folder / ".lock")
            lock.own()
            try:
                yield
            finally:
                lock.release()
        except ModelError as error:
            error.facts.setdefault("model", entry.id)
            raise
        except DatabaseBusy as error:
            raise ModelsBusy("another installation is running") from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise ModelsFull("no room", model=entry.id) from error
            raise ModelFolderUnusable(
                f"the disk refuses: {error.strerror or error}", folder=self._folder
            ) from error


def downloaded_bytes(folder: Path, entry: ModelEntry) -> int:
    """How much of a model is here from a download that was not finished."""
    try:
        return (folder / PARTIAL / f"{entry.id}.part").stat().st_size
    except OSError:
        return 0


def expected_digest(entry: ModelEntry, stated: Stated) -> tuple[str, bool]:
    """Which digest a model must have, and whether an administrator stated it.

    Raises:
        ModelDigestUnstated: nobody knows it, what was stated is none, or it contradicts the manifest.
    """
    given = stated.sha256.strip().lower()
    if given and not _SHA256.fullmatch(given):
        raise ModelDigestUnstated("not a SHA-256 of 64 digits", model=entry.id)
    if entry.sha256 or entry.files:
        if given and given != entry.sha256:
            raise ModelDigestUnstated(
                "the manifest says another one", model=entry.id, expected=entry.sha256
            )
        return entry.sha256, False
    if not given:
        raise ModelDigestUnstated("the manifest has no digest", model=entry.id)
    return given, True


def _fsync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Remove a file or a folder of ours, if it is there."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(kind):
        shutil.rmtree(path)
    else:
        path.unlink()
