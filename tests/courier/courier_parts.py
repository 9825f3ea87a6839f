"""Kiosks, vans and a centre's keys for tests of the courier; media are folders."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sync.courier.arrivals import Receiving
from sync.courier.carrier import Carrier
from sync.courier.errors import BundleRefused
from sync.courier.export import DeviceIdentity, Exported, Exporter
from sync.courier.layout import CourierFolder
from sync.courier.settle import ReportSettlement
from sync.courier.stored_bundle import StoredBundle
from sync.device_certificate import issue_certificate
from sync.errors import SealError
from sync.sealing import HYBRID, OpeningKey
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import DEVICE, NOW, FakeClock, Kiosk, make_kiosk

VAN = "van-0001"


class CentreKeys:
    """What only the centre has."""

    def __init__(self, signer: DeviceSigner | None = None) -> None:
        self.signer = signer or DeviceSigner.generate()
        self.opener = OpeningKey.generate(HYBRID)
        self.key_id = self.opener.key_id
        self.verifier = Verifier(self.signer.public_key)

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
    progress: list[tuple[int, int]] = field(default_factory=list)

    @property
    def identity(self) -> DeviceIdentity:
        return self.keys.identity(DEVICE, self.kiosk.signer)

    def exporter(self) -> Exporter:
        return Exporter(
            self.kiosk.database, self.identity, self.keys, self.kiosk.clock, self.item_part_bytes
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
def make_site(folder: Path, keys: CentreKeys | None = None) -> Iterator[Site]:
    with make_kiosk(folder) as kiosk:
        yield Site(kiosk, keys or CentreKeys(), folder)


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
        kiosk.database, reports, [keys.verifier], Verifier(kiosk.signer.public_key), DEVICE
    )


def items_in(site: Site, medium: Path, bundle: str) -> list[bytes]:
    """What the centre finds in a bundle."""
    stored = StoredBundle.load(CourierFolder.at(medium), bundle)
    return [
        record.content
        for number in range(1, len(stored.manifest.parts) + 1)
        for record in stored.records(number, site.keys.open)
    ]
