"""Two versions of the protocol side by side, each with a queue that is not empty.

The version before is imitated by what it could do: a kiosk that makes items of version 1 and knows the routes under
``/v1/`` only, and a centre that has no others and says nothing of versions in its probe.
"""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sync.answers import Message, Moment, ProbeAnswer, seal_answer
from sync.central.admin import CentralAdmin
from sync.central.app import create_app
from sync.central.problems import problem_response
from sync.central.server import running
from sync.central.settings import CentralSettings
from sync.connectivity import LinkState
from sync.engine import SyncEngine
from sync.envelope import is_sealed
from sync.errors import ProtocolMismatch
from sync.http_transport import HttpTransport
from sync.keyring_store import KeyringStore
from sync.outbox import ItemState
from sync.sealed_page import FeedPage
from sync.signing import Purpose, Verifier
from tests.sync.sync_parts import (
    DEVICE,
    ROSTER,
    Centre,
    Kiosk,
    event,
    make_centre,
    make_kiosk,
)


class _ProbeBefore(Message):
    protocol: int
    nonce: str
    time: Moment


class _OnlyVersion1:
    """In front of the app: what the version before did not have is not there."""

    def __init__(self, app: ASGIApp, admin: CentralAdmin, paths: list[str]) -> None:
        self._app, self._admin, self._paths = app, admin, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        self._paths.append(path)
        if path == "/v1/probe":
            await self._probe(scope)(scope, receive, send)
        elif path.startswith("/v2/"):
            await problem_response(404, "http", "Not Found")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _probe(self, scope: Scope) -> Response:
        nonce = parse_qs(scope["query_string"].decode())["nonce"][0]
        answer = _ProbeBefore(protocol=1, nonce=nonce, time=datetime.now(UTC))
        body = seal_answer(answer, Purpose.PROBE, self._admin.keys().signers[0])
        return Response(body, media_type="application/json")


@contextlib.contextmanager
def centre_before(folder: Path, paths: list[str]) -> Iterator[Centre]:
    """This version's centre, as one of the version before would answer."""
    settings = CentralSettings(folder, port=0, key_provider="file")
    app = create_app(settings)
    with CentralAdmin(folder, "file") as admin:
        app.add_middleware(_OnlyVersion1, admin=admin, paths=paths)
        with running(settings, app) as server:
            yield Centre(folder, server, admin)


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    with CentralAdmin(tmp_path / "centre", "file") as admin:
        return admin.centre_public_key()


@pytest.fixture
def kiosk(tmp_path: Path, key: bytes) -> Iterator[Kiosk]:
    with make_kiosk(tmp_path / "kiosk", None, key) as made:
        yield made


def know_keyring(kiosk: Kiosk, centre: Centre) -> None:
    with kiosk.database.transaction() as database:
        KeyringStore(Verifier(centre.admin.centre_public_key())).take(
            database, centre.admin.keyring(), kiosk.clock.wall
        )


def versions(kiosk: Kiosk) -> list[int]:
    rows = kiosk.rows("SELECT item FROM outbox ORDER BY seq")
    return [2 if is_sealed(bytes(item)) else 1 for (item,) in rows]


def test_todays_kiosk_waits_for_a_centre_of_the_version_before(tmp_path: Path, kiosk: Kiosk):
    """Sealed events stay queued and are not even sent; nothing is parked; the update lets all of it through."""
    paths: list[str] = []
    with centre_before(tmp_path / "centre", paths) as centre:
        centre.load(ROSTER)
        centre.enrol(kiosk.signer)
        know_keyring(kiosk, centre)
        ids = kiosk.append(event("r-0001"), event("r-0002"))
        transport = centre.transport(kiosk.signer)
        engine = kiosk.engine(transport)
        for _ in range(3):
            report = engine.run_once()
            assert (report.error_code, report.link) == ("SYN-202", LinkState.PROTOCOL_MISMATCH)
            assert (report.sent, report.parked) == (len(ids), 0)
        with pytest.raises(ProtocolMismatch):
            transport.send_batch("5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d", [_item(kiosk)])
        transport.close()
        assert [path for path in paths if path.endswith("/batches")] == []
        # What the centre says down is read all the same.
        assert len(kiosk.listener.pages) >= 1
        assert kiosk.ids(ItemState.QUEUED) == ids
        assert [kiosk.entry(one).attempts for one in ids] == [0, 0]
    with make_centre(tmp_path / "centre") as centre:
        transport = centre.transport(kiosk.signer)
        report = kiosk.engine(transport).run_once()
        transport.close()
    assert (report.error_code, report.acknowledged) == ("", 2)
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def _item(kiosk: Kiosk) -> bytes:
    return bytes(kiosk.rows("SELECT item FROM outbox ORDER BY seq")[0][0])


def test_todays_kiosk_without_a_keyring_delivers_to_a_centre_of_the_version_before(
    tmp_path: Path, kiosk: Kiosk
):
    """It was updated before its centre; its old rows, and those that it still makes as before, get in."""
    paths: list[str] = []
    with centre_before(tmp_path / "centre", paths) as centre:
        centre.load(ROSTER)
        centre.enrol(kiosk.signer)
        ids = kiosk.append(event("r-0001"))
        transport = centre.transport(kiosk.signer)
        engine = kiosk.engine(transport)
        assert engine.run_once().acknowledged == 1
        ids += kiosk.append(event("r-0002"))
        assert engine.run_once().acknowledged == 1
        transport.close()
    assert versions(kiosk) == [1, 1]
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    assert "/v1/batches" in paths


def test_centre_is_updated_under_a_running_kiosk(tmp_path: Path, kiosk: Kiosk):
    paths: list[str] = []
    with centre_before(tmp_path / "centre", paths) as centre:
        centre.load(ROSTER)
        centre.enrol(kiosk.signer)
        kiosk.append(event("r-0001"))
        port = int(centre.url.rsplit(":", 1)[1])
        transport = centre.transport(kiosk.signer)
        engine = kiosk.engine(transport)
        assert engine.run_once().acknowledged == 1
    settings = CentralSettings(tmp_path / "centre", port=port, key_provider="file")
    with running(settings):
        kiosk.clock.forward(600)
        engine.run_once()
        kiosk.append(event("r-0002"))
        assert engine.run_once().acknowledged == 1
        transport.close()
    assert versions(kiosk) == [1, 2]


class _TransportBefore(HttpTransport):
    """Of the version before: its routes only."""

    def _protocol_for(self, items: Sequence[bytes]) -> int:
        assert not any(map(is_sealed, items))
        return 1

    def feed_page(self, feed: str, after: int, limit_bytes: int) -> FeedPage:
        raise ProtocolMismatch("not heard of")


def test_kiosk_of_the_version_before_delivers_to_todays_centre(tmp_path: Path):
    """Its queue is full of items of version 1; it never heard of keyrings."""
    with make_centre(tmp_path / "centre") as centre, make_kiosk(tmp_path / "kiosk") as kiosk:
        centre.load(ROSTER)
        centre.enrol(kiosk.signer)
        ids = kiosk.append(*(event(f"r-000{number}") for number in (1, 2, 3, 1)))
        assert versions(kiosk) == [1] * 4
        key = centre.admin.centre_public_key()
        transport = _TransportBefore(centre.url, DEVICE, kiosk.signer, key)
        answer = transport.send_batch("5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d", [_item(kiosk)])
        assert (answer.protocol, answer.keyring) == (1, None)
        engine = SyncEngine(kiosk.database, kiosk.outbox, transport, kiosk.listener, kiosk.clock)
        assert engine.run_once().acknowledged == 4
        # And again after the centre has changed its keys.
        centre.admin.rotate_keys(["signing"], timedelta(days=7))
        ids += kiosk.append(event("r-0002"))
        assert engine.run_once().acknowledged == 1
        transport.close()
        assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def test_probe_of_the_version_before_speaks_of_version_1_only():
    said = {"protocol": 1, "nonce": "n", "time": "2026-11-23T08:00:00.000Z"}
    assert ProbeAnswer.model_validate(said).protocols == (1,)
