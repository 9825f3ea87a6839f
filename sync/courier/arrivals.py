"""What a medium brings back to the device that wrote bundles: vans' receipts and the centre's report."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

from sync.courier import ledger
from sync.courier.custody import MAXIMUM_RECEIPT_BYTES, CustodyReceipt, read_custody
from sync.courier.errors import BundleRefused, MediumUnusable, ReportRefused
from sync.courier.layout import CourierFolder, report_file
from sync.courier.report import MAXIMUM_REPORT_BYTES
from sync.courier.settle import ReportOutcome, ReportSettlement
from sync.courier.stored_bundle import StoredBundle
from sync.signing import Verifier
from sync.sqlcipher import EncryptedDatabase


@dataclass(slots=True)
class Arrivals:
    """What was found."""

    report: ReportOutcome | None = None
    """None when there was none for this device."""
    receipts: list[CustodyReceipt] = field(default_factory=list)
    """Those that were news."""
    refused: list[str] = field(default_factory=list)
    """Reasons for receipts that were not believed; nothing depends on them."""
    foreign_bundles: int = 0
    """Bundles of other devices that stand there; they are none of this device's business."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """Looks at a medium for one device."""

    database: EncryptedDatabase
    reports: ReportSettlement
    certifiers: Collection[Verifier]
    """Every key whose device certificates count."""
    own_keys: Collection[Verifier]
    """Of this device, also those from before a change."""
    device: str

    def take(self, place: CourierFolder) -> Arrivals:
        """Take in what is for this device; what is not stays where it is.

        Raises:
            ReportRefused: the report is for this device by its name, and not to be believed.
            MediumError: the medium failed; what was taken in before stays.
        """
        found = Arrivals()
        self._finish_own(place, found)
        self._take_receipts(place, found)
        folder = place.reports()
        name = report_file(self.device)
        data = folder.read_small(name, MAXIMUM_REPORT_BYTES) if folder is not None else None
        if data is not None:
            found.report = self.reports.take(data)
        elif folder is not None and self.device in place.reported_devices():
            raise ReportRefused("malformed")
        return found

    def _finish_own(self, place: CourierFolder, found: Arrivals) -> None:
        """A bundle that got its name in the moment of a power cut is whole; the ledger just does not know yet."""
        for bundle in place.bundle_ids():
            try:
                stored = StoredBundle.load(place, bundle)
            except (BundleRefused, MediumUnusable):
                continue
            if stored.manifest.device != self.device:
                found.foreign_bundles += 1
                continue
            with self.database.reading() as database:
                known = ledger.manifest_digest_of(database, bundle)
            if known == "" and any(map(stored.signed.is_signed_by_device, self.own_keys)):
                digest = hashlib.sha256(stored.signed.encoded).hexdigest()
                with self.database.transaction() as database:
                    ledger.finish_bundle(database, bundle, stored.manifest.total_bytes, digest)

    def _take_receipts(self, place: CourierFolder, found: Arrivals) -> None:
        folder = place.custody()
        for name, bundle in place.custody_files():
            with self.database.reading() as database:
                known = ledger.manifest_digest_of(database, bundle)
            if known is None or folder is None:
                continue
            try:
                data = folder.read_small(name, MAXIMUM_RECEIPT_BYTES)
                receipt = self.checked(data or b"", bundle, known)
            except (BundleRefused, MediumUnusable) as error:
                found.refused.append(getattr(error, "reason", "unusable"))
                continue
            if self.note(receipt):
                found.receipts.append(receipt)

    def checked(self, data: bytes, bundle: str, manifest_digest: str) -> CustodyReceipt:
        """Read a receipt for a bundle of this device.

        Args:
            manifest_digest: of the bundle; empty when it is not known.
        Raises:
            BundleRefused: not to be believed, or for something else.
        """
        receipt = read_custody(data, self.certifiers)
        if (receipt.bundle, receipt.device) != (bundle, self.device):
            raise BundleRefused("malformed", "the receipt is for something else")
        if manifest_digest and receipt.manifest_digest != manifest_digest:
            raise BundleRefused("bad-signature", "the van carries another bundle of this name")
        return receipt

    def note(self, receipt: CustodyReceipt) -> bool:
        """Write down who carries a bundle; returns whether that is news."""
        with self.database.transaction() as database:
            return ledger.note_custody(
                database, receipt.bundle, receipt.van, receipt.since, receipt.encoded
            )
