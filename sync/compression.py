"""Compression of one small item at a time, with a dictionary that both sides hold.

A dictionary never changes: a better one gets a new id, and the old ones stay readable for as long as a queue may hold
items of theirs. Which one an item needs stands in its header; which ones the centre reads stands in its keyring.
"""

import functools
import hashlib
import json
import threading
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import zstandard

from sync.errors import RejectedItem

MAXIMUM_PLAIN_BYTES = 64 * 1024
"""Of one item before it is compressed; nothing larger is ever unpacked."""
MAXIMUM_DICTIONARY_BYTES = 64 * 1024
NO_DICTIONARY = 0
"""Plain zstd, for a centre that knows none of ours."""

LEVEL = 3
_MAXIMUM_WINDOW_BYTES = 2 * MAXIMUM_PLAIN_BYTES
_INDEX = "index.json"


class DictionaryDamaged(RuntimeError):
    """A dictionary of the installation is missing or not the one that its index names."""


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    """One line of the index."""

    id: int
    sha256: str


@functools.cache
def dictionary_index() -> tuple[DictionaryEntry, ...]:
    """All dictionaries that this installation reads, the newest last.

    Raises:
        DictionaryDamaged: the index cannot be read.
    """
    try:
        lines = json.loads(_folder().joinpath(_INDEX).read_text("utf-8"))
        return tuple(DictionaryEntry(int(line["id"]), str(line["sha256"])) for line in lines)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DictionaryDamaged("the index of dictionaries cannot be read") from error


def known_dictionaries() -> tuple[int, ...]:
    """Ids that this installation reads; the newest last."""
    return tuple(entry.id for entry in dictionary_index())


def newest_dictionary(readable: tuple[int, ...] | None = None) -> int:
    """The id to compress with: our newest among those that the reader knows, or ``NO_DICTIONARY``.

    Args:
        readable: ids that the reader announced; None when the reader is this installation.
    """
    ours = known_dictionaries()
    common = ours if readable is None else tuple(one for one in ours if one in readable)
    return common[-1] if common else NO_DICTIONARY


@functools.cache
def dictionary_bytes(dictionary: int) -> bytes:
    """A dictionary's content, checked against the index.

    Raises:
        RejectedItem: no such dictionary here.
        DictionaryDamaged: the file is not the one that the index names.
    """
    entry = next((one for one in dictionary_index() if one.id == dictionary), None)
    if entry is None:
        raise RejectedItem("this dictionary is not known here", "unknown-dictionary")
    try:
        content = _folder().joinpath(f"{entry.id}.zdict").read_bytes()
    except OSError as error:
        raise DictionaryDamaged("a dictionary cannot be read") from error
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise DictionaryDamaged("a dictionary is not the one of the index")
    return content


def compress(plain: bytes, dictionary: int = NO_DICTIONARY) -> bytes:
    """Compress one item; a frame with its size, without checksum and without the dictionary's id.

    Raises:
        RejectedItem: larger than 64 KiB, or an unknown dictionary.
    """
    if len(plain) > MAXIMUM_PLAIN_BYTES:
        raise RejectedItem("item is larger than 64 KiB", "too-large")
    return _contexts(dictionary).compressor.compress(plain)


def decompress(data: bytes, dictionary: int = NO_DICTIONARY) -> bytes:
    """Unpack one item. What it says of its size is checked before a byte is unpacked.

    Raises:
        RejectedItem: an unknown dictionary, no size or one over 64 KiB, or not one whole frame of that size.
    """
    contexts = _contexts(dictionary)
    try:
        size = zstandard.frame_content_size(data)
    except zstandard.ZstdError as error:
        raise RejectedItem("item is not compressed as it says") from error
    if not 0 <= size <= MAXIMUM_PLAIN_BYTES:
        # -1: the frame keeps its size to itself, as a bomb would.
        raise RejectedItem("item would unpack to more than 64 KiB", "too-large")
    try:
        plain = contexts.decompressor.decompress(data, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise RejectedItem("item does not unpack") from error
    if len(plain) != size:
        raise RejectedItem("item does not unpack to its size")
    return plain


class _Contexts:
    """zstd's working memory for one dictionary, kept because making it costs more than an item."""

    def __init__(self, dictionary: int) -> None:
        content = None
        if dictionary != NO_DICTIONARY:
            content = zstandard.ZstdCompressionDict(dictionary_bytes(dictionary))
            content.precompute_compress(level=LEVEL)
        self.compressor = zstandard.ZstdCompressor(
            level=LEVEL,
            dict_data=content,
            write_checksum=False,
            write_content_size=True,
            write_dict_id=False,
        )
        self.decompressor = zstandard.ZstdDecompressor(
            dict_data=content, max_window_size=_MAXIMUM_WINDOW_BYTES
        )


_local = threading.local()


def _contexts(dictionary: int) -> _Contexts:
    # One set for each thread: zstd's contexts must not be used by two at once, and it works without the lock.
    made: dict[int, _Contexts] | None = getattr(_local, "made", None)
    if made is None:
        made = _local.made = {}
    found = made.get(dictionary)
    if found is None:
        found = made[dictionary] = _Contexts(dictionary)
    return found


def _folder() -> Traversable:
    return resources.files("assets").joinpath("dictionaries")
