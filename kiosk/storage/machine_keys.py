"""Which keys this machine uses now, its own and the centre's, wherever a use case or an adapter needs one."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from sqlite_utils import Database

from kiosk.errors import StorageError
from kiosk.storage.database import kiosk_errors
from sync.device_certificate import CertificateMalformed, read_certificate
from sync.device_keys import DeviceKeys
from sync.keyring import Keyring
from sync.keyring_store import KeyringStore
from sync.signing import DeviceSigner, Purpose, Verifier
from sync.sqlcipher import EncryptedDatabase

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MachineKeys:
    """Asks the database each time: a command or the exchange may change keys beside a running kiosk."""

    encrypted: EncryptedDatabase
    first: DeviceSigner
    """The key that the machine was set up with. Pseudonyms and drafts hang on it for ever."""
    anchor: bytes | None
    """The centre's key of the settings, 32 bytes; None without a centre."""

    @cached_property
    def device(self) -> DeviceKeys:
        """The machine's own keys."""
        return DeviceKeys(self.first)

    @cached_property
    def store(self) -> KeyringStore:
        """Where the centre's keyring is kept."""
        return KeyringStore(Verifier(self.anchor) if self.anchor is not None else None)

    def request_signer(self) -> DeviceSigner:
        """Whose signature the centre expects now.

        Raises:
            StorageError.
        """
        with kiosk_errors(), self.encrypted.reading() as database:
            return self.device.for_requests(database)

    def keyring(self) -> Keyring | None:
        """The centre's keys, or None while only the one of the settings is known.

        Raises:
            StorageError.
        """
        with kiosk_errors(), self.encrypted.reading() as database:
            return self.store.read(database)

    def sign_receipt(self, statement: bytes, certificate: bytes) -> bytes:
        """Sign a receipt with the key that its certificate speaks of; without one, with the present key."""
        try:
            with kiosk_errors(), self.encrypted.reading() as database:
                signers = {key.signer.public_key: key.signer for key in self.device.all(database)}
                present = self.device.for_requests(database)
        except StorageError as error:
            # The receipt is promised already: rather a code that only the centre can check than none.
            _log.warning("receipt signed with the first key code=%s", error.code)
            signers, present = {}, self.first
        try:
            signer = signers.get(read_certificate(certificate).public_key, present)
        except CertificateMalformed:
            signer = present
        return signer.sign(Purpose.RECEIPT, statement)

    def own_verifiers(self) -> Collection[Verifier]:
        """Of all keys that this machine ever had.

        Raises:
            StorageError.
        """
        with kiosk_errors(), self.encrypted.reading() as database:
            return [Verifier(key.signer.public_key) for key in self.device.all(database)]

    def paper_verifiers(self) -> Collection[Verifier]:
        """Of all keys of the centre that may stand behind a paper.

        Raises:
            StorageError.
        """
        with kiosk_errors(), self.encrypted.reading() as database:
            return self.centres(database)

    def centres(self, database: Database) -> Collection[Verifier]:
        """The same, in the caller's transaction."""
        if self.anchor is None:
            return ()
        keyring = self.store.read(database)
        own = Verifier(self.anchor)
        return {own.key_id: own, **(keyring.paper_verifiers if keyring else {})}.values()

    def present_public_key(self, database: Database) -> bytes:
        """Of the machine's key that the centre knows, in the caller's transaction."""
        return self.device.for_requests(database).public_key
