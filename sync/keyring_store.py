"""The centre's keyring in the device's own database."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from sync.errors import KeyringRefused
from sync.events import iso_utc, parse_utc
from sync.keyring import Keyring, open_keyring, read_kept
from sync.signing import Verifier


@dataclass(frozen=True, slots=True)
class KeyringStore:
    """Keeps the newest document that a trusted key signed; each method works in the transaction that it is given."""

    anchor: Verifier | None
    """The centre's key of the settings; None for a device without a centre, which then never has a keyring."""

    def serial(self, database: Database) -> int:
        """The serial of what is kept, 0 for nothing: one look-up, to see whether anything changed."""
        if self.anchor is None:
            return 0
        # Another centre's keyring is passed over: the settings were changed to a new centre.
        row = database.execute(
            "SELECT serial FROM centre_keyring WHERE anchor = ?", [self.anchor.key_id]
        ).fetchone()
        return int(row[0]) if row else 0

    def read(self, database: Database) -> Keyring | None:
        """What is kept, or None."""
        if self.anchor is None:
            return None
        row = database.execute(
            "SELECT document FROM centre_keyring WHERE anchor = ?", [self.anchor.key_id]
        ).fetchone()
        return read_kept(bytes(row[0])) if row else None

    def seen_at(self, database: Database) -> datetime | None:
        """When a document last came from the centre or a stick, the same or a new one; None for never."""
        if self.serial(database) == 0:
            return None
        (seen_at,) = database.execute("SELECT received_at FROM centre_keyring").fetchone()
        return parse_utc(seen_at)

    def document(self, database: Database) -> bytes:
        """The document as it was taken, to be handed on; empty when nothing is kept."""
        if self.serial(database) == 0:
            return b""
        (document,) = database.execute("SELECT document FROM centre_keyring").fetchone()
        return bytes(document)

    def take(self, database: Database, document: bytes, at: datetime) -> Keyring:
        """Keep a document if it is to be believed; the same one may come again.

        Raises:
            KeyringRefused: see ``open_keyring``; what was kept stays.
        """
        if self.anchor is None:
            raise KeyringRefused("no centre is configured")
        kept = self.read(database)
        trusted = kept.verifiers if kept else {self.anchor.key_id: self.anchor}
        keyring = open_keyring(document, trusted, kept.serial if kept else 0)
        if kept is not None and keyring == kept:
            database.execute("UPDATE centre_keyring SET received_at = ?", [iso_utc(at)])
            return kept
        if kept is not None and keyring.serial == kept.serial:
            raise KeyringRefused("another keyring of the same serial is known")
        database.execute("DELETE FROM centre_keyring")
        database.execute(
            "INSERT INTO centre_keyring VALUES (1, ?, ?, ?, ?)",
            [keyring.serial, document, self.anchor.key_id, iso_utc(at)],
        )
        return keyring
