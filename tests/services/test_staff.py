"""Staff sign-in on the real database: who gets in, and how guesses end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.clock import FlooredClock
from kiosk.domain.staff import ONE_NUMBER, WHOLE_MACHINE
from kiosk.errors import StaffNotChanged
from kiosk.services.staff import SCRYPT_COST, StaffList, StaffSignIn, scrypt_verifier
from kiosk.storage.clock_mark import read_clock_floor
from tests.builders import NOW, QUICK_COST, FakeClock, World, make_world

NUMBER, PIN, WRONG = "2041", "280617", "906152"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        made.add_staff(NUMBER, PIN)
        yield made


def sign_in(world: World, pin: str = PIN, number: str = NUMBER) -> str:
    assert world.ports.staff is not None
    return world.ports.staff.sign_in(number, pin).kind


def audited(world: World) -> list[tuple[object, object]]:
    return [(row["kind"], row["subject"]) for row in world.rows("audit")]


def test_right_pin_signs_in_and_is_audited_by_number(world: World) -> None:
    assert sign_in(world) == "accepted"
    assert audited(world) == [("staff.added", NUMBER), ("staff.signed_in", NUMBER)]


@pytest.mark.parametrize(("number", "pin"), [(NUMBER, WRONG), ("9999", PIN), ("", ""), ("x", PIN)])
def test_wrong_pin_and_unknown_number_get_the_same_answer(
    world: World, number: str, pin: str
) -> None:
    assert sign_in(world, pin, number) == "wrong"


def test_nothing_of_a_pin_lies_in_the_database(world: World) -> None:
    (row,) = world.rows("staff")
    assert PIN.encode() not in repr(row).encode()
    assert bytes(row["verifier"]) == scrypt_verifier(PIN, bytes(row["salt"]), QUICK_COST)  # type: ignore[call-overload]
    world.add_staff("2043", PIN)
    first, second = world.rows("staff")
    assert first["verifier"] != second["verifier"]


def test_five_guesses_and_the_right_pin_has_to_wait_too(world: World) -> None:
    for _ in range(ONE_NUMBER.most):
        assert sign_in(world, WRONG) == "wrong"
    assert world.ports.staff is not None
    result = world.ports.staff.sign_in(NUMBER, PIN)
    assert (result.kind, result.minutes) == ("resting", 15)
    assert audited(world)[-1] == ("staff.resting", NUMBER)
    world.clock.forward(15 * 60)
    assert sign_in(world) == "accepted"
    assert [row["kind"] for row in world.rows("attempt_count")] == ["staff.all"]


def test_count_outlives_a_restart_in_the_middle_of_guessing(world: World) -> None:
    for _ in range(ONE_NUMBER.most):
        # A new object each time, as after a power cut.
        StaffSignIn(world.store, world.clock, QUICK_COST).sign_in(NUMBER, WRONG)
    assert sign_in(world) == "resting"


def test_guess_is_counted_before_the_pin_is_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plug_pulled(*_: object) -> bytes:
        raise SystemExit

    monkeypatch.setattr("kiosk.services.staff.scrypt_verifier", plug_pulled)
    for _ in range(ONE_NUMBER.most):
        with pytest.raises(SystemExit):
            sign_in(world)
    monkeypatch.undo()
    assert sign_in(world) == "resting"


def test_rest_is_not_shortened_by_a_clock_that_starts_in_1970(world: World) -> None:
    for _ in range(ONE_NUMBER.most):
        sign_in(world, WRONG)
    past = FakeClock(NOW - timedelta(days=20_000))
    clock = FlooredClock(past, read_clock_floor(world.store.encrypted))
    assert StaffSignIn(world.store, clock, QUICK_COST).sign_in(NUMBER, PIN).kind == "resting"


def test_fourth_rest_in_a_row_is_eight_times_as_long(world: World) -> None:
    for _ in range(3):
        for _ in range(ONE_NUMBER.most):
            sign_in(world, WRONG)
        world.clock.forward(3600)
    for _ in range(ONE_NUMBER.most):
        sign_in(world, WRONG)
    assert world.ports.staff is not None
    assert world.ports.staff.sign_in(NUMBER, PIN).minutes == 120


def test_guessing_through_all_numbers_rests_the_whole_sign_in_for_a_while(world: World) -> None:
    for number in range(WHOLE_MACHINE.most):
        assert sign_in(world, PIN, f"{5000 + number}") == "wrong"
    assert sign_in(world) == "resting"
    assert audited(world)[-1] == ("staff.all_resting", "")
    world.clock.forward(15 * 60)
    assert sign_in(world) == "accepted"
    # Numbers that nobody has leave no rows behind.
    assert {row["subject"] for row in world.rows("attempt_count")} == {""}


def test_staff_who_sign_in_all_day_never_rest(world: World) -> None:
    for _ in range(3 * WHOLE_MACHINE.most):
        assert sign_in(world) == "accepted"


@pytest.mark.parametrize(
    ("number", "pin", "reason"),
    [
        (NUMBER, WRONG, "number_taken"),
        ("12", WRONG, "number_shape"),
        ("2043", "123456", "pin_guessable"),
        ("2043", "12345", "pin_shape"),
    ],
)
def test_what_cannot_be_added_says_why(world: World, number: str, pin: str, reason: str) -> None:
    with pytest.raises(StaffNotChanged) as caught:
        StaffList(world.store, world.clock, QUICK_COST).add(number, pin)
    assert caught.value.reason == reason
    assert len(world.rows("staff")) == 1


def test_one_who_was_removed_signs_in_no_more(world: World) -> None:
    staff = StaffList(world.store, world.clock, QUICK_COST)
    staff.remove(NUMBER)
    assert sign_in(world) == "wrong"
    assert world.ports.staff is not None
    assert world.ports.staff.count() == 0
    with pytest.raises(StaffNotChanged) as caught:
        staff.remove(NUMBER)
    assert caught.value.reason == "number_unknown"
    assert audited(world)[-1] == ("staff.removed", NUMBER)


def test_shipped_cost_is_that_of_a_guess_that_hurts() -> None:
    assert SCRYPT_COST >= 14
    assert scrypt_verifier(PIN, b"s" * 16, SCRYPT_COST) != scrypt_verifier(PIN, b"t" * 16, 14)
