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
    data = place.parcel(device) or b""
    made = _read(data, device, centre_keys)
    return (data, made) if made is not None else None


def _read(data: bytes, device: str, centre_keys: Mapping[str, Verifier]) -> datetime | None:
    """When a parcel was made; None when it is not one of the centre for this device."""
    try:
        header = read_header(next(read_parcel(data)), centre_keys)
    except (StopIteration, NotTheCentre, FeedUnusable):
        return None
    return header.time if header.device == device else None


def keep_parcel(
    target: CourierFolder, device: str, data: bytes, centre_keys: Mapping[str, Verifier]
) -> bool:
    """Keep a parcel that came for a device when it is genuine and newer than the kept one; returns whether it was."""
    found = _read(data, device, centre_keys)
    kept = parcel_of(target, device, centre_keys)
    if found is None or (kept is not None and kept[1] >= found):
        return False
    target.put_parcel(device, data)
    return True


def copy_parcels(
    source: CourierFolder, target: CourierFolder, centre_keys: Mapping[str, Verifier]
) -> int:
    """Copy every genuine parcel that is newer than what lies at the target; how many that were."""
    copied = 0
    for device in source.parcel_devices():
        data = source.parcel(device)
        copied += data is not None and keep_parcel(target, device, data, centre_keys)
    return copied
