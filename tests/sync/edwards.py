"""The arithmetic of Ed25519 in plain integers, to make keys and signatures that no library makes."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P
_I = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def point_at(y: int, sign: int = 0) -> Point | None:
    """The point of the curve with this y and this sign of x."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _I % P
    if (x * x - square) % P:
        return None
    return (x if x % 2 == sign else -x % P, y)


def add(one: Point, other: Point) -> Point:
    """Their sum."""
    (a, b), (c, d) = one, other
    k = _D * a * b * c * d % P
    return (a * d + b * c) * pow(1 + k, -1, P) % P, (b * d + a * c) * pow(1 - k, -1, P) % P


def times(factor: int, point: Point) -> Point:
    """A point, so many times."""
    found = NEUTRAL
    while factor:
        if factor & 1:
            found = add(found, point)
        point = add(point, point)
        factor >>= 1
    return found


def encoded(point: Point, *, beyond: bool = False) -> bytes:
    """32 bytes; ``beyond`` writes y as y + P, which is the same point in a form that is not canonical."""
    x, y = point
    return (y + (P if beyond else 0) | (x & 1) << 255).to_bytes(32, "little")


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    """What binds a signature to key and message."""
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER


def scalar(value: int) -> bytes:
    """32 bytes."""
    return value.to_bytes(32, "little")


_BASE = point_at(4 * pow(5, -1, P) % P)
assert _BASE is not None
BASE: Point = _BASE


def small_order() -> list[Point]:
    """The eight points that eight times give the neutral one."""
    y = 2
    while True:
        y += 1
        start = point_at(y)
        if start is not None and times(4, generator := times(ORDER, start)) != NEUTRAL:
            return [times(count, generator) for count in range(8)]
