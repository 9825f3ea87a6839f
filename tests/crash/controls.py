"""Faults built in on purpose: the explorer must catch each of them, or its silence is worth nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sync.courier.medium
import sync.safe_file
import sync.sqlcipher


def _after_opening(*pragmas: str) -> None:
    whole: Any = sync.sqlcipher.connect

    def connect(path: Path, key: bytes) -> Any:
        connection = whole(path, key)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    sync.sqlcipher.connect = connect


def synchronous_normal() -> None:
    """Commits return before they are on the disk."""
    _after_opening("synchronous = NORMAL")


def journal_delete() -> None:
    """The classic journal, whose removal nobody syncs."""
    _after_opening("journal_mode = DELETE")


def journal_off() -> None:
    """No journal at all."""
    _after_opening("journal_mode = OFF")


def no_folder_sync() -> None:
    """A rename that only the cache knows of."""
    sync.safe_file.fsync_directory = lambda _path: None


def no_medium_sync() -> None:
    """The same on the courier's stick."""
    sync.courier.medium.fsync_directory = lambda _path: None


CONTROLS: dict[str, Callable[[], None]] = {
    control.__name__: control
    for control in (
        synchronous_normal,
        journal_delete,
        journal_off,
        no_folder_sync,
        no_medium_sync,
    )
}
