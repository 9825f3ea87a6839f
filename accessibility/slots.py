"""Slots in texts: ``{name}`` or ``{name:reading}``; a doubled brace is a brace. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from accessibility.errors import PromptMissing
from accessibility.normaliser import Reading, read_value


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a text that takes a value."""

    name: str
    """Plain identifier."""
    reading: Reading
    """How the voice reads the value."""


@dataclass(frozen=True, slots=True)
class SlottedText:
    """A text cut into literal parts and slots, in order."""

    parts: tuple[str | Slot, ...]
    """Literal text and slots as they follow each other."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Return the slots in the order of the text."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    def show(self, owner: str, values: Mapping[str, str]) -> str:
        """Fill the slots with their values as they are.

        Raises:
            PromptMissing: a slot has no value; ``owner`` is the id that it names.
        """
        return "".join(
            part if isinstance(part, str) else _value(owner, part, values) for part in self.parts
        )

    def read(self, owner: str, values: Mapping[str, str]) -> str:
        """Fill the slots with their values as they are spoken; the result may still hold digits and signs.

        Raises:
            PromptMissing: a slot has no value; ``owner`` is the id that it names.
        """
        return "".join(
            part if isinstance(part, str) else _spoken(part, _value(owner, part, values))
            for part in self.parts
        )


def parse_slots(text: str) -> SlottedText:
    """Cut a text into parts.

    Raises:
        ValueError: braces do not pair, a slot has no plain name, a conversion, or an unknown reading.
    """
    parts: list[str | Slot] = []
    for literal, name, reading, conversion in Formatter().parse(text):
        if literal:
            parts.append(literal)
        if name is None:
            continue
        if not name.isidentifier():
            raise ValueError(f"slot {{{name}}} needs a plain name")
        if conversion:
            raise ValueError(f"slot {{{name}}} may not have a conversion")
        try:
            parts.append(Slot(name, Reading(reading or Reading.TEXT)))
        except ValueError:
            known = ", ".join(Reading)
            raise ValueError(f"slot {{{name}}}: reading {reading!r} is none of {known}") from None
    return SlottedText(tuple(parts))


def _value(owner: str, slot: Slot, values: Mapping[str, str]) -> str:
    try:
        return values[slot.name]
    except KeyError:
        raise PromptMissing(owner, slot.name) from None


def _spoken(slot: Slot, value: str) -> str:
    # A value without a reading stays as it is: its neighbours help to tell a telephone from an amount.
    return value if slot.reading is Reading.TEXT else read_value(value, slot.reading)
