"""A bundle that stands in a folder: read, checked, opened part by part, copied whole."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sync.courier.errors import BundleRefused, MediumError, MediumUnusable
from sync.courier.layout import CourierFolder, unfinished_name
from sync.courier.manifest import (
    MANIFEST_FILE,
    MAXIMUM_MANIFEST_BYTES,
    Manifest,
    Part,
    SignedManifest,
    part_file_name,
)
from sync.courier.medium import PIECE_BYTES, FileDigest, Folder, medium_errors
from sync.courier.records import Record, read_records
from sync.courier.sealed_part import Opener, PartName, open_part


def _silent(_count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """A folder with a manifest; nothing of it is believed before ``signed`` was checked."""

    folder: Folder
    signed: SignedManifest

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        return self.signed.manifest

    @classmethod
    def load(cls, place: CourierFolder, bundle: str) -> "StoredBundle":
        """Read a bundle's manifest.

        Raises:
            BundleRefused: no manifest, none that can be read, or one of another bundle.
            MediumError: the medium failed.
        """
        bundles = place.bundles()
        folder = bundles.child(bundle) if bundles is not None else None
        if folder is None:
            raise BundleRefused("incomplete", "there is no such bundle")
        data = folder.read_small(MANIFEST_FILE, MAXIMUM_MANIFEST_BYTES)
        if data is None:
            raise BundleRefused("incomplete", "the manifest is missing or far too large")
        signed = SignedManifest.parse(data)
        if signed.manifest.bundle != bundle:
            raise BundleRefused("malformed", "the manifest is another bundle's")
        return cls(folder, signed)

    def damaged_parts(self, progress: Callable[[int], None] = _silent) -> list[int]:
        """Read every part from the medium; the numbers of those that are not what the manifest says."""
        found: list[int] = []
        for number, part in enumerate(self.manifest.parts, start=1):
            if not self.is_part_whole(number, part, progress):
                found.append(number)
        return found

    def is_part_whole(
        self, number: int, part: Part, progress: Callable[[int], None] = _silent
    ) -> bool:
        """Whether a part is there and is what the manifest says."""
        try:
            found = self.folder.digest(part_file_name(number), part.size, progress)
        except (FileNotFoundError, MediumUnusable):
            return False
        return found == FileDigest(part.size, part.sha256)

    def records(self, number: int, opener: Opener) -> Iterator[Record]:
        """Open one part; only the centre can.

        Raises:
            BundleRefused: missing, damaged, or not sealed to the centre.
        """
        name = PartName(self.manifest.bundle_id, number)
        try:
            with self.folder.open_to_read(part_file_name(number)) as file, medium_errors():
                yield from read_records(open_part(file.read, name, opener))
        except FileNotFoundError as error:
            raise BundleRefused("damaged", f"part {number} is missing") from error

    def copy_to(self, place: CourierFolder, progress: Callable[[int], None] = _silent) -> bool:
        """Copy the bundle to another place, checked while it is read and read back there; whole or not at all.

        Returns:
            False when it stands there already.
        Raises:
            BundleRefused: a part is not what the manifest says.
            MediumError: either medium failed.
        """
        bundles = place.make_bundles()
        bundle = self.manifest.bundle
        if bundles.child(bundle) is not None:
            return False
        unfinished = unfinished_name(bundle)
        bundles.remove_child(unfinished)
        target = bundles.make_child(unfinished)
        try:
            for number, part in enumerate(self.manifest.parts, start=1):
                self._copy_part(number, part, target, progress)
            manifest = target.write_new(MANIFEST_FILE, [self.signed.encoded])
            target.sync()
            for number, part in enumerate(self.manifest.parts, start=1):
                target.verify(part_file_name(number), FileDigest(part.size, part.sha256), progress)
            target.verify(MANIFEST_FILE, manifest)
            bundles.rename_child(unfinished, bundle)
        except BaseException:
            with contextlib.suppress(MediumError):
                bundles.remove_child(unfinished)
            raise
        return True

    def _copy_part(
        self, number: int, part: Part, target: Folder, progress: Callable[[int], None]
    ) -> None:
        name = part_file_name(number)
        try:
            with self.folder.open_to_read(name) as file:
                copied = target.write_new(name, bounded_pieces(file.read, part.size), progress)
        except FileNotFoundError as error:
            raise BundleRefused("damaged", f"part {number} is missing") from error
        if copied != FileDigest(part.size, part.sha256):
            raise BundleRefused("damaged", f"part {number} is not what its device wrote")


def bounded_pieces(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """Read at most one byte more than ``size``: enough to see that a file is too long, never all of it."""
    left = size + 1
    while left > 0 and (piece := read(min(PIECE_BYTES, left))):
        left -= len(piece)
        yield piece
