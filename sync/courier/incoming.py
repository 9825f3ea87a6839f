"""Bundles that come to a van piece by piece over the local network; they get their name when they are whole.

How far one is stands on the disk alone, so a van that was switched off goes on where it was.
"""

import logging
import os
from dataclasses import dataclass

from sync.courier.carrier import Carrier
from sync.courier.errors import BundleRefused
from sync.courier.layout import unfinished_name
from sync.courier.manifest import (
    MANIFEST_FILE,
    MAXIMUM_MANIFEST_BYTES,
    SignedManifest,
    part_file_name,
)
from sync.courier.medium import FileDigest, Folder, medium_errors, write_all
from sync.courier.stored_bundle import StoredBundle

logger = logging.getLogger(__name__)

MAXIMUM_UNFINISHED = 50
"""A van meets fewer kiosks before somebody looks after it."""
_APPEND_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What comes next of a bundle."""

    is_complete: bool
    part: int = 0
    """From 1; 0 when nothing is wanted."""
    offset: int = 0
    is_damaged: bool = False
    """The part was whole and not what its manifest says: from its start again."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Takes bundles into a carrier's store."""

    carrier: Carrier

    def announce(self, device: str, data: bytes) -> Wanted:
        """A device shows the manifest of a bundle of its own.

        Raises:
            BundleRefused: not its own, or not to be believed.
            MediumTooSmall: the van has no room for it.
        """
        signed = SignedManifest.parse(data)
        if signed.manifest.device != device:
            raise BundleRefused("bad-signature", "the bundle is another device's")
        signed.check_by_certificate(self.carrier.certifiers)
        bundle = signed.manifest.bundle
        bundles = self.carrier.here().make_bundles()
        if bundles.child(bundle) is not None:
            return Wanted(is_complete=True)
        folder = bundles.child(unfinished_name(bundle))
        if folder is None:
            self._assert_room(signed, bundles)
            folder = bundles.make_child(unfinished_name(bundle))
            folder.write_new(MANIFEST_FILE, [data])
        elif folder.read_small(MANIFEST_FILE, MAXIMUM_MANIFEST_BYTES) != data:
            # The start was cut before the manifest was whole; nothing of it is worth keeping.
            bundles.remove_child(unfinished_name(bundle))
            return self.announce(device, data)
        return self._wanted(bundles, folder, signed)

    def take_piece(
        self, device: str, bundle: str, number: int, offset: int, content: bytes
    ) -> Wanted:
        """A piece of a part has come; one that does not go on where it should changes nothing.

        Raises:
            BundleRefused: the bundle was not announced, or the piece is longer than the part.
            MediumError: the van's disk failed.
        """
        bundles = self.carrier.here().make_bundles()
        if bundles.child(bundle) is not None:
            return Wanted(is_complete=True)
        folder = bundles.child(unfinished_name(bundle))
        data = folder.read_small(MANIFEST_FILE, MAXIMUM_MANIFEST_BYTES) if folder else None
        if folder is None or data is None:
            raise BundleRefused("incomplete", "the bundle was not announced")
        signed = SignedManifest.parse(data)
        if signed.manifest.device != device:
            raise BundleRefused("bad-signature", "the bundle is another device's")
        wanted = self._wanted(bundles, folder, signed)
        if (wanted.part, wanted.offset) != (number, offset) or not content:
            return wanted
        if offset + len(content) > signed.manifest.parts[number - 1].size:
            raise BundleRefused("malformed", "a piece is longer than its part")
        _append(folder, part_file_name(number), content)
        return self._wanted(bundles, folder, signed)

    def custody(self, device: str, bundle: str) -> bytes | None:
        """The receipt for a bundle that is whole here; None before."""
        here = self.carrier.here()
        if bundle not in here.bundle_ids():
            return None
        stored = StoredBundle.load(here, bundle)
        return self.carrier.receipt_for(stored) if stored.manifest.device == device else None

    def _wanted(self, bundles: Folder, folder: Folder, signed: SignedManifest) -> Wanted:
        manifest = signed.manifest
        for number, part in enumerate(manifest.parts, start=1):
            held = _size(folder, part_file_name(number))
            if held < part.size:
                return Wanted(is_complete=False, part=number, offset=held)
            is_last = number == len(manifest.parts)
            following = 0 if is_last else _size(folder, part_file_name(number + 1))
            if following:
                continue  # looked at when it became whole; all are read again at the end
            if folder.digest(part_file_name(number), part.size) != FileDigest(
                part.size, part.sha256
            ):
                folder.remove_file(part_file_name(number))
                return Wanted(is_complete=False, part=number, is_damaged=True)
        return self._finish(bundles, folder, signed)

    def _finish(self, bundles: Folder, folder: Folder, signed: SignedManifest) -> Wanted:
        for number, part in enumerate(signed.manifest.parts, start=1):
            expected = FileDigest(part.size, part.sha256)
            if folder.digest(part_file_name(number), part.size) != expected:
                folder.remove_file(part_file_name(number))
                return Wanted(is_complete=False, part=number, is_damaged=True)
        folder.sync()
        bundles.rename_child(unfinished_name(signed.manifest.bundle), signed.manifest.bundle)
        logger.info("bundle %s is whole", signed.manifest.bundle)
        return Wanted(is_complete=True)

    def _assert_room(self, signed: SignedManifest, bundles: Folder) -> None:
        unfinished = [name for name in bundles.names() if name.startswith(".")]
        if len(unfinished) >= MAXIMUM_UNFINISHED:
            raise BundleRefused("busy", "too many bundles are unfinished here")
        self.carrier.assert_room_for(signed.manifest)


def _append(folder: Folder, name: str, content: bytes) -> None:
    with medium_errors():
        descriptor = os.open(folder.path / name, _APPEND_FLAGS, 0o600)
        with open(descriptor, "ab", buffering=0) as file:
            write_all(file, content)
            os.fsync(descriptor)


def _size(folder: Folder, name: str) -> int:
    try:
        with folder.open_to_read(name) as file, medium_errors():
            return os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return 0
