"""What a device needs from the centre to go on by itself: receipt numbers, and the centre's word for its key.

Asked for last in a run, and never a reason for a run to fail: events, decisions and roster do not wait for it.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import Protocol

from pydantic import Field
from sqlite_utils import Database

from sync.answers import NoncedAnswer
from sync.errors import DatabaseError, SyncError
from sync.settlement import Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport

logger = logging.getLogger(__name__)

MAXIMUM_RECEIPT_NUMBER = 999_999_999


class ReceiptBlockAnswer(NoncedAnswer):
    """Numbers that are this device's alone."""

    after: int = Field(ge=0, le=MAXIMUM_RECEIPT_NUMBER)
    """Echo of the question: the last number that the device has."""
    first: int = Field(ge=1, le=MAXIMUM_RECEIPT_NUMBER)
    last: int = Field(ge=1, le=MAXIMUM_RECEIPT_NUMBER)


class CertificateAnswer(NoncedAnswer):
    """The centre's word for the device's key."""

    certificate: str = Field(max_length=400)
    """Base64 of the bytes of ``sync.device_certificate``."""

    def certificate_bytes(self) -> bytes:
        """The bytes.

        Raises:
            ValueError: not base64.
        """
        try:
            return base64.b64decode(self.certificate, validate=True)
        except binascii.Error as error:
            raise ValueError("the certificate is not base64") from error


class DeviceSupplies(Protocol):
    """Where the device keeps them. Each method works in the transaction that it is given."""

    def receipts_wanted_after(self, database: Database) -> int | None:
        """The last number that the device has, when it should ask for more; else None."""

    def receipts_allotted(self, database: Database, first: int, last: int) -> None:
        """Keep a block; the same one may come twice.

        Raises:
            ValueError: the block is impossible.
        """

    def is_certificate_wanted(self, database: Database) -> bool:
        """Whether there is none that fits the device's key, prefix and centre."""

    def certificate_came(self, database: Database, certificate: bytes) -> None:
        """Keep a certificate.

        Raises:
            ValueError: it is not for this device, or not of its centre.
        """


class Supplier:
    """Asks for what is missing."""

    def __init__(
        self, database: EncryptedDatabase, transport: Transport, supplies: DeviceSupplies
    ) -> None:
        self._database = database
        self._transport = transport
        self._supplies = supplies

    def run(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        """Ask for each once; what fails is asked for again in the next run.

        Raises:
            DatabaseError: the device's own database cannot be used.
        """
        for name, ask in (("receipts", self._ask_receipts), ("certificate", self._ask_certificate)):
            if should_stop():
                return
            try:
                tally.answers += ask()
            except DatabaseError:
                raise
            except (SyncError, ValueError) as error:
                code = error.code if isinstance(error, SyncError) else type(error).__name__
                logger.warning("%s not supplied: %s", name, code)

    def _ask_receipts(self) -> int:
        with self._database.reading() as database:
            after = self._supplies.receipts_wanted_after(database)
        if after is None:
            return 0
        answer = self._transport.receipt_block(after)
        with self._database.transaction() as database:
            self._supplies.receipts_allotted(database, answer.first, answer.last)
        return 1

    def _ask_certificate(self) -> int:
        with self._database.reading() as database:
            is_wanted = self._supplies.is_certificate_wanted(database)
        if not is_wanted:
            return 0
        answer = self._transport.device_certificate()
        with self._database.transaction() as database:
            self._supplies.certificate_came(database, answer.certificate_bytes())
        return 1
