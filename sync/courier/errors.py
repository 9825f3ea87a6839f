"""What can go wrong when items travel on a medium or in a van; the queue is the same after each of these.

CourierError
├── MediumError             the stick, card or folder
│   ├── MediumTooSmall      known before anything is written
│   ├── MediumFull          the space ended half-way
│   ├── MediumGone          pulled out, or an input/output error
│   ├── MediumReadOnly      write-protected, or not ours to write
│   ├── MediumDamaged       what was read back is not what was written
│   └── MediumUnusable      not a folder, or something odd stands where ours should
├── BundleRefused           damaged, foreign, or not signed as it must be
├── ReportRefused           a delivery report that is not for this device, or not of its centre
├── NothingSealable         no sealing key of the centre is known yet
└── HandoverFailed          the van in the local network
    └── VanNotFound         nobody of our centre answers there
"""

import errno

from sync.errors import SyncError


class CourierError(SyncError):
    """Base of this package's errors."""

    code = "SYN-700"


class MediumError(CourierError):
    """The medium cannot be used as asked."""

    code = "SYN-701"


class MediumTooSmall(MediumError):
    """Less is free than the export needs; nothing was written."""

    code = "SYN-702"

    def __init__(self, needed: int, free: int, fitting: int, waiting: int) -> None:
        super().__init__(f"needs {needed} bytes, {free} are free")
        self.needed = needed
        """Bytes that all of it takes on this medium."""
        self.free = free
        """Bytes that are free there."""
        self.fitting = fitting
        """How many items fit, each person's in order."""
        self.waiting = waiting
        """How many items wait."""


class MediumFull(MediumError):
    """The space ended while writing."""

    code = "SYN-703"


class MediumGone(MediumError):
    """The medium vanished or fails with input/output errors."""

    code = "SYN-704"


class MediumReadOnly(MediumError):
    """Write-protected, or the folder belongs to somebody else."""

    code = "SYN-705"


class MediumDamaged(MediumError):
    """What was read back is not what was written."""

    code = "SYN-706"


class MediumUnusable(MediumError):
    """Not a folder, or a link or a file stands where our folder should."""

    code = "SYN-707"


class BundleRefused(CourierError):
    """A bundle that is damaged, incomplete, of another centre or not signed by its device."""

    code = "SYN-708"

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason
        """Stable, for programs: ``damaged``, ``incomplete``, ``foreign-centre``, ``bad-signature``, …"""


class ReportRefused(CourierError):
    """A delivery report that must not be believed."""

    code = "SYN-709"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """Stable: ``bad-signature``, ``other-device``, ``old-epoch``, ``malformed``."""


class NothingSealable(CourierError):
    """Without the centre's sealing keys nothing may leave the machine on a medium."""

    code = "SYN-710"


class HandoverFailed(CourierError):
    """The van in the local network did not prove itself, or broke off."""

    code = "SYN-711"


class VanNotFound(HandoverFailed):
    """No van of this centre answers in the local network."""

    code = "SYN-712"


_BY_ERRNO: dict[int, type[MediumError]] = {
    errno.ENOSPC: MediumFull,
    errno.EDQUOT: MediumFull,
    errno.EFBIG: MediumFull,
    errno.EROFS: MediumReadOnly,
    errno.EACCES: MediumReadOnly,
    errno.EPERM: MediumReadOnly,
    errno.EIO: MediumGone,
    errno.ENOENT: MediumGone,
    errno.ENODEV: MediumGone,
    errno.ENXIO: MediumGone,
    errno.ESTALE: MediumGone,
    errno.ENOTCONN: MediumGone,
    errno.ELOOP: MediumUnusable,
    errno.ENOTDIR: MediumUnusable,
}
"""Numbers of the operating system that staff can do something about."""


def medium_error(error: OSError) -> MediumError:
    """Say an error of the operating system in the terms of the medium."""
    kind = _BY_ERRNO.get(error.errno or 0, MediumError)
    # Never the path: a mount point may carry somebody's name.
    return kind(error.strerror or type(error).__name__)
