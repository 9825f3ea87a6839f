"""The centre's side: the real authenticator, inbox and database; only HTTP and the effect of an event are stand-ins.

One database serves all seeds of a process. Setting it back to its beginning, or to a backup, writes its rows anew,
whatever the tables are.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

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
from sync.central.database import CentralDatabase
from sync.central.devices import Authenticator, find_device
from sync.central.effects import Arrival, Handler, Intake, Refused
from sync.central.inbox import gaps_of, receive_batch
from sync.central.problems import ProblemError, event_problem
from sync.framing import decode_batch
from sync.item import SignedItem
from sync.item_body import ItemBody
from sync.signing import Purpose
from tests.simulation.fate import CentreCut, Fate
from tests.simulation.sim_kiosk import DEVICE, KIND, NOW, SIGNER

REGION = "513022104203"
_EFFECT_TABLE = "sim_effect"


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


Backup = dict[str, list[tuple]]
"""Rows by table."""
Pick = Callable[[Sequence[bytes]], Sequence[bytes]]
Shape = Callable[[Sequence[EventResult]], Sequence[EventResult]]


class SimCentre:
    """Made once in a process; ``begin`` before each seed."""

    def __init__(self, folder: Path) -> None:
        with CentralAdmin(folder, "file") as admin:
            admin.enrol_device(DEVICE, "A07", REGION, SIGNER.public_key)
            self.public_key = admin.centre_public_key()
        self._database = MortalCentralDatabase(folder, self)
        with self._database.writing() as connection:
            connection.execute(
                text(f"CREATE TABLE {_EFFECT_TABLE} (n INTEGER, id TEXT, subject TEXT)")
            )
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
        self._authenticator = Authenticator(self._database, self._now)

    def close(self) -> None:
        self._database.close()

    def answer(self, request: Request) -> Response:
        """What the centre's process answers.

        Raises:
            CentreCut: it died; whether it committed is its own secret.
        """
        try:
            if request.path.startswith("/v1/probe"):
                nonce = request.path.partition("nonce=")[2]
                answer = ProbeAnswer(protocol=PROTOCOL_VERSION, nonce=nonce, time=self._now())
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
        with self._database.reading() as connection:
            device = find_device(connection, DEVICE)
        self._is_failing = {}
        results, self._hwm = receive_batch(self._database, device, items, self._now())
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
        with self._database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values).fetchall()]

    def back_up(self) -> Backup:
        return {name: self.rows(f'SELECT * FROM "{name}"') for name in self._tables}

    def set_back(self, backup: Backup) -> None:
        """Restore a backup."""
        with self._by_staff(), self._database.writing() as connection:
            for name in reversed(self._tables):
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
            for name, rows in backup.items():
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        self.epoch = self._database.epoch

    def renew_epoch(self) -> None:
        with self._by_staff():
            self.epoch = self._database.renew_epoch()

    @contextmanager
    def _by_staff(self) -> Iterator[None]:
        """A command, not the server: it is not killed."""
        self._database.is_mortal = False
        try:
            yield
        finally:
            self._database.is_mortal = True

    def _take(self, request: Request) -> Response:
        results = self.receive(self.pick(decode_batch(request.body)))
        if self.fate.strikes("centre before answer", 0.03):
            raise CentreCut("before answer")
        answer = BatchAnswer(
            protocol=PROTOCOL_VERSION,
            batch=request.path.partition("batch=")[2],
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
            device = find_device(connection, DEVICE)
        answer = DeviceState(
            protocol=PROTOCOL_VERSION,
            device=DEVICE,
            epoch=self.epoch,
            time=self._now(),
            nonce=nonce,
            hwm=device.hwm,
            gaps=gaps,
        )
        return self._sealed(answer, Purpose.DEVICE_STATE)

    def _sealed(self, answer: Any, purpose: Purpose) -> Response:
        return Response(
            200, "application/json", seal_answer(answer, purpose, self._database.signer)
        )


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
    header = SignedItem.decode(item).header
    return header.id, header.seq


def with_effects(centre: SimCentre) -> dict[tuple[str, int], Handler]:
    """The centre's table of handlers with the simulated kind."""
    return {**handlers.HANDLERS, (KIND, 1): Handler(_read, centre.apply_effects)}


def _read(body: ItemBody) -> int:
    if body.payload["is_unacceptable"]:
        raise Refused(event_problem("malformed", "made to be refused"))
    return body.payload["n"]
