"""Who is let in: each statement once and nobody more than a share, for one worker and for many."""

import asyncio
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sync.central.admission import (
    ADMISSION_FILE,
    Admission,
    Admitted,
    DeviceLimits,
    PostgresqlAdmission,
    SqliteAdmission,
)
from sync.central.database import CentralDatabase
from sync.central.in_flight import MAXIMUM_TOGETHER, RETRY_AFTER_S, InFlight, Places, place_of
from sync.central.middleware import Crowd
from sync.errors import RateLimited, ServerBusy
from sync.framing import encode_batch
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner
from tests.sync.sender import Sender, post
from tests.sync.sync_parts import Centre, Kiosk

DATABASES = ("sqlite", "postgresql")
LIMITS = DeviceLimits(requests_per_s=2, requests_at_once=4, bytes_per_s=1000, bytes_at_once=5000)
NOW_MS = 1_795_000_000_000


@pytest.fixture
def opened(tmp_path: Path, database_kind: str, database_url: str):
    """Opens admissions as each worker does."""
    made: list[Admission] = []
    database = CentralDatabase(tmp_path, "file", database_url) if database_url else None

    def one(limits: DeviceLimits = LIMITS) -> Admission:
        admission: Admission = (
            PostgresqlAdmission(database.autocommit, limits)
            if database is not None
            else SqliteAdmission(tmp_path / ADMISSION_FILE, limits)
        )
        made.append(admission)
        return admission

    yield one
    for admission in made:
        admission.close()
    if database is not None:
        database.close()


def nonce() -> str:
    return uuid.uuid4().hex


def test_nonce_is_good_once_whichever_worker_sees_it(opened):
    here, there = opened(), opened()
    assert here.admit("dev-1", "n" * 16, 0, NOW_MS).is_fresh
    assert not there.admit("dev-1", "n" * 16, 0, NOW_MS).is_fresh
    assert there.admit("dev-2", "n" * 16, 0, NOW_MS).is_fresh


def test_nonce_is_forgotten_when_its_statement_is_too_old_anyway(opened):
    admission = opened()
    admission.admit("dev-1", "n" * 16, 0, NOW_MS)
    assert not admission.admit("dev-1", "n" * 16, 0, NOW_MS + 599_000).is_fresh
    admission.admit("dev-1", nonce(), 0, NOW_MS + 640_000)
    assert admission.admit("dev-1", "n" * 16, 0, NOW_MS + 640_001).is_fresh


def test_share_in_requests_is_used_up_and_fills_again(opened):
    here, there = opened(), opened()
    waits = [one.admit("dev-1", nonce(), 0, NOW_MS).wait_s for one in (here, there) * 3]
    assert waits == [0, 0, 0, 0, 1, 1]
    assert there.admit("dev-2", nonce(), 0, NOW_MS).wait_s == 0
    waits = [here.admit("dev-1", nonce(), 0, NOW_MS + 1000).wait_s for _ in range(3)]
    assert waits == [0, 0, 1]
    assert here.admit("dev-1", nonce(), 0, NOW_MS - 5000).wait_s == 1
    waits = [here.admit("dev-1", nonce(), 0, NOW_MS + 10**9).wait_s for _ in range(5)]
    assert waits == [0, 0, 0, 0, 1]


def test_share_in_bytes_tells_how_long_to_wait(opened):
    admission = opened()
    assert admission.admit("dev-1", nonce(), 4000, NOW_MS).wait_s == 0
    assert admission.admit("dev-1", nonce(), 4000, NOW_MS).wait_s == 3
    assert admission.admit("dev-1", nonce(), 900, NOW_MS).wait_s == 0
    assert admission.admit("dev-1", nonce(), 4000, NOW_MS + 4000).wait_s == 0
    # Larger than the bucket: it passes when that is full, and not never.
    assert admission.admit("dev-2", nonce(), 10**7, NOW_MS).wait_s == 0


def test_workers_together_let_in_no_more_than_the_share(opened):
    limits = DeviceLimits(requests_per_s=1, requests_at_once=25)
    workers = [opened(limits) for _ in range(4)]
    gate = threading.Barrier(4)

    def flood(one: Admission) -> list[Admitted]:
        gate.wait(20)
        return [one.admit("dev-1", nonce(), 10, NOW_MS) for _ in range(12)]

    with ThreadPoolExecutor(4) as pool:
        found = [admitted for some in pool.map(flood, workers) for admitted in some]
    assert sum(one.wait_s == 0 for one in found) == 25
    assert all(one.is_fresh for one in found)


def test_device_beyond_its_share_is_told_when_to_come_again(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        f"sync.central.admission.{'Postgresql' if centre.admin._database.kind == 'postgresql' else 'Sqlite'}Admission.admit",
        lambda *_arguments: Admitted(is_fresh=True, wait_s=7),
    )
    answer = post(centre, kiosk.signer, encode_batch([Sender(transport, kiosk.signer).item(1)]))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["type"] == "urn:xianglin:problem:rate-limited"
    with pytest.raises(ServerBusy) as caught:
        transport.decisions(0)
    assert caught.value.retry_after_s == 7


def test_device_that_piles_up_requests_leaves_room_for_the_others(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
):
    go_on = threading.Event()
    inside = threading.Semaphore(0)

    def slow(*_arguments: object) -> list:
        inside.release()
        assert go_on.wait(30)
        return []

    monkeypatch.setattr("sync.central.routes.decisions_after", slow)
    other = DeviceSigner.generate()
    centre.enrol(other, "dev-other", "Z01")
    elsewhere = centre.transport(other, "dev-other")
    mine = [centre.transport(kiosk.signer, total_deadline_s=60) for _ in range(MAXIMUM_TOGETHER)]
    with ThreadPoolExecutor(len(mine)) as pool:
        try:
            waiting = [pool.submit(one.decisions, 0) for one in mine]
            assert all(inside.acquire(timeout=30) for _ in mine)
            with pytest.raises(RateLimited) as caught:
                transport.decisions(0)
            assert caught.value.retry_after_s == RETRY_AFTER_S
            answer = post(
                centre, kiosk.signer, encode_batch([Sender(transport, kiosk.signer).item(1)])
            )
            assert answer.json()["type"] == "urn:xianglin:problem:too-many-at-once"
            assert elsewhere.device_state().device == "dev-other"
        finally:
            go_on.set()
        assert [one.result().cursor for one in waiting] == [0] * len(mine)
    assert transport.decisions(0).cursor == 0
    for one in (*mine, elsewhere):
        one.close()


def test_place_is_given_back_when_the_request_fails():
    in_flight = InFlight(limit=1)

    async def failing(scope, _receive, _send) -> None:
        assert place_of(scope).take("dev-1")
        assert not place_of(scope).take("dev-1")
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            asyncio.run(Places(failing, in_flight)({"type": "http"}, None, None))
    assert in_flight.enter("dev-1")


async def _respond(_scope: object, _receive: object, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_crowd_is_asked_to_come_again_before_its_bodies_are_read():
    async def main() -> list[int]:
        leave = asyncio.Event()
        statuses: list[int] = []

        async def slow(scope, receive, send) -> None:
            await leave.wait()
            await _respond(scope, receive, send)

        async def receive() -> dict:
            raise AssertionError("a body was read")

        async def send(message: dict) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        crowd = Crowd(slow, limit=2)
        post_scope = {"type": "http", "method": "POST"}
        inside = [asyncio.create_task(crowd(post_scope, receive, send)) for _ in range(2)]
        await asyncio.sleep(0)
        await crowd(post_scope, receive, send)
        reader = asyncio.create_task(crowd({"type": "http", "method": "GET"}, receive, send))
        leave.set()
        await asyncio.gather(*inside, reader)
        await crowd(post_scope, receive, send)
        assert crowd.inside == 0
        return statuses

    assert asyncio.run(main()) == [503, 200, 200, 200, 200]
