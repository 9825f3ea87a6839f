"""The device's own signing keys: the first one, made when it was set up, and those that took over since.

A new key signs items from a sequence number on, the cut, and at once. Requests and receipts it signs only when the
centre knows it. The first key stays for what is derived from it: pseudonyms and drafts would else be lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from sync.errors import RotationRefused
from sync.events import iso_utc
from sync.signing import DeviceSigner


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """One key of the device."""

    number: int
    """0 for the first one."""
    signer: DeviceSigner
    first_seq: int
    """Items from this sequence number on are signed by it, up to the next key's."""
    made_at: str
    """ISO 8601, UTC; empty for the first one."""
    is_announced: bool
    """Whether the centre has confirmed it."""


class DeviceKeys:
    """Reads and changes them; each method works in the transaction that it is given.

    Args:
        first: the key that the device was set up with.
    """

    def __init__(self, first: DeviceSigner) -> None:
        self.first = first

    def generation(self, database: Database) -> int:
        """The newest key's number: one look-up, to see whether anything changed."""
        row = database.execute("SELECT max(number) FROM device_key").fetchone()
        return int(row[0] or 0)

    def all(self, database: Database) -> Sequence[DeviceKey]:
        """Every key, the newest first."""
        rows = database.execute(
            "SELECT number, seed, first_seq, made_at, announced_at FROM device_key ORDER BY number DESC"
        ).fetchall()
        later = [
            DeviceKey(number, DeviceSigner(bytes(seed)), first_seq, made_at, bool(announced_at))
            for number, seed, first_seq, made_at, announced_at in rows
        ]
        return [*later, DeviceKey(0, self.first, 1, "", is_announced=True)]

    def for_items(self, database: Database) -> DeviceSigner:
        """Whose signature the next item gets."""
        return self.all(database)[0].signer

    def for_requests(self, database: Database) -> DeviceSigner:
        """Whose signature the centre expects under a request and a receipt."""
        return next(key.signer for key in self.all(database) if key.is_announced)

    def waiting(self, database: Database) -> DeviceKey | None:
        """A key that the centre does not know yet; it must, before the first item of it is sent."""
        newest = self.all(database)[0]
        return None if newest.is_announced else newest

    def rotate(self, database: Database, at: datetime) -> DeviceKey:
        """Let a new key sign from the next event on.

        Raises:
            RotationRefused: the centre has not confirmed the last one yet.
        """
        if self.waiting(database) is not None:
            raise RotationRefused("the last new key has not reached the centre yet")
        signer = DeviceSigner.generate()
        row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        first_seq = int(row[0]) + 1 if row else 1
        number = self.generation(database) + 1
        made_at = iso_utc(at)
        database.execute(
            "INSERT INTO device_key VALUES (?, ?, ?, ?, '')",
            [number, signer.seed(), first_seq, made_at],
        )
        return DeviceKey(number, signer, first_seq, made_at, is_announced=False)

    def confirm(self, database: Database, number: int, at: datetime) -> None:
        """The centre knows it now."""
        database.execute(
            "UPDATE device_key SET announced_at = ? WHERE number = ?", [iso_utc(at), number]
        )
