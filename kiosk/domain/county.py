"""A county's own tables: places, hospitals, diseases, banks, allowances, and words for the keyboard.

One file a county; adding a village or a hospital needs no code. ``options`` gives the choices of a question,
``facts`` what conditions may ask for as ``county.…``.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kiosk.domain.json_values import JsonValue
from kiosk.domain.place import PlaceNode, place_faults, walk_places
from kiosk.domain.resident_record import Fen

Key = Annotated[str, Field(pattern=r"^[a-z0-9_.-]+$", max_length=40)]
Title = Annotated[str, Field(min_length=2, max_length=14)]
"""Read at a glance on a button."""
Words = Annotated[str, Field(min_length=1, max_length=200)]

FACTS = frozenset(
    {
        "code",
        "name",
        "elderly_from",
        "elderly_ages",
        "elderly_fen",
        "main_hospital",
        "medical_fen",
    }
)
"""Names that ``facts`` answers."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Part):
    """One line of a table."""

    id: Key
    """What a request carries."""
    title: Title


class Hospital(Entry):
    """Where people are treated."""

    level: Annotated[int, Field(ge=1, le=3)]
    """一级 (township) to 三级."""
    is_local: bool
    """In this county: no filing for treatment elsewhere is needed."""


class Bank(Entry):
    """A bank that payments go to."""

    prefixes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9]{6,10}$")], ...], Field(min_length=1)
    ]
    """First digits of its cards (issuer identification number, ISO/IEC 7812)."""
    source: Literal["public", "example"]
    """Publicly known, or to be replaced by what holds in the county."""


class ElderlyAllowance(_Part):
    """What is paid each month from an age on, until the next line's age."""

    age: Annotated[int, Field(ge=60, le=120)]
    monthly_fen: Annotated[Fen, Field(gt=0)]


class MedicalTier(_Part):
    """The yearly contribution to residents' medical insurance."""

    category: Literal["ordinary", "hardship"]
    fen: Fen
    title: Title


class County(_Part):
    """One county's file."""

    about: Words
    code: Annotated[str, Field(pattern=r"^[0-9]{6}000000$")]
    """Region code, GB/T 2260."""
    places: Annotated[tuple[PlaceNode, ...], Field(min_length=1)]
    """From the province down."""
    hospitals: tuple[Hospital, ...]
    diseases: tuple[Entry, ...]
    """Chronic diseases that are paid for in full (慢病)."""
    banks: Annotated[tuple[Bank, ...], Field(min_length=1)]
    collection_points: tuple[Entry, ...]
    """Where a finished card can be fetched."""
    proof_purposes: tuple[Entry, ...]
    """What a proof of participation is for."""
    medical_tiers: Annotated[tuple[MedicalTier, ...], Field(min_length=1)]
    elderly_allowance: tuple[ElderlyAllowance, ...]
    """Youngest first; empty where there is none."""
    surnames: tuple[Annotated[str, Field(min_length=1, max_length=3)], ...]
    """For the keyboard, most common first."""
    place_words: tuple[Annotated[str, Field(min_length=1, max_length=10)], ...]
    """Words of addresses, for the keyboard."""

    @model_validator(mode="after")
    def _is_consistent(self) -> "County":
        if faults := tuple(self._logical_faults()):
            raise ValueError("; ".join(faults))
        return self

    def _logical_faults(self) -> Iterator[str]:
        yield from place_faults(self.places)
        if not any(path[-1].code == self.code for path in walk_places(self.places)):
            yield f"places: the county's own code {self.code} is not in the tree"
        for name in ("hospitals", "diseases", "banks", "collection_points", "proof_purposes"):
            ids = [entry.id for entry in getattr(self, name)]
            yield from (f"{name}: {one} stands twice" for one in sorted(_doubles(ids)))
        prefixes = [prefix for bank in self.banks for prefix in bank.prefixes]
        yield from (f"banks: {one} stands twice" for one in sorted(_doubles(prefixes)))
        if _doubles([tier.category for tier in self.medical_tiers]):
            yield "medical_tiers: one line a category"
        if any(one.age >= other.age for one, other in pairwise(self.elderly_allowance)):
            yield "elderly_allowance: order them by age, none twice"

    @property
    def name(self) -> str:
        """As people call the county."""
        return self.names(self.code)[-1]

    def options(self, table: str) -> tuple[tuple[str, str], ...]:
        """The choices of a table as value and title.

        Raises:
            KeyError: there is no such table; the contribution tiers are in the parameter file.
        """
        if table == "medical_tiers":
            return tuple((str(tier.fen), tier.title) for tier in self.medical_tiers)
        entries: tuple[Entry, ...] = {
            "hospitals": self.hospitals,
            "diseases": self.diseases,
            "banks": self.banks,
            "collection_points": self.collection_points,
            "proof_purposes": self.proof_purposes,
        }[table]
        return tuple((entry.id, entry.title) for entry in entries)

    def issuers(self) -> Mapping[str, str]:
        """First digits of bank cards to the bank's title."""
        return {prefix: bank.title for bank in self.banks for prefix in bank.prefixes}

    def facts(self) -> dict[str, JsonValue]:
        """What conditions may ask for; ``FACTS`` lists the names."""
        ages = [line.age for line in self.elderly_allowance]
        local = [one for one in self.hospitals if one.is_local]
        return {
            "code": self.code,
            "name": self.name,
            "elderly_from": min(ages, default=None),
            "elderly_ages": ages,
            "elderly_fen": [line.monthly_fen for line in self.elderly_allowance],
            "main_hospital": max(local, key=lambda one: one.level).id if local else None,
            "medical_fen": {tier.category: tier.fen for tier in self.medical_tiers},
        }

    def elderly_fen(self, age: int) -> int | None:
        """The monthly allowance at an age; None below the first."""
        reached = [line.monthly_fen for line in self.elderly_allowance if line.age <= age]
        return reached[-1] if reached else None

    def names(self, code: str) -> tuple[str, ...]:
        """The names from the province down to a place; empty when it is unknown."""
        return tuple(node.name for node in self._paths.get(code, ()))

    def group_count(self, code: str) -> int | None:
        """How many groups a village has, 0 for none; None when the code is no village."""
        path = self._paths.get(code)
        return path[-1].groups if path and path[-1].is_village else None

    @cached_property
    def _paths(self) -> Mapping[str, tuple[PlaceNode, ...]]:
        return {path[-1].code: path for path in walk_places(self.places)}


def _doubles(values: list[str]) -> set[str]:
    return {value for value in values if values.count(value) > 1}
