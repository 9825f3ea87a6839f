"""Which ways out this machine has, by the system's own tables: a new one is a reason to try again at once.

Says nothing about whether the centre is reached; only a signed answer does.
"""

from pathlib import Path

_IPV4 = Path("/proc/net/route")
_IPV6 = Path("/proc/net/ipv6_route")
_ANYWHERE_6 = "0" * 32

Ways = frozenset[tuple[str, ...]]


def ways_out(ipv4: Path = _IPV4, ipv6: Path = _IPV6) -> Ways:
    """Interface, destination and gateway of each route; empty where the system tells none."""
    found: set[tuple[str, ...]] = set()
    for fields in _rows(ipv4)[1:]:
        found.add(tuple(fields[:3]))
    for fields in _rows(ipv6):
        # Only those to anywhere: the table is long, and the rest of it moves by itself.
        if fields[0] == _ANYWHERE_6 and fields[-1] != "lo":
            found.add((fields[-1], fields[0], fields[4]))
    return frozenset(found)


def _rows(table: Path) -> list[list[str]]:
    try:
        lines = table.read_text("ascii", "replace").splitlines()
    except OSError:
        return []
    return [fields for line in lines if len(fields := line.split()) >= 8]
