"""Makes the bytes of an item: sealed as soon as the centre's keys are known, signed only until then."""

from dataclasses import dataclass, replace

from sqlite_utils import Database

from sync.compression import newest_dictionary
from sync.device_keys import DeviceKeys
from sync.envelope import seal_item
from sync.events import ClockReading, OutboxEvent
from sync.item import CODEC, SEAL, item_digest, sign_item
from sync.keyring import Keyring
from sync.keyring_store import KeyringStore
from sync.signing import DeviceSigner, Verifier, key_id_of

SEALED_CODEC = "zstd"

_GENERATIONS = """SELECT coalesce((SELECT max(number) FROM device_key), 0),
    coalesce((SELECT serial FROM centre_keyring WHERE anchor = ?), 0)"""


@dataclass(frozen=True, slots=True)
class MadeItem:
    """An item, and what a row tells of it without opening it."""

    encoded: bytes
    digest: str
    codec: str
    """``json`` (version 1) or ``zstd``."""
    dictionary: str | None
    """Id in decimals."""
    seal: str
    """Id of the centre's key that it is sealed to, or ``none``."""


class ItemMaker:
    """Makes items as one device. Used under the writer's lock of the database only, so by one thread at a time.

    Args:
        signer: the device's first key; one that took over since is found in the database.
        anchor: the centre's key of the settings; None makes items of version 1.
    """

    def __init__(self, device_id: str, signer: DeviceSigner, anchor: bytes | None = None) -> None:
        self._device_id = device_id
        self._keys = DeviceKeys(signer)
        self._anchor = key_id_of(anchor) if anchor is not None else ""
        self._store = KeyringStore(Verifier(anchor) if anchor is not None else None)
        self._known = (0, 0)
        self._signer = signer
        self._keyring: Keyring | None = None
        self._dictionary = 0

    def make(
        self, database: Database, event: OutboxEvent, seq: int, reading: ClockReading
    ) -> MadeItem:
        """Fix an event's bytes, with the keys that the caller's transaction sees.

        Raises:
            RejectedItem: the event can never be sent.
        """
        self._refresh(database)
        if self._keyring is None:
            # The keys of attachments may not travel unsealed: these stay on the kiosk, as they always did before.
            bare = replace(event, attachments=())
            encoded = sign_item(bare, self._device_id, seq, reading, self._signer)
            return MadeItem(encoded, item_digest(encoded), CODEC, None, SEAL)
        key = self._keyring.sealing_key
        encoded = seal_item(
            event, self._device_id, seq, reading, self._signer, key, self._dictionary
        )
        return MadeItem(
            encoded, item_digest(encoded), SEALED_CODEC, str(self._dictionary), key.key_id
        )

    def _refresh(self, database: Database) -> None:
        # Another process may have brought new keys: a look-up of two numbers for each event says so.
        row = database.execute(_GENERATIONS, [self._anchor]).fetchone()
        found = (int(row[0]), int(row[1]))
        if found == self._known:
            return
        self._signer = self._keys.for_items(database)
        self._keyring = self._store.read(database)
        self._known = found
        if self._keyring is not None:
            self._dictionary = newest_dictionary(self._keyring.dictionaries)
