"""A medium beside the kiosk: what goes out to the centre, and the centre's report that comes back."""

import base64
import itertools
from pathlib import Path

from kiosk.storage.settlement import KioskSettlement
from sync import events
from sync.answers import PROTOCOL_V2, EventStatus, Problem, seal_answer
from sync.courier.arrivals import Receiving
from sync.courier.errors import BundleRefused
from sync.courier.export import DeviceIdentity, Exported, Exporter
from sync.courier.layout import CourierFolder
from sync.courier.report import DeliveryReport, ReportedRange
from sync.courier.settle import ReportSettlement
from sync.courier.stored_bundle import StoredBundle
from sync.device_certificate import issue_certificate
from sync.http_failures import PROBLEM_PREFIX
from sync.sealing import HYBRID, OpeningKey
from sync.signing import Purpose, Verifier
from tests.crash.kiosk_parts import ANCHOR, CENTRE, NOW, Kiosk

DEVICE = "dev-0007"
PART_BYTES = 8 * 1024
"""Of a part with items: a few requests make several."""
MEDIUM = "medium"


def medium_of(folder: Path) -> CourierFolder:
    """The stick, which is there before anything begins."""
    return CourierFolder.at(folder / MEDIUM)


def export(kiosk: Kiosk, folder: Path) -> Exported:
    """Write everything that waits."""
    certificate = issue_certificate(CENTRE, DEVICE, "A07", kiosk.signer.public_key, NOW)
    identity = DeviceIdentity(DEVICE, kiosk.signer, certificate, CENTRE.key_id)
    key = OpeningKey.generate(HYBRID).sealing_key
    exporter = Exporter(kiosk.encrypted, identity, key, events.SystemClock(), PART_BYTES)
    done = exporter.export(medium_of(folder), "U盘")
    assert done is not None
    return done


def put_report(kiosk: Kiosk, folder: Path) -> None:
    """The centre has the first four and refuses the fifth."""
    with kiosk.encrypted.reading() as raw:
        digests = [row[0] for row in raw.execute("SELECT digest FROM outbox ORDER BY seq LIMIT 5")]
    begun = [bytes.fromhex(digest)[:16] for digest in digests]
    report = DeliveryReport(
        protocol=PROTOCOL_V2,
        device=DEVICE,
        epoch="e",
        time=NOW,
        floor=0,
        hwm=5,
        ranges=(
            ReportedRange(
                first=1,
                last=4,
                status=EventStatus.APPLIED,
                digests=base64.b64encode(b"".join(begun[:4])).decode(),
            ),
            ReportedRange(
                first=5,
                last=5,
                status=EventStatus.REJECTED,
                problem=Problem(type=f"{PROBLEM_PREFIX}unknown-kind"),
                digests=base64.b64encode(begun[4]).decode(),
            ),
        ),
    )
    data = seal_answer(report, Purpose.DELIVERY_REPORT, CENTRE)
    medium_of(folder).put_report(DEVICE, data)


def take_in(kiosk: Kiosk, folder: Path) -> list[str]:
    """Take in the report; gives the ids of what it settled."""
    trusted = {CENTRE.key_id: ANCHOR}
    clock = events.SystemClock()
    listener = KioskSettlement(kiosk.outbox, kiosk.store.clock)
    reports = ReportSettlement(kiosk.encrypted, kiosk.outbox, listener, clock, DEVICE, trusted, 2)
    own = Verifier(kiosk.signer.public_key)
    Receiving(kiosk.encrypted, reports, [*trusted.values()], own, DEVICE).take(medium_of(folder))
    with kiosk.encrypted.reading() as raw:
        rows = raw.execute("SELECT id FROM outbox WHERE state <> 'queued' ORDER BY seq").fetchall()
    return list(itertools.chain.from_iterable(rows))


def bundles_on(folder: Path, device: Verifier) -> dict[str, int]:
    """Every bundle that has its name, with how many events; -1 for one that is not whole."""
    place = medium_of(folder)
    return {bundle: _items_in(place, bundle, device) for bundle in place.bundle_ids()}


def _items_in(place: CourierFolder, bundle: str, device: Verifier) -> int:
    try:
        stored = StoredBundle.load(place, bundle)
    except BundleRefused:
        return -1
    is_whole = stored.signed.is_signed_by_device(device) and not stored.damaged_parts()
    return stored.manifest.items if is_whole else -1
