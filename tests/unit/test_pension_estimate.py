"""Amounts are worked out by hand from the rules, in the comments; figures are those of ``PARAMETERS``."""

from datetime import date

import pytest

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.domain.money import percent, yuan
from kiosk.domain.pension.estimate import EstimateWarning, FormulaLine, Plan, estimate
from kiosk.parameters import PensionFiles

TODAY = date(2026, 11, 25)
# basic 183.00; 5.00 for each year beyond 15; interest 2 %; tier 500 gets 60, tier 1000 gets 100; 60 → 139
PARAMETERS = PensionFiles().on(TODAY)


def plan(
    born: str,
    *,
    years: int,
    tier: int,
    account: int | None = None,
    age: int = 60,
    today: date = TODAY,
) -> Plan:
    return Plan(date.fromisoformat(born), years, tier, age, today, account)


def test_years_are_missing_when_the_pension_age_comes_first() -> None:
    found = estimate(plan("1967-01-20", years=10, tier=50000, account=600000), PARAMETERS)
    # 60 in 2027: no whole calendar year between 2026 and 2027, so 10 years; 15 - 10 = 5 are missing
    assert (found.paying_years, found.total_years, found.missing_years) == (0, 10, 5)
    # 600000 / 139 = 4316 rest 76; 76 is more than half of 139: 4317
    assert found.account_part_fen == 4317
    # 18300 + 0 + 4317
    assert found.monthly_fen == 22617
    # 5 x 500.00
    assert found.make_up_fen == 250000
    # (600000 + 250000) / 139 = 6115 rest 15: 6115; 18300 + 6115
    assert found.shown_monthly_fen == 24415
    # the month after January 2027
    assert found.draws_from == "2027-02"
    assert found.warnings == (
        EstimateWarning("pension.warning.too_few_years", {"missing": "5", "amount": "2,500.00元"}),
        EstimateWarning("pension.warning.example", {"area": "梧溪县（样例）"}),
    )


def test_account_grows_year_by_year_until_it_is_drawn() -> None:
    found = estimate(plan("1970-06-15", years=13, tier=100000), PARAMETERS)
    # nobody knows the account: 13 x (1000.00 + 100.00)
    assert found.projection.start_fen == 1430000
    # 60 in 2030: 2027, 2028 and 2029 are paid
    assert [
        (year.year, year.interest_fen, year.paid_fen, year.subsidy_fen, year.balance_fen)
        for year in found.projection.years
    ] == [
        # 2 % of 1430000
        (2027, 28600, 100000, 10000, 1568600),
        # 2 % of 1568600
        (2028, 31372, 100000, 10000, 1709972),
        # 2 % of 1709972 = 34199.44
        (2029, 34199, 100000, 10000, 1854171),
    ]
    # 13 + 3 = 16 years, one beyond 15: 5.00
    assert (found.total_years, found.missing_years, found.extra_fen) == (16, 0, 500)
    # 1854171 / 139 = 13339 rest 50; 50 is less than half of 139
    assert found.account_part_fen == 13339
    # 18300 + 500 + 13339
    assert found.monthly_fen == 32139
    assert found.shown_monthly_fen == 32139
    assert found.draws_from == "2030-07"


def test_working_shows_the_persons_own_numbers() -> None:
    found = estimate(plan("1970-06-15", years=13, tier=100000), PARAMETERS)
    assert found.lines == (
        FormulaLine("pension.line.start_assumed", "(1,000.00元 + 100.00元) × 13", 1430000),
        FormulaLine("pension.line.to_pay", "(1,000.00元 + 100.00元) × 3", 330000),
        # 28600 + 31372 + 34199
        FormulaLine("pension.line.interest", "2%", 94171),
        FormulaLine("pension.line.end", "14,300.00元 + 3,300.00元 + 941.71元", 1854171),
        FormulaLine("pension.line.basic", "183.00元", 18300),
        FormulaLine("pension.line.extra", "5.00元 × (16 − 15)", 500),
        FormulaLine("pension.line.account", "18,541.71元 ÷ 139", 13339),
        FormulaLine("pension.line.total", "183.00元 + 5.00元 + 133.39元", 32139),
    )


def test_working_ends_in_the_figure_that_is_shown_when_years_are_made_up() -> None:
    found = estimate(plan("1967-01-20", years=10, tier=50000, account=600000), PARAMETERS)
    assert found.lines == (
        FormulaLine("pension.line.start", "6,000.00元", 600000),
        FormulaLine("pension.line.make_up", "500.00元 × 5", 250000),
        FormulaLine("pension.line.end", "6,000.00元 + 2,500.00元", 850000),
        FormulaLine("pension.line.basic", "183.00元", 18300),
        FormulaLine("pension.line.account", "8,500.00元 ÷ 139", 6115),
        FormulaLine("pension.line.total", "183.00元 + 61.15元", 24415),
    )


def test_working_leaves_out_what_does_not_count() -> None:
    found = estimate(plan("1966-03-01", years=15, tier=50000, account=1000000), PARAMETERS)
    assert [(line.label, line.working) for line in found.lines] == [
        ("pension.line.start", "10,000.00元"),
        ("pension.line.basic", "183.00元"),
        ("pension.line.account", "10,000.00元 ÷ 139"),
        # 1000000 / 139 = 7194 rest 34
        ("pension.line.total", "183.00元 + 71.94元"),
    ]


def test_older_person_draws_next_month_with_the_months_of_the_present_age() -> None:
    found = estimate(plan("1958-03-03", years=20, tier=50000, account=1000000, age=65), PARAMETERS)
    # 68 years old: 75 months. 1000000 / 75 = 13333 rest 25
    assert (found.age, found.divisor, found.account_part_fen) == (68, 75, 13333)
    # 18300 + 5 x 500 + 13333
    assert found.monthly_fen == 34133
    assert found.draws_from == "2026-12"
    assert [warning.text_id for warning in found.warnings] == [
        "pension.warning.of_age",
        "pension.warning.example",
    ]


def test_somebody_of_age_with_too_few_years_is_not_told_to_claim() -> None:
    found = estimate(plan("1960-03-03", years=12, tier=20000, account=300000), PARAMETERS)
    assert [warning.text_id for warning in found.warnings] == [
        "pension.warning.too_few_years",
        "pension.warning.example",
    ]


def test_account_beyond_the_table_is_divided_by_its_last_line() -> None:
    found = estimate(plan("1940-01-01", years=15, tier=0, account=560000), PARAMETERS)
    # 86 years old: 56 months, as at 70
    assert (found.divisor, found.account_part_fen) == (56, 10000)


def test_waiting_longer_pays_more_years_and_divides_by_fewer_months() -> None:
    found = estimate(plan("1966-12-31", years=14, tier=20000, account=400000, age=62), PARAMETERS)
    # 62 in 2028: 2027 is paid; 8000 interest, 200.00 + 40.00: 400000 + 8000 + 24000
    assert (found.total_years, found.projection.end_fen) == (15, 432000)
    # 62 → 125: 432000 / 125 = 3456
    assert found.monthly_fen == 18300 + 3456
    assert found.draws_from == "2029-01"


def test_one_who_pays_no_more_gains_interest_but_no_years() -> None:
    found = estimate(plan("1968-05-05", years=3, tier=0, account=100000), PARAMETERS)
    # 60 in 2028: 2027 passes; 2 % of 100000
    assert (found.total_years, found.projection.end_fen) == (3, 102000)
    # 12 years at the lowest tier, 200.00
    assert (found.missing_years, found.make_up_fen) == (12, 240000)
    assert [line.label for line in found.lines][:3] == [
        "pension.line.start",
        "pension.line.interest",
        "pension.line.make_up",
    ]


def test_month_of_the_birthday_itself_is_not_paid() -> None:
    born_today = estimate(plan("1966-11-25", years=15, tier=20000, account=0), PARAMETERS)
    born_tomorrow = estimate(plan("1966-11-26", years=15, tier=20000, account=0), PARAMETERS)
    assert (born_today.draws_from, born_today.is_of_age) == ("2026-12", True)
    assert (born_tomorrow.draws_from, born_tomorrow.is_of_age) == ("2026-12", False)


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0.00元"), (5, "0.05元"), (2345600, "23,456.00元"), (100000001, "1,000,000.01元")],
)
def test_money_is_written_as_people_do(amount: int, said: str) -> None:
    assert yuan(amount) == said


@pytest.mark.parametrize(
    ("millionths", "said"),
    [(0, "0%"), (20000, "2%"), (17500, "1.75%"), (100000, "10%"), (1, "0.0001%")],
)
def test_rate_is_written_as_people_do(millionths: int, said: str) -> None:
    assert percent(millionths) == said


def test_impossible_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        estimate(plan("1970-01-01", years=1, tier=0, account=-1), PARAMETERS)
    with pytest.raises(ValueError, match="in the future"):
        estimate(plan("2026-11-26", years=0, tier=0), PARAMETERS)


def test_nobody_draws_before_the_pension_age_and_somebody_of_75_is_not_refused() -> None:
    young = estimate(plan("1970-06-15", years=13, tier=100000, age=55), PARAMETERS)
    assert young.shown_monthly_fen == 32139
    old = estimate(plan("1951-01-01", years=15, tier=0, account=560000, age=75), PARAMETERS)
    assert (old.divisor, old.draws_from, old.is_of_age) == (56, "2026-12", True)


def test_half_a_fen_is_rounded_up() -> None:
    # 61 years: 132 months. 13266 / 132 = 100 rest 66, just half: 101. 13265: 100
    for account, fen in ((13266, 101), (13265, 100)):
        found = estimate(plan("1965-11-25", years=15, tier=0, account=account, age=61), PARAMETERS)
        assert found.account_part_fen == fen


def test_every_line_and_warning_has_its_words() -> None:
    catalogue = PromptCatalogue.load("zh-CN")
    seen: set[str] = set()
    for found in (
        estimate(plan("1967-01-20", years=10, tier=50000), PARAMETERS),
        estimate(plan("1958-03-03", years=20, tier=50000, account=1000000), PARAMETERS),
        estimate(plan("1980-06-15", years=13, tier=100000, account=1), PARAMETERS),
    ):
        seen |= {line.label for line in found.lines}
        seen |= {warning.text_id for warning in found.warnings}
        for line in found.lines:
            assert catalogue.label(line.label)
        for warning in found.warnings:
            assert catalogue.label(warning.text_id, **warning.values).endswith("。")
    written = {text_id for text_id in catalogue.labels if text_id.startswith("pension.")}
    assert seen == written


def test_repr_shows_nothing_about_the_person() -> None:
    found = estimate(plan("1967-01-20", years=10, tier=50000, account=600000), PARAMETERS)
    assert "1967" not in repr(found) + repr(found.plan)
    assert "6000" not in repr(found) + repr(found.plan)
