"""On which line of a definition file a place stands. Only asked when something is wrong: it reads the file again.

JSON is YAML, and PyYAML keeps the line of every node, which the standard library's JSON reader does not.
"""

from collections.abc import Iterator

from kiosk.domain.fault import Place


class Lines:
    """The lines of one file."""

    def __init__(self, text: str) -> None:
        self._found = dict(_places(text))

    def of(self, place: Place) -> int:
        """The line of a place or, where the file does not have it, of what is around it; 0 when nobody can tell."""
        while place not in self._found and place:
            place = place[:-1]
        return self._found.get(place, 0)


def _places(text: str) -> Iterator[tuple[Place, int]]:
    import yaml  # noqa: PLC0415 (a kiosk whose files are right never needs it)

    try:
        # YAML takes no tab for a space between tokens; within texts JSON allows none.
        root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
        yield from _below(root, ()) if root is not None else ()
    except (yaml.YAMLError, RecursionError):
        return


def _below(node: object, place: Place) -> Iterator[tuple[Place, int]]:
    import yaml  # noqa: PLC0415

    if not isinstance(node, yaml.Node):
        return
    if not place:
        yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where = (*place, str(key.value))
            # Of a key that is written twice the second one stays: JSON takes that.
            yield where, key.start_mark.line + 1
            yield from _below(value, where)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*place, number), value.start_mark.line + 1
            yield from _below(value, (*place, number))
