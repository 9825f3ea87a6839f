"""The centre's side: the real authenticator, inbox and database; only HTTP and the effect of an event are stand-ins.

One database serves all seeds of a process. Setting it back to its beginning, or to a backup, writes its rows anew,
whatever the tables are.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection

from sync import sqlcipher
from sync.answers import (
    PROTOCOL_VERSION,
    BatchAnswer,
    DeviceState,
    EventResult,
    ProbeAnswer,
    seal_answer,
)
from sync.central import handlers, tables
from sync.central.admin import CentralAdmin
from sync.central.admission import DeviceLimits, SqliteAdmission
from sync.central.database import DATABASE_FILE, DATABASE_KEY_NAME, CentralDatabase
from sync.central.devices import Authenticator, Device, find_device
from sync.central.effects import Arrival, Handler, Intake, Refused
from sync.central.inbox import gaps_of, receive_batch
from sync.central.keys import CentreKeyStore
from sync.central.opening import ItemReader
from sync.central.problems import ProblemError, event_problem
from sync.envelope import decode_item
from sync.framing import decode_batch
from sync.item_body import ItemBody
from sync.key_provider import resolve_key
from sync.signing import Purpose
from tests.simulation.fate import CentreCut, Fate
from tests.simulation.sim_kiosk import DEVICE, KIND, NOW, SIGNER

REGION = "513022104203"
_EFFECT_TABLE = "sim_effect"
PLENTY = DeviceLimits(requests_at_once=10**6, bytes_at_once=10**12)
"""The time of a simulation hardly moves, so a share would never fill up again."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes
    authorization: str


@dataclass(frozen=True)
class Response:
    status: int
    media_type: str
    body: bytes
    retry_after: str = ""
    names: tuple[str, ...] = ()
    """Whose fate it tells, when it is the answer to a batch."""


Backup = dict[str, list[tuple]]
"""Rows by table."""
Pick = Callable[[Sequence[bytes]], Sequence[bytes]]
Shape = Callable[[Sequence[EventResult]], Sequence[EventResult]]


class SimCentre:
    """Made once in a process; ``begin`` before each seed."""

    def __init__(self, folder: Path) -> None:
        self._database = MortalCentralDatabase(folder, self)
        admin = object.__new__(CentralAdmin)
        admin._database = self._database
        admin.enrol_device(DEVICE, "A07", REGION, SIGNER.public_key)
        self.own_keys = CentreKeyStore(self._database).current()
        self._database.is_mortal = True
        (self._signer,) = self.own_keys.signers
        self.public_key = self._signer.public_key
        self._reader = ItemReader(decode_item, self.own_keys.openers, self.own_keys.is_over)
        # What the simulation itself looks up or sets back goes a short way: SQLAlchemy would cost most of a seed.
        key = resolve_key(folder, DATABASE_KEY_NAME, "file", database_exists=True)
        self._raw = sqlcipher.connect(folder / DATABASE_FILE, key)
        self._raw.execute(f"CREATE TABLE {_EFFECT_TABLE} (n INTEGER, id TEXT, subject TEXT)")
        with self._database.reading() as connection:
            self._device = find_device(connection, DEVICE)
        self._tables = [table.name for table in tables.metadata.sorted_tables] + [_EFFECT_TABLE]
        self._beginning = self.back_up()
        self.begin(Fate(0), lambda: NOW)

    def begin(self, fate: Fate, now: Callable[[], datetime]) -> None:
        """Forget everything; ``now`` is the true time."""
        self.fate = fate
        self._now = now
        self.cursed: set[str] = set()
        """Ids of events whose effect fails until somebody mends the centre."""
        self.pick: Pick = lambda items: items
        """What of a batch it gets round to; what it does not take it does not name."""
        self.shape: Shape = lambda results: results
        """What is left of the answer to a batch; set by the link."""
        self._is_failing: dict[str, bool] = {}
        self.set_back(self._beginning)
        self.restart()

    def restart(self) -> None:
        """A new process on the same disk: what was only in memory is gone."""
        admission = SqliteAdmission(None, PLENTY)
        self._authenticator = KnownDeviceAuthenticator(self._database, admission, self._now)
        self._authenticator.device = self._device

    def close(self) -> None:
        self._raw.close()
        self._database.close()

    def answer(self, request: Request) -> Response:
        """What the centre's process answers.

        Raises:
            CentreCut: it died; whether it committed is its own secret.
        """
        try:
            if request.path.startswith("/v1/probe"):
                nonce = request.path.partition("nonce=")[2]
                answer = ProbeAnswer(
                    protocol=PROTOCOL_VERSION, nonce=nonce, time=self._now(), protocols=(1, 2)
                )
                return self._sealed(answer, Purpose.PROBE)
            caller = self._authenticator.authenticate(
                request.authorization, request.method, request.path, request.body
            )
            if request.method == "POST":
                return self._take(request)
            return self._state(caller.nonce)
        except ProblemError as error:
            body = json.dumps({"type": f"urn:xianglin:problem:{error.code}"}).encode()
            return Response(error.status, "application/problem+json", body)

    def receive(self, items: Sequence[bytes]) -> tuple[EventResult, ...]:
        """Take items in, by whatever path they came."""
        self._is_failing = {}
        results, self._hwm, _ = receive_batch(
            self._database, self._device, items, self._now(), self._reader
        )
        return results

    def apply_effects(self, intake: Intake, arrivals: Sequence[Arrival]) -> None:
        """The handler of the simulated kind: rows without any key, so that a second effect shows."""
        failing = [one for one in arrivals if self._fails(one.body.id)]
        rows = [(one.content, one.body.id, one.body.subject) for one in arrivals]
        insert_effects(self, intake.connection, rows, is_failing=bool(failing))
        if failing:
            raise LookupError("made to fail")

    def _fails(self, event_id: str) -> bool:
        if event_id not in self._is_failing:
            chance = self.fate.strikes("effect fails", 0.05)
            self._is_failing[event_id] = event_id in self.cursed or chance
        return self._is_failing[event_id]

    def keys(self) -> dict[str, str]:
        """Digest by id of what it holds."""
        return dict(self.rows("SELECT id, digest FROM event_key"))

    def holds(self, event_id: str) -> bool:
        return bool(self.rows("SELECT 1 FROM event_key WHERE id = ?", event_id))

    def effects(self) -> list[tuple[int, str, str]]:
        """Number, id and subject of what was applied, in this order."""
        return self.rows(f"SELECT n, id, subject FROM {_EFFECT_TABLE} ORDER BY rowid")

    def rows(self, sql: str, *values: object) -> list[Any]:
        return [tuple(row) for row in self._raw.execute(sql, values).fetchall()]

    def back_up(self) -> Backup:
        return {name: self.rows(f'SELECT * FROM "{name}"') for name in self._tables}

    def set_back(self, backup: Backup) -> None:
        """Restore a backup."""
        with self.by_staff() as raw:
            for name in reversed(self._tables):
                raw.execute(f'DELETE FROM "{name}"')
            for name, rows in backup.items():
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    raw.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        self._read_epoch()

    def renew_epoch(self) -> None:
        with self.by_staff() as raw:
            epoch = str(uuid.UUID(int=self.fate.random.getrandbits(128)))
            raw.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (epoch,))
        self._read_epoch()

    @contextmanager
    def by_staff(self) -> Iterator[Any]:
        """A transaction of somebody beside the server; it is not killed."""
        self._raw.execute("BEGIN IMMEDIATE")
        yield self._raw
        self._raw.execute("COMMIT")

    def _read_epoch(self) -> None:
        ((self.epoch,),) = self.rows("SELECT value FROM meta WHERE name = 'epoch'")

    def _take(self, request: Request) -> Response:
        results = self.receive(self.pick(decode_batch(request.body)))
        if self.fate.strikes("centre before answer", 0.03):
            raise CentreCut("before answer")
        answer = BatchAnswer(
            protocol=protocol_of(request),
            batch=batch_of(request),
            device=DEVICE,
            epoch=self.epoch,
            hwm=self._hwm,
            time=self._now(),
            results=tuple(self.shape(results)),
        )
        return self._sealed(answer, Purpose.BATCH_ANSWER)

    def _state(self, nonce: str) -> Response:
        with self._database.reading() as connection:
            gaps = gaps_of(connection, DEVICE)
        ((hwm,),) = self.rows("SELECT hwm FROM device")
        answer = DeviceState(
            protocol=PROTOCOL_VERSION,
            device=DEVICE,
            epoch=self.epoch,
            time=self._now(),
            nonce=nonce,
            hwm=hwm,
            gaps=gaps,
        )
        return self._sealed(answer, Purpose.DEVICE_STATE)

    def _sealed(self, answer: Any, purpose: Purpose) -> Response:
        body = seal_answer(answer, purpose, self._signer)
        names = tuple(one.id for one in getattr(answer, "results", ()))
        return Response(200, "application/json", body, names=names)


class KnownDeviceAuthenticator(Authenticator):
    """Checks signature, time and nonce as ever, and does not look the one device up each time."""

    device: Device

    def _enrolled(self, device_id: str) -> Device:
        assert device_id == self.device.id
        return self.device


class MortalCentralDatabase(CentralDatabase):
    """Dies before or after a commit when its fate says so."""

    def __init__(self, folder: Path, centre: SimCentre) -> None:
        self.is_mortal = False
        self._centre = centre
        super().__init__(folder, "file")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            if self.is_mortal and self._centre.fate.strikes("centre before commit", 0.04):
                raise CentreCut("before commit")
        if self.is_mortal and self._centre.fate.strikes("centre after commit", 0.03):
            raise CentreCut("after commit")


def insert_effects(
    _centre: SimCentre, connection: Connection, rows: Sequence[tuple], *, is_failing: bool
) -> None:
    """In the transaction of the inbox, also when it fails and must be undone; mutants put it elsewhere."""
    del is_failing
    connection.exec_driver_sql(f"INSERT INTO {_EFFECT_TABLE} VALUES (?, ?, ?)", list(rows))


def id_and_seq(item: bytes) -> tuple[str, int]:
    """What stands in the clear on an item."""
    header = decode_item(item).header
    return header.id, header.seq


def batch_of(request: Request) -> str:
    """The id that the answer echoes."""
    return parse_qs(urlsplit(request.path).query)["batch"][0]


def protocol_of(request: Request) -> int:
    """The version whose route is asked."""
    return 2 if request.path.startswith("/v2/") else 1


def with_effects(centre: SimCentre) -> dict[tuple[str, int], Handler]:
    """The centre's table of handlers with the simulated kind."""
    return {**handlers.HANDLERS, (KIND, 1): Handler(_read, centre.apply_effects)}


def _read(body: ItemBody) -> int:
    if body.payload["is_unacceptable"]:
        raise Refused(event_problem("malformed", "made to be refused"))
    return body.payload["n"]
