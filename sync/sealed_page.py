"""A page of a feed, signed by the centre and sealed to one device: the same bytes over the network and on a stick.

    "XP" | version | suite | centre's key id | device's opening key id | length u16 | header | sealed | signature

The header is canonical JSON and in clear: whose page it is and where it stands in the feed, nobody's data. What is
sealed is the zstd of canonical JSON. The signature is over everything before it, so a device looks at nothing that the
centre did not sign.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import zstandard
from pydantic import Field, ValidationError

from sync.answers import Moment, SignedAnswer
from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import FeedUnusable, NotTheCentre, SealError
from sync.sealing import ENCAPSULATED_BYTES, TAG_BYTES, X25519, OpeningKey, SealingKey
from sync.signing import SIGNATURE_BYTES, DeviceSigner, Purpose, Verifier

PAGE_MEDIA_TYPE = "application/vnd.xianglin.page"
MAXIMUM_PLAIN_BYTES = 1024 * 1024
"""Of a page's content before it is compressed; nothing larger is ever unpacked."""
MAXIMUM_PAGE_BYTES = MAXIMUM_PLAIN_BYTES + 64 * 1024

_MAGIC, _VERSION, _SUITE = b"XP", 2, 1
_HEAD = struct.Struct(">2sBB8s8sH")
_MAXIMUM_HEADER_BYTES = 2048
_LEAST_SEALED_BYTES = ENCAPSULATED_BYTES[X25519] + TAG_BYTES
_INFO = b"xianglin/v2/page\n"
_LEVEL = 12
"""A village's roster takes half a second; level 19 would save a tenth of the bytes for twenty times that."""


class PageHeader(SignedAnswer):
    """Where a page stands in its feed."""

    protocol: Literal[2]
    feed: str = Field(pattern=r"^[a-z]{1,20}$")
    scope: str = Field(max_length=80)
    """What the feed is of, such as the centre's life and a region; with another one it begins anew."""
    after: int = Field(ge=0)
    """The cursor that was asked for."""
    cursor: int = Field(ge=0)
    """The change that the page reaches."""
    more: bool
    as_of: Moment
    size: int = Field(ge=0, le=MAXIMUM_PLAIN_BYTES)
    """Of the content, unpacked."""
    nonce: str = Field(default="", max_length=64)
    """Of the request; empty for a page that is carried."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page that the centre signed for this device."""

    header: PageHeader
    upserts: tuple[dict[str, Any], ...]
    tombstones: tuple[str, ...]
    wire_bytes: int = 0
    """As it came over the link."""

    def __repr__(self) -> str:
        return f"FeedPage({self.header.feed}, {self.header.after}..{self.header.cursor})"


def pack(upserts: list[dict[str, Any]], tombstones: list[str]) -> bytes:
    """A page's content as canonical JSON.

    Raises:
        CanonicalError: a value has no canonical form.
    """
    return canonical_json({"upserts": upserts, "tombstones": tombstones})


def compress(content: bytes) -> bytes:
    """A page's content, smaller."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(content)


def seal_page(
    header: PageHeader, packed: bytes, signer: DeviceSigner, device_key: SealingKey
) -> bytes:
    """Seal and sign a page.

    Args:
        header: its ``size`` is that of the content before it was packed.
        packed: what ``compress`` gave.
        signer: the centre's.
        device_key: the device's, of kind ``x25519``.
    Raises:
        SealError: the key cannot be sealed to.
    """
    text = canonical_json(header.wire())
    head = _HEAD.pack(
        _MAGIC,
        _VERSION,
        _SUITE,
        bytes.fromhex(signer.key_id),
        bytes.fromhex(device_key.key_id),
        len(text),
    )
    unsigned = head + text + device_key.seal(_INFO + head + text, packed)
    return unsigned + signer.sign(Purpose.PAGE, unsigned)


def open_page(
    encoded: bytes,
    device: str,
    openers: Mapping[str, OpeningKey],
    verifiers: Mapping[str, Verifier],
) -> FeedPage:
    """Check, open and unpack a page; in this order, so that only the centre's own bytes are unpacked.

    Args:
        device: this device's id.
        openers: its opening keys by id; a page that was carried may be sealed to an earlier one.
        verifiers: the centre's keys by id.
    Raises:
        NotTheCentre: no page, not signed by the centre, or for another device.
        FeedUnusable: the centre's, but sealed to another key, or of an unknown shape.
    """
    header = read_header(encoded, verifiers)
    if header.device != device:
        raise NotTheCentre("the page is for another device")
    *_, device_key, length = _HEAD.unpack_from(encoded)
    opener = openers.get(device_key.hex())
    if opener is None:
        raise FeedUnusable("the page is sealed to another key of this device")
    end = _HEAD.size + length
    try:
        packed = opener.open(_INFO + encoded[:end], encoded[end:-SIGNATURE_BYTES])
    except SealError as error:
        raise FeedUnusable("the page does not open") from error
    upserts, tombstones = _content(_unpacked(packed, header.size))
    return FeedPage(header, upserts, tombstones, len(encoded))


def read_header(encoded: bytes, verifiers: Mapping[str, Verifier]) -> PageHeader:
    """Check that the centre made a page, and read what stands in clear; whoever carries it can do no more.

    Raises:
        NotTheCentre: no page, or not signed by the centre.
        FeedUnusable: a header of an unknown shape.
    """
    if not _HEAD.size <= len(encoded) <= MAXIMUM_PAGE_BYTES:
        raise NotTheCentre("the answer is no page")
    magic, version, suite, centre_key, _, length = _HEAD.unpack_from(encoded)
    end = _HEAD.size + length
    is_whole = len(encoded) >= end + _LEAST_SEALED_BYTES + SIGNATURE_BYTES
    if (magic, version, suite) != (_MAGIC, _VERSION, _SUITE) or not is_whole:
        raise NotTheCentre("the answer is no page")
    unsigned, signature = encoded[:-SIGNATURE_BYTES], encoded[-SIGNATURE_BYTES:]
    verifier = verifiers.get(centre_key.hex())
    if verifier is None or not verifier.is_valid(Purpose.PAGE, unsigned, signature):
        raise NotTheCentre("the page is not signed by the centre")
    return _header(encoded[_HEAD.size : end])


def _header(text: bytes) -> PageHeader:
    if len(text) > _MAXIMUM_HEADER_BYTES:
        raise FeedUnusable("the page's header is too long")
    try:
        return PageHeader.model_validate(parse_canonical(text))
    except (CanonicalError, ValidationError) as error:
        raise FeedUnusable("the page's header is of an unknown shape") from error


def _unpacked(packed: bytes, size: int) -> bytes:
    """The content; what the frame says of its size is checked before a byte is unpacked."""
    try:
        if zstandard.frame_content_size(packed) != size:
            raise FeedUnusable("the page would unpack to another size")
        reader = zstandard.ZstdDecompressor(max_window_size=2 * MAXIMUM_PLAIN_BYTES)
        content = reader.decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise FeedUnusable("the page does not unpack") from error
    if len(content) != size:
        raise FeedUnusable("the page does not unpack to its size")
    return content


def _content(content: bytes) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:
    unknown = "the page's content is of an unknown shape"
    try:
        value = parse_canonical(content)
    except CanonicalError as error:
        raise FeedUnusable(unknown) from error
    upserts = value.get("upserts") if isinstance(value, dict) else None
    tombstones = value.get("tombstones") if isinstance(value, dict) else None
    if not isinstance(upserts, list) or not isinstance(tombstones, list):
        raise FeedUnusable(unknown)
    if not all(isinstance(one, dict) for one in upserts) or not all(
        isinstance(one, str) for one in tombstones
    ):
        raise FeedUnusable(unknown)
    return tuple(upserts), tuple(tombstones)
