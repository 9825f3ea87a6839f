"""What a bundle says about itself in the clear: whose it is, its parts and their digests; no event, no person.

The device signs it. With the device's certificate inside, anybody who knows the centre's public key can check it: a van
finds a damaged or foreign bundle in the village, where it can still be written anew.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sync.courier.documents import DocumentMalformed, SignedDocument, sign_document
from sync.courier.errors import BundleRefused
from sync.device_certificate import CertificateMalformed, DeviceCertificate, read_certificate
from sync.events import parse_utc
from sync.signing import DeviceSigner, Purpose, Verifier

MAXIMUM_PARTS = 4096
MAXIMUM_PART_BYTES = 4 * 1024**3 - 1
"""The largest file of FAT32."""
MAXIMUM_MANIFEST_BYTES = 512 * 1024
_MAXIMUM_COUNT = 2**40

_Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Hex16 = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
_UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Part(_Strict):
    """One file; its number is its place in the list, from 1."""

    size: int = Field(ge=1, le=MAXIMUM_PART_BYTES)
    sha256: _Hex64


class Manifest(_Strict):
    """The list of a bundle."""

    v: Literal[1] = 1
    bundle: str = Field(pattern=rf"^{_UUID_PATTERN.pattern}$")
    """UUID, made for this bundle."""
    device: str = Field(min_length=1, max_length=64)
    serial: int = Field(ge=1, le=2**31)
    """Counts the device's bundles."""
    created: str = Field(max_length=40)
    """By the device's clock."""
    centre: _Hex16
    """Id of the centre's signing key, as the device knows it."""
    epoch: str = Field(max_length=64)
    """Which of the centre's lives the device knows; empty when none yet."""
    floor: int = Field(ge=0, le=2**53 - 1)
    """The device needs no report on events below this sequence number; 0 asks for all."""
    items: int = Field(ge=0, le=_MAXIMUM_COUNT)
    chunks: int = Field(ge=0, le=_MAXIMUM_COUNT)
    first_seq: int = Field(ge=0, le=2**53 - 1)
    last_seq: int = Field(ge=0, le=2**53 - 1)
    root: _Hex64
    """Merkle tree hash of all records (RFC 9162)."""
    parts: list[Part] = Field(min_length=1, max_length=MAXIMUM_PARTS)
    certificate: str = Field(max_length=400)
    """Base64 of the device's certificate; empty when the centre has not sent it one yet."""

    @model_validator(mode="after")
    def _is_possible(self) -> "Manifest":
        parse_utc(self.created)
        if self.first_seq > self.last_seq:
            raise ValueError("an impossible range")
        return self

    @property
    def bundle_id(self) -> uuid.UUID:
        """The bundle's id."""
        return uuid.UUID(self.bundle)

    @property
    def created_at(self) -> datetime:
        """When, by the device's clock."""
        return parse_utc(self.created)

    @property
    def total_bytes(self) -> int:
        """Of all parts."""
        return sum(part.size for part in self.parts)

    def device_certificate(self) -> DeviceCertificate:
        """The certificate inside.

        Raises:
            BundleRefused: it is none.
        """
        try:
            return read_certificate(base64.b64decode(self.certificate, validate=True))
        except (binascii.Error, CertificateMalformed) as error:
            raise BundleRefused("bad-certificate", "the device's certificate") from error

    def sign(self, signer: DeviceSigner) -> bytes:
        """The bytes of the file."""
        return sign_document(self.model_dump(mode="json"), Purpose.BUNDLE_MANIFEST, signer)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest that was read, and the very bytes of its file."""

    manifest: Manifest
    document: SignedDocument
    encoded: bytes

    @classmethod
    def parse(cls, data: bytes) -> "SignedManifest":
        """Read a file; says nothing yet about who wrote it.

        Raises:
            BundleRefused: another form, or larger than any manifest.
        """
        try:
            document = SignedDocument.parse(data, MAXIMUM_MANIFEST_BYTES)
            manifest = Manifest.model_validate(document.value())
        except (DocumentMalformed, ValidationError) as error:
            raise BundleRefused("malformed", "the manifest cannot be read") from error
        return cls(manifest, document, data)

    def is_signed_by_device(self, device_key: Verifier) -> bool:
        """Whether this key signed it."""
        return self.document.is_signed_by(Purpose.BUNDLE_MANIFEST, device_key)

    def check(self, device_key: Verifier) -> None:
        """Believe it, or not.

        Raises:
            BundleRefused: not signed by this device's key.
        """
        if not self.is_signed_by_device(device_key):
            raise BundleRefused("bad-signature", "the manifest is not its device's")

    def check_by_certificate(self, centre_keys: Iterable[Verifier]) -> None:
        """Believe it on the word of the centre, as a van does without any network.

        Args:
            centre_keys: every signing key of the centre that is still good.
        Raises:
            BundleRefused: another centre's device, not signed by the device that it names, or a device without a
                certificate (``no-certificate``).
        """
        if not self.manifest.certificate:
            raise BundleRefused("no-certificate", "the device has no certificate yet")
        certificate = self.manifest.device_certificate()
        if not any(certificate.is_signed_by(centre) for centre in centre_keys):
            raise BundleRefused("foreign-centre", "the bundle belongs to another centre")
        if certificate.device != self.manifest.device:
            raise BundleRefused("bad-certificate", "the certificate is another device's")
        self.check(Verifier(certificate.public_key))


def is_bundle_id(text: str) -> bool:
    """Whether a name is that of a bundle's folder."""
    return _UUID_PATTERN.fullmatch(text) is not None


def part_file_name(number: int) -> str:
    """The file of a part, numbered from 1."""
    return f"part-{number:04d}.xlb"


MANIFEST_FILE = "manifest.json"
