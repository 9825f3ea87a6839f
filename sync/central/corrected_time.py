"""When an event happened, whatever its device's clock said.

An event carries its device's wall clock, its monotonic clock with the boot that it counts from, and the last time that
the centre signed. From these comes a time between two bounds that no clock can lie past:

* not before what the centre had last signed, with the monotonic time since then in the same boot;
* not after its arrival, and, when the device was started anew since, not after that start.

Within one boot the monotonic clock gives the time itself, as exactly as an exchange is short. Else the wall clock is
believed where it lies within the bounds. Where it does not, the earlier bound stands for it: nobody misses a date
because a battery was empty.
"""

import bisect
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""Before the first kiosk; an older wall clock is wrong."""

ORDER_TOLERANCE = timedelta(minutes=1)
"""An exact time that its neighbours move by more is no longer called exact: one of them is wrong."""


class ClockQuality(enum.StrEnum):
    """How far a corrected time can be trusted."""

    EXACT = "exact"
    """By the monotonic clock from a time that the centre signed."""
    BOUNDED = "bounded"
    """The device's wall clock, and later than a time that the centre had signed."""
    DEVICE = "device"
    """The device's wall clock; it had never met the centre."""
    NONE = "none"
    """The wall clock is certainly wrong: a bound stands for it."""


class EventClocks(NamedTuple):
    """What an event carries."""

    wall: datetime | None
    """Aware; None when it cannot be read."""
    boot_id: str
    monotonic_ms: int
    centre: datetime | None = None
    """Last time that the centre had signed."""
    centre_age_ms: int | None = None
    """Monotonic time since then, in the same boot."""


@dataclass(frozen=True, slots=True)
class Reception:
    """How the centre came by it."""

    at: datetime
    """By the centre's clock."""
    boot_id: str = ""
    """The device's boot when it asked; empty when it did not bring the event itself."""
    monotonic_ms: int | None = None
    """The device's monotonic clock when it asked."""


class CorrectedTime(NamedTuple):
    """When an event happened, and how far that can be trusted."""

    at: datetime
    quality: ClockQuality


def correct(clocks: EventClocks, reception: Reception) -> CorrectedTime:
    """Work out when an event happened; the answer lies between ``EARLIEST`` and the reception."""
    latest, measured = reception.at, None
    if reception.boot_id and reception.monotonic_ms is not None:
        if reception.boot_id == clocks.boot_id:
            measured = _back(reception.at, reception.monotonic_ms - clocks.monotonic_ms)
        else:
            # Boot ids do not come back, so the event is older than the boot that brought it.
            latest = _back(reception.at, reception.monotonic_ms) or reception.at
    earliest = _earliest(clocks, latest)
    if measured is not None:
        return CorrectedTime(max(measured, earliest or EARLIEST), ClockQuality.EXACT)
    if earliest is not None and clocks.centre_age_ms is not None:
        return CorrectedTime(earliest, ClockQuality.EXACT)
    if clocks.wall is not None and (earliest or EARLIEST) <= clocks.wall <= latest:
        quality = ClockQuality.DEVICE if earliest is None else ClockQuality.BOUNDED
        return CorrectedTime(clocks.wall, quality)
    return CorrectedTime(earliest or latest, ClockQuality.NONE)


def _earliest(clocks: EventClocks, latest: datetime) -> datetime | None:
    """What the centre had signed before; None when it never had, or when that cannot be true."""
    if clocks.centre is None or clocks.centre < EARLIEST:
        return None
    try:
        signed = clocks.centre + timedelta(milliseconds=clocks.centre_age_ms or 0)
    except OverflowError:
        return None
    return signed if signed <= latest else None


def _back(moment: datetime, elapsed_ms: int) -> datetime | None:
    """A moment that long ago; None when no kiosk was there then, or time would run backwards."""
    if elapsed_ms < 0:
        return None
    try:
        found = moment - timedelta(milliseconds=elapsed_ms)
    except OverflowError:
        return None
    return found if found >= EARLIEST else None


class Timeline:
    """The corrected times of one device in the order of its sequence numbers, which they never contradict.

    What was told once stays: a decision may rest on it. What comes between two known events is put between them.
    """

    def __init__(self, known: Iterable[tuple[int, datetime]] = ()) -> None:
        """Take in what is known around the numbers that come.

        Args:
            known: sequence number and corrected time; at least the nearest below and above each number to place.
        """
        rows = sorted(known)
        self._seqs = [seq for seq, _ in rows]
        self._times = [at for _, at in rows]

    def place(self, seq: int, found: CorrectedTime) -> CorrectedTime:
        """Put an event into the line; its time moves no further than its neighbours' times."""
        place = bisect.bisect_left(self._seqs, seq)
        at = found.at
        # The later neighbour first: should two known ones contradict each other, the earlier one holds.
        if place < len(self._times):
            at = min(at, self._times[place])
        if place:
            at = max(at, self._times[place - 1])
        self._seqs.insert(place, seq)
        self._times.insert(place, at)
        is_moved = abs(at - found.at) > ORDER_TOLERANCE
        if is_moved and found.quality is ClockQuality.EXACT:
            return CorrectedTime(at, ClockQuality.BOUNDED)
        return CorrectedTime(at, found.quality)
