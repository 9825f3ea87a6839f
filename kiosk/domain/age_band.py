"""Ages in bands: coarse enough to say nothing about one person, fine enough to see whom a check shuts out."""

import enum
from datetime import date


class AgeBand(enum.Enum):
    """By age in whole years."""

    UNDER_18 = "0-17"
    FROM_18 = "18-44"
    FROM_45 = "45-59"
    FROM_60 = "60-69"
    FROM_70 = "70-79"
    FROM_80 = "80+"

    @classmethod
    def of(cls, age: int) -> "AgeBand":
        """The band of an age."""
        if age < 18:
            return cls.UNDER_18
        for band, first in (
            (cls.FROM_80, 80),
            (cls.FROM_70, 70),
            (cls.FROM_60, 60),
            (cls.FROM_45, 45),
        ):
            if age >= first:
                return band
        return cls.FROM_18

    @classmethod
    def on(cls, birth: date, today: date) -> "AgeBand":
        """The band of somebody on a day."""
        had_birthday = (today.month, today.day) >= (birth.month, birth.day)
        return cls.of(today.year - birth.year - (not had_birthday))
