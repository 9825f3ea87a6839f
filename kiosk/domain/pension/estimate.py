"""What residents' old-age insurance would pay each month: an estimate, shown with its own working.

Monthly pension = basic pension + supplement for years beyond the minimum + personal account ÷ 计发月数.
All money is whole fen; a quotient is exact until it is rounded once, half up, to the fen.

Source: 国发〔2014〕8号 (residents' insurance); the figures and their sources are in the parameter file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from kiosk.domain.json_values import add_months, age_on
from kiosk.domain.money import percent, to_fen, yuan
from kiosk.domain.pension.account import Projection, project
from kiosk.domain.pension.parameters import PensionParameters
from kiosk.domain.resident_record import Month


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What somebody has paid and means to do."""

    birth_date: date
    years_paid: int
    """Including this year's contribution when it is paid."""
    tier_fen: int
    """Yearly contribution from next year on; 0 when nothing more is paid."""
    draw_age: int
    """Whole years; one below the pension age is taken for it."""
    today: date
    account_fen: int | None = None
    """What the personal account holds; None when nobody knows."""


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """One line of the working."""

    label: str
    """Text id."""
    working: str
    """The person's own numbers: ``23,456.00元 ÷ 139``."""
    fen: int
    """What comes out."""


@dataclass(frozen=True, slots=True)
class EstimateWarning:
    """What must be said beside the figure."""

    text_id: str
    values: Mapping[str, str] = field(default_factory=dict)
    """For the slots of the text."""


@dataclass(frozen=True, slots=True, repr=False)
class Estimate:
    """The result; never shown without the word 估算, the area and the date of its figures."""

    plan: Plan
    parameters: PensionParameters
    projection: Projection
    paying_years: int
    """Years that are still to be paid until the account is drawn."""
    age: int
    """At the beginning of drawing: more than planned for one who is older already."""
    draws_from: Month
    """The first month that is paid."""

    @property
    def total_years(self) -> int:
        """Contribution years at the beginning of drawing."""
        return self.plan.years_paid + self.paying_years

    @property
    def missing_years(self) -> int:
        """Years short of the minimum; nothing is paid before they are made up."""
        return max(0, self.parameters.minimum_years - self.total_years)

    @property
    def extra_years(self) -> int:
        """Years beyond the minimum."""
        return max(0, self.total_years - self.parameters.minimum_years)

    @property
    def divisor(self) -> int:
        """计发月数."""
        return self.parameters.divisor(self.age)

    @property
    def basic_fen(self) -> int:
        """The basic pension."""
        return self.parameters.basic_fen

    @property
    def extra_fen(self) -> int:
        """The supplement for years beyond the minimum."""
        return self.parameters.extra_basic_fen * self.extra_years

    @property
    def account_part_fen(self) -> int:
        """Each month from the personal account."""
        return to_fen(Fraction(self.projection.end_fen, self.divisor))

    @property
    def monthly_fen(self) -> int:
        """All parts together, as if the years were enough; ``shown_monthly_fen`` is what may be told."""
        return self.basic_fen + self.extra_fen + self.account_part_fen

    @property
    def make_up_fen(self) -> int:
        """What the missing years cost at the chosen tier, or at the lowest for one who chose none."""
        return self.missing_years * self.make_up_tier_fen

    @property
    def make_up_tier_fen(self) -> int:
        """What a missing year costs."""
        return max(self.plan.tier_fen, self.parameters.tiers[0].fen)

    @property
    def made_up_account_fen(self) -> int:
        """The account at the beginning of drawing with the missing years made up; these get no subsidy here."""
        return self.projection.end_fen + self.make_up_fen

    @property
    def shown_monthly_fen(self) -> int:
        """The figure to show: with the missing years made up, as nothing is paid before they are."""
        account = to_fen(Fraction(self.made_up_account_fen, self.divisor))
        return self.basic_fen + self.extra_fen + account

    @property
    def is_of_age(self) -> bool:
        """Whether the planned age is reached already."""
        return age_on(self.plan.birth_date, self.plan.today) >= _draw_age(
            self.plan, self.parameters
        )

    @property
    def warnings(self) -> tuple[EstimateWarning, ...]:
        """What must be said beside the figure, most important first."""
        return tuple(_warnings(self))

    @property
    def lines(self) -> tuple[FormulaLine, ...]:
        """The working of ``shown_monthly_fen``, in the order in which it is read."""
        return (*_account_lines(self), *_monthly_lines(self))


def estimate(plan: Plan, parameters: PensionParameters) -> Estimate:
    """Work an estimate out.

    A year is paid in every calendar year after this one and before the one in which drawing begins: the year of
    drawing is not counted, so that nobody is promised a year that the county may not take.

    Raises:
        ValueError: a figure that no form lets pass: a negative one, or a birth date in the future.
    """
    _check(plan)
    draw_age = _draw_age(plan, parameters)
    to_come = range(plan.today.year + 1, plan.birth_date.year + draw_age)
    subsidy = parameters.subsidy(plan.tier_fen)
    known = plan.account_fen
    return Estimate(
        plan=plan,
        parameters=parameters,
        projection=project(
            start_fen=plan.years_paid * (plan.tier_fen + subsidy) if known is None else known,
            years=to_come,
            tier_fen=plan.tier_fen,
            subsidy_fen=subsidy,
            interest_millionths=parameters.interest_millionths,
        ),
        paying_years=len(to_come) if plan.tier_fen else 0,
        age=max(draw_age, age_on(plan.birth_date, plan.today)),
        draws_from=_first_month(plan, draw_age),
    )


def _check(plan: Plan) -> None:
    if min(plan.years_paid, plan.tier_fen, plan.account_fen or 0) < 0:
        raise ValueError("years and amounts are not negative")
    if plan.birth_date > plan.today:
        raise ValueError("the birth date lies in the future")


def _draw_age(plan: Plan, parameters: PensionParameters) -> int:
    return max(plan.draw_age, parameters.pension_age)


def _first_month(plan: Plan, draw_age: int) -> Month:
    """The month after the birthday, or after this one when the birthday is over."""
    months = (
        add_months(plan.birth_date.isoformat()[:7], draw_age * 12),
        plan.today.isoformat()[:7],
    )
    return add_months(max(months), 1)


def _warnings(result: Estimate) -> Iterator[EstimateWarning]:
    if result.missing_years:
        yield EstimateWarning(
            "pension.warning.too_few_years",
            {"missing": str(result.missing_years), "amount": yuan(result.make_up_fen)},
        )
    elif result.is_of_age:
        yield EstimateWarning("pension.warning.of_age")
    if result.plan.account_fen is None:
        yield EstimateWarning("pension.warning.account_assumed")
    if result.parameters.has_example_figures:
        yield EstimateWarning("pension.warning.example", {"area": result.parameters.area})


def _account_lines(result: Estimate) -> Iterator[FormulaLine]:
    plan, grown = result.plan, result.projection
    subsidy = result.parameters.subsidy(plan.tier_fen)
    a_year = f"({yuan(plan.tier_fen)} + {yuan(subsidy)})"
    start = yuan(grown.start_fen)
    if plan.account_fen is None:
        yield FormulaLine(
            "pension.line.start_assumed", f"{a_year} × {plan.years_paid}", grown.start_fen
        )
    else:
        yield FormulaLine("pension.line.start", start, grown.start_fen)
    parts = [start]
    if result.paying_years:
        paid = grown.paid_fen + grown.subsidy_fen
        parts.append(yuan(paid))
        yield FormulaLine("pension.line.to_pay", f"{a_year} × {result.paying_years}", paid)
    if grown.interest_fen:
        parts.append(yuan(grown.interest_fen))
        rate = percent(result.parameters.interest_millionths)
        yield FormulaLine("pension.line.interest", rate, grown.interest_fen)
    if result.missing_years:
        parts.append(yuan(result.make_up_fen))
        working = f"{yuan(result.make_up_tier_fen)} × {result.missing_years}"
        yield FormulaLine("pension.line.make_up", working, result.make_up_fen)
    if len(parts) > 1:
        yield FormulaLine("pension.line.end", " + ".join(parts), result.made_up_account_fen)


def _monthly_lines(result: Estimate) -> Iterator[FormulaLine]:
    basic, total = result.basic_fen, result.shown_monthly_fen
    parts = [yuan(basic)]
    yield FormulaLine("pension.line.basic", yuan(basic), basic)
    if result.extra_years:
        minimum = result.parameters.minimum_years
        working = f"{yuan(result.parameters.extra_basic_fen)} × ({result.total_years} − {minimum})"
        parts.append(yuan(result.extra_fen))
        yield FormulaLine("pension.line.extra", working, result.extra_fen)
    account = total - basic - result.extra_fen
    working = f"{yuan(result.made_up_account_fen)} ÷ {result.divisor}"
    yield FormulaLine("pension.line.account", working, account)
    parts.append(yuan(account))
    yield FormulaLine("pension.line.total", " + ".join(parts), total)
