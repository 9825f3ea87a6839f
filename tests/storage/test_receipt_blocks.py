"""Receipt numbers out of blocks: never twice, never none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils.migrations import Migrations

import kiosk.storage.database as storage
from kiosk.domain.receipt import is_receipt_number
from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_supplies import KioskSupplies, read_stored_certificate
from kiosk.storage.machine_keys import MachineKeys
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from kiosk.storage.receipt_blocks import LARGEST_BLOCK, add_block, take_number, wants_more
from sync.device_certificate import issue_certificate
from sync.signing import DeviceSigner
from tests.builders import NOW, World, make_world
from tests.storage.states import submit

CENTRE = DeviceSigner(bytes(range(32)))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def supplies(world: World) -> KioskSupplies:
    return KioskSupplies(keys(world), "dev-0007", "A07", world.clock)


def keys(world: World, centre: DeviceSigner = CENTRE) -> MachineKeys:
    return MachineKeys(world.store.encrypted, world.signer, centre.public_key)


def take(world: World, count: int) -> list[int]:
    with world.store.transaction() as transaction:
        return [transaction.next_receipt_counter() for _ in range(count)]


def wanted_after(world: World) -> int | None:
    with world.store.encrypted.reading() as database:
        return supplies(world).receipts_wanted_after(database)


def allot(world: World, first: int, last: int) -> None:
    with world.store.transaction() as transaction:
        supplies(world).receipts_allotted(transaction.database, first, last)


def test_new_kiosk_has_two_thousand_numbers_and_wants_no_more(world: World) -> None:
    assert [(row["first"], row["last"], row["next"]) for row in world.rows("receipt_block")] == [
        (1, 2000, 1)
    ]
    assert wanted_after(world) is None


def test_next_block_is_wanted_when_half_is_used(world: World) -> None:
    assert take(world, 999) == list(range(1, 1000))
    assert wanted_after(world) is None
    take(world, 1)
    assert wanted_after(world) == 2000
    allot(world, 2001, 4000)
    assert wanted_after(world) is None
    assert take(world, 1001)[-1] == 2001


def test_block_that_comes_twice_changes_nothing(world: World) -> None:
    allot(world, 2001, 4000)
    before = world.rows("receipt_block")
    allot(world, 2001, 4000)
    assert world.rows("receipt_block") == before


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (1, 2000),
        (1, 500),
        (1900, 2100),
        (2000, 3000),
        (0, 10),
        (2002, 2001),
        (2001, 2001 + LARGEST_BLOCK),
    ],
)
def test_impossible_or_overlapping_block_is_refused(world: World, first: int, last: int) -> None:
    take(world, 3)
    before = world.rows("receipt_block")
    if (first, last) == (1, 2000):
        allot(world, first, last)  # the very block that is known
    else:
        with pytest.raises(ValueError, match="block of receipt numbers"):
            allot(world, first, last)
    assert world.rows("receipt_block") == before


def test_kiosk_goes_on_with_a_block_of_its_own_when_all_are_used(world: World) -> None:
    take(world, 2000)
    number = submit(world)
    assert number.startswith("A07-002001-")
    assert is_receipt_number(number)
    emergencies = [row for row in world.rows("audit") if row["kind"] == "receipt.emergency_block"]
    assert [row["details"] for row in emergencies] == ['{"first":2001,"last":2500}']
    assert wanted_after(world) == 2500
    allot(world, 2501, 4500)
    # The emergency block is used up first and asks for nothing: one block at a time is kept in store.
    assert wanted_after(world) is None
    assert take(world, 500) == list(range(2002, 2502))
    with world.store.encrypted.reading() as database:
        assert first_broken_link(database) is None


def test_emergency_block_is_given_back_with_its_transaction(world: World) -> None:
    class Cut(Exception):
        pass

    def break_off() -> None:
        with world.store.transaction() as transaction:
            transaction.next_receipt_counter()
            raise Cut

    take(world, 2000)
    for _ in range(3):
        with pytest.raises(Cut):
            break_off()
    assert len(world.rows("receipt_block")) == 1
    assert take(world, 2) == [2001, 2002]
    assert len(world.rows("receipt_block")) == 2


def test_no_number_is_given_twice_over_many_blocks_and_restarts(tmp_path: Path) -> None:
    given: list[int] = []
    for turn in range(6):
        with make_world(tmp_path) as world:
            given += take(world, 700)
            after = wanted_after(world)
            if after is not None and turn % 2:
                allot(world, after + 1, after + 1000)
    assert len(given) == 4200
    assert len(set(given)) == len(given)
    assert given == sorted(given)


def test_counter_of_an_older_kiosk_goes_on_in_its_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Migrations("kiosk")
    old._migrations.extend(KIOSK_MIGRATIONS._migrations[:2])
    for used, expected in ((0, 1), (123, 124), (2000, 2001), (2345, 2346)):
        state = tmp_path / f"used-{used}"
        with monkeypatch.context() as patch:
            patch.setattr(storage, "KIOSK_MIGRATIONS", old)
            database = open_kiosk_database(state, "file")
            with database.transaction() as raw:
                raw.execute("UPDATE receipt_counter SET last_used = ?", [used])
            database.close()
        database = open_kiosk_database(state, "file")
        with database.transaction() as raw:
            assert take_number(raw).number == expected
        database.close()


def test_wanting_and_taking_need_no_block_at_all(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.database.execute("DELETE FROM receipt_block")
        assert wants_more(transaction.database)
        add_block(transaction.database, 7, 8)
        assert take_number(transaction.database).number == 7


def test_certificate_is_kept_only_when_it_is_this_devices(world: World) -> None:
    own, other = world.signer.public_key, DeviceSigner.generate()
    wrong = (
        issue_certificate(CENTRE, "dev-0008", "A07", own, NOW),
        issue_certificate(CENTRE, "dev-0007", "B08", own, NOW),
        issue_certificate(CENTRE, "dev-0007", "A07", other.public_key, NOW),
        issue_certificate(other, "dev-0007", "A07", own, NOW),
        b"",
        b"\x01" * 122,
    )
    for certificate in wrong:
        with pytest.raises(ValueError, match="not this device's"), world.store.transaction() as at:
            supplies(world).certificate_came(at.database, certificate)
    assert read_stored_certificate(world.store.encrypted) == b""
    right = issue_certificate(CENTRE, "dev-0007", "A07", own, NOW)
    with world.store.transaction() as transaction:
        assert supplies(world).is_certificate_wanted(transaction.database)
        supplies(world).certificate_came(transaction.database, right)
        assert not supplies(world).is_certificate_wanted(transaction.database)
    assert read_stored_certificate(world.store.encrypted) == right


def test_certificate_of_another_centre_is_wanted_anew(world: World) -> None:
    right = issue_certificate(CENTRE, "dev-0007", "A07", world.signer.public_key, NOW)
    with world.store.transaction() as transaction:
        supplies(world).certificate_came(transaction.database, right)
        elsewhere = keys(world, DeviceSigner.generate())
        moved = KioskSupplies(elsewhere, "dev-0007", "A07", world.clock)
        assert moved.is_certificate_wanted(transaction.database)
