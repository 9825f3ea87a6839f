"""Stored faces: what comes out is what went in, or a clear error."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate
from kiosk.storage.face_templates import SqliteFaceTemplates, _pack_vectors, _unpack_vectors
from tests.builders import NOW, World, make_world

VECTORS = (b"\1" * 512, b"\2" * 512)
PACKED = _pack_vectors(VECTORS)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def test_template_comes_back_as_it_was_stored(world: World) -> None:
    template = FaceTemplate("dlib-resnet-v1", VECTORS)
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", template, NOW)
    with world.store.encrypted.reading() as raw:
        assert SqliteFaceTemplates(raw).find("r-0001") == template
        assert SqliteFaceTemplates(raw).find("r-0002") is None


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        PACKED[:-1],
        PACKED + b"\0",
        PACKED[:2],
        struct.pack("<I", 0),
        struct.pack("<I", 0xFFFFFFFF) + b"x" * 100,
        struct.pack("<I", 20_000) + b"x" * 20_000,
        _pack_vectors((b"\1" * 512,) * 17),
    ],
    ids=[
        "empty",
        "cut",
        "one byte more",
        "cut in the length",
        "a vector of nothing",
        "a length beyond the end",
        "a vector too long",
        "too many vectors",
    ],
)
def test_damaged_row_is_said_and_never_compared(blob: bytes, world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", FaceTemplate("e", VECTORS), NOW)
        transaction.database.execute("UPDATE face_template SET vectors = ?", [blob])
    with world.store.encrypted.reading() as raw, pytest.raises(TemplateUnusable):
        SqliteFaceTemplates(raw).find("r-0001")


@given(st.binary(max_size=3000))
def test_any_bytes_are_vectors_or_a_clear_error(blob: bytes) -> None:
    try:
        vectors = _unpack_vectors(blob)
    except TemplateUnusable:
        return
    assert _pack_vectors(vectors) == blob
