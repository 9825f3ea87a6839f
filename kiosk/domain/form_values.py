"""Places of a form and the shapes of its values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kiosk.domain.expressions import Lookup, holds
from kiosk.domain.json_values import JsonValue, is_known
from kiosk.domain.question import (
    ChoiceQuestion,
    FilesQuestion,
    GroupQuestion,
    ListItems,
    ListOptions,
    PhotoQuestion,
    Question,
)
from kiosk.domain.resident import mask_name
from kiosk.domain.scope import walk

SKIPPED: Final[dict[str, bool]] = {"is_skipped": True}
"""The answer of one who has nothing to say to an optional question."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a step, a field of an item of a group, or a document of a ``files`` question."""

    step: str
    item: int | None = None
    """From 0, of a group."""
    field: str | None = None
    """Of the item, or the document."""

    @property
    def key(self) -> str:
        """The place in one word, such as ``family.0.name``; the centre names places at fault so."""
        return ".".join(
            str(part) for part in (self.step, self.item, self.field) if part is not None
        )

    @classmethod
    def parse(cls, key: str) -> "Place":
        """Read what ``key`` wrote."""
        step, *rest = key.split(".")
        item = int(rest.pop(0)) if rest and rest[0].isdigit() else None
        return cls(step, item, rest[0] if rest else None)


def is_skipped(value: JsonValue) -> bool:
    """Whether the answer is that there is none."""
    return isinstance(value, dict) and value.get("is_skipped") is True


def field_values(group: JsonValue, item: int) -> Mapping[str, JsonValue]:
    """The answers of one item of a group, without those that were skipped."""
    items = group["items"] if isinstance(group, dict) else []
    found = items[item] if item < len(items) else {}
    return {name: value for name, value in found.items() if not is_skipped(value)}


def as_answer(step: Question, value: JsonValue) -> JsonValue:
    """A value of the record or a default in the shape of an answer to the question."""
    if isinstance(step, GroupQuestion):
        return {"items": list(value), "is_done": True}
    if isinstance(step, FilesQuestion | PhotoQuestion) and value == "later":
        return (
            {"when": "later", "photos": {}} if isinstance(step, FilesQuestion) else {"when": value}
        )
    if isinstance(step, ChoiceQuestion) and isinstance(value, int) and not isinstance(value, bool):
        # A choice is always a text; the record holds a yearly tier as a number.
        return str(value)
    return value


def list_items(options: ListOptions, scope: Lookup) -> list[Mapping[str, Any]]:
    """The items of a list that can be chosen: with a value, none twice."""
    found: dict[str, Mapping[str, Any]] = {}
    for item in _items(options, scope):
        value = item.get(options.value)
        if isinstance(value, str) and value:
            found.setdefault(value, item)
    return list(found.values())


def group_items(step: GroupQuestion, scope: Lookup) -> list[dict[str, JsonValue]]:
    """What the record fills a group with: items that have every field which is always asked, at most as many as fit."""
    if step.items_from is None:
        return []
    wanted = [part.id for part in step.fields]
    needed = {part.id for part in step.fields if part.when is None and not part.is_optional}
    found = [
        {name: item[name] for name in wanted if is_known(item.get(name))}
        for item in _items(step.items_from, scope)
    ]
    return [item for item in found if needed <= item.keys()][: step.maximum]


def _items(source: ListItems, scope: Lookup) -> Iterator[Mapping[str, Any]]:
    for item in scope(source.list) or ():
        if isinstance(item, Mapping) and (
            source.when is None or holds(source.when, _item_lookup(item, scope))
        ):
            yield item


def _item_lookup(item: Mapping[str, Any], scope: Lookup) -> Lookup:
    def lookup(name: str) -> JsonValue:
        head, _, rest = name.partition(".")
        return walk(item, rest) if head == "item" else scope(name)

    return lookup


def picked_item(step: ChoiceQuestion, value: JsonValue, scope: Lookup) -> Mapping[str, Any] | None:
    """The item of the resident's record that a choice means."""
    if not isinstance(step.options_from, ListOptions):
        return None
    wanted = step.options_from.value
    return next(
        (item for item in list_items(step.options_from, scope) if item[wanted] == value), None
    )


_SLOT = re.compile(r"\{([a-z_]+)(?::([a-z]+))?\}")


def item_title(template: str, item: Mapping[str, Any]) -> str:
    """Fill the slots of a list option's title.

    ``:date``, ``:month`` and ``:money`` are written as people do; ``:masked`` hides a name's middle.
    """
    return _SLOT.sub(lambda match: _words(item.get(match[1]), match[2] or "text"), template)


def _words(value: JsonValue, kind: str) -> str:
    if value is None:
        return ""
    if kind == "masked":
        # Somebody else's name: its owner's family knows it so, a bystander does not.
        return mask_name(str(value))
    if kind == "money":
        return f"{value // 100:,}.{value % 100:02d}元"
    if kind == "date":
        day = date.fromisoformat(str(value))
        return f"{day.year}年{day.month}月{day.day}日"
    if kind == "month":
        year, _, month = str(value).partition("-")
        return f"{year}年{int(month)}月"
    return str(value)
