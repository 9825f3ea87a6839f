"""The hint rules of a folder: read when first asked for, checked all together."""

from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from kiosk.domain.county import FACTS
from kiosk.domain.data_file import DataFault, parse_data
from kiosk.domain.hints import HintRule, HintRules, rule_faults
from kiosk.errors import HintRulesUnusable


class HintFiles:
    """All rules of ``*.json`` in a folder; the product's own without one."""

    def __init__(self, folder: Traversable | None = None) -> None:
        self._folder = folder or resources.files("assets") / "hints"

    @cached_property
    def rules(self) -> tuple[HintRule, ...]:
        """Every rule.

        Raises:
            HintRulesUnusable: a file is missing or wrong; every fault is named.
        """
        rules: list[HintRule] = []
        faults: list[str] = []
        for file in self._paths():
            try:
                rules.extend(parse_data(HintRules, file.read_text("utf-8"), file.name).rules)
            except DataFault as error:
                faults.extend(error.faults)
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{file.name}: cannot be read: {type(error).__name__}")
        faults.extend(rule_faults(rules, FACTS))
        if not rules and not faults:
            faults.append("there is no file of hint rules")
        if faults:
            raise HintRulesUnusable(tuple(faults))
        return tuple(rules)

    def _paths(self) -> list[Traversable]:
        try:
            files = sorted(self._folder.iterdir(), key=lambda file: file.name)
        except OSError as error:
            raise HintRulesUnusable(("the folder of hint rules cannot be read",)) from error
        return [file for file in files if file.name.endswith(".json")]
