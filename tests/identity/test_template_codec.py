import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import TemplateUnusable
from kiosk.identity.template_codec import decode_template, encode_template
from kiosk.services.ports import FaceTemplate

VECTOR = np.linspace(-0.3, 0.3, 128, dtype="<f4").tobytes()
TEMPLATE = FaceTemplate("dlib-resnet-v1", (VECTOR, VECTOR[::-1], VECTOR))


@given(
    st.text(st.characters(codec="ascii"), min_size=1, max_size=40),
    st.lists(
        st.lists(st.floats(-10, 10, width=32), min_size=4, max_size=4), min_size=1, max_size=16
    ),
)
def test_decode_gives_back_what_encode_was_given(engine: str, values: list[list[float]]) -> None:
    template = FaceTemplate(engine, tuple(np.array(v, "<f4").tobytes() for v in values))

    assert decode_template(encode_template(template)) == template


@given(st.integers(0, 1566))
def test_decode_raises_when_the_bytes_are_cut_off(size: int) -> None:
    data = encode_template(FaceTemplate("dlib-resnet-v1", (VECTOR, VECTOR, VECTOR)))
    assert len(data) > 1550

    with pytest.raises(TemplateUnusable):
        decode_template(data[: min(size, len(data) - 1)])


@given(st.binary(max_size=200))
def test_decode_answers_with_one_error_or_the_same_bytes_when_they_are_hostile(
    noise: bytes,
) -> None:
    data = b"XLFT\x01" + noise
    try:
        template = decode_template(data)
    except TemplateUnusable:
        return

    assert encode_template(template) == data


def test_decode_raises_when_bytes_follow_the_template() -> None:
    data = encode_template(FaceTemplate("dlib-resnet-v1", (VECTOR,)))

    with pytest.raises(TemplateUnusable, match="length"):
        decode_template(data + b"\x00")


def test_decode_raises_when_the_version_is_unknown() -> None:
    data = bytearray(encode_template(FaceTemplate("dlib-resnet-v1", (VECTOR,))))
    data[4] = 2

    with pytest.raises(TemplateUnusable, match="unknown"):
        decode_template(bytes(data))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_decode_raises_when_a_value_is_no_number(value: float) -> None:
    vector = np.full(128, value, "<f4").tobytes()
    data = encode_template(FaceTemplate("dlib-resnet-v1", (vector,)))

    with pytest.raises(TemplateUnusable, match="damaged"):
        decode_template(data)


@pytest.mark.parametrize(
    "vectors", [(), (b"",), (b"12345",), (VECTOR, VECTOR[:-4]), (VECTOR,) * 17]
)
def test_encode_raises_when_the_vectors_make_no_template(vectors: tuple[bytes, ...]) -> None:
    with pytest.raises(TemplateUnusable):
        encode_template(FaceTemplate("dlib-resnet-v1", vectors))
