"""Databases with all tables and no rows, made once and copied: their revisions have tests of their own.

A centre of the tests' own also stops at once: uvicorn looks for the end only every tenth of a second, and waits as
long for its connections.
"""

import asyncio
import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn.server

from sync.central import migrate
from sync.central.database import DATABASE_FILE, DATABASE_KEY_NAME
from sync.central.engines import sqlite_engine
from sync.key_provider import resolve_key
from sync.migrations import apply_migrations
from sync.safe_file import make_folder
from sync.sqlcipher import EncryptedDatabase

KIOSK_KEY = bytes(range(32))
_SHARE = 0.1
"""Of the time that uvicorn sleeps between two looks."""


def prepare_centre(state_dir: Path) -> None:
    """Spare a new centre its revisions; one that is there already stays as it is."""
    if not state_dir.exists():
        shutil.copytree(_centre(), state_dir)


def prepare_kiosk(path: Path) -> None:
    """The same for a kiosk's queue."""
    if not path.exists():
        make_folder(path.parent)
        shutil.copy(_kiosk(), path)


@contextmanager
def stopping_at_once() -> Iterator[None]:
    """What uvicorn waits for stays the same, and it looks ten times as often."""
    with mock.patch.object(uvicorn.server, "asyncio", _Impatient()):
        yield


class _Impatient:
    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, delay: float) -> None:
        await asyncio.sleep(delay * _SHARE)


@functools.cache
def _centre() -> Path:
    folder = _folder()
    key = resolve_key(folder, DATABASE_KEY_NAME, "file", database_exists=False)
    engine = sqlite_engine(folder / DATABASE_FILE, key)
    with engine.begin() as connection:
        migrate.upgrade(connection)
    engine.dispose()
    return folder


@functools.cache
def _kiosk() -> Path:
    path = _folder() / "kiosk.db"
    database = EncryptedDatabase(path, KIOSK_KEY)
    with database.reading() as raw:
        apply_migrations(raw)
        raw.execute("CREATE TABLE settled_row (id TEXT)")
    database.close()
    return path


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="xianglin-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
