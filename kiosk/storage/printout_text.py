"""A printout as JSON text for its row, and back."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kiosk.domain.printout import BLOCK_TYPES, Block, PrintKind, Printout

_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in BLOCK_TYPES}


class PrintoutUnreadable(ValueError):
    """The text is not a printout of this version."""


def printout_text(printout: Printout) -> str:
    """Write a printout."""
    content = {
        "kind": printout.kind.value,
        "title": printout.title,
        "watermark": printout.watermark,
        "mark": printout.mark,
        "blocks": [
            [type(block).__name__, _ADAPTERS[type(block).__name__].dump_python(block, mode="json")]
            for block in printout.blocks
        ],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse_printout(text: str) -> Printout:
    """Read a printout.

    Raises:
        PrintoutUnreadable: damaged, or of another version of the kiosk.
    """
    try:
        content = json.loads(text)
        blocks: list[Block] = [
            _ADAPTERS[name].validate_python(fields) for name, fields in content["blocks"]
        ]
        return Printout(
            kind=PrintKind(content["kind"]),
            title=str(content["title"]),
            blocks=tuple(blocks),
            watermark=str(content["watermark"]),
            mark=str(content["mark"]),
        )
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise PrintoutUnreadable(type(error).__name__) from error
