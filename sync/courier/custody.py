"""A van's word that it carries a bundle.

It tells staff where things are, and nothing else: no event is settled, deleted or held back by it. A van that breaks
down costs nothing but time.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sync.courier.documents import DocumentMalformed, SignedDocument, sign_document
from sync.courier.errors import BundleRefused
from sync.courier.export import DeviceIdentity
from sync.courier.manifest import SignedManifest
from sync.device_certificate import CertificateMalformed, read_certificate
from sync.events import iso_utc, parse_utc
from sync.signing import Purpose, Verifier

MAXIMUM_RECEIPT_BYTES = 4096


class _Statement(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    v: Literal[1] = 1
    bundle: str = Field(max_length=36)
    device: str = Field(min_length=1, max_length=64)
    """Whose bundle it is."""
    manifest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the manifest's file."""
    van: str = Field(min_length=1, max_length=64)
    since: str = Field(max_length=40)
    """By the van's clock."""
    certificate: str = Field(max_length=400)
    """Base64 of the van's certificate."""

    @field_validator("since")
    @classmethod
    def _is_time(cls, value: str) -> str:
        parse_utc(value)
        return value


@dataclass(frozen=True, slots=True)
class CustodyReceipt:
    """A receipt that was checked."""

    bundle: str
    device: str
    manifest_digest: str
    van: str
    since: datetime
    encoded: bytes


def sign_custody(signed: SignedManifest, van: DeviceIdentity, at: datetime) -> bytes:
    """The file that says that a van carries a bundle."""
    statement = _Statement(
        bundle=signed.manifest.bundle,
        device=signed.manifest.device,
        manifest=hashlib.sha256(signed.encoded).hexdigest(),
        van=van.device,
        since=iso_utc(at),
        certificate=base64.b64encode(van.certificate).decode("ascii"),
    )
    return sign_document(statement.model_dump(mode="json"), Purpose.CUSTODY_RECEIPT, van.signer)


def read_custody(data: bytes, centre_keys: Iterable[Verifier]) -> CustodyReceipt:
    """Read and check a receipt.

    Args:
        centre_keys: every signing key of the centre that is still good.
    Raises:
        BundleRefused: not a receipt, of a van of another centre, or not signed by the van that it names.
    """
    try:
        document = SignedDocument.parse(data, MAXIMUM_RECEIPT_BYTES)
        statement = _Statement.model_validate(document.value())
        certificate = read_certificate(base64.b64decode(statement.certificate, validate=True))
    except (DocumentMalformed, ValidationError, binascii.Error, CertificateMalformed) as error:
        raise BundleRefused("malformed", "the custody receipt cannot be read") from error
    if not any(certificate.is_signed_by(centre) for centre in centre_keys):
        raise BundleRefused("foreign-centre", "the van belongs to another centre")
    van_key = Verifier(certificate.public_key)
    if certificate.device != statement.van or not document.is_signed_by(
        Purpose.CUSTODY_RECEIPT, van_key
    ):
        raise BundleRefused("bad-signature", "the custody receipt is not the van's")
    return CustodyReceipt(
        statement.bundle,
        statement.device,
        statement.manifest,
        statement.van,
        parse_utc(statement.since),
        data,
    )
