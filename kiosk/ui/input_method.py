"""What the keyboard of a page writes with: made when first needed, one for the whole application."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from accessibility.input_method import CharacterFinder, PinyinEngine
from kiosk.errors import KioskError

_log = logging.getLogger(__name__)


def _no_names() -> Iterable[str]:
    return ()


@dataclass
class InputMethod:
    """Keeps nothing of a person; the county's places come before every other word."""

    place_names: Callable[[], Iterable[str]] = field(default=_no_names)
    """Asked once, when somebody is to type; set it before that."""

    @cached_property
    def engine(self) -> PinyinEngine:
        """Words for letters; without the county's places where its file cannot be used."""
        try:
            return PinyinEngine(tuple(self.place_names()))
        except KioskError as error:
            _log.warning("keyboard has no place names code=%s", error.code)
            return PinyinEngine()

    @cached_property
    def finder(self) -> CharacterFinder:
        """Rare characters by strokes and parts."""
        return CharacterFinder()
