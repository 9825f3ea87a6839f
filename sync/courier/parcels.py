"""Parcels of roster, catalogue and decisions: a van carries them from medium to medium for kiosks that it meets.

A van can check that the centre made one, for whom and when; it cannot open it.
"""

from collections.abc import Mapping
from datetime import datetime

from sync.courier.layout import CourierFolder
from sync.errors import FeedUnusable, NotTheCentre
from sync.pull_parcel import read_parcel
from sync.sealed_page import read_header
from sync.signing import Verifier


def parcel_of(
    place: CourierFolder, device: str, centre_keys: Mapping[str, Verifier]
) -> tuple[bytes, datetime] | None:
    """A genuine parcel for a device that lies somewhere, and when it was made."""
    data = place.parcel(device)
    try:
        pages = read_parcel(data) if data else iter(())
        header = read_header(next(pages), centre_keys)
    except (StopIteration, NotTheCentre, FeedUnusable):
        return None
    return (data, header.time) if data and header.device == device else None


def copy_parcels(
    source: CourierFolder, target: CourierFolder, centre_keys: Mapping[str, Verifier]
) -> int:
    """Copy every genuine parcel that is newer than what lies at the target; how many that were."""
    copied = 0
    for device in source.parcel_devices():
        found = parcel_of(source, device, centre_keys)
        kept = parcel_of(target, device, centre_keys)
        if found is not None and (kept is None or kept[1] < found[1]):
            target.put_parcel(device, found[0])
            copied += 1
    return copied
