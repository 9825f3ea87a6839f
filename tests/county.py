"""A small invented county for tests of flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    code: str
    name: str
    children: Sequence["Node"] = ()
    groups: int = 0


VILLAGES = (
    Node("513022104203", "梧桐村", groups=8),
    Node("513022104204", "石桥村", groups=0),
)
TREE = (
    Node(
        "510000000000", "川省",
        (Node("513000000000", "达市", (Node("513022000000", "梧桐县", (
            Node("513022104000", "柳林镇", VILLAGES),
            Node("513022105000", "清水镇", (Node("513022105201", "李家村", groups=3),)),
        )),)),),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class SmallCounty:
    places: Sequence[Node] = TREE
    tables: Mapping[str, Sequence[tuple[str, str]]] = field(
        default_factory=lambda: {
            "hospitals": [(f"h{number}", f"第{number}医院") for number in range(1, 10)],
            "tiers": [("20000", "200元"), ("50000", "500元")],
        }
    )

    def options(self, table: str) -> Sequence[tuple[str, str]]:
        return self.tables.get(table, [("a", "甲项"), ("b", "乙项")])

    def issuers(self) -> Mapping[str, str]:
        return {"622848": "农业银行"}

    def facts(self) -> Mapping[str, object]:
        return {"allowance_age": 80}

    def names(self, code: str) -> tuple[str, ...]:
        return self._find(code, self.places)

    def _find(self, code: str, nodes: Sequence[Node]) -> tuple[str, ...]:
        for node in nodes:
            if node.code == code:
                return (node.name,)
            if rest := self._find(code, node.children):
                return (node.name, *rest)
        return ()

    def group_count(self, code: str) -> int | None:
        return next(
            (
                node.groups
                for town in TREE[0].children[0].children[0].children
                for node in town.children
                if node.code == code
            ),
            None,
        )
