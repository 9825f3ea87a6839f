"""Cells and records of SQLite's b-tree pages; what is malformed is passed over, never guessed.

Source: SQLite file format, sections 1.6 and 2.1 (sqlite.org/fileformat2.html).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sync.salvage.pages import USABLE_BYTES

Value = int | float | str | bytes | None

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
_KINDS = (INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE)

_FIRST_PAGE_HEADER = 100
_MAXIMUM_RECORD_BYTES = 64 * 1024 * 1024
"""Nothing that a kiosk keeps is larger; a wild length must not ask for memory."""

# Largest payload that stays whole on a page, and smallest part of a longer one.
_LARGEST_ON_LEAF = USABLE_BYTES - 35
_LARGEST_IN_INDEX = (USABLE_BYTES - 12) * 64 // 255 - 23
_SMALLEST_PART = (USABLE_BYTES - 12) * 32 // 255 - 23

_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class Malformed(Exception):
    """The bytes are no record."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One record as it lies on a page."""

    rowid: int | None
    """None in an index and in a table without row numbers."""
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A b-tree page taken apart."""

    kind: int
    children: tuple[int, ...]
    """Page numbers, left to right; empty for a leaf."""
    cells: tuple[Cell, ...]
    lost: int
    """Cells that could not be read, mostly because the rest of a long record is on a damaged page."""


ReadPage = Callable[[int], bytes | None]


def parse_node(page: bytes, number: int, read: ReadPage) -> Node | None:
    """Take a page apart, or None when it is no b-tree page.

    Args:
        page: plain, 4096 bytes.
        number: of the page, from 1.
        read: gives other pages, for records that do not fit into one.
    """
    start = _FIRST_PAGE_HEADER if number == 1 else 0
    kind, count = page[start], int.from_bytes(page[start + 3 : start + 5], "big")
    is_interior = kind in (INTERIOR_INDEX, INTERIOR_TABLE)
    pointers = start + (12 if is_interior else 8)
    if kind not in _KINDS or pointers + 2 * count > USABLE_BYTES:
        return None
    children: list[int] = []
    cells: list[Cell] = []
    lost = 0
    for (place,) in struct.iter_unpack(">H", page[pointers : pointers + 2 * count]):
        try:
            if is_interior:
                children.append(_page_number(page, place))
            if kind != INTERIOR_TABLE:
                cells.append(_cell(page, place + 4 * is_interior, kind, read))
        except (Malformed, IndexError, struct.error):
            lost += 1
    if is_interior:
        children.append(_page_number(page, start + 8))
    return Node(kind, tuple(children), tuple(cells), lost)


def _page_number(page: bytes, place: int) -> int:
    (number,) = struct.unpack_from(">I", page, place)
    return int(number)


def _cell(page: bytes, place: int, kind: int, read: ReadPage) -> Cell:
    size, place = _varint(page, place)
    rowid = None
    if kind == LEAF_TABLE:
        rowid, place = _varint(page, place)
        rowid = rowid - (1 << 64) if rowid >> 63 else rowid
    largest = _LARGEST_ON_LEAF if kind == LEAF_TABLE else _LARGEST_IN_INDEX
    return Cell(rowid, decode_record(_payload(page, place, size, largest, read)))


def _payload(page: bytes, place: int, size: int, largest: int, read: ReadPage) -> bytes:
    if size > _MAXIMUM_RECORD_BYTES:
        raise Malformed
    if size <= largest:
        return _slice(page, place, size)
    here = _SMALLEST_PART + (size - _SMALLEST_PART) % (USABLE_BYTES - 4)
    here = _SMALLEST_PART if here > largest else here
    parts = [_slice(page, place, here)]
    following, left = _page_number(page, place + here), size - here
    while left > 0:
        overflow = read(following)
        if overflow is None:
            raise Malformed
        part = overflow[4 : 4 + min(left, USABLE_BYTES - 4)]
        parts.append(part)
        left -= len(part)
        following = _page_number(overflow, 0)
    return b"".join(parts)


def _slice(page: bytes, place: int, size: int) -> bytes:
    if place + size > USABLE_BYTES:
        raise Malformed
    return page[place : place + size]


def decode_record(payload: bytes) -> tuple[Value, ...]:
    """The values of a record.

    Raises:
        Malformed: lengths and bytes do not agree.
    """
    header_size, place = _varint(payload, 0)
    body = header_size
    values: list[Value] = []
    while place < header_size:
        code, place = _varint(payload, place)
        size = _value_size(code)
        if body + size > len(payload):
            raise Malformed
        values.append(_value(code, payload[body : body + size]))
        body += size
    if place != header_size or body != len(payload):
        raise Malformed
    return tuple(values)


def _value_size(code: int) -> int:
    if code in _INTEGER_BYTES:
        return _INTEGER_BYTES[code]
    if code == 7:
        return 8
    if code in (0, 8, 9):
        return 0
    if code < 12:
        raise Malformed
    return (code - 12) // 2


def _value(code: int, data: bytes) -> Value:
    if code == 0:
        return None
    if code in (8, 9):
        return code - 8
    if code == 7:
        return float(struct.unpack(">d", data)[0])
    if code in _INTEGER_BYTES:
        return int.from_bytes(data, "big", signed=True)
    if code % 2 == 0:
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed from error


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for index in range(9):
        byte = data[place + index]
        if index == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, place + index + 1
    raise Malformed


def walk(root: int, read: ReadPage) -> Iterator[tuple[int, Node | None]]:
    """Every page of one b-tree with its number; None for a page that cannot be read.

    A page is visited once, so a damaged pointer that leads in a circle ends.
    """
    waiting, seen = [root], set[int]()
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        page = read(number)
        node = parse_node(page, number, read) if page is not None else None
        yield number, node
        if node is not None:
            waiting.extend(reversed(node.children))
