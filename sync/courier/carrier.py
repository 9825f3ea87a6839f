"""A van's store: bundles of other devices on the way out, reports on the way back. It opens neither.

A bundle leaves the store only when a report that the centre signed says that all of it arrived. The layout is that of a
medium, in the van's own state folder.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sync.courier.custody import MAXIMUM_RECEIPT_BYTES, read_custody, sign_custody
from sync.courier.errors import (
    BundleRefused,
    MediumError,
    MediumTooSmall,
    MediumUnusable,
    ReportRefused,
)
from sync.courier.export import DeviceIdentity
from sync.courier.layout import CourierFolder, custody_file, report_file
from sync.courier.manifest import MANIFEST_FILE, Manifest
from sync.courier.medium import Folder
from sync.courier.parcels import copy_parcels
from sync.courier.report import MAXIMUM_REPORT_BYTES, DeliveryReport, open_report
from sync.courier.stored_bundle import StoredBundle
from sync.events import Clock
from sync.signing import Verifier

logger = logging.getLogger(__name__)

RESERVE_BYTES = 64 * 1024 * 1024
"""Left free on the van's disk: its own database lives there too."""


def _silent(_done: int, _total: int) -> None: ...


Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one bundle on a medium."""

    bundle: str
    device: str
    serial: int
    problem: str = ""
    """Stable reason why it was not taken; empty when it is in the store."""
    is_new: bool = True
    """False when the store had it already."""
    is_proven: bool = True
    """False for a device without a certificate: whole, but nobody here can tell whose it is."""


@dataclass(slots=True)
class Visit:
    """What happened at one medium."""

    bundles: list[Taken] = field(default_factory=list)
    reports_taken: int = 0
    reports_given: int = 0


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries for others.

    Args:
        certifiers: every key of the centre whose device certificates count.
        centre_keys: the keys whose answers count, by id.
    """

    store: CourierFolder
    identity: DeviceIdentity
    certifiers: Collection[Verifier]
    centre_keys: Mapping[str, Verifier]
    clock: Clock
    reserve_bytes: int = RESERVE_BYTES

    def take_from(self, place: CourierFolder, progress: Progress = _silent) -> Visit:
        """Take bundles and newer reports from a medium into the store; leave receipts and newer reports on it.

        One bundle that is damaged or foreign holds up no other.

        Raises:
            MediumTooSmall: the van's own disk has no room; what was taken before stays taken.
            MediumError: the medium or the disk failed; the same.
        """
        visit = Visit()
        for bundle in place.bundle_ids():
            taken = self._take(place, bundle, progress)
            if taken is not None:
                visit.bundles.append(taken)
        visit.reports_taken = self.copy_reports(place, self.here())
        visit.reports_given = self.copy_reports(self.here(), place)
        copy_parcels(place, self.here(), self.centre_keys)
        copy_parcels(self.here(), place, self.centre_keys)
        return visit

    def put_on(self, place: CourierFolder, progress: Progress = _silent) -> int:
        """Copy every carried bundle to another medium, such as one that goes to the centre; how many were copied."""
        copied = 0
        for stored in self.carried():
            total = 3 * stored.manifest.total_bytes
            needed = stored.manifest.total_bytes + (1 << 20)
            free = place.place.free_bytes()
            if free < needed:
                raise MediumTooSmall(needed, free, 0, stored.manifest.items)
            copied += stored.copy_to(place, _counting(progress, total))
        self.copy_reports(self.here(), place)
        copy_parcels(self.here(), place, self.centre_keys)
        return copied

    def carried(self) -> list[StoredBundle]:
        """The bundles in the store."""
        here = self.here()
        found = []
        for bundle in here.bundle_ids():
            try:
                found.append(StoredBundle.load(here, bundle))
            except BundleRefused as error:
                # The disk damaged it. Its device still has everything.
                logger.error("carried bundle %s cannot be read: %s", bundle, error.reason)  # noqa: TRY400
        return found

    def receipt_for(self, stored: StoredBundle) -> bytes:
        """The custody receipt of a bundle in the store; the same one each time."""
        folder = self.here().make_custody()
        name = custody_file(stored.manifest.bundle, self.identity.device)
        kept = folder.read_small(name, MAXIMUM_RECEIPT_BYTES)
        if kept:
            return kept
        receipt = sign_custody(stored.signed, self.identity, self.clock.read().wall)
        folder.replace(name, receipt)
        return receipt

    def check(self, stored: StoredBundle, *, is_proof_needed: bool) -> bool:
        """Check whose a bundle is, as far as can be done without opening it.

        Returns:
            whether its device is proven; False only for one without a certificate.
        Raises:
            BundleRefused: foreign or forged, or unproven where proof is needed.
        """
        try:
            stored.signed.check_by_certificate(self.certifiers)
        except BundleRefused as error:
            if error.reason != "no-certificate" or is_proof_needed:
                raise
            return False
        return True

    def assert_room_for(self, manifest: Manifest) -> None:
        """Look before a bundle is taken.

        Raises:
            MediumTooSmall: the van's disk cannot take it.
        """
        needed = manifest.total_bytes + self.reserve_bytes
        free = self.store.place.free_bytes()
        if free < needed:
            raise MediumTooSmall(needed, free, 0, manifest.items)

    def take_report(self, device: str, data: bytes) -> DeliveryReport | None:
        """Keep a report for a device when it is newer than the kept one; drop the bundles that it says arrived.

        The same report again drops what could not be dropped the first time.

        Returns:
            the report when it is news.
        Raises:
            ReportRefused: not of this centre, or for another device.
        """
        report = open_report(data, self.centre_keys)
        if report.device != device:
            raise ReportRefused("other-device")
        here = self.here()
        kept = self.report_of(here, device)
        is_news = kept is None or kept[1].time < report.time
        if kept is not None and kept[1].time > report.time:
            return None
        if is_news:
            here.make_reports().replace(report_file(device), data)
        self._drop_arrived(report)
        return report if is_news else None

    def report_of(self, place: CourierFolder, device: str) -> tuple[bytes, DeliveryReport] | None:
        """A report that lies somewhere, when there is a genuine one."""
        folder = place.reports()
        data = folder.read_small(report_file(device), MAXIMUM_REPORT_BYTES) if folder else None
        if not data:
            return None
        try:
            report = open_report(data, self.centre_keys)
        except ReportRefused:
            return None
        return (data, report) if report.device == device else None

    def copy_reports(self, source: CourierFolder, target: CourierFolder) -> int:
        """Copy every genuine report that is newer than what lies at the target; how many that were."""
        copied = 0
        for device in source.reported_devices():
            found = self.report_of(source, device)
            if found is None:
                continue
            data, report = found
            if target.place == self.store.place:
                copied += self.take_report(device, data) is not None
                continue
            kept = self.report_of(target, device)
            if kept is None or kept[1].time < report.time:
                target.make_reports().replace(report_file(device), data)
                copied += 1
        return copied

    def here(self) -> CourierFolder:
        """The store as it is now."""
        return CourierFolder.at(self.store.place.path)

    def since(self, bundle: str) -> datetime | None:
        """When a bundle came into the store, by the van's clock."""
        folder = self.here().custody()
        name = custody_file(bundle, self.identity.device)
        data = folder.read_small(name, MAXIMUM_RECEIPT_BYTES) if folder else None
        try:
            return read_custody(data, self.certifiers).since if data else None
        except BundleRefused:
            return None

    def _take(self, place: CourierFolder, bundle: str, progress: Progress) -> Taken | None:
        device, serial = "", 0
        try:
            stored = StoredBundle.load(place, bundle)
            device, serial = stored.manifest.device, stored.manifest.serial
            if device == self.identity.device:
                return None
            is_proven = self.check(stored, is_proof_needed=False)
            self.assert_room_for(stored.manifest)
            is_new = stored.copy_to(
                self.here(), _counting(progress, 3 * stored.manifest.total_bytes)
            )
            carried = StoredBundle.load(self.here(), bundle)
        except BundleRefused as error:
            return Taken(bundle, device, serial, error.reason, is_new=False)
        except MediumUnusable:
            return Taken(bundle, device, serial, "unusable", is_new=False)
        receipt = self.receipt_for(carried)
        try:
            name = custody_file(bundle, self.identity.device)
            place.make_custody().replace(name, receipt)
        except MediumError as error:
            # A stick that is write-protected: the bundle is carried all the same, and the report will say so.
            logger.warning("no receipt could be left on the medium: %s", error.code)
        return Taken(bundle, device, serial, is_new=is_new, is_proven=is_proven)

    def _drop_arrived(self, report: DeliveryReport) -> None:
        here = self.here()
        bundles, custody = here.bundles(), here.custody()
        arrived = {one.bundle for one in report.bundles if one.is_complete}
        for stored in self.carried():
            bundle = stored.manifest.bundle
            if bundle in arrived and stored.manifest.device == report.device and bundles:
                _remove(bundles, bundle)
                if custody is not None:
                    custody.remove_file(custody_file(bundle, self.identity.device))
                logger.info("bundle %s arrived and left the van", bundle)


def _remove(bundles: Folder, bundle: str) -> None:
    """Remove a bundle, its manifest last: what breaks off half-way is still listed, and the next report ends it."""
    folder = bundles.child(bundle)
    for name in folder.names() if folder is not None else ():
        if folder is not None and name != MANIFEST_FILE:
            folder.remove_file(name)
    bundles.remove_child(bundle)


def _counting(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(min(done, total), total)

    return tell
