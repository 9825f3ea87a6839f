"""What a resident seems entitled to or has to do, and why: rules as data over the roster record.

A rule names one service, or the several of a life event (一件事). Its words are the prompt ``hint.<id>``, so that
screen and voice say the same. A hint never claims more than the roster says: an unknown value makes no hint.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kiosk.domain.expressions import Condition, Expression, Lookup, evaluate, holds, names
from kiosk.domain.fields.show import show
from kiosk.domain.json_values import is_known
from kiosk.domain.scope_names import unknown_names

MOST = 3
"""Hints that can be taken in at a glance."""

ServiceId = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]+$", max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HintStep(_Part):
    """One service of a hint."""

    service: ServiceId
    when: Condition | None = None
    """Part of it only then."""


class HintValue(_Part):
    """What fills a slot of the words."""

    value: Expression
    shown_as: Literal["text", "money", "number", "date", "month", "year"] = "text"


class HintRule(_Part):
    """One rule."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    priority: Annotated[int, Field(ge=1, le=99)]
    """Smaller is more pressing."""
    when: Condition
    steps: Annotated[tuple[HintStep, ...], Field(min_length=1, max_length=5)]
    """The first opens when the hint is touched."""
    not_if_open: tuple[ServiceId, ...] = ()
    """No hint while a request of one of these is open."""
    values: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], HintValue] = Field(
        default_factory=dict
    )

    @property
    def prompt_id(self) -> str:
        """The words: a title and one sentence that says why."""
        return f"hint.{self.id}"


class HintRules(_Part):
    """One file of rules."""

    about: Annotated[str, Field(min_length=1, max_length=200)]
    rules: Annotated[tuple[HintRule, ...], Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True, repr=False)
class Hint:
    """One proposal, with its reason."""

    id: str
    prompt_id: str
    values: Mapping[str, str]
    """For the slots of the prompt, as people read them."""
    services: tuple[str, ...]
    """What to do, in order; at least one."""

    @property
    def is_life_event(self) -> bool:
        """Whether several services belong together."""
        return len(self.services) > 1

    def __repr__(self) -> str:
        # Which hint fits a resident is their own business, its values even more so.
        return "Hint(…)"


def propose(
    rules: Iterable[HintRule],
    lookup: Lookup,
    open_services: Collection[str],
    *,
    offered: Collection[str] | None = None,
    limit: int = MOST,
) -> tuple[Hint, ...]:
    """Choose what to propose.

    Args:
        rules: in any order.
        lookup: of ``person_scope``.
        open_services: services of which this resident has a request under way: they are not proposed again.
        offered: services of this kiosk; None for all.
        limit: at most so many.
    Returns:
        The most pressing first, by id where two press alike; none that only repeats services of an earlier one.
    """
    chosen: list[Hint] = []
    for rule in sorted(rules, key=lambda one: (one.priority, one.id)):
        if len(chosen) >= limit:
            break
        hint = _hint(rule, lookup, open_services, offered)
        if hint is not None and not set(hint.services) <= _services(chosen):
            chosen.append(hint)
    return tuple(chosen)


def _services(hints: Iterable[Hint]) -> set[str]:
    return {service for hint in hints for service in hint.services}


def _hint(
    rule: HintRule,
    lookup: Lookup,
    open_services: Collection[str],
    offered: Collection[str] | None,
) -> Hint | None:
    if any(service in open_services for service in rule.not_if_open):
        return None
    if not holds(rule.when, lookup):
        return None
    services = tuple(
        step.service
        for step in rule.steps
        if step.service not in open_services
        and (offered is None or step.service in offered)
        and (step.when is None or holds(step.when, lookup))
    )
    values = {name: _shown(value, lookup) for name, value in rule.values.items()}
    # The words speak of the first service: without it they would promise what the touch does not open.
    if services[:1] != (rule.steps[0].service,) or not all(values.values()):
        return None
    return Hint(rule.id, rule.prompt_id, values, services)


def _shown(value: HintValue, lookup: Lookup) -> str:
    found = evaluate(value.value, lookup)
    return show(value.shown_as, found) if is_known(found) else ""


def rule_faults(rules: Collection[HintRule], county: Iterable[str]) -> Iterator[str]:
    """What the shape of a file cannot say.

    Args:
        rules: of all files together.
        county: the county facts that exist.
    """
    facts = tuple(county)
    for rule_id, count in sorted(Counter(rule.id for rule in rules).items()):
        if count > 1:
            yield f"{rule_id}: stands twice"
    for rule in rules:
        for name in unknown_names(_names(rule), facts):
            yield f"{rule.id}: nothing is called {name!r}"


def _names(rule: HintRule) -> Iterator[str]:
    yield from names(rule.when)
    for step in rule.steps:
        if step.when is not None:
            yield from names(step.when)
    for value in rule.values.values():
        yield from names(value.value)
