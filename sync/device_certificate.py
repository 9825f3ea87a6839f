"""The centre's word for a device's key, short enough for a receipt's code.

Who knows the centre's public key alone can check, without any network, that a key belongs to a device and that
receipt numbers of its prefix are this device's.
"""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from sync.signing import (
    PUBLIC_KEY_BYTES,
    SIGNATURE_BYTES,
    DeviceSigner,
    Purpose,
    Verifier,
)

_VERSION = 1
_HEAD = struct.Struct(f">B8s3sI{PUBLIC_KEY_BYTES}sB")
"""Version, id of the centre's key, prefix, minutes since 1970, the device's key, length of the device's id."""
_DEVICE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PREFIX = re.compile(rb"[A-Z][A-Z0-9]{2}")
MAXIMUM_CERTIFICATE_BYTES = _HEAD.size + 64 + SIGNATURE_BYTES


class CertificateMalformed(ValueError):
    """The bytes are not a certificate of this version."""


@dataclass(frozen=True, slots=True)
class DeviceCertificate:
    """A certificate that was read but not yet believed."""

    centre_key_id: str
    """Which centre claims to have signed: tells another county's paper from a forged one."""
    receipt_prefix: str
    issued_at: datetime
    """By the centre's clock, to the minute."""
    public_key: bytes
    device: str
    signature: bytes
    signed: bytes
    """What the signature is over."""

    @property
    def wire(self) -> bytes:
        """As it is sent, stored and printed."""
        return self.signed + self.signature

    def is_signed_by(self, centre: Verifier) -> bool:
        """Whether the centre of this key has signed it."""
        return self.centre_key_id == centre.key_id and centre.is_valid(
            Purpose.DEVICE_CERTIFICATE, self.signed, self.signature
        )


def issue_certificate(
    centre: DeviceSigner, device: str, receipt_prefix: str, public_key: bytes, at: datetime
) -> bytes:
    """Sign for a device's key; 113 bytes and the device's id.

    Raises:
        CertificateMalformed: the id or the prefix is not one.
    """
    name, prefix = device.encode("ascii"), receipt_prefix.encode("ascii")
    if not _DEVICE_ID.fullmatch(name) or not _PREFIX.fullmatch(prefix):
        raise CertificateMalformed("device id or prefix")
    minutes = int(at.timestamp()) // 60
    key_id = bytes.fromhex(centre.key_id)
    signed = _HEAD.pack(_VERSION, key_id, prefix, minutes, public_key, len(name)) + name
    return signed + centre.sign(Purpose.DEVICE_CERTIFICATE, signed)


def read_certificate(data: bytes) -> DeviceCertificate:
    """Take a certificate apart; says nothing about whether it is genuine.

    Raises:
        CertificateMalformed: cut short, too long, of another version, or with an impossible value.
    """
    if len(data) < _HEAD.size:
        raise CertificateMalformed("cut short")
    version, key_id, prefix, minutes, public_key, length = _HEAD.unpack_from(data)
    if version != _VERSION or len(data) != _HEAD.size + length + SIGNATURE_BYTES:
        raise CertificateMalformed("another version or length")
    signed = data[: _HEAD.size + length]
    name = signed[_HEAD.size :]
    if not _DEVICE_ID.fullmatch(name) or not _PREFIX.fullmatch(prefix):
        raise CertificateMalformed("device id or prefix")
    return DeviceCertificate(
        centre_key_id=key_id.hex(),
        receipt_prefix=prefix.decode("ascii"),
        issued_at=datetime.fromtimestamp(minutes * 60, UTC),
        public_key=public_key,
        device=name.decode("ascii"),
        signature=data[len(signed) :],
        signed=signed,
    )
