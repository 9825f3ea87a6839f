"""What the date page stands on: a day, a month or a year that never leaves its limits. Pure."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

DateKind = Literal["date", "month", "year"]
DatePart = Literal["year", "month", "day"]

PARTS: dict[DateKind, tuple[DatePart, ...]] = {
    "date": ("year", "month", "day"),
    "month": ("year", "month"),
    "year": ("year",),
}
TYPED_DIGITS: dict[DateKind, int] = {"date": 8, "month": 6, "year": 4}
"""How many digits say the whole: 19450903, 194509, 1945."""
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""Where a question has no limits of its own."""
DECADE = 10


class NoSuchDay(ValueError):
    """The digits name no day of the calendar."""


class TooEarly(ValueError):
    """The day lies before the earliest."""


class TooLate(ValueError):
    """The day lies after the latest."""


@dataclass(frozen=True, slots=True, repr=False)
class DatePick:
    """A month is kept as its first day, a year as its first of January."""

    kind: DateKind
    earliest: date
    latest: date
    value: date

    @classmethod
    def start(
        cls, kind: DateKind, value: str, earliest: str, latest: str, today: date
    ) -> "DatePick":
        """Stand on a value, or on the day nearest to today that is allowed.

        Args:
            value: ISO date, month or year; "" for none.
            earliest: the same form; "" for none.
            latest: the same form; "" for none.
        """
        low = _day(earliest, EARLIEST)
        high = max(low, _day(latest, _first(kind, LATEST)))
        pick = cls(kind, low, high, low)
        return pick._at(_first(kind, _day(value, today)))

    def moved(self, part: DatePart, step: int) -> "DatePick":
        """Change one part; month and day run in a circle, and the rest follows where it must."""
        if part == "year":
            year = min(max(self.value.year + step, self.earliest.year), self.latest.year)
            return self._at(_existing(year, self.value.month, self.value.day))
        low, high = self._range(part)
        now = self.value.month if part == "month" else self.value.day
        new = low + (now - low + step) % (high - low + 1)
        if part == "month":
            return self._at(_existing(self.value.year, new, self.value.day))
        return self._at(self.value.replace(day=new))

    def can_move(self, part: DatePart, step: int) -> bool:
        """Whether a part can change by so much."""
        if part == "year":
            return self.earliest.year <= self.value.year + step <= self.latest.year
        low, high = self._range(part)
        return high > low

    @property
    def has_decades(self) -> bool:
        """Whether it is far enough from the first year to the last to jump."""
        return self.latest.year - self.earliest.year > DECADE

    def typed(self, digits: str) -> "DatePick":
        """Stand on what was typed in full.

        Raises:
            NoSuchDay: the calendar has none.
            TooEarly: it is before the earliest that is allowed here.
            TooLate: it is after the latest.
        """
        parts = (int(digits[:4]), int(digits[4:6] or "1"), int(digits[6:8] or "1"))
        try:
            value = date(*parts)
        except ValueError as error:
            raise NoSuchDay from error
        if value < self.earliest:
            raise TooEarly
        if value > self.latest:
            raise TooLate
        return replace(self, value=value)

    @property
    def text(self) -> str:
        """The answer: ISO date, month or year."""
        return self.in_form(self.value)

    def in_form(self, day: date) -> str:
        """A day in the form of the answer."""
        return day.isoformat()[: {"date": 10, "month": 7, "year": 4}[self.kind]]

    def part(self, part: DatePart) -> int:
        """The number in one column."""
        return {"year": self.value.year, "month": self.value.month, "day": self.value.day}[part]

    def _range(self, part: DatePart) -> tuple[int, int]:
        """Lowest and highest month of this year, or day of this month."""
        here, low, high = self.value, self.earliest, self.latest
        if part == "month":
            return (
                low.month if here.year == low.year else 1,
                high.month if here.year == high.year else 12,
            )
        month = (here.year, here.month)
        return (
            low.day if month == (low.year, low.month) else 1,
            high.day if month == (high.year, high.month) else monthrange(*month)[1],
        )

    def _at(self, day: date) -> "DatePick":
        return replace(self, value=min(max(day, self.earliest), self.latest))


def _day(text: str, otherwise: date) -> date:
    """Read an ISO date, month or year."""
    if not text:
        return otherwise
    return date.fromisoformat(text + "0000-01-01"[len(text) :])


def _first(kind: DateKind, day: date) -> date:
    if kind == "date":
        return day
    return day.replace(day=1) if kind == "month" else day.replace(month=1, day=1)


def _existing(year: int, month: int, day: int) -> date:
    """The day itself, or the last of its month."""
    return date(year, month, min(day, monthrange(year, month)[1]))
