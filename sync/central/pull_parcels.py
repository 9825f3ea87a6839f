"""Parcels of pages for kiosks that no link reaches."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from sync.central.database import CentralDatabase
from sync.central.devices import Device, find_device
from sync.central.feed_pages import make_page
from sync.central.opening_keys import opening_key_of_device
from sync.feed_sinks import CATALOGUE, DECISIONS, ROSTER
from sync.page_budget import MOST_BYTES
from sync.pull_parcel import write_parcel
from sync.sealed_page import seal_page
from sync.sealing import SealingKey
from sync.signing import DeviceSigner


def make_parcel(
    database: CentralDatabase,
    device_id: str,
    signer: DeviceSigner,
    now: datetime,
    since: Mapping[str, int] | None = None,
) -> bytes | None:
    """Put every page of every feed together.

    From the beginning, as a rule: where a kiosk without a link stands, nobody knows, and a village's roster is a few
    hundred kilobytes. The kiosk passes over what it has.

    Args:
        signer: the centre's oldest key that counts.
        since: cursors to begin at, by feed.
    Returns:
        None for a device that is not enrolled, switched off, or whose opening key is not known yet.
    """
    epoch = database.epoch
    with database.reading() as connection:
        device = find_device(connection, device_id)
        key = opening_key_of_device(connection, device_id)
        if device is None or not device.enabled or key is None:
            return None
        pages: list[bytes] = []
        for feed in (ROSTER, CATALOGUE, DECISIONS):
            start = (since or {}).get(feed, 0)
            pages += _pages(connection, device, feed, start, epoch, now, signer, key)
    return write_parcel(pages)


def _pages(
    connection: Connection,
    device: Device,
    feed: str,
    after: int,
    epoch: str,
    now: datetime,
    signer: DeviceSigner,
    key: SealingKey,
) -> list[bytes]:
    pages: list[bytes] = []
    while True:
        made = make_page(connection, feed, device, after, MOST_BYTES, epoch=epoch, now=now)
        pages.append(seal_page(made.header, made.packed, signer, key))
        after = made.header.cursor
        if not made.header.more:
            return pages
