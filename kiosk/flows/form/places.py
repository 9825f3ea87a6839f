"""An address by list: one level a page, from the county's townships down to the village group."""

from dataclasses import dataclass

from kiosk.domain.json_values import JsonValue
from kiosk.flows.county_tables import CountyTables, PlaceNode
from kiosk.flows.form_pages import OptionButton

COUNTY_DIGITS = 6
"""First digits of a region code that name the county. Source: GB/T 2260."""


@dataclass(frozen=True, slots=True)
class PlaceLevel:
    """One page of the list."""

    options: tuple[OptionButton, ...]
    crumbs: str
    """What was chosen so far, in words."""


def start_path(county: CountyTables, region_code: str, *, is_local: bool) -> tuple[str, ...]:
    """Where the list begins: at the kiosk's own county, or at the top."""
    if not is_local:
        return ()
    path: list[str] = []
    nodes = county.places
    while True:
        node = next((one for one in nodes if region_code.startswith(significant(one.code))), None)
        if node is None or len(significant(node.code)) > COUNTY_DIGITS:
            return tuple(path)
        path.append(node.code)
        nodes = node.children


def significant(code: str) -> str:
    """A region code without the pairs of zeros that stand for everything below it."""
    for digits in (2, 4, 6, 9):
        if set(code[digits:]) <= {"0"}:
            return code[:digits]
    return code


def level(county: CountyTables, path: tuple[str, ...]) -> PlaceLevel:
    """The choices below a path; a village's groups are its last level."""
    chosen = _chosen(county, path)
    crumbs = " › ".join(node.name for node in chosen)
    nodes = chosen[-1].children if chosen else county.places
    if nodes:
        return PlaceLevel(
            tuple(OptionButton(one.code, one.name, "address") for one in nodes), crumbs
        )
    groups = chosen[-1].groups if chosen else 0
    return PlaceLevel(
        tuple(OptionButton(str(number), f"{number}组", "home") for number in range(1, groups + 1)),
        crumbs,
    )


def address_of(county: CountyTables, path: tuple[str, ...]) -> JsonValue:
    """The address that a whole path means, or None while something is still to be chosen."""
    chosen = _chosen(county, path)
    if not chosen or chosen[-1].children:
        return None
    rest = path[len(chosen) :]
    if chosen[-1].groups and not rest:
        return None
    return {"region_code": chosen[-1].code, "group": int(rest[0]) if rest else 0, "detail": ""}


def _chosen(county: CountyTables, path: tuple[str, ...]) -> list[PlaceNode]:
    found: list[PlaceNode] = []
    nodes = county.places
    for code in path:
        node = next((one for one in nodes if one.code == code), None)
        if node is None:
            break
        found.append(node)
        nodes = node.children
    return found
