"""Compression with dictionaries: small, bounded, and never with the wrong one."""

import contextlib
import hashlib
import json
import struct
import threading
from importlib import resources

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync import compression
from sync.compression import (
    MAXIMUM_DICTIONARY_BYTES,
    MAXIMUM_PLAIN_BYTES,
    NO_DICTIONARY,
    compress,
    decompress,
    dictionary_bytes,
    known_dictionaries,
    newest_dictionary,
)
from sync.errors import RejectedItem

NEWEST = known_dictionaries()[-1]
FOLDER = resources.files("assets").joinpath("dictionaries")


def test_every_dictionary_has_its_declared_digest_and_id():
    index = json.loads(FOLDER.joinpath("index.json").read_text("utf-8"))
    ids = [line["id"] for line in index]
    assert ids == sorted(set(ids))
    assert ids
    files = {entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".zdict")}
    assert files == {f"{one}.zdict" for one in ids}
    for line in index:
        content = FOLDER.joinpath(f"{line['id']}.zdict").read_bytes()
        assert hashlib.sha256(content).hexdigest() == line["sha256"]
        assert len(content) <= MAXIMUM_DICTIONARY_BYTES
        assert zstandard.ZstdCompressionDict(content).dict_id() == line["id"]
        assert dictionary_bytes(line["id"]) == content


def test_first_dictionary_is_never_taken_away_or_changed():
    """Kiosks hold items of it for months."""
    first = "9af2acc49ad868618404aae0c7f5b1f3b5c5d8963c372ed16165949d4b03f6f2"
    assert hashlib.sha256(dictionary_bytes(20260001)).hexdigest() == first


def test_damaged_dictionary_is_not_used(monkeypatch: pytest.MonkeyPatch):
    entry = compression.DictionaryEntry(NEWEST, "0" * 64)
    monkeypatch.setattr(compression, "dictionary_index", lambda: (entry,))
    dictionary_bytes.cache_clear()
    with pytest.raises(compression.DictionaryDamaged):
        dictionary_bytes(NEWEST)
    dictionary_bytes.cache_clear()


def test_device_uses_only_what_the_centre_reads():
    assert newest_dictionary() == NEWEST
    assert newest_dictionary((NEWEST, 99)) == NEWEST
    assert newest_dictionary((99,)) == NO_DICTIONARY
    assert newest_dictionary(()) == NO_DICTIONARY


@given(st.binary(max_size=3000), st.sampled_from([NO_DICTIONARY, *known_dictionaries()]))
def test_bytes_come_back(plain: bytes, dictionary: int):
    assert decompress(compress(plain, dictionary), dictionary) == plain


def test_limit_is_exact():
    assert decompress(compress(bytes(MAXIMUM_PLAIN_BYTES))) == bytes(MAXIMUM_PLAIN_BYTES)
    with pytest.raises(RejectedItem) as caught:
        compress(bytes(MAXIMUM_PLAIN_BYTES + 1))
    assert caught.value.reason == "too-large"


def declared(size: int) -> bytes:
    """A frame of a few bytes that unpacks to zeros, with its size in its header."""
    return zstandard.ZstdCompressor(write_checksum=False).compress(bytes(size))


def undeclared(size: int) -> bytes:
    maker = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return maker.compress(bytes(size)) + maker.flush()


@pytest.mark.parametrize("size", [MAXIMUM_PLAIN_BYTES + 1, 1 << 20, 1 << 30])
def test_bomb_that_says_its_size_is_not_unpacked(size: int, monkeypatch: pytest.MonkeyPatch):
    bomb = declared(min(size, 1 << 24))
    if size > 1 << 24:
        # Eight bytes of size in the frame's header, whatever is in it.
        bomb = struct.pack("<IBQ", 0xFD2FB528, 0xE0, size) + bomb[-9:]
    assert zstandard.frame_content_size(bomb) == size
    monkeypatch.setattr(compression._Contexts, "decompressor", None, raising=False)
    with pytest.raises(RejectedItem) as caught:
        decompress(bomb)
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize("size", [10, 1 << 20, 1 << 26])
def test_bomb_that_hides_its_size_is_not_unpacked(size: int):
    bomb = undeclared(size)
    assert len(bomb) < 10_000
    with pytest.raises(RejectedItem) as caught:
        decompress(bomb)
    assert caught.value.reason == "too-large"


def test_bomb_that_lies_about_its_size_is_refused():
    honest = declared(40_000)
    assert honest[:5] == struct.pack("<IB", 0xFD2FB528, 0x60)
    # Two bytes of size, counted from 256.
    lie = honest[:5] + struct.pack("<H", 300 - 256) + honest[7:]
    assert zstandard.frame_content_size(lie) == 300
    with pytest.raises(RejectedItem):
        decompress(lie)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"plain",
        declared(100) + b"more",
        declared(100) + declared(100),
        declared(100)[:-1],
        struct.pack("<II", 0x184D2A50, 4) + b"skip",
    ],
    ids=["empty", "plain", "tail", "two-frames", "cut", "skippable"],
)
def test_anything_but_one_whole_frame_is_refused(data: bytes):
    with pytest.raises(RejectedItem):
        decompress(data)


def test_unknown_dictionary_is_named():
    with pytest.raises(RejectedItem) as caught:
        decompress(compress(b"x" * 100), 99)
    assert caught.value.reason == "unknown-dictionary"


def test_wrong_dictionary_never_gives_the_same_bytes():
    plain = b'{"attachments":[],"clock":{"boot":"b3c1f0de","centre":null'
    packed = compress(plain, NEWEST)
    # Most often the frame does not unpack; that it might, to something else, is why the signature is checked before.
    with contextlib.suppress(RejectedItem):
        assert decompress(packed, NO_DICTIONARY) != plain


@given(st.binary(max_size=200))
def test_any_bytes_are_unpacked_or_refused(data: bytes):
    try:
        plain = decompress(data, NEWEST)
    except RejectedItem:
        return
    assert len(plain) <= MAXIMUM_PLAIN_BYTES


def test_threads_do_not_share_working_memory():
    plain = [bytes([number]) * 2000 for number in range(8)]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(200):
            if decompress(compress(plain[number], NEWEST), NEWEST) != plain[number]:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
