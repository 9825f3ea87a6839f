"""A kiosk with something in every table, and what can become of its files."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from kiosk.domain.consent import BiometricConsent
from kiosk.services.ports import FaceTemplate, VoiceTemplate
from kiosk.storage.database import DATABASE_FILE
from kiosk.storage.receipt_blocks import add_block
from kiosk.storage.residents import SqliteResidents
from kiosk.template_keys import make_template_seal
from sync import cursors
from sync.salvage.pages import open_pages
from sync.salvage.records import walk
from sync.salvage.tables import read_schema
from sync.sqlcipher import EncryptedDatabase
from tests.crash.kiosk_parts import NOW, PERSON, answer_all, open_kiosk
from tests.storage.states import KEY_FILE, PAGE_BYTES

GIVEN = 60
WAL_FILE = f"{DATABASE_FILE}-wal"


@dataclass(frozen=True, slots=True)
class Given:
    """What a kiosk had promised."""

    requests: dict[str, str]
    """Receipt numbers by id."""
    last_seq: int
    key: bytes
    """The device's public key."""

    @property
    def last_receipt(self) -> int:
        return max(int(number.split("-")[1]) for number in self.requests.values())


def serve_everything(folder: Path) -> Given:
    """Accept requests, some with a picture, some answered by the centre; residents, faces, consents, a block."""
    with open_kiosk(folder) as kiosk:
        requests = [kiosk.submit(int(number % 20 == 0)) for number in range(GIVEN // 2)]
        list(answer_all(kiosk))
        requests += [kiosk.submit(int(number % 20 == 0)) for number in range(GIVEN // 2)]
        seal = make_template_seal(kiosk.encrypted, kiosk.signer)
        voice = VoiceTemplate("engine", bytes(1024), 3, 7.0)
        with replace(kiosk.store, seal=seal).transaction() as transaction:
            residents = SqliteResidents(transaction.database)
            for number in range(200):
                fields = {
                    "citizen_id": f"{number:018d}",
                    "name": "某某",
                    "region_code": "513022104203",
                }
                residents.put(f"r-{number:04d}", fields, NOW.isoformat())
                template = FaceTemplate("engine", (bytes(512),))
                transaction.templates.put(f"r-{number:04d}", template, NOW)
                transaction.voices.put(f"r-{number:04d}", voice, NOW)
                transaction.record_consent(
                    BiometricConsent(f"r-{number:04d}", True, 1, NOW + timedelta(seconds=number))
                )
            add_block(transaction.database, 2001, 4000)
            cursors.store(transaction.database, cursors.ROSTER, 77)
        with kiosk.encrypted.reading() as raw:
            (last_seq,) = raw.execute("SELECT max(seq) FROM outbox").fetchone()
        by_id = {request.request_id: request.receipt_number for request in requests}
        return Given(by_id, last_seq, kiosk.signer.public_key)


def tables_in(encrypted: EncryptedDatabase) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; without the columns that say when an event is due, which are worked out."""
    with encrypted.reading() as raw:
        names = [
            row[0]
            for row in raw.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        worked_out = {"urgency", "hold", "hold_until_ms"}
        return {
            name: sorted(
                (
                    tuple(value for column, value in row.items() if column not in worked_out)
                    for row in raw[name].rows
                ),
                key=repr,
            )
            for name in names
        }


def pages_of(state: Path) -> dict[str, list[int]]:
    """The pages of each table and index, its root first."""
    key = bytes.fromhex((state / KEY_FILE).read_text())
    pages = open_pages(state / DATABASE_FILE, key)
    return {
        entry.name: [number for number, _ in walk(entry.root, pages.read)]
        for entry in read_schema(pages)
        if entry.root
    }


def spoil(file: Path, pages: Iterable[int]) -> None:
    """Flip some bytes of these pages."""
    content = bytearray(file.read_bytes())
    for number in pages:
        for place in range((number - 1) * PAGE_BYTES + 1000, (number - 1) * PAGE_BYTES + 1016):
            content[place] ^= 0xFF
    file.write_bytes(content)


def zero_header(state: Path) -> None:
    with (state / DATABASE_FILE).open("r+b") as file:
        file.write(bytes(100))


def zero_first_page(state: Path) -> None:
    with (state / DATABASE_FILE).open("r+b") as file:
        file.write(bytes(PAGE_BYTES))


def cut_half(state: Path) -> None:
    size = (state / DATABASE_FILE).stat().st_size
    os.truncate(state / DATABASE_FILE, size // 2 + 100)


def noise(state: Path) -> None:
    path = state / DATABASE_FILE
    path.write_bytes(os.urandom(path.stat().st_size))


def text(state: Path) -> None:
    (state / DATABASE_FILE).write_text("这不是数据库\n" * 500, "utf-8")


def empty(state: Path) -> None:
    os.truncate(state / DATABASE_FILE, 0)


def gone(state: Path) -> None:
    (state / DATABASE_FILE).unlink()


def every_other_page(state: Path) -> None:
    count = (state / DATABASE_FILE).stat().st_size // PAGE_BYTES
    spoil(state / DATABASE_FILE, range(2, count + 1, 2))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "header zeroed": zero_header,
    "first page zeroed": zero_first_page,
    "cut in half": cut_half,
    "noise in its place": noise,
    "text in its place": text,
    "empty": empty,
    "gone": gone,
    "every other page": every_other_page,
}

__all__ = ["DAMAGES", "PERSON", "Given"]
