"""What a receipt's code states, as bytes and as the text that scanners read; nothing about the person."""

import base64
import binascii
import re
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.domain.printout import PrintKind
from kiosk.domain.receipt import format_receipt_number, is_receipt_number

HEAD = "XL2"
"""Begins each code: tells ours from any other symbol that is held before the camera."""
LONGEST_TEXT = 1000
"""Characters; the longest true code has some 530. What a scanner types may be anything."""
SIGNATURE_BYTES = 64

_KINDS = (
    PrintKind.RECEIPT,
    PrintKind.ANSWER,
    PrintKind.PARTICIPATION_PROOF,
    PrintKind.RIGHTS_STATEMENT,
    PrintKind.DRAFT,
    PrintKind.ESTIMATE,
    PrintKind.ENROLMENT,
)
"""By their number in the code; never reordered."""
_FIXED = struct.Struct(">B3sII16sB")
_SERVICE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_TEXT = re.compile(rf"{HEAD}[A-Z2-7]+", re.ASCII)
_NUMBER_PARTS = slice(4, -2)


class CodeUnreadable(ValueError):
    """The text is not a whole code of this version."""


@dataclass(frozen=True, slots=True)
class ReceiptStatement:
    """Which paper, of which service, when."""

    kind: PrintKind
    number: str
    service_id: str
    accepted_at: datetime
    """Aware; to the second."""
    request_id: str
    """A UUID."""


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A code taken apart, not yet believed."""

    statement: ReceiptStatement
    signed: bytes
    """What the signature is over."""
    signature: bytes
    certificate: bytes
    """Empty when the device had none yet."""


def statement_bytes(statement: ReceiptStatement) -> bytes:
    """The bytes that are signed.

    Raises:
        ValueError: a value is impossible.
    """
    if not is_receipt_number(statement.number) or not _SERVICE.fullmatch(statement.service_id):
        raise ValueError("receipt number or service id")
    service = statement.service_id.encode("ascii")
    fixed = _FIXED.pack(
        _KINDS.index(statement.kind),
        statement.number[:3].encode("ascii"),
        int(statement.number[_NUMBER_PARTS]),
        int(statement.accepted_at.timestamp()),
        uuid.UUID(statement.request_id).bytes,
        len(service),
    )
    return fixed + service


def code_text(signed: bytes, signature: bytes, certificate: bytes) -> str:
    """The text of the symbol: capital letters and digits only, as every scanner and every keyboard knows them."""
    packed = base64.b32encode(signed + signature + certificate).decode("ascii").rstrip("=")
    return HEAD + packed


def read_code(text: str) -> SignedReceipt:
    """Take a code apart.

    Args:
        text: whatever a camera or a scanner gave.
    Raises:
        CodeUnreadable: not a code, cut short, or another spelling of one.
    """
    packed = _packed(text)
    if len(packed) < _FIXED.size:
        raise CodeUnreadable("cut short")
    kind, prefix, counter, seconds, request, length = _FIXED.unpack_from(packed)
    end = _FIXED.size + length
    if len(packed) < end + SIGNATURE_BYTES:
        raise CodeUnreadable("cut short")
    try:
        statement = ReceiptStatement(
            kind=_KINDS[kind],
            number=format_receipt_number(prefix.decode("ascii"), counter),
            service_id=packed[_FIXED.size : end].decode("ascii"),
            accepted_at=datetime.fromtimestamp(seconds, UTC),
            request_id=str(uuid.UUID(bytes=request)),
        )
        signed = statement_bytes(statement)
    except (ValueError, IndexError) as error:
        raise CodeUnreadable("an impossible value") from error
    if signed != packed[:end]:
        raise CodeUnreadable("another spelling")
    certificate = packed[end + SIGNATURE_BYTES :]
    return SignedReceipt(statement, signed, packed[end : end + SIGNATURE_BYTES], certificate)


def _packed(text: str) -> bytes:
    if len(text) > LONGEST_TEXT:
        raise CodeUnreadable("too long")
    # A scanner may end with a line feed, and a keyboard may have forgotten its shift key.
    typed = text.strip().upper() if text.isascii() else ""
    if not _TEXT.fullmatch(typed):
        raise CodeUnreadable("not a receipt's code")
    body = typed[len(HEAD) :]
    try:
        packed = base64.b32decode(body + "=" * (-len(body) % 8))
    except (binascii.Error, ValueError) as error:
        raise CodeUnreadable("not base 32") from error
    if base64.b32encode(packed).decode("ascii").rstrip("=") != body:
        raise CodeUnreadable("another spelling")
    return packed
