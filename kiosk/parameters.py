"""The pension parameter files: read when first asked for, and the newest that holds on a day chosen."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from kiosk.definition_files import DefinitionFile
from kiosk.domain.data_file import DataFault, parse_data
from kiosk.domain.pension.parameters import PensionParameters, newest
from kiosk.errors import PensionParametersUnusable

PREFIX = "pension-"


class PensionFiles:
    """The dated parameter files of one folder, and those that the centre published."""

    def __init__(
        self, folder: Traversable | None = None, published: Sequence[DefinitionFile] = ()
    ) -> None:
        """Nothing is read yet.

        Args:
            published: from the centre; one takes the place of a file that begins on the same day.
        """
        self._folder = folder or resources.files("assets") / "parameters"
        self._published = published

    def on(self, day: date) -> PensionParameters:
        """The figures that hold on a day.

        Raises:
            PensionParametersUnusable: a file is damaged, or none has begun by that day.
        """
        found = newest(self._files, day)
        if found is None:
            first = min(one.valid_from for one in self._files)
            raise PensionParametersUnusable(
                (f"{PREFIX}*.json: none holds on {day.isoformat()}, the first begins {first}",)
            )
        return found

    def check(self) -> None:
        """Read every file now.

        Raises:
            PensionParametersUnusable: names every fault.
        """
        _ = self._files

    @cached_property
    def _files(self) -> tuple[PensionParameters, ...]:
        """All files, oldest first. A damaged one is an error even when it is old: a copy went wrong somewhere."""
        parsed: list[PensionParameters] = []
        faults: list[str] = []
        for file in self._paths():
            try:
                parsed.append(parse_data(PensionParameters, file.read_text("utf-8"), file.name))
            except DataFault as error:
                faults.extend(error.faults)
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{file.name}: cannot be read: {type(error).__name__}")
        came: list[PensionParameters] = []
        for text in self._published:
            try:
                came.append(parse_data(PensionParameters, text.text, text.name))
            except DataFault as error:
                faults.extend(error.faults)
        begun = {one.valid_from for one in came}
        parsed = [one for one in parsed if one.valid_from not in begun] + came
        days = [one.valid_from for one in parsed]
        faults += [
            f"two files begin {day}" for day in sorted({d for d in days if days.count(d) > 1})
        ]
        if not parsed and not faults:
            faults.append(f"there is no file {PREFIX}*.json")
        if faults:
            raise PensionParametersUnusable(tuple(faults))
        return tuple(sorted(parsed, key=lambda one: one.valid_from))

    def _paths(self) -> list[Traversable]:
        try:
            names = sorted(self._folder.iterdir(), key=lambda file: file.name)
        except OSError as error:
            raise PensionParametersUnusable(("the folder of parameters cannot be read",)) from error
        return [one for one in names if one.name.startswith(PREFIX) and one.name.endswith(".json")]
