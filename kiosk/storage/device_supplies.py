"""What the centre gives this device for its own use: receipt numbers and a certificate."""

import logging
from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.clock import Clock
from kiosk.storage.database import kiosk_errors
from kiosk.storage.machine_keys import MachineKeys
from kiosk.storage.receipt_blocks import add_block, last_number, wants_more
from kiosk.storage.rows import moment_text
from sync.device_certificate import CertificateMalformed, read_certificate
from sync.sqlcipher import EncryptedDatabase

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KioskSupplies:
    """The ``DeviceSupplies`` of the exchange."""

    keys: MachineKeys
    device: str
    receipt_prefix: str
    clock: Clock

    def receipts_wanted_after(self, database: Database) -> int | None:
        """The last number that the device has, when half of its numbers are used."""
        return last_number(database) if wants_more(database) else None

    def receipts_allotted(self, database: Database, first: int, last: int) -> None:
        """Keep a block.

        Raises:
            ValueError: the block is impossible or overlaps.
        """
        add_block(database, first, last)
        _log.info("receipt numbers allotted first=%d last=%d", first, last)

    def is_certificate_wanted(self, database: Database) -> bool:
        """Whether there is none, or one of another key, prefix or centre than now."""
        stored = stored_certificate(database)
        return not stored or not self._fits(database, stored)

    def certificate_came(self, database: Database, certificate: bytes) -> None:
        """Keep a certificate.

        Raises:
            ValueError: it is not for this device, or not of its centre.
        """
        if not self._fits(database, certificate):
            raise ValueError("the certificate is not this device's")
        database.execute(
            "INSERT INTO device_certificate VALUES (1, ?, ?) ON CONFLICT (only_row) DO UPDATE SET "
            "certificate = excluded.certificate, received_at = excluded.received_at",
            [certificate, moment_text(self.clock.now())],
        )

    def _fits(self, database: Database, data: bytes) -> bool:
        try:
            certificate = read_certificate(data)
        except CertificateMalformed:
            return False
        named = (certificate.device, certificate.receipt_prefix, certificate.public_key)
        own = (self.device, self.receipt_prefix, self.keys.present_public_key(database))
        centres = self.keys.centres(database)
        return named == own and any(certificate.is_signed_by(centre) for centre in centres)


def stored_certificate(database: Database) -> bytes:
    """The certificate's bytes; empty when the centre has not sent one yet."""
    row = database.execute("SELECT certificate FROM device_certificate").fetchone()
    return bytes(row[0]) if row else b""


def read_stored_certificate(encrypted: EncryptedDatabase) -> bytes:
    """The same, outside of a transaction.

    Raises:
        StorageError.
    """
    with kiosk_errors(), encrypted.reading() as database:
        return stored_certificate(database)
