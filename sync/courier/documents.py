"""A signed file of the courier: manifest, custody receipt, delivery report.

    {"key": key id, "signature": base64, "signed": canonical JSON as text}

The form is that of the centre's answers; the whole file is canonical JSON too, so that equal files have equal bytes.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.signing import DeviceSigner, Purpose, Verifier


class DocumentMalformed(ValueError):
    """Not a signed file of this form."""


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    key: str = Field(pattern=r"^[0-9a-f]{16}$")
    signature: str = Field(max_length=100)
    signed: str


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A signed file that was taken apart but not yet believed."""

    key_id: str
    signature: bytes
    text: bytes
    """What the signature is over."""

    @classmethod
    def parse(cls, data: bytes, maximum_bytes: int) -> "SignedDocument":
        """Take a file apart.

        Raises:
            DocumentMalformed: larger than allowed, or of another form.
        """
        if len(data) > maximum_bytes:
            raise DocumentMalformed("larger than any file of its kind")
        try:
            # Not ``parse_canonical``: the signed text inside is checked letter by letter anyhow.
            envelope = _Envelope.model_validate(json.loads(data.decode("utf-8")))
            signature = base64.b64decode(envelope.signature, validate=True)
            text = envelope.signed.encode("utf-8")
        except (ValueError, RecursionError, binascii.Error, ValidationError) as error:
            raise DocumentMalformed("not a signed file") from error
        return cls(envelope.key, signature, text)

    def is_signed_by(self, purpose: Purpose, verifier: Verifier) -> bool:
        """Whether this key signed the text for this purpose."""
        return self.key_id == verifier.key_id and verifier.is_valid(
            purpose, self.text, self.signature
        )

    def value(self) -> dict[str, object]:
        """What stands in it; look at it only to find the key that must have signed.

        Raises:
            DocumentMalformed: not canonical JSON of an object.
        """
        try:
            value = parse_canonical(self.text)
        except CanonicalError as error:
            raise DocumentMalformed("not canonical JSON") from error
        if not isinstance(value, dict):
            raise DocumentMalformed("not an object")
        return value


def sign_document(value: Mapping[str, object], purpose: Purpose, signer: DeviceSigner) -> bytes:
    """Sign a value; the bytes of the file."""
    text = canonical_json(value)
    return canonical_json(
        {
            "key": signer.key_id,
            "signature": base64.b64encode(signer.sign(purpose, text)).decode("ascii"),
            "signed": text.decode("utf-8"),
        }
    )
