"""How a kiosk proves itself to a van, in each request of a hand-over.

    Authorization: Xianglin-Handover <base64url(statement)>.<base64url(signature)>

The statement is bound to the channel by the digest of the van's TLS certificate (RFC 5929, tls-server-end-point): shown
to another van, or through somebody in between, it is worth nothing. The van's nonce makes it fresh without any clock.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.courier.export import DeviceIdentity
from sync.device_certificate import CertificateMalformed, DeviceCertificate, read_certificate
from sync.errors import NotAuthorised
from sync.signing import Purpose, Verifier

SCHEME = "Xianglin-Handover"
MAXIMUM_HEADER_LENGTH = 2048


class _Statement(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    v: Literal[1] = 1
    certificate: str = Field(max_length=400)
    channel: str = Field(pattern=r"^[0-9a-f]{64}$")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    method: str = Field(max_length=8)
    nonce: str = Field(min_length=16, max_length=64)
    path: str = Field(max_length=256)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request in its channel."""

    channel: str
    """SHA-256 of the van's TLS certificate, 64 hexadecimal digits."""
    nonce: str
    """The van's, of this connection."""
    method: str
    path: str
    """With the query, as in the request line."""
    body: bytes


def channel_of(tls_certificate: bytes) -> str:
    """What names a channel.

    Args:
        tls_certificate: of the van, DER.
    """
    return hashlib.sha256(tls_certificate).hexdigest()


def prove(identity: DeviceIdentity, exchange: Exchange) -> str:
    """The value of the ``Authorization`` header."""
    statement = _Statement(
        certificate=base64.b64encode(identity.certificate).decode("ascii"),
        channel=exchange.channel,
        digest=hashlib.sha256(exchange.body).hexdigest(),
        method=exchange.method,
        nonce=exchange.nonce,
        path=exchange.path,
    )
    text = canonical_json(statement.model_dump(mode="json"))
    signature = identity.signer.sign(Purpose.HANDOVER, text)
    return f"{SCHEME} {_encode(text)}.{_encode(signature)}"


def check(
    header: str | None, exchange: Exchange, certifiers: Iterable[Verifier]
) -> DeviceCertificate:
    """Whose request this is.

    Args:
        certifiers: every key of the centre whose device certificates count.
    Raises:
        NotAuthorised: not signed, for something else, or of a device of another centre.
    """
    scheme, _, value = (header or "")[:MAXIMUM_HEADER_LENGTH].partition(" ")
    if scheme != SCHEME:
        raise NotAuthorised("the request is not signed by a device")
    encoded, _, signature = value.partition(".")
    try:
        text, signed = _decode(encoded), _decode(signature)
        statement = _Statement.model_validate(parse_canonical(text))
        certificate = read_certificate(base64.b64decode(statement.certificate, validate=True))
    except (ValueError, CanonicalError, ValidationError, CertificateMalformed) as error:
        raise NotAuthorised("the request's signature is not of this form") from error
    if not any(certificate.is_signed_by(one) for one in certifiers):
        raise NotAuthorised("the device belongs to another centre")
    if not Verifier(certificate.public_key).is_valid(Purpose.HANDOVER, text, signed):
        raise NotAuthorised("the request is not signed by this device")
    said = (statement.channel, statement.nonce, statement.method, statement.path, statement.digest)
    digest = hashlib.sha256(exchange.body).hexdigest()
    if said != (exchange.channel, exchange.nonce, exchange.method, exchange.path, digest):
        raise NotAuthorised("the signature belongs to another request or channel")
    return certificate


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
