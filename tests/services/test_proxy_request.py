"""Somebody comes for another: the request is the other's, the proofs are the one's who came."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.service_request import ServiceRequest
from sync.identifiers import new_event_id
from sync.item_body import ItemBody
from tests.builders import STRANGER, World, citizen_number, life_certification, make_world, resident
from tests.storage.sent import sent

MOTHER = dataclasses.replace(
    resident(), resident_id="r-0011", citizen_id=CitizenId(citizen_number("19350207", "062"))
)
SON = resident()
PROOF = Evidence(True, frozenset({Factor.FACE, Factor.CARD}), 0.31, "dlib-resnet-v1", 0.38)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def submit(world: World, **more: object) -> tuple[ServiceRequest, ItemBody]:
    person = more.pop("person", SON)
    number = more.pop("number", SON.citizen_id)
    request = world.ports.submit_request.submit(
        new_event_id(),
        life_certification(),
        person,  # type: ignore[arg-type]
        number,  # type: ignore[arg-type]
        PROOF,
        {},
        **more,  # type: ignore[arg-type]
    )
    return request, sent(world, request.request_id)


def test_request_belongs_to_the_one_who_stayed_at_home(world: World) -> None:
    request, event = submit(world, on_behalf_of=MOTHER, proxy_reason="bed_bound")
    assert (request.resident_id, request.is_provisional) == ("r-0011", True)
    assert event.subject == "r-0011"
    assert event.payload["resident_id"] == "r-0011"
    assert event.payload["is_provisional"] is True
    assert event.payload["proxy"] == {"resident_id": "r-0001", "reason": "bed_bound"}
    assert event.payload["evidence"]["factors"] == ["card", "face"]
    # Both are on the roster: no number travels.
    assert STRANGER not in str(event.payload)
    assert "citizen_id" not in event.payload
    assert [one.request_id for one in world.ports.list_requests.newest_of(MOTHER)] == [
        request.request_id
    ]
    assert world.ports.list_requests.newest_of(SON) == ()


def test_number_of_an_unlisted_proxy_travels_so_that_staff_find_them(world: World) -> None:
    request, event = submit(
        world, person=None, number=CitizenId(STRANGER), on_behalf_of=MOTHER, proxy_reason="away"
    )
    assert request.resident_id == "r-0011"
    assert event.payload["proxy"] == {
        "resident_id": "",
        "reason": "away",
        "citizen_id": STRANGER,
    }
    assert "citizen_id" not in event.payload


def test_request_for_oneself_has_no_proxy(world: World) -> None:
    for other in (None, SON):
        request, event = submit(world, on_behalf_of=other)
        assert (request.resident_id, request.is_provisional) == ("r-0001", False)
        assert "proxy" not in event.payload


def test_reason_that_is_too_long_is_cut_and_parks_nothing(world: World) -> None:
    _, event = submit(world, on_behalf_of=MOTHER, proxy_reason="卧" * 300)
    assert event.payload["proxy"]["reason"] == "卧" * 200
