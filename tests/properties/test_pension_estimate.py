from dataclasses import fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.money import to_fen, yuan
from kiosk.domain.pension.estimate import Estimate, Plan, estimate
from kiosk.parameters import PensionFiles

PARAMETERS = PensionFiles().on(date(2026, 11, 25))

PLANS = st.builds(
    Plan,
    birth_date=st.dates(date(1930, 1, 1), date(2010, 12, 31)),
    years_paid=st.integers(0, 45),
    tier_fen=st.one_of(st.integers(0, 500000), st.sampled_from([t.fen for t in PARAMETERS.tiers])),
    draw_age=st.integers(55, 100),
    today=st.dates(date(2026, 1, 1), date(2032, 12, 31)),
    account_fen=st.none() | st.integers(0, 100_000_000),
)


def result(plan: Plan) -> Estimate:
    return estimate(plan, PARAMETERS)


@given(PLANS)
def test_total_is_the_sum_of_its_parts_and_nothing_is_negative(plan: Plan) -> None:
    found = result(plan)
    parts = (found.basic_fen, found.extra_fen, found.account_part_fen)
    assert found.monthly_fen == sum(parts)
    assert min(parts) >= 0
    assert found.basic_fen == PARAMETERS.basic_fen
    grown = found.projection
    assert (
        grown.end_fen == grown.start_fen + grown.paid_fen + grown.subsidy_fen + grown.interest_fen
    )
    assert found.missing_years == 0 or found.extra_years == 0


@given(PLANS, st.integers(1, 20))
def test_more_years_never_give_less(plan: Plan, more: int) -> None:
    longer = replace(plan, years_paid=plan.years_paid + more)
    assert result(longer).monthly_fen >= result(plan).monthly_fen
    assert result(longer).missing_years <= result(plan).missing_years


@given(PLANS, st.integers(1, 300000))
def test_a_higher_tier_never_gives_less(plan: Plan, more: int) -> None:
    higher = replace(plan, tier_fen=plan.tier_fen + more)
    assert result(higher).monthly_fen >= result(plan).monthly_fen


@given(PLANS, st.integers(1, 10_000_000))
def test_a_fuller_account_never_gives_less(plan: Plan, more: int) -> None:
    plan = replace(plan, account_fen=plan.account_fen or 0)
    fuller = replace(plan, account_fen=(plan.account_fen or 0) + more)
    assert result(fuller).account_part_fen >= result(plan).account_part_fen


@given(PLANS)
def test_drawing_later_never_lowers_the_account_part_and_follows_the_table(plan: Plan) -> None:
    now, later = result(plan), result(replace(plan, draw_age=plan.draw_age + 1))
    assert later.divisor <= now.divisor
    assert later.account_part_fen >= now.account_part_fen
    assert later.draws_from >= now.draws_from
    # To within the one rounding, the part is the account by the table.
    exact = Fraction(later.projection.end_fen, later.divisor)
    assert abs(later.account_part_fen - exact) <= Fraction(1, 2)


@given(PLANS)
def test_making_up_costs_and_gains_only_what_is_missing(plan: Plan) -> None:
    found = result(plan)
    assert found.shown_monthly_fen >= found.monthly_fen
    assert (found.make_up_fen == 0) == (found.missing_years == 0)
    if not found.missing_years:
        assert found.shown_monthly_fen == found.monthly_fen


@given(PLANS)
def test_working_ends_in_the_total_and_every_sum_in_it_is_right(plan: Plan) -> None:
    found = result(plan)
    by_label = {line.label.rpartition(".")[2]: line for line in found.lines}
    assert found.lines[-1].fen == found.shown_monthly_fen
    for label in {"end", "total"} & by_label.keys():
        summands = by_label[label].working.split(" + ")
        assert sum(in_fen(one) for one in summands) == by_label[label].fen


@given(PLANS)
def test_result_holds_no_binary_fraction(plan: Plan) -> None:
    found = result(plan)
    assert list(floats_in((found, found.lines, found.warnings))) == []


@given(st.integers(0, 10**12), st.integers(1, 400))
def test_rounding_is_to_the_nearest_fen_and_half_goes_up(amount: int, months: int) -> None:
    rounded = to_fen(Fraction(amount, months))
    assert -Fraction(1, 2) < rounded - Fraction(amount, months) <= Fraction(1, 2)


@given(st.integers(0, 10**12))
def test_written_money_can_be_read_back(fen: int) -> None:
    assert in_fen(yuan(fen)) == fen


def in_fen(text: str) -> int:
    return int(text.removesuffix("元").replace(",", "").replace(".", ""))


def floats_in(value: Any) -> Any:
    if isinstance(value, float):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from floats_in(getattr(value, part.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from floats_in(part)
