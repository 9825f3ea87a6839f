"""The centre's keys as one signed document: whom to believe, and to which key items are sealed.

A device trusts the key of its settings first, and from then on whatever a document says that a trusted key signed. So
the centre's keys can be changed one after the other without anybody travelling to the devices. Which keys count is
said by the newest document alone, never by the device's own clock, which may be wrong.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import KeyringRefused, SealError
from sync.events import iso_utc, parse_utc
from sync.sealing import HYBRID, KEMS, X25519, SealingKey
from sync.signing import DeviceSigner, Purpose, Verifier

KEYRING_VERSION = 2
MAXIMUM_KEYRING_BYTES = 64 * 1024
MAXIMUM_KEYS = 16
"""Of one kind, current and overlapping."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One key of the document."""

    public: bytes
    until: datetime | None = None
    """When the centre will take it off the list, aware, UTC; None for the current one. Only a warning is made of it."""


@dataclass(frozen=True)
class Keyring:
    """What a document says. The first key of each kind is the current one."""

    serial: int
    """Grows with each change; a lower one is never taken in."""
    issued_at: datetime
    signing: tuple[ListedKey, ...]
    """Keys whose signature under an answer counts."""
    past: tuple[bytes, ...]
    """Public keys that sign no answer any more, but the certificates on old receipts."""
    sealing: Mapping[str, tuple[ListedKey, ...]]
    """By kind."""
    dictionaries: tuple[int, ...]
    """Ids that the centre can read."""

    @cached_property
    def verifiers(self) -> Mapping[str, Verifier]:
        """Whose answers count, by key id."""
        return _by_id([Verifier(key.public) for key in self.signing])

    @cached_property
    def paper_verifiers(self) -> Mapping[str, Verifier]:
        """Whose certificates count, by key id: those of answers, and those of the past."""
        past = [Verifier(public) for public in self.past]
        return {**_by_id(past), **self.verifiers}

    @cached_property
    def sealing_key(self) -> SealingKey:
        """What items are sealed to now."""
        return SealingKey(X25519, self.sealing[X25519][0].public)

    @cached_property
    def bundle_key(self) -> SealingKey:
        """What bundles are sealed to now."""
        return SealingKey(HYBRID, self.sealing[HYBRID][0].public)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Key(_Strict):
    public: str = Field(max_length=2000)
    until: str | None = Field(default=None, max_length=40)


class _Document(_Strict):
    protocol: int
    serial: int = Field(ge=1, le=2**53 - 1)
    issued_at: str = Field(max_length=40)
    signing: list[_Key] = Field(min_length=1, max_length=MAXIMUM_KEYS)
    past: list[str] = Field(max_length=1000)
    sealing: dict[str, list[_Key]]
    dictionaries: list[int] = Field(max_length=1000)


class _Signature(_Strict):
    key: str = Field(max_length=16)
    signature: str = Field(max_length=88)


class _Envelope(_Strict):
    signed: str = Field(max_length=MAXIMUM_KEYRING_BYTES)
    signatures: list[_Signature] = Field(min_length=1, max_length=1000)


def sign_keyring(keyring: Keyring, signers: Sequence[DeviceSigner]) -> bytes:
    """Write the document, signed by each key that a device somewhere may still trust."""
    text = canonical_json(
        {
            **_content(keyring),
            "protocol": KEYRING_VERSION,
            "serial": keyring.serial,
            "issued_at": iso_utc(keyring.issued_at),
        }
    )
    signatures = [
        {"key": signer.key_id, "signature": _encode(signer.sign(Purpose.KEYRING, text))}
        for signer in signers
    ]
    document = {"signed": text.decode("utf-8"), "signatures": signatures}
    return json.dumps(document, ensure_ascii=False).encode("utf-8")


def keyring_content(keyring: Keyring) -> str:
    """What a document says besides its serial and date: where this differs, a new one is due."""
    return canonical_json(_content(keyring)).decode("utf-8")


def _content(keyring: Keyring) -> dict[str, object]:
    return {
        "signing": [_key_wire(key) for key in keyring.signing],
        "past": [_encode(public) for public in keyring.past],
        "sealing": {kem: [_key_wire(key) for key in keys] for kem, keys in keyring.sealing.items()},
        "dictionaries": list(keyring.dictionaries),
    }


def open_keyring(
    document: bytes, trusted: Mapping[str, Verifier], known_serial: int = 0
) -> Keyring:
    """Believe a document, or not.

    Args:
        trusted: keys that may vouch for it, by id.
        known_serial: of the document that is known already.
    Raises:
        KeyringRefused: too large, not of this form, signed by none of these keys, or older than the known one.
    """
    envelope = _envelope(document)
    text = envelope.signed.encode("utf-8", "surrogatepass")
    if not any(_is_signed(text, one, trusted) for one in envelope.signatures):
        raise KeyringRefused("the keyring is not signed by this centre")
    keyring = _read(text)
    if keyring.serial < known_serial:
        raise KeyringRefused("the keyring is older than the one that is known")
    return keyring


def read_kept(document: bytes) -> Keyring:
    """Read a document from the device's own database, where it was put after it had been believed.

    Raises:
        KeyringRefused: not of this form.
    """
    return _read(_envelope(document).signed.encode("utf-8", "surrogatepass"))


def _envelope(document: bytes) -> _Envelope:
    if len(document) > MAXIMUM_KEYRING_BYTES:
        raise KeyringRefused("the keyring is too large")
    try:
        return _Envelope.model_validate_json(document)
    except ValidationError as error:
        raise KeyringRefused("the file is not a keyring") from error


def _is_signed(text: bytes, one: _Signature, trusted: Mapping[str, Verifier]) -> bool:
    verifier = trusted.get(one.key)
    try:
        signature = _decode(one.signature)
    except ValueError:
        return False
    return verifier is not None and verifier.is_valid(Purpose.KEYRING, text, signature)


def _read(text: bytes) -> Keyring:
    try:
        said = _Document.model_validate(parse_canonical(text))
        if said.protocol != KEYRING_VERSION:
            raise KeyringRefused("the keyring is of another version")
        keyring = Keyring(
            serial=said.serial,
            issued_at=parse_utc(said.issued_at),
            signing=tuple(_listed(key) for key in said.signing),
            past=tuple(_decode(public) for public in said.past),
            # Kinds that a later version may add are passed over.
            sealing={kem: tuple(_listed(key) for key in said.sealing[kem]) for kem in KEMS},
            dictionaries=tuple(said.dictionaries),
        )
        # Made here once, so that a wrong key is found now and not when something is sealed.
        _check(keyring)
    except (CanonicalError, SealError, ValueError, LookupError) as error:
        raise KeyringRefused("the keyring is not of this form") from error
    return keyring


def _check(keyring: Keyring) -> None:
    _ = keyring.verifiers, keyring.paper_verifiers
    for kem, keys in keyring.sealing.items():
        for key in keys:
            SealingKey(kem, key.public)
    if not all(0 < len(keys) <= MAXIMUM_KEYS for keys in keyring.sealing.values()):
        raise ValueError("no sealing key, or too many")


def _by_id(verifiers: Sequence[Verifier]) -> dict[str, Verifier]:
    return {verifier.key_id: verifier for verifier in verifiers}


def _listed(key: _Key) -> ListedKey:
    return ListedKey(_decode(key.public), parse_utc(key.until) if key.until else None)


def _key_wire(key: ListedKey) -> dict[str, object]:
    wire: dict[str, object] = {"public": _encode(key.public)}
    return {**wire, "until": iso_utc(key.until)} if key.until else wire


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
