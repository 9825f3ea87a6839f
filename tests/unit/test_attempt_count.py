from datetime import UTC, datetime, timedelta

import pytest

from kiosk.domain.attempt_count import AttemptCount, LockRule
from kiosk.domain.staff import StaffFault, is_staff_number, pin_fault

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = LockRule(
    most=3, within=24 * HOUR, first_rest=timedelta(minutes=15), longest_rest=timedelta(minutes=40)
)


def after(failures: int, at: datetime = NOW, begin: AttemptCount | None = None) -> AttemptCount:
    count = begin or AttemptCount()
    for _ in range(failures):
        count = count.failed(RULE, at)
    return count


def rest(count: AttemptCount, at: datetime = NOW) -> timedelta | None:
    until = count.rests_until(RULE, at)
    return None if until is None else until - at


def test_it_rests_from_the_last_failure_allowed_and_by_itself_no_longer() -> None:
    assert rest(after(2)) is None
    resting = after(3)
    assert rest(resting) == timedelta(minutes=15)
    assert rest(resting, NOW + timedelta(minutes=14)) == timedelta(minutes=1)
    assert rest(resting, NOW + timedelta(minutes=15)) is None


def test_nothing_is_counted_while_it_rests() -> None:
    assert after(9) == after(3)


def test_every_rest_in_a_row_is_twice_as_long_up_to_the_longest() -> None:
    count, at, lasted = AttemptCount(), NOW, []
    for _ in range(4):
        count = after(3, at, count)
        lasted.append(rest(count, at))
        at += HOUR
    assert lasted == [timedelta(minutes=minutes) for minutes in (15, 30, 40, 40)]


def test_failures_of_long_ago_count_no_more() -> None:
    assert rest(after(1, NOW + 25 * HOUR, after(2))) is None
    assert rest(after(1, NOW + 23 * HOUR, after(2)), NOW + 23 * HOUR) is not None


def test_failure_that_was_none_is_taken_back() -> None:
    assert after(2).spared() == after(1)
    third = after(3).spared()
    assert (third.failures, third.rests, rest(third)) == (2, 0, None)
    assert AttemptCount().spared() == AttemptCount()


def test_rest_of_a_clock_that_ran_ahead_does_not_last_for_decades() -> None:
    ahead = after(3, NOW.replace(year=2099))
    assert rest(ahead) is None
    assert rest(after(3, NOW, ahead)) is not None


def test_small_step_back_of_the_clock_ends_no_rest() -> None:
    assert rest(after(3), NOW - timedelta(minutes=9)) is not None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2041", True), ("20410815", True), ("204", False), ("204108150", False), ("20a1", False),
     ("２０４１", False), ("2041\n", False)],
)  # fmt: skip
def test_staff_numbers_have_four_to_eight_digits(text: str, is_one: bool) -> None:
    assert is_staff_number(text) is is_one


@pytest.mark.parametrize("pin", ["280617", "906152"])
def test_ordinary_pins_are_taken(pin: str) -> None:
    assert pin_fault("2041", pin) is None


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12a456", "１２３４５６"])
def test_pins_of_another_shape_are_not(pin: str) -> None:
    assert pin_fault("2041", pin) is StaffFault.PIN_SHAPE


@pytest.mark.parametrize(
    "pin", ["123456", "987654", "890123", "000000", "112211", "204188", "147147", "121212"]
)
def test_pins_that_anybody_would_guess_are_not(pin: str) -> None:
    assert pin_fault("2041", pin) is StaffFault.PIN_GUESSABLE
