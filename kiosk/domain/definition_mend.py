"""A faulty file made whole just enough that its other faults can be found in the same round.

Wrong values are taken out, missing ones filled in with something that means nothing. The result is never offered.
"""

import copy
import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.definition_words import place_in
from kiosk.domain.fault import Fault, Place

ROUNDS = 6
"""A fault can hide another, which hides another; deeper than this the rest waits for the next check."""

_KEY = re.compile(r"[a-z][a-z0-9_]*")

_FILLING: dict[str, Any] = {
    "version": 1,
    "icon": "x",
    "category": "pension",
    "order": 0,
    "assurance": 2,
    "required_factors": 2,
    "offline": "accepted",
    "when": {"all": []},
    "value": "value",
    "list": "record.family",
    "county": "banks",
    "answers": {},
    "label": "占位",
    "item_title": "占位",
    "title": "占位",
    "sentence": "",
}


def mended(raw: Any) -> tuple[ServiceDefinition | None, frozenset[Place]]:  # noqa: ANN401 (any JSON)
    """The definition without its faults of shape, and the places that were touched; None when nothing helps."""
    content = copy.deepcopy(raw)
    touched: set[Place] = set()
    for _ in range(ROUNDS):
        try:
            return ServiceDefinition.model_validate(content), frozenset(touched)
        except ValidationError as error:
            faults = [
                (place_in(content, detail["loc"]), str(detail["type"]))
                for detail in error.errors(include_url=False, include_input=False)
            ]
        for place, kind in faults:
            if not place:
                return None, frozenset()
            touched.add(place)
            _mend(content, place, kind)
    return None, frozenset()


def _mend(content: Any, place: Place, kind: str) -> None:  # noqa: ANN401 (any JSON)
    if kind.startswith("union_tag") and isinstance(place[-1], int) and place[0] == "steps":
        owner = _at(content, place[:-1])
        if isinstance(owner, list) and "options" not in place:
            owner[place[-1]] = _any_question(owner[place[-1]], place)
            return
    while isinstance(place[-1], int):
        place = place[:-1]
    owner = _at(content, place[:-1])
    if not isinstance(owner, dict):
        return
    if kind == "missing":
        owner[place[-1]] = _filling(place)
    else:
        owner.pop(place[-1], None)


def _filling(place: Place) -> Any:  # noqa: ANN401 (any JSON)
    key = str(place[-1])
    if key == "id":
        return "x.unnamed" if len(place) == 1 else "unnamed"
    if key == "documents":
        return [{"id": "unnamed", "title": "占位"}]
    if key == "fields":
        return [_any_question(None, place)]
    return copy.deepcopy(_FILLING.get(key, "占位"))


def _any_question(written: object, place: Place) -> dict[str, Any]:
    """A question of a type that nobody knows keeps its id: later steps speak of it."""
    name = written.get("id") if isinstance(written, dict) else None
    known = isinstance(name, str) and _KEY.fullmatch(name)
    return {
        "type": "text",
        "id": name if known else "unnamed",
        "title": "占位",
        "label": "占位",
    }


def _at(content: Any, place: Place) -> Any:  # noqa: ANN401 (any JSON)
    node = content
    for step in place:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def not_of_the_mending(faults: Iterable[Fault], touched: frozenset[Place]) -> list[Fault]:
    """The faults that the file has itself: a place that was mended says nothing any more."""
    steps = [place for place in touched if place[0] == "steps"]
    is_name_lost = any(place[-1] == "id" for place in steps)
    is_step_lost = any(len(place) == 2 or place[-1] in ("type", "fields") for place in steps)
    return [
        fault
        for fault in faults
        if not any(_meet(fault.place, place) for place in touched)
        # An answer to a step whose kind is not known cannot be judged; one to no step at all can.
        and not (
            fault.place[:1] == ("example",)
            and (is_name_lost or (is_step_lost and fault.is_of_value))
        )
    ]


def _meet(one: Place, other: Place) -> bool:
    """Whether one place lies at, below or around the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
