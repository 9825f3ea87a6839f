"""The statutory retirement age of employees, which rises step by step from 2025 on.

Residents' insurance is not touched by it: its pension age stays that of the parameter file (60).

Source: 全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定 (2024-09-13) with its appendix tables. A
table has one line for each group of birth months; the rule that makes the lines is in the parameter file.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.domain.json_values import add_months
from kiosk.domain.pension.parameters import AgeStep, MinimumYears, RetirementRules
from kiosk.domain.resident_record import Month


class Category(StrEnum):
    """Whose table counts."""

    MALE = "male"
    FEMALE_CADRE = "female_cadre"
    """Women whose original retirement age is 55."""
    FEMALE_WORKER = "female_worker"
    """Women whose original retirement age is 50."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """When an employee retires."""

    age_months: int
    """Statutory age in months."""
    delay_months: int
    """Later than by the original age."""
    month: Month
    """In which the statutory age is reached."""
    earliest_month: Month
    """The earliest that may be chosen; it also asks for the contribution months of that year."""
    latest_month: Month
    """The latest that employer and employee may agree on."""
    minimum_months: int
    """Contribution months asked for in the year of ``month``."""

    @property
    def age(self) -> tuple[int, int]:
        """Whole years and months above them."""
        return divmod(self.age_months, 12)


def retirement(born: date, category: Category, rules: RetirementRules) -> Retirement:
    """Find the line of the appendix table for a birth month."""
    step: AgeStep = getattr(rules, category.value)
    original = step.original_age * 12
    delay = delay_months(born, step)
    birth_month = born.isoformat()[:7]
    month = add_months(birth_month, original + delay)
    return Retirement(
        age_months=original + delay,
        delay_months=delay,
        month=month,
        earliest_month=add_months(
            birth_month, max(original, original + delay - rules.flexible_months)
        ),
        latest_month=add_months(month, rules.flexible_months if delay else 0),
        minimum_months=minimum_months(int(month[:4]), rules.minimum),
    )


def delay_months(born: date, step: AgeStep) -> int:
    """How many months later than at the original age somebody born on that day retires."""
    first_year, first_month = int(step.first_birth_month[:4]), int(step.first_birth_month[5:])
    births = (born.year - first_year) * 12 + born.month - first_month
    if births < 0:
        return 0
    return min(births // step.births_per_step + 1, step.longest_delay)


def minimum_months(year: int, rule: MinimumYears) -> int:
    """Contribution months that a pension asks for from those who retire in a year."""
    steps = max(0, year - rule.first_year + 1)
    return min(rule.months + steps * rule.months_per_year, rule.most_months)
