"""Receipt numbers in blocks that are this device's alone: counted up inside, never given twice."""

from dataclasses import dataclass

from sqlite_utils import Database

EMERGENCY_NUMBERS = 500
"""How far a kiosk helps itself at a time when the centre's blocks are used up; its prefix keeps them unique."""
LARGEST_BLOCK = 100_000
"""Nothing sensible is larger; a centre's mistake must not use up nine digits at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A number, and the block that had to be made for it, if any."""

    number: int
    emergency: tuple[int, int] | None = None


def take_number(database: Database) -> Taken:
    """Take the next number in the caller's transaction: its roll-back gives it back, a commit never does."""
    row = database.execute(
        """UPDATE receipt_block SET next = next + 1
        WHERE first = (SELECT first FROM receipt_block WHERE next <= last ORDER BY first LIMIT 1)
        RETURNING next - 1"""
    ).fetchone()
    if row is not None:
        return Taken(int(row[0]))
    first = last_number(database) + 1
    last = first + EMERGENCY_NUMBERS - 1
    database.execute(
        "INSERT INTO receipt_block (first, last, next, is_emergency) VALUES (?, ?, ?, 1)",
        [first, last, first + 1],
    )
    return Taken(first, (first, last))


def last_number(database: Database) -> int:
    """The last number of all blocks, used or not."""
    return int(database.execute("SELECT coalesce(max(last), 0) FROM receipt_block").fetchone()[0])


def last_taken(database: Database) -> int:
    """The highest number that was given; 0 before the first."""
    row = database.execute("SELECT max(next) - 1 FROM receipt_block WHERE next > first").fetchone()
    return int(row[0] or 0)


def skip_through(database: Database, number: int) -> None:
    """Treat every number up to this one as given."""
    database.execute(
        "UPDATE receipt_block SET next = min(last, :number) + 1 WHERE first <= :number AND next <= :number",
        {"number": number},
    )


def wants_more(database: Database) -> bool:
    """Whether half of what the centre allotted is used; an emergency block does not count, it was not allotted."""
    used, allotted = database.execute(
        """SELECT coalesce(sum(next - first), 0), coalesce(sum(last - first + 1), 0)
            FROM receipt_block WHERE next <= last AND is_emergency = 0"""
    ).fetchone()
    return 2 * int(used) >= int(allotted)


def add_block(database: Database, first: int, last: int) -> None:
    """Keep a block of the centre's; the very same one may come twice.

    Raises:
        ValueError: it is empty, too large, or overlaps with numbers that the device has.
    """
    if not 1 <= first <= last or last - first >= LARGEST_BLOCK:
        raise ValueError("the block of receipt numbers is impossible")
    known = database.execute("SELECT last FROM receipt_block WHERE first = ?", [first]).fetchone()
    if known is not None and int(known[0]) == last:
        return
    if first <= last_number(database):
        raise ValueError("the block of receipt numbers overlaps with known ones")
    database.execute(
        "INSERT INTO receipt_block (first, last, next) VALUES (?, ?, ?)", [first, last, first]
    )
