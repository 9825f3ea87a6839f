"""Sealed chunks: what is cut off, moved, repeated, changed or taken from another file never opens."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.blob_cipher import (
    CHUNK_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    ChunkCipher,
    blob_name,
    chunk_count,
    open_file,
    seal_file,
    sealed_size,
)
from sync.errors import BlobDamaged

SECRET = bytes(range(16))
PROFILE = settings(max_examples=60, deadline=None)


def content_of(size: int, seed: int = 1) -> bytes:
    """Bytes that no two places share."""
    return hashlib.shake_128(seed.to_bytes(4, "big")).digest(size)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


sizes = st.one_of(
    st.integers(1, 300),
    st.sampled_from([CHUNK_BYTES + more for more in (-1, 0, 1)]),
    st.integers(CHUNK_BYTES, 4 * CHUNK_BYTES + 1),
)
several = st.integers(2 * CHUNK_BYTES, 4 * CHUNK_BYTES)
"""Of files with at least two chunks."""


@PROFILE
@given(sizes, st.binary(min_size=16, max_size=16))
def test_file_comes_back_from_its_chunks(size: int, secret: bytes):
    content = content_of(size)
    chunks = list(seal_file(secret, content))
    assert len(chunks) == chunk_count(size)
    assert {len(chunk) for chunk in chunks[:-1]} <= {SEALED_CHUNK_BYTES}
    assert TAG_BYTES < len(chunks[-1]) <= SEALED_CHUNK_BYTES
    sealed = b"".join(chunks)
    assert len(sealed) == sealed_size(size)
    assert open_file(secret, digest(content), size, sealed) == content


@PROFILE
@given(sizes, st.data())
def test_one_changed_bit_anywhere_is_noticed(size: int, data: st.DataObject):
    content = content_of(size)
    sealed = bytearray(b"".join(seal_file(SECRET, content)))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BlobDamaged):
        open_file(SECRET, digest(content), size, bytes(sealed))


@PROFILE
@given(sizes, st.data())
def test_file_that_is_cut_off_never_opens_at_any_size(size: int, data: st.DataObject):
    content = content_of(size)
    sealed = b"".join(seal_file(SECRET, content))
    left = data.draw(st.integers(0, len(sealed) - 1))
    shorter = max(1, left - TAG_BYTES * -(-left // SEALED_CHUNK_BYTES))
    for claimed in {size, shorter, max(1, left)}:
        with pytest.raises(BlobDamaged):
            open_file(SECRET, digest(content), claimed, sealed[:left])


@PROFILE
@given(several, st.data())
def test_chunks_in_another_order_or_twice_never_open(size: int, data: st.DataObject):
    content = content_of(size)
    chunks = list(seal_file(SECRET, content))
    order = data.draw(
        st.lists(st.integers(0, len(chunks) - 1), min_size=len(chunks), max_size=len(chunks))
    )
    if order == list(range(len(chunks))):
        return
    moved = b"".join(chunks[number] for number in order)
    with pytest.raises(BlobDamaged):
        open_file(SECRET, digest(content), size, moved)


@PROFILE
@given(several, st.integers(0, 1), st.booleans())
def test_chunk_of_another_file_never_opens(size: int, number: int, is_same_secret: bool):
    content, other = content_of(size), content_of(size, seed=2)
    chunks = list(seal_file(SECRET, content))
    foreign = list(seal_file(SECRET if is_same_secret else bytes(16), other))
    chunks[number] = foreign[number]
    with pytest.raises(BlobDamaged):
        open_file(SECRET, digest(content), size, b"".join(chunks))


@PROFILE
@given(st.integers(1, 400), st.integers(0, 5), st.booleans())
def test_last_chunk_opens_only_as_the_last(size: int, number: int, is_last: bool):
    cipher = ChunkCipher(SECRET, "ab" * 32)
    plain = content_of(size)
    sealed = cipher.seal(number, plain, is_last=is_last)
    assert cipher.open(number, sealed, is_last=is_last) == plain
    for other_number, other_flag in ((number, not is_last), (number + 1, is_last)):
        with pytest.raises(BlobDamaged):
            cipher.open(other_number, sealed, is_last=other_flag)


def test_file_that_ends_with_a_whole_chunk_cannot_be_continued():
    """The classic fault of chunked encryption: appending, or dropping what stood behind a chunk's border."""
    content = content_of(2 * CHUNK_BYTES)
    sealed = b"".join(seal_file(SECRET, content))
    half = content[:CHUNK_BYTES]
    with pytest.raises(BlobDamaged):
        open_file(SECRET, digest(half), CHUNK_BYTES, sealed[:SEALED_CHUNK_BYTES])
    more = ChunkCipher(SECRET, digest(content)).seal(2, b"x", is_last=True)
    with pytest.raises(BlobDamaged):
        open_file(SECRET, digest(content), len(content) + 1, sealed + more)


def test_other_content_under_the_declared_digest_is_refused():
    """A device that seals well but lies about the file."""
    content, claimed = content_of(5000), digest(content_of(5000, seed=3))
    sealed = ChunkCipher(SECRET, claimed).seal(0, content, is_last=True)
    with pytest.raises(BlobDamaged, match="declared"):
        open_file(SECRET, claimed, len(content), sealed)


def test_name_tells_nothing_of_the_file_and_is_the_same_each_time():
    content = content_of(10)
    name = blob_name(SECRET, digest(content))
    assert len(name) == 64
    assert name == blob_name(SECRET, digest(content))
    assert name not in (digest(content), blob_name(bytes(16), digest(content)))


def test_empty_file_has_no_chunks():
    with pytest.raises(ValueError, match="empty"):
        list(seal_file(SECRET, b""))
    with pytest.raises(BlobDamaged):
        open_file(SECRET, digest(b""), 0, b"")
