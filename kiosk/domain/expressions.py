"""Conditions and computed values as data, evaluated without ``eval``.

A definition file writes ``{"at_least": ["person.age", 60]}``; the loader checks its shape and which names it uses, the
form engine asks it for a value. Nothing here can call, loop or reach anything but the names of its scope.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from kiosk.domain.json_values import (
    JsonValue,
    Scalar,
    add_months,
    age_on,
    is_date,
    is_items,
    is_known,
    is_month,
    is_number,
    ordered,
    same,
    total,
)

Lookup: TypeAlias = Callable[[str], JsonValue]
"""Gives the value of a dotted name, or None when it is not known."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
"""Such as ``tier`` (an answer), ``person.age``, ``record.bank.tail``, ``today.year``."""


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _only_key(value: object) -> str:
    """The operator of an expression, for the union; anything else is said to be none."""
    if isinstance(value, dict) and len(value) == 1:
        return str(next(iter(value)))
    if isinstance(value, _Node):
        name, field = next(iter(type(value).model_fields.items()))
        return field.alias or name
    return "?"


# -- values


class Ref(_Node):
    """The value of a name."""

    ref: Name


class Sum(_Node):
    """Integers added; an unknown part makes the whole unknown."""

    sum: tuple["Expression", ...]


class SumOf(_Node):
    """One field of every item of a group, added."""

    sum_of: tuple[Name, str]


class CountOf(_Node):
    """How many items a group has."""

    count_of: Name


class Minus(_Node):
    """First less second; both integers."""

    minus: tuple["Expression", "Expression"]


class Times(_Node):
    """Two integers multiplied."""

    times: tuple["Expression", "Expression"]


class Largest(_Node):
    """The largest of the known values; all of one type."""

    max: tuple["Expression", ...]


class First(_Node):
    """The first that is known."""

    first: tuple["Expression", ...]


class YearOf(_Node):
    """The year of a date or month, an integer."""

    year_of: "Expression"


class MonthOf(_Node):
    """The month ``YYYY-MM`` of a date."""

    month_of: "Expression"


class AddMonths(_Node):
    """A month so many months later."""

    add_months: tuple["Expression", int]


class AgeOn(_Node):
    """Whole years between a birth date and a day; on 29 February's birthday in common years 1 March counts."""

    age_on: tuple["Expression", "Expression"]


class If(_Node):
    """One of two values by a condition."""

    if_: tuple["Condition", "Expression", "Expression"] = Field(alias="if")


_OPERATIONS = (
    ("ref", Ref),
    ("sum", Sum),
    ("sum_of", SumOf),
    ("count_of", CountOf),
    ("minus", Minus),
    ("times", Times),
    ("max", Largest),
    ("first", First),
    ("year_of", YearOf),
    ("month_of", MonthOf),
    ("add_months", AddMonths),
    ("age_on", AgeOn),
    ("if", If),
)


def _expression_tag(value: object) -> str:
    return _only_key(value) if isinstance(value, dict | _Node) else "literal"


Expression = Annotated[
    Annotated[Scalar, Tag("literal")]
    | Annotated[Ref, Tag("ref")]
    | Annotated[Sum, Tag("sum")]
    | Annotated[SumOf, Tag("sum_of")]
    | Annotated[CountOf, Tag("count_of")]
    | Annotated[Minus, Tag("minus")]
    | Annotated[Times, Tag("times")]
    | Annotated[Largest, Tag("max")]
    | Annotated[First, Tag("first")]
    | Annotated[YearOf, Tag("year_of")]
    | Annotated[MonthOf, Tag("month_of")]
    | Annotated[AddMonths, Tag("add_months")]
    | Annotated[AgeOn, Tag("age_on")]
    | Annotated[If, Tag("if")],
    Discriminator(_expression_tag),
]
"""A literal, or an object with one key."""


# -- conditions


class AllOf(_Node):
    """Every condition holds; an empty list holds."""

    all: tuple["Condition", ...]


class AnyOf(_Node):
    """At least one condition holds."""

    any: tuple["Condition", ...]


class Not(_Node):
    """The condition does not hold."""

    not_: "Condition" = Field(alias="not")


class Is(_Node):
    """A name has exactly this value."""

    is_: tuple[Name, Expression] = Field(alias="is")


class OneOf(_Node):
    """A name has one of these values."""

    one_of: tuple[Name, tuple[Scalar, ...]]


class Holds(_Node):
    """A list holds this value."""

    holds: tuple[Name, Expression]


class Known(_Node):
    """A name has a value that is neither missing nor empty."""

    known: Name


class AtLeast(_Node):
    """A name's value is this or more; dates and months compare as such."""

    at_least: tuple[Name, Expression]


class LessThan(_Node):
    """A name's value is less than this."""

    less_than: tuple[Name, Expression]


Condition = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Is, Tag("is")]
    | Annotated[OneOf, Tag("one_of")]
    | Annotated[Holds, Tag("holds")]
    | Annotated[Known, Tag("known")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[LessThan, Tag("less_than")],
    Discriminator(_only_key),
]
"""An object with one key."""

CONDITIONS = ("all", "any", "not", "is", "one_of", "holds", "known", "at_least", "less_than")
OPERATORS = tuple(name for name, _ in _OPERATIONS)

for _kind in (Sum, Minus, Times, Largest, First, YearOf, MonthOf, AddMonths, AgeOn, If, AllOf, AnyOf, Not, Is,
              Holds, AtLeast, LessThan):  # fmt: skip
    _kind.model_rebuild()


def holds(condition: Condition, lookup: Lookup) -> bool:
    """Decide a condition; whatever is unknown or of another type than it is compared with does not hold."""
    match condition:
        case AllOf():
            return all(holds(part, lookup) for part in condition.all)
        case AnyOf():
            return any(holds(part, lookup) for part in condition.any)
        case Not():
            return not holds(condition.not_, lookup)
        case Is():
            return same(lookup(condition.is_[0]), evaluate(condition.is_[1], lookup))
        case OneOf():
            value = lookup(condition.one_of[0])
            return any(same(value, choice) for choice in condition.one_of[1])
        case Holds():
            value, wanted = lookup(condition.holds[0]), evaluate(condition.holds[1], lookup)
            return isinstance(value, list | tuple) and any(same(item, wanted) for item in value)
        case Known():
            return is_known(lookup(condition.known))
        case AtLeast():
            return ordered(
                lookup(condition.at_least[0]), evaluate(condition.at_least[1], lookup)
            ) in (0, 1)
        case LessThan():
            return (
                ordered(lookup(condition.less_than[0]), evaluate(condition.less_than[1], lookup))
                == -1
            )
    raise TypeError("no condition")


def evaluate(expression: Expression, lookup: Lookup) -> JsonValue:  # noqa: C901 (one case an operator)
    """Compute a value; None when a part of it is unknown or of the wrong type."""
    match expression:
        case Ref():
            return lookup(expression.ref)
        case Sum():
            return total([evaluate(part, lookup) for part in expression.sum])
        case SumOf():
            items = lookup(expression.sum_of[0])
            field = expression.sum_of[1]
            return total([item.get(field) for item in items]) if is_items(items) else None
        case CountOf():
            items = lookup(expression.count_of)
            return len(items) if isinstance(items, list | tuple) else None
        case Minus():
            return _pair(expression.minus, lookup, lambda one, other: one - other)
        case Times():
            return _pair(expression.times, lookup, lambda one, other: one * other)
        case Largest():
            known = [value for part in expression.max if is_known(value := evaluate(part, lookup))]
            return max(known) if known and len({type(value) for value in known}) == 1 else None
        case First():
            values = (evaluate(part, lookup) for part in expression.first)
            return next((value for value in values if is_known(value)), None)
        case YearOf():
            text = evaluate(expression.year_of, lookup)
            return int(text[:4]) if is_month(text) or is_date(text) else None
        case MonthOf():
            text = evaluate(expression.month_of, lookup)
            return text[:7] if is_date(text) else None
        case AddMonths():
            month = evaluate(expression.add_months[0], lookup)
            return add_months(month, expression.add_months[1]) if is_month(month) else None
        case AgeOn():
            born, day = (evaluate(part, lookup) for part in expression.age_on)
            if not (is_date(born) and is_date(day)):
                return None
            return age_on(date.fromisoformat(born), date.fromisoformat(day))
        case If():
            condition, then, otherwise = expression.if_
            return evaluate(then if holds(condition, lookup) else otherwise, lookup)
    return expression


def names(node: Condition | Expression) -> Iterator[str]:  # noqa: C901 (one case a shape)
    """Every name that a condition or expression looks up."""
    match node:
        case Ref():
            yield node.ref
        case Is():
            yield node.is_[0]
            yield from names(node.is_[1])
        case OneOf():
            yield node.one_of[0]
        case Holds():
            yield node.holds[0]
            yield from names(node.holds[1])
        case Known():
            yield node.known
        case AtLeast():
            yield node.at_least[0]
            yield from names(node.at_least[1])
        case LessThan():
            yield node.less_than[0]
            yield from names(node.less_than[1])
        case SumOf():
            yield node.sum_of[0]
        case CountOf():
            yield node.count_of
        case _Node():
            for field in type(node).model_fields:
                yield from _names_within(getattr(node, field))


def _names_within(value: object) -> Iterator[str]:
    if isinstance(value, _Node):
        yield from names(value)  # type: ignore[arg-type]  # every node is one of the union
    elif isinstance(value, tuple):
        for part in value:
            yield from _names_within(part)


def _pair(
    pair: tuple[Expression, Expression], lookup: Lookup, operate: Callable[[int, int], int]
) -> int | None:
    one, other = (evaluate(part, lookup) for part in pair)
    return operate(one, other) if is_number(one) and is_number(other) else None
