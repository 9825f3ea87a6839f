"""The figures of old-age insurance as dated data: a new year's figures are a new file, not new code.

Money is in fen, rates are in millionths, months are ``YYYY-MM``. Every figure names its source: a public document, or
an invented example county, which must be said wherever the figure is shown.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kiosk.domain.resident_record import Fen, Month

MILLION = 1_000_000
FIRST_DIVISOR_AGE = 40
LAST_DIVISOR_AGE = 70
Words = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(_Part):
    """A yearly contribution that can be chosen."""

    fen: Annotated[Fen, Field(gt=0)]
    subsidy_fen: Fen
    """What the government adds to the account for it each year."""


class Source(_Part):
    """Where figures come from."""

    of: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of the file's entries."""
    kind: Literal["document", "example"]
    """A public document; or a value of an invented county, by which nobody is paid."""
    title: Words


class AgeStep(_Part):
    """One line of the stepwise retirement age."""

    original_age: Annotated[int, Field(ge=45, le=70)]
    """Whole years, before the steps."""
    first_birth_month: Month
    """Who was born in this month or later retires later."""
    births_per_step: Annotated[int, Field(ge=1, le=12)]
    """One month more for so many months of birth."""
    longest_delay: Annotated[int, Field(ge=0, le=120)]
    """Months, where the steps end."""


class MinimumYears(_Part):
    """Contribution months that an employee's pension asks for, by the year of retiring."""

    months: Annotated[int, Field(ge=1)]
    """Before the first step."""
    first_year: Annotated[int, Field(ge=2000, le=2100)]
    """The first year that asks for more."""
    months_per_year: Annotated[int, Field(ge=1)]
    most_months: Annotated[int, Field(ge=1)]


class RetirementRules(_Part):
    """The statutory retirement age of employees."""

    male: AgeStep
    female_cadre: AgeStep
    female_worker: AgeStep
    flexible_months: Annotated[int, Field(ge=0, le=120)]
    """So much earlier or later is the employee's choice; never before the original age."""
    minimum: MinimumYears


class PensionParameters(_Part):
    """One file: the figures of one area from one day on."""

    about: Words
    area: Words
    """Whose figures these are, as it is shown."""
    valid_from: date
    pension_age: Annotated[int, Field(ge=FIRST_DIVISOR_AGE, le=LAST_DIVISOR_AGE)]
    """Of residents' insurance, men and women."""
    minimum_years: Annotated[int, Field(ge=1, le=40)]
    basic_fen: Fen
    """Monthly basic pension."""
    extra_basic_fen: Fen
    """Added to the basic pension each month for every year paid beyond the minimum."""
    interest_millionths: Annotated[int, Field(ge=0, le=100_000)]
    """Assumed yearly interest of the personal account; 20000 is 2 %."""
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=40)]
    divisor_rule: Literal["by_age", "pension_age"]
    """Whether the account is divided by the months of the age at drawing, or always by those of the pension age."""
    divisors: dict[int, Annotated[int, Field(ge=1, le=400)]]
    """计发月数: months by which the personal account is divided, by whole years of age at drawing."""
    retirement: RetirementRules
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _is_consistent(self) -> "PensionParameters":
        if faults := tuple(self._logical_faults()):
            raise ValueError("; ".join(faults))
        return self

    def _logical_faults(self) -> Iterable[str]:
        if list(self.divisors) != list(range(FIRST_DIVISOR_AGE, LAST_DIVISOR_AGE + 1)):
            yield f"divisors: give every age from {FIRST_DIVISOR_AGE} to {LAST_DIVISOR_AGE} in order"
        elif any(later >= earlier for earlier, later in pairwise(self.divisors.values())):
            yield "divisors: a later age must have fewer months"
        if any(one.fen >= other.fen for one, other in pairwise(self.tiers)):
            yield "tiers: order them by fen, none twice"
        if any(one.subsidy_fen > other.subsidy_fen for one, other in pairwise(self.tiers)):
            yield "tiers: a higher tier must not have a smaller subsidy"
        known = set(type(self).model_fields) - {"about", "area", "valid_from", "sources"}
        named = {name for source in self.sources for name in source.of}
        if missing := sorted(known - named):
            yield f"sources: none for {', '.join(missing)}"
        if unknown := sorted(named - known):
            yield f"sources: there is no entry {', '.join(unknown)}"

    def divisor(self, age: int) -> int:
        """The months to divide by for somebody who begins to draw at that age; the table's ends hold beyond it."""
        if self.divisor_rule == "pension_age":
            age = self.pension_age
        return self.divisors[max(FIRST_DIVISOR_AGE, min(age, LAST_DIVISOR_AGE))]

    def subsidy(self, tier_fen: int) -> int:
        """The yearly subsidy of an amount: that of the highest tier that it reaches, none below the lowest."""
        reached = [tier.subsidy_fen for tier in self.tiers if tier.fen <= tier_fen]
        return reached[-1] if reached else 0

    @property
    def has_example_figures(self) -> bool:
        """Whether some figure is invented: then no result may be taken for a promise of any county."""
        return any(source.kind == "example" for source in self.sources)


def newest(files: Iterable[PensionParameters], day: date) -> PensionParameters | None:
    """The parameters that hold on a day: the newest that have begun; None when none has."""
    begun = (one for one in files if one.valid_from <= day)
    return max(begun, key=lambda one: one.valid_from, default=None)
