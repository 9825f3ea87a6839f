import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity.dlib_weights import (
    Affine,
    Convolution,
    Dense,
    InputLayer,
    WeightsUnreadable,
    read_layers,
)
from kiosk.models.manifest import EMBEDDING_MODEL
from kiosk.models.store import ModelStore

FIRST_LAYERS = 400_000


@pytest.fixture(scope="module")
def weights() -> bytes:
    return ModelStore().checked_path(EMBEDDING_MODEL).read_bytes()


def test_read_layers_finds_the_published_network(weights: bytes) -> None:
    layers = read_layers(weights)

    assert sum(isinstance(layer, Convolution) for layer in layers) == 29
    assert sum(isinstance(layer, Affine) for layer in layers) == 29
    entry, end = layers[0], layers[-1]
    assert isinstance(entry, InputLayer)
    assert entry.size == 150
    assert entry.channel_means == pytest.approx((122.782, 117.001, 104.298), abs=1e-4)
    assert isinstance(end, Dense)
    assert end.weights.shape == (256, 128)


@pytest.mark.parametrize("share", [0.0, 0.00001, 0.01, 0.5, 0.999])
def test_read_layers_raises_when_the_file_is_cut_off(weights: bytes, share: float) -> None:
    with pytest.raises(WeightsUnreadable):
        read_layers(weights[: int(len(weights) * share)])


def test_read_layers_raises_when_a_layer_has_another_name(weights: bytes) -> None:
    with pytest.raises(WeightsUnreadable):
        read_layers(weights.replace(b"max_pool_2", b"min_pool_2", 1))


def test_read_layers_raises_when_a_size_is_absurd(weights: bytes) -> None:
    with pytest.raises(WeightsUnreadable):
        read_layers(weights.replace(b"\x01\x05con_4\x01\x02", b"\x01\x05con_4\x88\x02", 1))


@given(st.binary(max_size=300))
def test_read_layers_raises_one_error_when_the_bytes_are_hostile(noise: bytes) -> None:
    with pytest.raises(WeightsUnreadable):
        read_layers(b"\x01\x15input_rgb_image_sized" + noise)
