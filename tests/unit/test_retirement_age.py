"""Expected values are worked out from the decision's text: one month later for every 4 (women of 50: 2) birth months."""

from datetime import date

import pytest

from kiosk.domain.json_values import add_months
from kiosk.domain.pension.retirement_age import Category, minimum_months, retirement
from kiosk.parameters import PensionFiles

RULES = PensionFiles().on(date(2026, 11, 25)).retirement
MAN, CADRE, WORKER = Category.MALE, Category.FEMALE_CADRE, Category.FEMALE_WORKER


@pytest.mark.parametrize(
    ("category", "born", "age", "month"),
    [
        # before the first birth month: 60 years, as ever. 1964-12 + 60 y
        (MAN, "1964-12-31", (60, 0), "2024-12"),
        # group 1 (1965-01 to 04): 1 month. 2025-01 + 1
        (MAN, "1965-01-01", (60, 1), "2025-02"),
        # still group 1. 2025-04 + 1
        (MAN, "1965-04-30", (60, 1), "2025-05"),
        # group 2 (1965-05 to 08): 2 months. 2025-05 + 2
        (MAN, "1965-05-01", (60, 2), "2025-07"),
        # 65 months after 1965-01, 16 whole groups before: 17 months = 1 y 5 m. 2030-06 + 17
        (MAN, "1970-06-15", (61, 5), "2031-11"),
        # 139 months after, 34 whole groups before: 35 months = 2 y 11 m. 2036-08 + 35
        (MAN, "1976-08-31", (62, 11), "2039-07"),
        # group 36, the last: 36 months. 2036-09 + 36
        (MAN, "1976-09-01", (63, 0), "2039-09"),
        # end of group 36. 2036-12 + 36
        (MAN, "1976-12-31", (63, 0), "2039-12"),
        # after the table. 2050-03 + 36
        (MAN, "1990-03-08", (63, 0), "2053-03"),
        (CADRE, "1969-12-31", (55, 0), "2024-12"),
        # 2025-01 + 1
        (CADRE, "1970-01-01", (55, 1), "2025-02"),
        # 69 months after 1970-01, 17 whole groups before: 18 months = 1 y 6 m. 2030-10 + 18
        (CADRE, "1975-10-09", (56, 6), "2032-04"),
        # 139 months after: 35 months. 2036-08 + 35
        (CADRE, "1981-08-31", (57, 11), "2039-07"),
        # 140 months after: 36 months. 2036-09 + 36
        (CADRE, "1981-09-01", (58, 0), "2039-09"),
        (WORKER, "1974-12-31", (50, 0), "2024-12"),
        # groups of two. 2025-01 + 1
        (WORKER, "1975-01-20", (50, 1), "2025-02"),
        # 2025-02 + 1
        (WORKER, "1975-02-28", (50, 1), "2025-03"),
        # 2025-03 + 2
        (WORKER, "1975-03-01", (50, 2), "2025-05"),
        # 66 months after 1975-01, 33 whole groups before: 34 months = 2 y 10 m. 2030-07 + 34
        (WORKER, "1980-07-01", (52, 10), "2033-05"),
        # 117 months after, 58 whole groups before: 59 months = 4 y 11 m. 2034-10 + 59
        (WORKER, "1984-10-31", (54, 11), "2039-09"),
        # 118 months after: 60 months, the last. 2034-11 + 60
        (WORKER, "1984-11-01", (55, 0), "2039-11"),
        (WORKER, "1999-01-01", (55, 0), "2054-01"),
    ],
)
def test_retirement_is_the_line_of_the_official_table(
    category: Category, born: str, age: tuple[int, int], month: str
) -> None:
    found = retirement(date.fromisoformat(born), category, RULES)
    assert (found.age, found.month) == (age, month)


def test_choice_reaches_three_years_both_ways_but_never_before_the_original_age() -> None:
    # 61 y 5 m: three years earlier would be 58 y 5 m, so 60 y holds: 1970-06 + 60 y. Later: 2031-11 + 3 y.
    found = retirement(date(1970, 6, 15), MAN, RULES)
    assert (found.earliest_month, found.latest_month) == ("2030-06", "2034-11")
    # 55 y less 3 y is 52 y, above 50 y: 1990-02 + 52 y. Later: 2045-02 + 3 y.
    found = retirement(date(1990, 2, 1), WORKER, RULES)
    assert (found.earliest_month, found.latest_month) == ("2042-02", "2048-02")


@pytest.mark.parametrize(
    ("year", "months"),
    # 15 years = 180; from 2030 on 6 months more each year; 20 years = 240 in 2039 and after
    [(2025, 180), (2029, 180), (2030, 186), (2031, 192), (2035, 216), (2038, 234), (2039, 240),
     (2060, 240)],
)  # fmt: skip
def test_contribution_months_rise_by_six_a_year_from_2030(year: int, months: int) -> None:
    assert minimum_months(year, RULES.minimum) == months


def test_contribution_months_are_those_of_the_year_of_retiring() -> None:
    # retires 2031-11
    assert retirement(date(1970, 6, 15), MAN, RULES).minimum_months == 192


@pytest.mark.parametrize("category", Category)
def test_nobody_born_later_retires_earlier(category: Category) -> None:
    births = [add_months("1960-01", count) for count in range(12 * 40)]
    months = [
        retirement(date.fromisoformat(f"{birth}-01"), category, RULES).month for birth in births
    ]
    assert months == sorted(months)
    assert len(set(months)) == len(months)


def test_age_of_residents_is_not_touched() -> None:
    assert PensionFiles().on(date(2040, 1, 1)).pension_age == 60
