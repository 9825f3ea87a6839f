"""Requests come back as they were accepted, and a receipt number is never given twice."""

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from kiosk.domain.identity_policy import Assurance
from kiosk.domain.service_request import RequestState, ServiceRequest
from tests.builders import NOW, World, make_world
from tests.storage.states import receipts_in, submit

PLAIN = ServiceRequest(
    request_id="0199-1",
    resident_id="r-0001",
    service_id="pension.life_certification",
    service_version=3,
    service_digest="d" * 64,
    receipt_number="A07-000001-5",
    accepted_at=NOW + timedelta(milliseconds=7),
    assurance=Assurance(1),
    is_provisional=True,
)
DECIDED = dataclasses.replace(
    PLAIN,
    state=RequestState.NEEDS_CORRECTION,
    delivered_at=NOW + timedelta(hours=1),
    decided_at=NOW + timedelta(hours=2),
    decision_code="photo",
    decision_text="照片不清'; DROP TABLE service_request; --",
)


class Cut(Exception):
    """The power goes in the middle of a transaction."""


def break_off(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.next_receipt_counter()
        transaction.requests.add(PLAIN)
        transaction.append_event(
            event_id=PLAIN.request_id,
            subject="r-0001",
            kind="service_request",
            schema_version=1,
            priority=1,
            payload={},
        )
        raise Cut


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


@pytest.mark.parametrize("request_in", [PLAIN, DECIDED], ids=["plain", "every field"])
def test_request_comes_back_as_it_was_stored(request_in: ServiceRequest, world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.requests.add(request_in)
    with world.store.transaction() as transaction:
        assert transaction.requests.get(request_in.request_id) == request_in
        assert transaction.requests.get("unknown") is None


@pytest.mark.parametrize("assurance", list(Assurance))
def test_assurance_comes_back(assurance: Assurance, world: World) -> None:
    stored = dataclasses.replace(PLAIN, assurance=assurance)
    with world.store.transaction() as transaction:
        transaction.requests.add(stored)
        assert transaction.requests.get(PLAIN.request_id) == stored


def test_update_never_changes_what_was_accepted(world: World) -> None:
    changed = dataclasses.replace(
        DECIDED,
        receipt_number="Z99-999999-9",
        resident_id="r-0002",
        accepted_at=NOW,
        service_id="x",
    )
    with world.store.transaction() as transaction:
        transaction.requests.add(PLAIN)
        transaction.requests.update(changed)
        assert transaction.requests.get(PLAIN.request_id) == DECIDED


def test_newest_come_first_when_the_clock_stands_still(world: World) -> None:
    with world.store.transaction() as transaction:
        for number in range(1, 8):
            transaction.requests.add(
                dataclasses.replace(
                    PLAIN, request_id=f"0199-{number}", receipt_number=f"A07-{number}"
                )
            )
        transaction.requests.add(
            dataclasses.replace(
                PLAIN, request_id="0199-9", receipt_number="A07-9", resident_id="r-0002"
            )
        )
        found = transaction.requests.newest_of("r-0001", 3)
    assert [request.request_id for request in found] == ["0199-7", "0199-6", "0199-5"]


@pytest.mark.parametrize("field", ["request_id", "receipt_number"])
def test_second_request_with_the_same_number_is_refused(field: str, world: World) -> None:
    other = dataclasses.replace(PLAIN, request_id="0199-2", receipt_number="A07-2")
    same = dataclasses.replace(other, **{field: getattr(PLAIN, field)})
    with world.store.transaction() as transaction:
        transaction.requests.add(PLAIN)
    with pytest.raises(dbapi2.IntegrityError), world.store.transaction() as transaction:
        transaction.requests.add(same)
    assert len(world.rows("service_request")) == 1


def test_nothing_is_left_when_the_transaction_breaks_off(world: World) -> None:
    submit(world)
    before = receipts_in(world.store.encrypted)
    tables = ("service_request", "outbox", "audit", "receipt_block")
    rows = {table: world.rows(table) for table in tables}
    with pytest.raises(Cut):
        break_off(world)
    assert {table: world.rows(table) for table in tables} == rows
    assert receipts_in(world.store.encrypted) == before


def test_receipt_number_is_never_given_twice_after_roll_backs_and_restarts(tmp_path: Path) -> None:
    given: list[str] = []
    for _ in range(3):
        with make_world(tmp_path) as world:
            world.clock.wall = NOW - timedelta(days=400)  # the clock's battery is empty
            given.append(submit(world))
            with pytest.raises(Cut):
                break_off(world)
            given.append(submit(world))
    assert [number[:10] for number in given] == [f"A07-{count:06d}" for count in range(1, 7)]
    assert all(one != other for one, other in itertools.combinations(given, 2))
