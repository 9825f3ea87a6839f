"""How near is near enough: figures with the measurement that they come from."""

import tomllib
from dataclasses import dataclass, fields
from importlib import resources


@dataclass(frozen=True, slots=True)
class Margins:
    """Limits of the phonetic second pass; distances are for each syllable, 0 to 1."""

    accept_within: float
    """Farther than this is asked about."""
    accept_margin: float
    """The next meaning must be farther by this."""
    accept_changed: float
    """Cost of all syllables together that is accepted: one wrong syllable in two is half a word."""
    ask_within: float
    """Farther than this is not understood."""
    ask_margin: float
    """A second meaning this much farther is offered beside the first."""
    shortest: int
    """Syllables of a phrase that may be acted on without asking."""
    measured: str
    """Where the figures come from."""

    @classmethod
    def load(cls) -> "Margins":
        """Read the figures that ship with the product."""
        text = resources.files("assets").joinpath("speech/margins.toml").read_text("utf-8")
        table = tomllib.loads(text)
        return cls(**{one.name: table[one.name] for one in fields(cls)})
