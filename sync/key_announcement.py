"""A device tells the centre its next key: signed by the key that the centre knows, and by the new one.

The first signature says that the device wants it; the second that the device has it, and did not copy another's.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.answers import NoncedAnswer
from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import RejectedItem
from sync.signing import DeviceSigner, Purpose, Verifier

ANNOUNCEMENT_PATH = "/v2/devices/me/keys"
MAXIMUM_ANNOUNCEMENT_BYTES = 4096


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class KeyStatement(_Strict):
    """What both keys sign."""

    v: Literal[2]
    device: str = Field(min_length=1, max_length=64)
    public: str = Field(pattern=r"^[0-9a-f]{64}$")
    """The new key."""
    first_seq: int = Field(ge=1, le=2**53 - 1)
    """The cut: the old key is good for items below it, the new one for the others."""

    @property
    def verifier(self) -> Verifier:
        """Of the new key."""
        return Verifier(bytes.fromhex(self.public))


class _Announcement(_Strict):
    statement: str = Field(max_length=1024)
    signatures: dict[str, str] = Field(min_length=2, max_length=2)


class DeviceKeyAnswer(NoncedAnswer):
    """The centre's confirmation."""

    public: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Echo of the new key."""
    first_seq: int = Field(ge=1)


def announce(device: str, first_seq: int, old: DeviceSigner, new: DeviceSigner) -> bytes:
    """The body of an announcement."""
    statement = canonical_json(
        {"v": 2, "device": device, "public": new.public_key.hex(), "first_seq": first_seq}
    )
    signatures = {
        signer.key_id: base64.b64encode(signer.sign(Purpose.DEVICE_KEY, statement)).decode("ascii")
        for signer in (old, new)
    }
    return canonical_json({"statement": statement.decode("ascii"), "signatures": signatures})


def read_announcement(body: bytes, device: str, old: Verifier) -> KeyStatement:
    """Check an announcement.

    Args:
        old: the key that signed the request.
    Raises:
        RejectedItem: of another form, for another device, or not signed by both keys.
    """
    try:
        announcement = _Announcement.model_validate(parse_canonical(body))
        text = announcement.statement.encode("utf-8")
        statement = KeyStatement.model_validate(parse_canonical(text))
        if statement.device != device:
            raise RejectedItem("the key is for another device", "foreign-device")
        keys = {one.key_id: one for one in (old, statement.verifier)}
        if len(keys) != 2 or not _are_signed(text, announcement.signatures, keys):
            raise RejectedItem("the key is not signed by both keys", "bad-signature")
    except (CanonicalError, ValidationError, ValueError, binascii.Error) as error:
        raise RejectedItem("the announcement is of an unknown form") from error
    return statement


def _are_signed(text: bytes, signatures: Mapping[str, str], keys: Mapping[str, Verifier]) -> bool:
    return keys.keys() == signatures.keys() and all(
        key.is_valid(Purpose.DEVICE_KEY, text, base64.b64decode(signatures[key_id], validate=True))
        for key_id, key in keys.items()
    )
