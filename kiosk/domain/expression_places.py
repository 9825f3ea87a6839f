"""Walking a condition or expression with the place of each part in its file."""

from collections.abc import Iterator

from kiosk.domain.expressions import (
    AtLeast,
    Condition,
    CountOf,
    Expression,
    First,
    Holds,
    If,
    Is,
    Known,
    LessThan,
    OneOf,
    Ref,
    SumOf,
)
from kiosk.domain.fault import Place
from kiosk.domain.json_values import Scalar

Node = Condition | Expression


def parts(node: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Every operation of a condition or expression, itself first, with its place."""
    if isinstance(node, tuple):
        for number, part in enumerate(node):
            yield from parts(part, (*place, number))
        return
    fields = getattr(type(node), "model_fields", None)
    if fields is None:
        return
    yield place, node
    for name, field in fields.items():
        yield from parts(getattr(node, name), (*place, field.alias or name))


def names_in(node: Node, place: Place) -> Iterator[tuple[Place, str]]:
    """Every name that is looked up, with its place."""
    for found, part in parts(node, place):
        match part:
            case Ref() | Known() | CountOf():
                field, value = next(iter(part))
                yield (*found, field), value
            case SumOf() | Is() | OneOf() | Holds() | AtLeast() | LessThan():
                field, value = next(iter(part))
                yield (*found, field.rstrip("_"), 0), value[0]


def compared(node: Node, place: Place) -> Iterator[tuple[Place, str, Scalar]]:
    """Every literal that a name is compared with: its place, the name, the literal."""
    for found, part in parts(node, place):
        match part:
            case Is():
                pairs = [((*found, "is", 1), part.is_[0], part.is_[1])]
            case Holds():
                pairs = [((*found, "holds", 1), part.holds[0], part.holds[1])]
            case OneOf():
                name, values = part.one_of
                pairs = [((*found, "one_of", 1, n), name, value) for n, value in enumerate(values)]
            case _:
                continue
        for where, name, value in pairs:
            if value is None or isinstance(value, str | int | bool):
                yield where, name, value


def results(node: Expression, place: Place) -> Iterator[tuple[Place, Scalar]]:
    """Every literal that an expression can give as its own value."""
    match node:
        case If():
            _, then, otherwise = node.if_
            yield from results(then, (*place, "if", 1))
            yield from results(otherwise, (*place, "if", 2))
        case First():
            for number, part in enumerate(node.first):
                yield from results(part, (*place, "first", number))
        case None | str() | int():
            yield place, node
