"""How the personal account grows until it is drawn: contributions, subsidies and assumed interest, year by year."""

from dataclasses import dataclass
from fractions import Fraction

from kiosk.domain.money import to_fen
from kiosk.domain.pension.parameters import MILLION


@dataclass(frozen=True, slots=True)
class AccountYear:
    """One calendar year to come."""

    year: int
    interest_fen: int
    """On what the account held when the year began."""
    paid_fen: int
    subsidy_fen: int
    balance_fen: int
    """At the end of the year."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The account from now until it is drawn."""

    start_fen: int
    """What it holds now."""
    years: tuple[AccountYear, ...]
    """Oldest first; empty when it is drawn before another year is over."""

    @property
    def paid_fen(self) -> int:
        """Contributions to come."""
        return sum(one.paid_fen for one in self.years)

    @property
    def subsidy_fen(self) -> int:
        """Subsidies to come."""
        return sum(one.subsidy_fen for one in self.years)

    @property
    def interest_fen(self) -> int:
        """Interest to come, as assumed."""
        return sum(one.interest_fen for one in self.years)

    @property
    def end_fen(self) -> int:
        """What it holds when it is drawn."""
        return self.years[-1].balance_fen if self.years else self.start_fen


def project(
    start_fen: int, years: range, tier_fen: int, subsidy_fen: int, interest_millionths: int
) -> Projection:
    """Let the account grow.

    Interest of a year is on the balance at its beginning, rounded to the fen; what is paid in a year earns none
    in that year. Both are on the careful side.
    """
    balance, grown = start_fen, list[AccountYear]()
    for year in years:
        interest = to_fen(Fraction(balance * interest_millionths, MILLION))
        balance += interest + tier_fen + subsidy_fen
        grown.append(AccountYear(year, interest, tier_fen, subsidy_fen, balance))
    return Projection(start_fen, tuple(grown))
