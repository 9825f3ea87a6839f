"""Protected templates: nearly the same similarity, nothing in common without the key, refused when not right."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TemplateUnusable
from kiosk.identity.template_protection import TemplateProtection
from kiosk.services.template_seal import TemplateContent, TemplatePlace

HERE, THERE = TemplateProtection(b"h" * 32), TemplateProtection(b"t" * 32)
PLACE = TemplatePlace("r-0001", Modality.FACE, "dlib-resnet-v1")
WORST_ANGLE = 0.02
"""Radians; eight bits turn a direction by 3 / 127 / sqrt(12) = 0.007 or so."""


def content(vectors: npt.NDArray[np.float64], note: bytes = b"") -> TemplateContent:
    return TemplateContent(tuple(row.astype("<f4").tobytes() for row in vectors), note)


def vectors(found: TemplateContent) -> npt.NDArray[np.float64]:
    return np.stack([np.frombuffer(one, "<f4") for one in found.vectors]).astype(np.float64)


GOOD = content(np.random.default_rng(1).normal(size=(3, 128)), b"note")
SEALED = HERE.seal(PLACE, GOOD)


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 16), st.integers(1, 300)),
        elements=st.floats(-1e6, 1e6, width=32),
    ),
    st.binary(max_size=64),
)
def test_any_vectors_come_back_with_number_and_length(
    made: npt.NDArray[np.float32], note: bytes
) -> None:
    before = made.astype(np.float64)
    opened = HERE.open(PLACE, HERE.seal(PLACE, content(before, note)))
    after = vectors(opened)
    assert opened.note == note
    assert after.shape == before.shape
    lengths = np.linalg.norm(before, axis=1)
    assert np.allclose(np.linalg.norm(after, axis=1), lengths, rtol=1e-5, atol=1e-30)
    # Eight bits for each of few components are coarser than for many: 1 / 254 of the largest each.
    limit = lengths * (0.02 + math.sqrt(before.shape[1]) / 250)
    assert (np.linalg.norm(after - before, axis=1) <= limit + 1e-30).all()


def test_same_bytes_open_to_the_same_vectors_and_two_seals_have_nothing_in_common() -> None:
    assert HERE.open(PLACE, SEALED) == HERE.open(PLACE, SEALED)
    again = HERE.seal(PLACE, GOOD)
    assert len(again) == len(SEALED)
    same = sum(a == b for a, b in zip(SEALED[1:], again[1:], strict=True))
    assert same < 20


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, resident_id="r-0002"),
        replace(PLACE, resident_id="r-00010"),
        replace(PLACE, modality=Modality.VOICE),
        replace(PLACE, engine_id="dlib-resnet-v2"),
        replace(PLACE, is_anchor=True),
    ],
)
def test_template_opens_in_its_own_place_only(place: TemplatePlace) -> None:
    with pytest.raises(TemplateUnusable):
        HERE.open(place, SEALED)


def test_template_of_another_machine_is_refused() -> None:
    with pytest.raises(TemplateUnusable):
        THERE.open(PLACE, SEALED)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_template_of_another_version_is_refused(version: int) -> None:
    with pytest.raises(TemplateUnusable, match="version"):
        HERE.open(PLACE, bytes([version]) + SEALED[1:])


def test_every_cut_and_every_changed_byte_is_refused() -> None:
    for size in range(len(SEALED)):
        with pytest.raises(TemplateUnusable):
            HERE.open(PLACE, SEALED[:size])
    for number in range(len(SEALED)):
        changed = bytearray(SEALED)
        changed[number] ^= 1
        with pytest.raises(TemplateUnusable):
            HERE.open(PLACE, bytes(changed))


@given(st.binary(max_size=600))
def test_any_bytes_are_refused(sealed: bytes) -> None:
    with pytest.raises(TemplateUnusable):
        HERE.open(PLACE, sealed)
    with pytest.raises(TemplateUnusable):
        HERE.open(PLACE, b"\1" + sealed)


@pytest.mark.parametrize(
    "wrong",
    [
        TemplateContent(()),
        TemplateContent((b"",)),
        TemplateContent((b"\0" * 7,)),
        TemplateContent((b"\0" * 8, b"\0" * 4)),
        TemplateContent((b"\0" * 8,) * 17),
        TemplateContent((b"\0" * 4 * 4097,)),
        TemplateContent((b"\0" * 8,), b"n" * 65),
        content(np.array([[math.nan, 1.0]])),
        content(np.array([[math.inf, 1.0]])),
    ],
)
def test_what_is_no_embedding_is_not_sealed(wrong: TemplateContent) -> None:
    with pytest.raises(TemplateUnusable):
        HERE.seal(PLACE, wrong)


def test_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="short"):
        TemplateProtection(b"s" * 31)
