"""The centre's keys: which sign, which open, which are over, and the document that devices are told them with."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete, func, insert, select, update

from sync.central import tables
from sync.central.tables_keys import centre_key, keyring
from sync.compression import known_dictionaries
from sync.events import iso_utc, parse_utc
from sync.keyring import Keyring, ListedKey, keyring_content, sign_keyring
from sync.sealing import KEMS, OpeningKey
from sync.signing import DeviceSigner

SIGNING = "signing"
KINDS = (SIGNING, *KEMS)
_SERIALS_SKIPPED = 1000
"""More than a centre changes keys between two backups."""

# Built once: building a statement costs more than running it.
_SERIAL = select(func.max(keyring.c.serial))


def utc_now() -> datetime:
    """The system's time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class CentreKey:
    """One of the centre's keys; its ``repr`` shows no secret."""

    number: int
    kind: str
    key: DeviceSigner | OpeningKey
    made_at: datetime
    until: datetime | None

    @property
    def key_id(self) -> str:
        """As items, answers and documents name it."""
        return self.key.key_id

    @property
    def public(self) -> bytes:
        """The public half."""
        return (
            self.key.public_key
            if isinstance(self.key, DeviceSigner)
            else self.key.sealing_key.public
        )


@dataclass(frozen=True)
class CentreKeys:
    """All keys at a moment; the newest of each kind first."""

    serial: int
    document: bytes
    """What ``GET /v2/keys`` answers."""
    live: tuple[CentreKey, ...]
    over: tuple[CentreKey, ...]
    changes_at: datetime | None
    """When the next key's time is over."""

    def is_stale(self, now: datetime) -> bool:
        """Whether the time of one of the keys is over since."""
        return self.changes_at is not None and self.changes_at <= now

    @property
    def signers(self) -> Sequence[DeviceSigner]:
        """Whose signatures devices may wait for, the oldest first."""
        found = [one.key for one in self.live if isinstance(one.key, DeviceSigner)]
        return found[::-1]

    @property
    def openers(self) -> Mapping[str, OpeningKey]:
        """What items and bundles may be sealed to, by key id."""
        return {one.key_id: one.key for one in self.live if isinstance(one.key, OpeningKey)}

    def is_over(self, key_id: str) -> bool:
        """Whether a key was the centre's once."""
        return any(one.key_id == key_id for one in self.over)


class KeysChanged(Exception):
    """The keys in memory are not those that count now."""


class Transactions(Protocol):
    """The part of the centre's database that is needed here."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One snapshot."""

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction that begins as a writer."""


class CentreKeyStore:
    """Gives the keys of now; safe to use from several threads, beside commands and workers that change them."""

    def __init__(self, database: Transactions, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now
        self._known: CentreKeys | None = None

    def current(self) -> CentreKeys:
        """The keys that count now."""
        now = self._now()
        try:
            with self._database.reading() as connection:
                return self.known(connection)
        except KeysChanged:
            pass
        with self._database.writing() as connection:
            prepare(connection, now)
            found = load(connection, now)
        # Two threads may do this at once; they find the same.
        self._known = found
        return found

    def known(self, connection: Connection) -> CentreKeys:
        """The same for somebody who reads the database anyway.

        Raises:
            KeysChanged: they have to be read anew, which ``current`` does.
        """
        known = self._known
        serial = connection.execute(_SERIAL).scalar()
        if known is None or known.serial != serial or known.is_stale(self._now()):
            raise KeysChanged
        return known

    def rotate(self, kinds: Sequence[str], overlap: timedelta) -> CentreKeys:
        """Make new keys of these kinds; the present ones count for the time of the overlap."""
        now = self._now()
        with self._database.writing() as connection:
            prepare(connection, now)
            for kind in kinds:
                connection.execute(
                    update(centre_key)
                    .where(centre_key.c.kind == kind, centre_key.c.until == "")
                    .values(until=iso_utc(now + overlap))
                )
                _add(connection, kind, _fresh_secret(kind), now)
            _issue(connection, now)
        return self.current()

    def skip_serials(self) -> None:
        """After a restore: kiosks may know documents that this database does not, and refuse what is older."""
        now = self._now()
        with self._database.writing() as connection:
            prepare(connection, now)
            row = connection.execute(select(keyring)).mappings().one()
            _write(connection, int(row["serial"]) + _SERIALS_SKIPPED, row["content"], now)

    def extend(self, key_id: str, until: datetime) -> bool:
        """Let a key count longer, or again, so that what was made with it gets in; whether there is such a key."""
        now = self._now()
        with self._database.writing() as connection:
            prepare(connection, now)
            changed = connection.execute(
                update(centre_key)
                .where(centre_key.c.key_id == key_id, centre_key.c.until != "")
                .values(until=iso_utc(until))
            )
            _issue(connection, now)
        return changed.rowcount == 1


def _write(connection: Connection, serial: int, content: str, now: datetime) -> None:
    connection.execute(delete(keyring))
    connection.execute(
        insert(keyring).values(serial=serial, content=content, issued_at=iso_utc(now))
    )


def prepare(connection: Connection, now: datetime) -> None:
    """Make what is missing, and issue a new document when another would be right by now."""
    # Held to the end of the transaction, so that two workers cannot make two sets of keys.
    row = tables.meta
    seed = connection.execute(
        select(row.c.value).where(row.c.name == "signing_seed").with_for_update()
    ).scalar_one()
    kinds = set(connection.execute(select(centre_key.c.kind)).scalars())
    if SIGNING not in kinds:
        _add(connection, SIGNING, bytes.fromhex(seed), now)
    for kem in KEMS:
        if kem not in kinds:
            _add(connection, kem, _fresh_secret(kem), now)
    _issue(connection, now)


def load(connection: Connection, now: datetime) -> CentreKeys:
    """Read all keys and sign the document anew; Ed25519 gives the same bytes each time."""
    keys = _all(connection)
    live = tuple(one for one in keys if one.until is None or one.until > now)
    over = tuple(one for one in keys if one.until is not None and one.until <= now)
    row = connection.execute(select(keyring)).mappings().one()
    said = _said(live, over, int(row["serial"]), parse_utc(row["issued_at"]))
    return CentreKeys(
        serial=said.serial,
        document=sign_keyring(
            said, [one.key for one in (*live, *over) if isinstance(one.key, DeviceSigner)]
        ),
        live=live,
        over=over,
        changes_at=min((one.until for one in live if one.until is not None), default=None),
    )


def _issue(connection: Connection, now: datetime) -> None:
    keys = _all(connection)
    live = [one for one in keys if one.until is None or one.until > now]
    over = [one for one in keys if one.until is not None and one.until <= now]
    row = connection.execute(select(keyring)).mappings().first()
    serial = int(row["serial"]) if row else 0
    content = keyring_content(_said(live, over, serial + 1, now))
    if row is not None and row["content"] == content:
        return
    _write(connection, serial + 1, content, now)


def _said(
    live: Sequence[CentreKey], over: Sequence[CentreKey], serial: int, issued_at: datetime
) -> Keyring:
    def listed(kind: str) -> tuple[ListedKey, ...]:
        return tuple(ListedKey(one.public, one.until) for one in live if one.kind == kind)

    return Keyring(
        serial=serial,
        issued_at=issued_at,
        signing=listed(SIGNING),
        past=tuple(one.public for one in over if one.kind == SIGNING),
        sealing={kem: listed(kem) for kem in KEMS},
        dictionaries=known_dictionaries(),
    )


def _all(connection: Connection) -> list[CentreKey]:
    found = connection.execute(select(centre_key).order_by(centre_key.c.number.desc())).mappings()
    return [
        CentreKey(
            number=int(row["number"]),
            kind=row["kind"],
            key=_key(row["kind"], bytes(row["secret"])),
            made_at=parse_utc(row["made_at"]),
            until=parse_utc(row["until"]) if row["until"] else None,
        )
        for row in found
    ]


def _add(connection: Connection, kind: str, secret: bytes, now: datetime) -> None:
    number = connection.execute(select(func.max(centre_key.c.number))).scalar() or 0
    connection.execute(
        insert(centre_key).values(
            number=number + 1,
            key_id=_key(kind, secret).key_id,
            kind=kind,
            secret=secret,
            made_at=iso_utc(now),
            until="",
        )
    )


def _key(kind: str, secret: bytes) -> DeviceSigner | OpeningKey:
    return DeviceSigner(secret) if kind == SIGNING else OpeningKey(kind, secret)


def _fresh_secret(kind: str) -> bytes:
    if kind == SIGNING:
        return DeviceSigner.generate().seed()
    return OpeningKey.generate(kind).secret()
