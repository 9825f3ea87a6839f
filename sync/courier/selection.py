"""What goes into a bundle, and into which part: a person's events stay together and in their order.

All events of a subject stand in one part. So a part that is damaged on the way holds up nobody whose events stand in
another, and whatever arrives of a bundle is each subject's events from the oldest one on.
"""

import itertools
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sync.blob_shelf import StoredBlob
from sync.courier.files import FilePart, fitting_files
from sync.courier.manifest import MAXIMUM_PARTS
from sync.courier.records import RECORD_OVERHEAD
from sync.courier.sealed_part import sealed_size

ITEM_PART_BYTES = 256 * 1024
"""Items of one part: some 800. The centre takes a part in within one exchange, also where it is slow."""
DEFAULT_PART_BYTES = 16 * 1024 * 1024
"""Attachments of one part."""
_MANIFEST_BYTES = 1536
_MANIFEST_PART_BYTES = 110

Row = tuple[int, str, int]
"""Sequence number, subject, bytes of the item; a subject's rows stand together and in order."""


@dataclass(frozen=True, slots=True)
class Costs:
    """How much a medium takes for what is written on it."""

    overhead: int
    """Bytes before the frames of a part."""
    cluster: int
    """Files take whole multiples of this."""

    def part(self, plain_bytes: int) -> int:
        """A part's bytes on the medium."""
        return self._rounded(sealed_size(plain_bytes, self.overhead))

    def bundle(self, parts: int) -> int:
        """What a bundle takes besides its parts: manifest, and folders that may have to be made."""
        return self._rounded(_MANIFEST_BYTES + parts * _MANIFEST_PART_BYTES) + 4 * self.cluster

    def _rounded(self, size: int) -> int:
        return -(-size // self.cluster) * self.cluster


@dataclass(slots=True)
class ItemPart:
    """The items of one part."""

    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    plain_bytes: int = 0

    def add(self, seq: int, record_bytes: int) -> None:
        """Append one."""
        self.seqs.append(seq)
        self.plain_bytes += record_bytes


@dataclass(slots=True)
class Selection:
    """The plan of a bundle's items."""

    costs: Costs
    parts: list[ItemPart] = field(default_factory=list)
    left: int = 0
    """Items that wait for the next trip."""
    file_parts: list[FilePart] = field(default_factory=list)
    """Attachments, behind all items."""
    files: list[int] = field(default_factory=list)
    """Numbers of the files in them."""
    files_left: int = 0

    @property
    def plain_sizes(self) -> list[int]:
        """Of all parts in order."""
        items = [part.plain_bytes for part in self.parts]
        return items + [part.plain_bytes for part in self.file_parts]

    @property
    def items(self) -> int:
        """How many items go."""
        return sum(len(part.seqs) for part in self.parts)

    @property
    def needed(self) -> int:
        """Bytes on the medium."""
        sizes = self.plain_sizes
        return self.costs.bundle(len(sizes)) + sum(self.costs.part(size) for size in sizes)

    @property
    def written(self) -> int:
        """Bytes that are written, without what the medium adds."""
        overhead = self.costs.overhead
        return _MANIFEST_BYTES + sum(
            sealed_size(size, overhead) + _MANIFEST_PART_BYTES for size in self.plain_sizes
        )

    def add_files(
        self, files: list[StoredBlob], part_bytes: int, budget: int | None = None
    ) -> None:
        """Add attachments: whole files, the smallest first, as far as they fit.

        Args:
            budget: bytes of the whole bundle on the medium; None takes all.
        """
        used = len(self.parts)

        def cost(parts: Iterable[FilePart]) -> int:
            sizes = [part.plain_bytes for part in parts]
            return self.costs.bundle(used + len(sizes)) + sum(map(self.costs.part, sizes))

        items = sum(self.costs.part(part.plain_bytes) for part in self.parts)
        left = None if budget is None else budget - items
        self.file_parts, taken = fitting_files(files, part_bytes, used, left, cost)
        self.files = [blob.blob_no for blob in taken]
        self.files_left = len(files) - len(taken)

    def ranges(self) -> list[tuple[int, int]]:
        """The sequence numbers as ranges, both ends included."""
        return ranges_of(seq for part in self.parts for seq in part.seqs)


def select(
    rows: Iterable[Row], costs: Costs, part_bytes: int = ITEM_PART_BYTES, budget: int | None = None
) -> Selection:
    """Pack items into parts.

    Args:
        rows: most urgent subject first.
        part_bytes: a part is closed before a subject that would pass this; a single subject may be larger.
        budget: bytes that may be used on the medium. Of a subject that does not fit the first events go as far as
            they fit, never a later one without an earlier one. None takes all.
    """
    chosen = Selection(costs)
    closed = 0
    for _, group in itertools.groupby(rows, key=lambda row: row[1]):
        records = [(seq, size + RECORD_OVERHEAD) for seq, _, size in group]
        whole = sum(size for _, size in records)
        part = chosen.parts[-1] if chosen.parts else None
        if part is None or (part.plain_bytes and part.plain_bytes + whole > part_bytes):
            if len(chosen.parts) == MAXIMUM_PARTS:
                chosen.left += len(records)
                continue
            closed += costs.part(part.plain_bytes) if part is not None else 0
            part = ItemPart()
            chosen.parts.append(part)
        chosen.left += _fill(part, records, costs, closed + costs.bundle(len(chosen.parts)), budget)
        if not part.seqs:
            chosen.parts.pop()
            closed -= costs.part(chosen.parts[-1].plain_bytes) if chosen.parts else 0
    return chosen


def _fill(
    part: ItemPart, records: Sequence[tuple[int, int]], costs: Costs, used: int, budget: int | None
) -> int:
    """Add a subject's records as far as they fit; returns how many are left."""
    for place, (seq, size) in enumerate(records):
        if budget is not None and used + costs.part(part.plain_bytes + size) > budget:
            return len(records) - place
        part.add(seq, size)
    return 0


def ranges_of(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers in any order as ascending ranges, both ends included."""
    ranges: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        elif not ranges or seq > ranges[-1][1]:
            ranges.append((seq, seq))
    return ranges
