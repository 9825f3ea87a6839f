"""The kiosk's open database with what stands guard around it: numbers, ballast, lock."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlite_utils import Database

from kiosk.storage.ballast import Ballast
from kiosk.storage.number_guard import NumberGuard
from kiosk.storage.queue_copy import QueueCopy
from sync.errors import DatabaseDamaged, DatabaseFull
from sync.folder_lock import FolderLock
from sync.sqlcipher import EncryptedDatabase


class KioskDatabase(EncryptedDatabase):
    """An encrypted database that gives no number twice and can still write when the disk is full.

    Args:
        lock: held; released when the database is closed.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        guard: NumberGuard,
        ballast: Ballast,
        queue_copy: QueueCopy,
        lock: FolderLock,
    ) -> None:
        super().__init__(path, key)
        derivation = HKDF(SHA256(), length=32, salt=None, info=b"xianglin/v1/template-secret\n")
        self.template_secret = derivation.derive(key)
        """Part of what opens biometric templates; the other part lies inside."""
        self.queue_copy = queue_copy
        self.guard = guard
        self.ballast = ballast
        self.on_damage: Callable[[], None] = _nothing
        """Called, in the thread that met it, when a page turns out to be damaged."""
        self.keeps_ballast = False
        """Whether this process makes the ballast; a command that only looks does not."""
        self._lock_file = lock

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Database]:
        """As every encrypted database; a full disk gets the ballast for the next attempt."""
        with self._watching(), super().transaction() as database:
            yield database

    @contextlib.contextmanager
    def reading(self) -> Iterator[Database]:
        """The same for reads."""
        with self._watching(), super().reading() as database:
            yield database

    def before_commit(self, database: Database) -> None:
        """Numbers first, promises after."""
        self.guard.before_commit(database)

    def after_commit(self) -> None:
        """What was given is marked."""
        self.guard.after_commit()

    def close(self) -> None:
        """Close, and say that it was in order."""
        super().close()
        self.guard.end()
        self._lock_file.release()

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except DatabaseFull:
            self.ballast.free()
            raise
        except DatabaseDamaged:
            self.on_damage()
            raise


def _nothing() -> None:
    """Nobody wants to know."""
