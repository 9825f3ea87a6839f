"""Who asks: each request carries a statement that the device signed over what it asks for.

    Authorization: Xianglin-Device <base64url(statement)>.<base64url(signature)>

The statement names method, path, digest of the body, time and a nonce, so it fits this one request only.
"""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import NotAuthorised
from sync.events import iso_utc, parse_utc
from sync.signing import DeviceSigner, Purpose, Verifier

SCHEME = "Xianglin-Device"
MAXIMUM_HEADER_LENGTH = 2048
MAXIMUM_SKEW_S = 300
"""A statement older or newer than this is refused; the device then asks the signed probe for the time."""


class RequestStatement(BaseModel):
    """What the device signs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    v: Literal[1]
    device: str = Field(min_length=1, max_length=64)
    key: str = Field(pattern=r"^[0-9a-f]{16}$")
    method: str = Field(max_length=8)
    path: str = Field(max_length=512)
    """With the query, as it stands in the request line."""
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the body."""
    time: str = Field(max_length=40)
    nonce: str = Field(min_length=16, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")

    def moment(self) -> datetime:
        """When the device says that it asked.

        Raises:
            NotAuthorised: not a time.
        """
        try:
            return parse_utc(self.time)
        except ValueError as error:
            raise NotAuthorised("the statement's time cannot be read") from error


def authorization_header(
    signer: DeviceSigner,
    *,
    device: str,
    method: str,
    path: str,
    body: bytes,
    time: datetime,
    nonce: str,
) -> str:
    """Sign a request; the value of its ``Authorization`` header."""
    statement = canonical_json(
        {
            "v": 1,
            "device": device,
            "key": signer.key_id,
            "method": method,
            "path": path,
            "digest": hashlib.sha256(body).hexdigest(),
            "time": iso_utc(time),
            "nonce": nonce,
        }
    )
    signature = signer.sign(Purpose.REQUEST, statement)
    return f"{SCHEME} {_encode(statement)}.{_encode(signature)}"


class SignedStatement:
    """A statement that was read but not yet believed.

    Raises:
        NotAuthorised: the header is missing or not of this form.
    """

    def __init__(self, header: str | None) -> None:
        scheme, _, value = (header or "")[:MAXIMUM_HEADER_LENGTH].partition(" ")
        if scheme != SCHEME:
            raise NotAuthorised("the request is not signed by a device")
        statement, _, signature = value.partition(".")
        try:
            self._bytes = _decode(statement)
            self._signature = _decode(signature)
            self.statement = RequestStatement.model_validate(parse_canonical(self._bytes))
        except (binascii.Error, ValueError, CanonicalError, ValidationError) as error:
            raise NotAuthorised("the request's signature is not of this form") from error

    def check(self, verifier: Verifier, *, method: str, path: str, body: bytes | None) -> None:
        """Believe it, or not.

        Args:
            body: None when it was not read; then only who asks, and for what, is believed.
        Raises:
            NotAuthorised: signed by another key, or for another request.
        """
        if self.statement.key != verifier.key_id or not verifier.is_valid(
            Purpose.REQUEST, self._bytes, self._signature
        ):
            raise NotAuthorised("the request is not signed by this device")
        asked = (self.statement.method, self.statement.path)
        is_body = body is None or self.statement.digest == hashlib.sha256(body).hexdigest()
        if asked != (method, path) or not is_body:
            raise NotAuthorised("the signature belongs to another request")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
