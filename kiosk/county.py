"""The county's tables as the kiosk uses them: read when first asked for, with the contribution tiers of the day."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from kiosk.domain.county import County
from kiosk.domain.data_file import DataFault, parse_data
from kiosk.domain.fields.words import money
from kiosk.domain.json_values import JsonValue
from kiosk.domain.place import PlaceNode
from kiosk.errors import CountyUnusable
from kiosk.parameters import PensionFiles

EXAMPLE = "example.json"


def load_county(file: Traversable | None = None) -> County:
    """Read a county's file, or the example that ships with the product.

    Raises:
        CountyUnusable: it is missing or wrong; every fault is named.
    """
    file = file or resources.files("assets") / "county" / EXAMPLE
    try:
        return parse_data(County, file.read_text("utf-8"), file.name)
    except DataFault as error:
        raise CountyUnusable(error.faults) from error
    except (OSError, UnicodeDecodeError) as error:
        fault = f"{file.name}: cannot be read: {type(error).__name__}"
        raise CountyUnusable((fault,)) from error


class CountyFile:
    """The tables behind a form: the county's own, and the tiers of the pension parameters."""

    def __init__(
        self,
        pension: PensionFiles,
        today: Callable[[], date],
        file: Traversable | None = None,
    ) -> None:
        self._pension = pension
        self._today = today
        self._file = file

    @cached_property
    def county(self) -> County:
        """The county's own tables.

        Raises:
            CountyUnusable: the file is missing or wrong.
        """
        return load_county(self._file)

    @property
    def places(self) -> tuple[PlaceNode, ...]:
        """The top of the tree."""
        return self.county.places

    def options(self, table: str) -> tuple[tuple[str, str], ...]:
        """The choices of a table: value and title.

        Raises:
            KeyError: there is no such table.
            PensionParametersUnusable: the tiers of today cannot be had.
        """
        if table != "tiers":
            return self.county.options(table)
        return tuple(
            (str(tier.fen), f"{money(tier.fen)}（补{money(tier.subsidy_fen)}）")
            for tier in self._pension.on(self._today()).tiers
        )

    def issuers(self) -> Mapping[str, str]:
        """First digits of bank cards to the bank's title."""
        return self.county.issuers()

    def facts(self) -> Mapping[str, JsonValue]:
        """What conditions may ask for as ``county.…``."""
        return self.county.facts()

    def names(self, code: str) -> tuple[str, ...]:
        """The names from the province down to a place; empty when it is unknown."""
        return self.county.names(code)

    def keyboard_words(self) -> tuple[str, ...]:
        """Surnames and words of addresses that are ranked up on the keyboard."""
        return (*self.county.surnames, *self.county.place_words)

    def group_count(self, code: str) -> int | None:
        """How many groups a village has, 0 for none; None when the code is no village."""
        return self.county.group_count(code)
