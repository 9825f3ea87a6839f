"""Kiosks, vans and a centre's keys for tests of the courier; media are folders."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.courier.errors import BundleRefused
from sync.courier.export import DeviceIdentity, Exported, Exporter
from sync.courier.layout import CourierFolder
from sync.courier.stored_bundle import StoredBundle
from sync.device_certificate import issue_certificate
from sync.signing import DeviceSigner, Verifier, key_id_of
from tests.sync.sync_parts import DEVICE, NOW, Kiosk, make_kiosk

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
VAN = "van-0001"


class CentreKeys:
    """What only the centre has."""

    def __init__(self) -> None:
        self.signer = DeviceSigner.generate()
        lattice, point = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
        self._private = hpke.MLKEM768X25519PrivateKey(lattice, point)
        self._public = self._private.public_key()
        self.key_id = key_id_of(point.public_key().public_bytes_raw())
        self.verifier = Verifier(self.signer.public_key)

    def seal(self, info: bytes, plain: bytes) -> bytes:
        return SUITE.encrypt(plain, self._public, info=info)

    def open(self, key_id: str, info: bytes, sealed: bytes) -> bytes:
        if key_id != self.key_id:
            raise BundleRefused("unknown-key")
        try:
            return SUITE.decrypt(sealed, self._private, info=info)
        except Exception as error:
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


def items_in(site: Site, medium: Path, bundle: str) -> list[bytes]:
    """What the centre finds in a bundle."""
    stored = StoredBundle.load(CourierFolder.at(medium), bundle)
    return [
        record.content
        for number in range(1, len(stored.manifest.parts) + 1)
        for record in stored.records(number, site.keys.open)
    ]
