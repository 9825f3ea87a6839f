"""Which characters are Chinese characters that a person can be called."""

from bisect import bisect_right

_BLOCKS = (
    (0x3007, 0x3007),  # 〇
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),  # the unified ideographs
    (0xFA0E, 0xFA0F), (0xFA11, 0xFA11), (0xFA13, 0xFA14), (0xFA1F, 0xFA1F), (0xFA21, 0xFA21),
    (0xFA23, 0xFA24), (0xFA27, 0xFA29),  # twelve unified ones that stand among the compatibility forms
    (0x20000, 0x2A6DF),  # extension B
    (0x2A700, 0x2B739),  # C
    (0x2B740, 0x2B81D),  # D
    (0x2B820, 0x2CEA1),  # E
    (0x2CEB0, 0x2EBE0),  # F
    (0x2EBF0, 0x2EE5D),  # I: put in for names in Chinese population registers
    (0x30000, 0x3134A),  # G
    (0x31350, 0x323AF),  # H
)  # fmt: skip
"""Assigned ranges. Source: Unicode 15.1, Unified_Ideograph; by number, since Python 3.11 knows Unicode 14 only."""

_STARTS = tuple(first for first, _ in _BLOCKS)


def is_han(character: str) -> bool:
    """Whether one character is a unified ideograph or 〇; radicals, strokes and compatibility forms are not."""
    point = ord(character)
    at = bisect_right(_STARTS, point) - 1
    return at >= 0 and point <= _BLOCKS[at][1]
