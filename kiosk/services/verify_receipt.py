"""Use case: is this paper genuine, without any network."""

import enum
from collections.abc import Collection
from dataclasses import dataclass

from kiosk.domain.receipt_statement import (
    CodeUnreadable,
    ReceiptStatement,
    SignedReceipt,
    read_code,
)
from sync.device_certificate import CertificateMalformed, DeviceCertificate, read_certificate
from sync.signing import Purpose, Verifier


class ReceiptVerdict(enum.Enum):
    """What can be said about a code; the value is the last part of its texts' ids."""

    GENUINE = "genuine"
    """A device of this centre printed exactly this."""
    CHANGED = "changed"
    """It claims to be of this centre, and its signatures say otherwise."""
    NOT_YET = "not_yet"
    """The device had no certificate when it printed: only the centre can tell."""
    UNKNOWN = "unknown"
    """No code of ours, cut short, or of another centre."""


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """The verdict, and what the paper states where it may be believed."""

    verdict: ReceiptVerdict
    statement: ReceiptStatement | None = None
    """Only of a genuine paper: what cannot be believed is not shown."""
    device: str = ""
    """Which device printed it."""


@dataclass(frozen=True, slots=True)
class VerifyReceipt:
    """Checks codes against one centre.

    Args:
        centres: the centre's keys, those of today and those that signed older papers; none where no centre is
            configured.
        own_keys: of this device, whose papers it can check before it has a certificate; none on another machine.
        own_prefix: of this device's receipt numbers.
        own_id: of this device.
    """

    centres: Collection[Verifier]
    own_keys: Collection[Verifier] = ()
    own_prefix: str = ""
    own_id: str = ""

    def check(self, text: str) -> ReceiptCheck:
        """Check whatever a camera or a scanner gave; never raises for what is in it."""
        try:
            code = read_code(text)
        except CodeUnreadable:
            return ReceiptCheck(ReceiptVerdict.UNKNOWN)
        if not code.certificate:
            return self._check_without_certificate(code)
        try:
            certificate = read_certificate(code.certificate)
        except CertificateMalformed:
            # Nobody is accused because a scanner let the end fall.
            return ReceiptCheck(ReceiptVerdict.UNKNOWN)
        return self._check_with(code, certificate)

    def _check_without_certificate(self, code: SignedReceipt) -> ReceiptCheck:
        own = self.own_keys if code.statement.number[:3] == self.own_prefix else ()
        if any(key.is_valid(Purpose.RECEIPT, code.signed, code.signature) for key in own):
            return ReceiptCheck(ReceiptVerdict.GENUINE, code.statement, self.own_id)
        # Also this machine's own prefix with another key: perhaps the one before its disk was replaced.
        return ReceiptCheck(ReceiptVerdict.NOT_YET)

    def _check_with(self, code: SignedReceipt, certificate: DeviceCertificate) -> ReceiptCheck:
        centre = next(
            (key for key in self.centres if key.key_id == certificate.centre_key_id), None
        )
        if centre is None:
            return ReceiptCheck(ReceiptVerdict.UNKNOWN)
        is_genuine = (
            certificate.is_signed_by(centre)
            and certificate.receipt_prefix == code.statement.number[:3]
            and Verifier(certificate.public_key).is_valid(
                Purpose.RECEIPT, code.signed, code.signature
            )
        )
        if not is_genuine:
            return ReceiptCheck(ReceiptVerdict.CHANGED)
        return ReceiptCheck(ReceiptVerdict.GENUINE, code.statement, certificate.device)
