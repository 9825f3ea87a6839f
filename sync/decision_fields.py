"""Which questions of a form a decision finds at fault: names that both sides bound alike."""

import re
from collections.abc import Iterable

MAXIMUM_FIELDS = 20

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z0-9_]{1,40}){0,3}", re.ASCII)
"""A question's name, such as ``bank`` or ``invoices.2``."""


def is_field_name(name: str) -> bool:
    """Whether the text can be a question's name."""
    return _NAME.fullmatch(name) is not None


def plain_fields(names: Iterable[str]) -> tuple[str, ...]:
    """The names that can be a question's, each once, in their order; what else came is passed over."""
    return tuple(dict.fromkeys(name for name in names if is_field_name(name)))[:MAXIMUM_FIELDS]
