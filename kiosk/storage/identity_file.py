"""A second, sealed copy of what a device must never lose or give twice: its key, and how far its numbers may have gone.

It lies beside the database and is opened by the same key. Numbers are written down ahead, a hundred at a time, so that
a file which is a hundred requests old still covers every number that was given.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.storage.sealed_file import SealedFile
from sync.salvage.tables import SchemaEntry, schema_from

_VERSION = 1
_PURPOSE = b"xianglin/v1/device-identity\n"
_LARGEST_BYTES = 1024 * 1024

Block = tuple[int, int, int]
"""First and last receipt number, and 1 for an emergency block."""


KeyRow = tuple[int, bytes, int, str, str]
"""Number, seed, first sequence number, when it was made, when the centre confirmed it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a fresh database is made from when the old one is lost."""

    salt: bytes
    """The first 16 bytes of the database file: without them no page of it can be checked."""
    secrets: Mapping[str, bytes] = field(repr=False)
    """Every row of ``device_secret``."""
    keys: tuple[KeyRow, ...] = field(repr=False)
    """Every row of ``device_key``: what took over from the first key."""
    last_seq: int
    """No event has a higher sequence number."""
    last_receipt: int
    """No receipt has a higher counter."""
    blocks: tuple[Block, ...]
    """Receipt numbers that are this device's."""
    steps: tuple[tuple[str, str], ...]
    """Migrations: set and name."""
    schema: tuple[SchemaEntry, ...] = field(repr=False)
    """Where each table begins, for when the first page is lost."""


class IdentityFile:
    """The file.

    Args:
        key: of the database.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = SealedFile(path, key, _PURPOSE, _LARGEST_BYTES)

    def read(self) -> Identity | None:
        """What it says; None when there is none, or it is damaged or of another key."""
        content = self._file.read()
        try:
            return _parsed(json.loads(content)) if content is not None else None
        except (ValueError, KeyError, TypeError):
            return None

    def write(self, identity: Identity) -> None:
        """Replace it; on the disk when this returns.

        Raises:
            OSError: it cannot be written; the old one stands.
        """
        self._file.write(json.dumps(_plain(identity), separators=(",", ":")).encode())


def _plain(identity: Identity) -> dict[str, Any]:
    return {
        "v": _VERSION,
        "salt": identity.salt.hex(),
        "secrets": {name: value.hex() for name, value in identity.secrets.items()},
        "keys": [[row[0], row[1].hex(), *row[2:]] for row in identity.keys],
        "last_seq": identity.last_seq,
        "last_receipt": identity.last_receipt,
        "blocks": identity.blocks,
        "steps": identity.steps,
        "schema": [
            {"kind": entry.kind, "name": entry.name, "root": entry.root, "sql": entry.sql}
            for entry in identity.schema
        ],
    }


def _parsed(plain: dict[str, Any]) -> Identity:
    if plain["v"] != _VERSION:
        raise ValueError("an identity file of another version")
    return Identity(
        salt=bytes.fromhex(plain["salt"]),
        secrets={name: bytes.fromhex(value) for name, value in plain["secrets"].items()},
        keys=tuple(
            (int(row[0]), bytes.fromhex(row[1]), int(row[2]), str(row[3]), str(row[4]))
            for row in plain["keys"]
        ),
        last_seq=int(plain["last_seq"]),
        last_receipt=int(plain["last_receipt"]),
        blocks=tuple((int(row[0]), int(row[1]), int(row[2])) for row in plain["blocks"]),
        steps=tuple((str(row[0]), str(row[1])) for row in plain["steps"]),
        schema=schema_from(plain["schema"]),
    )
