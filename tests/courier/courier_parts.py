"""Kiosks, vans and a centre's keys for tests of the courier; media are folders."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.central.bundles import BundleIntake, BundleOutcome
from sync.central.database import CentralDatabase
from sync.central.delivery_reports import make_report
from sync.courier.arrivals import Receiving
from sync.courier.carrier import Carrier
from sync.courier.errors import BundleRefused
from sync.courier.export import DeviceIdentity, Exported, Exporter
from sync.courier.layout import CourierFolder
from sync.courier.settle import ReportSettlement
from sync.courier.stored_bundle import StoredBundle
from sync.device_certificate import issue_certificate
from sync.engine import SyncEngine
from sync.errors import SealError
from sync.keyring_store import KeyringStore
from sync.sealing import HYBRID, OpeningKey
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import DEVICE, NOW, Centre, FakeClock, Kiosk, make_kiosk

VAN = "van-0001"


class CentreKeys:
    """What only the centre has."""

    def __init__(
        self, signer: DeviceSigner | None = None, opener: OpeningKey | None = None
    ) -> None:
        self.signer = signer or DeviceSigner.generate()
        self.opener = opener or OpeningKey.generate(HYBRID)
        self.key_id = self.opener.key_id
        self.document = b""
        self.verifier = Verifier(self.signer.public_key)

    @classmethod
    def of(cls, centre: Centre) -> "CentreKeys":
        """Those of a running centre."""
        keys = centre.admin._keys.current()
        (opener,) = (one for one in keys.openers.values() if one.kem == HYBRID)
        made = cls(keys.signers[0], opener)
        made.document = keys.document
        return made

    def seal(self, info: bytes, plain: bytes) -> bytes:
        return self.opener.sealing_key.seal(info, plain)

    def open(self, key_id: str, info: bytes, sealed: bytes) -> bytes:
        if key_id != self.key_id:
            raise BundleRefused("unknown-key")
        try:
            return self.opener.open(info, sealed)
        except SealError as error:
            raise BundleRefused("damaged") from error

    def identity(self, device: str, signer: DeviceSigner, prefix: str = "A07") -> DeviceIdentity:
        certificate = issue_certificate(self.signer, device, prefix, signer.public_key, NOW)
        return DeviceIdentity(device, signer, certificate, self.signer.key_id)


@dataclass
class Site:
    """A kiosk and its centre's keys."""

    kiosk: Kiosk
    keys: CentreKeys
    folder: Path
    item_part_bytes: int = 1024 * 1024
    part_bytes: int = 16 * 1024 * 1024
    progress: list[tuple[int, int]] = field(default_factory=list)

    @property
    def identity(self) -> DeviceIdentity:
        return self.keys.identity(DEVICE, self.kiosk.signer)

    def exporter(self) -> Exporter:
        return Exporter(
            self.kiosk.database,
            self.identity,
            self.keys,
            self.kiosk.clock,
            self.item_part_bytes,
            self.part_bytes,
        )

    def export(self, medium: Path, **options) -> Exported | None:
        return self.exporter().export(
            CourierFolder.at(medium),
            "U盘",
            progress=lambda *at: self.progress.append(at),
            **options,
        )

    def queue(self) -> list[tuple]:
        """Everything of the outbox, to see that it did not change."""
        return self.kiosk.rows("SELECT * FROM outbox ORDER BY seq")


@contextlib.contextmanager
def make_site(folder: Path, keys: CentreKeys | None = None, keyring: bytes = b"") -> Iterator[Site]:
    """A kiosk; with a keyring its items are sealed one by one too."""
    chosen = keys or CentreKeys()
    centre_key = chosen.signer.public_key if keyring else None
    with make_kiosk(folder, centre_key=centre_key) as kiosk:
        if keyring:
            with kiosk.database.transaction() as database:
                KeyringStore(chosen.verifier).take(database, keyring, NOW)
        yield Site(kiosk, chosen, folder)


@dataclass
class Van:
    """A machine that carries for others."""

    folder: Path
    keys: CentreKeys
    signer: DeviceSigner = field(default_factory=DeviceSigner.generate)
    clock: FakeClock = field(default_factory=FakeClock)

    def carrier(self, **changes) -> Carrier:
        self.folder.mkdir(exist_ok=True)
        values = {
            "store": CourierFolder.at(self.folder),
            "identity": self.keys.identity(VAN, self.signer, "B01"),
            "certifiers": [self.keys.verifier],
            "centre_keys": {self.keys.signer.key_id: self.keys.verifier},
            "clock": self.clock,
        }
        return Carrier(**{**values, **changes})


def receiving(site: Site) -> Receiving:
    kiosk, keys = site.kiosk, site.keys
    trusted = {keys.signer.key_id: keys.verifier}
    reports = ReportSettlement(
        kiosk.database, kiosk.outbox, kiosk.listener, kiosk.clock, DEVICE, trusted
    )
    return Receiving(
        kiosk.database, reports, [keys.verifier], [Verifier(kiosk.signer.public_key)], DEVICE
    )


@dataclass
class Loop:
    """A kiosk, its centre, and a stick between them."""

    site: Site
    centre: Centre
    medium: Path
    days: int = 0

    @property
    def database(self) -> CentralDatabase:
        return self.centre.admin._database

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    def export(self) -> str:
        done = self.site.export(self.medium)
        return done.bundle if done else ""

    def intake(self, *bundles: str, place: Path | None = None) -> list[BundleOutcome]:
        folder = CourierFolder.at(place or self.medium)
        taker = BundleIntake(self.database, self.centre.admin._keys.current, self.now)
        return [
            taker.take_folder(StoredBundle.load(folder, bundle))
            for bundle in bundles or folder.bundle_ids()
        ]

    def report(self, place: Path | None = None) -> None:
        self.days += 1
        signers = self.centre.admin._keys.current().signers
        data = make_report(self.database, DEVICE, signers, self.now())
        assert data is not None
        folder = CourierFolder.at(place or self.medium)
        folder.make_reports().replace(f"{DEVICE}.json", data)

    def bring(self):
        return receiving(self.site).take(CourierFolder.at(self.medium)).report

    def network(self) -> None:
        transport = self.centre.transport(self.site.kiosk.signer)
        kiosk = self.site.kiosk
        SyncEngine(kiosk.database, kiosk.outbox, transport, kiosk.listener, kiosk.clock).run_once()
        transport.close()

    def applied(self) -> list[tuple[str, int]]:
        """Ids and numbers at the centre, in the order in which they were applied."""
        from sqlalchemy import select

        from sync.central import tables

        row = tables.event_key
        with self.database.reading() as connection:
            found = connection.execute(select(row.c.id, row.c.seq).order_by(row.c.server_seq))
            return [(line.id, line.seq) for line in found]


def items_in(site: Site, medium: Path, bundle: str) -> list[bytes]:
    """What the centre finds in a bundle."""
    stored = StoredBundle.load(CourierFolder.at(medium), bundle)
    return [
        record.content
        for number in range(1, len(stored.manifest.parts) + 1)
        for record in stored.records(number, site.keys.open)
    ]
