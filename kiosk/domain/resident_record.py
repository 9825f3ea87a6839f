"""What the roster knows of a resident beyond name and number: the answers that nobody has to be asked for again.

The centre fills in what it has; every part may be missing. Money is in fen, dates are dates, months ``YYYY-MM``.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Fen = Annotated[int, Field(ge=0, le=100_000_000_00)]
"""Money: hundredths of a yuan, at most 100 million yuan."""

Month = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
"""A month as ``YYYY-MM``."""

Year = Annotated[int, Field(ge=1900, le=2200)]
Word = Annotated[str, Field(max_length=60)]


class _Part(BaseModel):
    """A newer centre may add fields; unknown ones are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def __repr__(self) -> str:
        # Personal data: a log or a traceback shall not show it.
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class Address(_Part):
    """Where the household lives."""

    region_code: str = Field(pattern=r"^[0-9]{12}$")
    """Village, GB/T 10114."""
    group: int = Field(default=0, ge=0, le=99)
    """Village group (组); 0 where there is none."""
    detail: Word = ""


class BankOnFile(_Part):
    """The account that money goes to; the whole number stays at the centre."""

    bank: Word
    tail: str = Field(pattern=r"^[0-9]{4}$")
    """The last four digits."""


class Payment(_Part):
    """One monthly pension payment."""

    month: Month
    fen: Fen
    paid_on: date | None = None


class Contribution(_Part):
    """What was paid in for one year."""

    year: Year
    fen: Fen
    subsidy_fen: Fen = 0


class EarlierPension(_Part):
    """An insurance relation elsewhere that can be moved here."""

    place: Word
    kind: Literal["resident", "employee"]
    from_month: Month
    until_month: Month


class PensionRecord(_Part):
    """Old-age insurance of residents."""

    status: Literal["none", "contributing", "receiving", "stopped"]
    since: Month | None = None
    tier_fen: Fen | None = None
    """The yearly tier chosen last."""
    years_paid: int = Field(default=0, ge=0, le=80)
    account_fen: Fen = 0
    """What the personal account holds."""
    monthly_fen: Fen | None = None
    """The present pension of one who receives it."""
    payments: tuple[Payment, ...] = ()
    """Newest first."""
    contributions: tuple[Contribution, ...] = ()
    """Newest first."""
    earlier: tuple[EarlierPension, ...] = ()


class Reimbursement(_Part):
    """A settled medical bill."""

    on: date
    hospital: Word
    total_fen: Fen
    paid_fen: Fen


class Treatment(_Part):
    """A stay or visit that the hospital reported and nobody has settled yet."""

    id: str = Field(max_length=40)
    hospital: Word
    kind: Literal["inpatient", "outpatient"]
    from_date: date
    until_date: date
    total_fen: Fen


class MedicalRecord(_Part):
    """Medical insurance of residents."""

    status: Literal["none", "enrolled"]
    category: Literal["ordinary", "hardship"] = "ordinary"
    account_fen: Fen | None = None
    contributions: tuple[Contribution, ...] = ()
    reimbursements: tuple[Reimbursement, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    chronic: tuple[str, ...] = ()
    """Codes of the county's list that are granted already."""


class CardRecord(_Part):
    """The social-security card."""

    status: Literal["none", "normal", "lost", "expired"]
    valid_until: date | None = None
    bank: Word = ""
    has_electronic: bool = False


class FamilyMember(_Part):
    """Somebody of the same household."""

    name: Word
    citizen_id: str = Field(pattern=r"^[0-9]{17}[0-9X]$")
    relation: Literal["spouse", "child", "parent", "grandchild", "grandparent", "sibling", "other"]
    died_on: date | None = None


class EmploymentRecord(_Part):
    """Work, as far as it was registered."""

    status: Literal["employed", "unemployed", "farming", "retired", "other"]
    employer: Word = ""
    ended_on: date | None = None
    end_reason: Word = ""
    has_unemployment_insurance: bool = False


class ResidentRecord(_Part):
    """All parts."""

    phone: str = Field(default="", pattern=r"^(1[3-9][0-9]{9})?$")
    address: Address | None = None
    bank: BankOnFile | None = None
    pension: PensionRecord | None = None
    medical: MedicalRecord | None = None
    card: CardRecord | None = None
    family: tuple[FamilyMember, ...] = ()
    employment: EmploymentRecord | None = None
    allowances: tuple[str, ...] = ()
    """Allowances that are paid already, such as ``elderly``."""
    guardian: Word = ""
    """Who looks after the resident, where the centre knows."""


NO_RECORD = ResidentRecord()
"""Of a resident of whom the roster holds no more than name and number."""
