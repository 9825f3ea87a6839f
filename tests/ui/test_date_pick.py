"""The date that the pickers stand on, without a window."""

from datetime import date

import pytest

from kiosk.ui.date_pick import DatePick, NoSuchDay, TooEarly, TooLate

TODAY = date(2026, 7, 14)


def day(value, earliest="", latest=""):
    return DatePick.start("date", value, earliest, latest, TODAY)


@pytest.mark.parametrize(
    ("kind", "value", "earliest", "latest", "stands_on"),
    [
        ("date", "1945-09-28", "", "", "1945-09-28"),
        ("date", "", "", "", "2026-07-14"),
        ("date", "", "1900-01-01", "2010-12-31", "2010-12-31"),
        ("date", "", "2027-01-01", "", "2027-01-01"),
        ("month", "", "", "", "2026-07"),
        ("month", "2026-10", "2026-08", "2027-12", "2026-10"),
        ("month", "", "2026-08", "2027-12", "2026-08"),
        ("year", "", "2012", "2025", "2025"),
        ("year", "2020", "", "", "2020"),
        ("date", "", "2026-05-01", "2026-04-01", "2026-05-01"),
    ],
)
def test_pick_starts_on_its_value_or_near_today(kind, value, earliest, latest, stands_on):
    assert DatePick.start(kind, value, earliest, latest, TODAY).text == stands_on


def test_day_follows_when_the_month_is_shorter():
    assert day("2026-01-31").moved("month", 1).text == "2026-02-28"
    assert day("2024-02-29").moved("year", 1).text == "2025-02-28"


def test_month_and_day_run_in_a_circle_and_leave_the_year_alone():
    assert day("2026-12-05").moved("month", 1).text == "2026-01-05"
    assert day("2026-02-01").moved("day", -1).text == "2026-02-28"


def test_no_move_leaves_the_limits():
    pick = day("2026-07-10", "2026-03-05", "2026-07-14")
    assert pick.moved("month", 1).text == "2026-03-10"
    assert pick.moved("day", 5).text == "2026-07-01"
    assert pick.moved("day", 1).moved("month", 1).moved("month", -1).text == "2026-07-11"
    assert day("2026-04-02", "2026-03-05", "2026-07-14").moved("month", -1).text == "2026-03-05"
    assert day("1901-01-01", "1900-06-01").moved("year", -10).text == "1900-06-01"


def test_keys_that_would_do_nothing_are_known():
    pick = day("2026-07-10", "2026-07-01", "2027-03-01")
    assert not pick.can_move("year", -1)
    assert pick.can_move("year", 1)
    assert not pick.can_move("year", 10)
    assert pick.can_move("month", 1)
    only = day("2026-07-01", "2026-07-01", "2026-07-01")
    assert [only.can_move(part, 1) for part in ("year", "month", "day")] == [False, False, False]


def test_decades_are_offered_for_a_birth_year_only():
    assert day("1945-09-28", "1900-01-01", "2026-07-14").has_decades
    assert not day("", "2026-01-01", "2027-12-31").has_decades


def test_digits_say_the_whole_date():
    assert day("").typed("19450928").text == "1945-09-28"
    assert DatePick.start("month", "", "", "", TODAY).typed("202610").text == "2026-10"
    assert DatePick.start("year", "", "", "", TODAY).typed("2020").text == "2020"


@pytest.mark.parametrize("digits", ["20260230", "20261301", "00000101", "19000229"])
def test_digits_of_no_day_are_refused(digits):
    with pytest.raises(NoSuchDay):
        day("").typed(digits)


def test_digits_outside_the_limits_are_refused():
    with pytest.raises(TooLate):
        day("", "1900-01-01", "2026-07-14").typed("20260715")
    with pytest.raises(TooEarly):
        day("", "1900-01-01", "2026-07-14").typed("18991231")
