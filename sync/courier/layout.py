"""Where things stand on a medium, in a van's store and in a spool: one layout everywhere.

xianglin-courier/
  bundles/<bundle id>/manifest.json, part-0001.xlb, …     to the centre
  custody/<bundle id>.<van>.json                          to the device: who carries it
  keyring.json                                            to everybody: the centre's keys
  reports/<device>.json                                   to the device: what the centre has
  parcels/<device>.xlp                                    to the device: roster, catalogue, decisions, sealed to it
"""

import re
from dataclasses import dataclass
from pathlib import Path

from sync.courier.manifest import is_bundle_id
from sync.courier.medium import Folder
from sync.keyring import MAXIMUM_KEYRING_BYTES
from sync.pull_parcel import MAXIMUM_PARCEL_BYTES

ROOT = "xianglin-courier"
KEYRING_FILE = "keyring.json"
_BUNDLES = "bundles"
_CUSTODY = "custody"
_REPORTS = "reports"
_PARCELS = "parcels"
_DEVICE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_CUSTODY_FILE = re.compile(rf"([0-9a-f-]{{36}})\.({_DEVICE})\.json")
_REPORT_FILE = re.compile(rf"({_DEVICE})\.json")
_PARCEL_FILE = re.compile(rf"({_DEVICE})\.xlp")


@dataclass(frozen=True, slots=True)
class CourierFolder:
    """Our folder at a place; what else is there is none of our business."""

    root: Folder | None
    """None when there is nothing of ours yet."""
    place: Folder

    @classmethod
    def at(cls, path: Path) -> "CourierFolder":
        """Look at a place.

        Raises:
            MediumUnusable: no folder, or something odd stands where ours should.
        """
        place = Folder.at(path)
        return cls(place.child(ROOT), place)

    def bundles(self) -> Folder | None:
        """The folder of bundles, when there is one."""
        return self._child(_BUNDLES)

    def make_bundles(self) -> Folder:
        """The same, made when missing."""
        return self._make(_BUNDLES)

    def bundle_ids(self) -> list[str]:
        """Ids of the finished bundles."""
        folder = self.bundles()
        return [name for name in folder.names() if is_bundle_id(name)] if folder else []

    def custody(self) -> Folder | None:
        """The folder of custody receipts, when there is one."""
        return self._child(_CUSTODY)

    def make_custody(self) -> Folder:
        """The same, made when missing."""
        return self._make(_CUSTODY)

    def custody_files(self) -> list[tuple[str, str]]:
        """File names of custody receipts, each with the bundle that it names."""
        folder = self.custody()
        found = [(_CUSTODY_FILE.fullmatch(name), name) for name in folder.names()] if folder else []
        return [(name, match[1]) for match, name in found if match and is_bundle_id(match[1])]

    def reports(self) -> Folder | None:
        """The folder of delivery reports, when there is one."""
        return self._child(_REPORTS)

    def make_reports(self) -> Folder:
        """The same, made when missing."""
        return self._make(_REPORTS)

    def reported_devices(self) -> list[str]:
        """Devices for which a delivery report is here."""
        folder = self.reports()
        found = [_REPORT_FILE.fullmatch(name) for name in folder.names()] if folder else []
        return [match[1] for match in found if match]

    def put_report(self, device: str, data: bytes) -> None:
        """Leave a report for a device, in the place of an earlier one."""
        self.make_reports().replace(report_file(device), data)

    def parcel(self, device: str) -> bytes | None:
        """The parcel for a device, when one lies here."""
        folder = self._child(_PARCELS)
        name = f"{device}.xlp"
        return folder.read_small(name, MAXIMUM_PARCEL_BYTES) if folder else None

    def parcel_devices(self) -> list[str]:
        """Devices for which a parcel is here."""
        folder = self._child(_PARCELS)
        found = [_PARCEL_FILE.fullmatch(name) for name in folder.names()] if folder else []
        return [match[1] for match in found if match]

    def put_parcel(self, device: str, data: bytes) -> None:
        """Leave a parcel for a device, in the place of an earlier one."""
        self._make(_PARCELS).replace(f"{device}.xlp", data)

    def keyring(self) -> bytes | None:
        """The centre's keyring, when one lies here."""
        return self.root.read_small(KEYRING_FILE, MAXIMUM_KEYRING_BYTES) if self.root else None

    def put_keyring(self, document: bytes) -> None:
        """Leave the centre's keyring here."""
        self.place.make_child(ROOT).replace(KEYRING_FILE, document)

    def _child(self, name: str) -> Folder | None:
        return self.root.child(name) if self.root is not None else None

    def _make(self, name: str) -> Folder:
        return self.place.make_child(ROOT).make_child(name)


def unfinished_name(bundle: str) -> str:
    """The folder in which a bundle is written before it gets its name."""
    return f".{bundle}.tmp"


def custody_file(bundle: str, van: str) -> str:
    """Name of a custody receipt."""
    return f"{bundle}.{van}.json"


def report_file(device: str) -> str:
    """Name of a device's delivery report."""
    return f"{device}.json"
