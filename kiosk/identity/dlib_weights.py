"""Reads the layers of dlib's serialised face network.

The file holds nested C++ types. From the outside in it first lists a version for every nested layer; from the
picture out it then holds, for every layer, a name, the layer's own numbers, its weights and some training state.
This reader skips the first part and takes the second, checking each name, so a file of another network is refused
rather than misread.

Source: the ``serialize`` functions in dlib's ``serialize.h``, ``dnn/core.h``, ``dnn/layers.h`` and ``dnn/tensor.h``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_INPUT_NAME = b"input_rgb_image_sized"
_TENSOR_VERSION = 2
_ALIAS_VERSION = 1
_MAX_VALUES = 1 << 24
"""Far above the largest tensor of the network (590,080 values); a damaged size must not fill the memory."""


class WeightsUnreadable(Exception):
    """The bytes are not the network that this reader knows."""


@dataclass(frozen=True, slots=True)
class InputLayer:
    """How a picture enters the network."""

    channel_means: tuple[float, float, float]
    """Red, green, blue; subtracted before the division by 256."""
    size: int
    """Pixels of each side."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution over the whole picture."""

    weights: FloatArray
    """Shape (out, in, rows, columns)."""
    biases: FloatArray
    """Shape (out,)."""
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class Affine:
    """A scale and a shift for each channel: a batch normalisation after training."""

    scales: FloatArray
    """Shape (channels,)."""
    shifts: FloatArray
    """Shape (channels,)."""


@dataclass(frozen=True, slots=True)
class Rectifier:
    """max(0, x)."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A maximum or an average over windows without padding."""

    kind: str
    """"max" or "average"."""
    window: int
    """Pixels of each side; 0 means the whole picture."""
    stride: int


@dataclass(frozen=True, slots=True)
class AddShortcut:
    """Adds a residual block's input to its output; the smaller of the two counts as padded with zeros."""


@dataclass(frozen=True, slots=True)
class Dense:
    """A matrix product without bias."""

    weights: FloatArray
    """Shape (in, out)."""


Layer = InputLayer | Convolution | Affine | Rectifier | Pool | AddShortcut | Dense


class _Reader:
    """Takes dlib's primitive values off a byte string."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._at = start

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if count < 0 or len(piece) != count:
            raise WeightsUnreadable(f"ends early at byte {self._at}")
        self._at += count
        return piece

    def integer(self) -> int:
        """One control byte (sign bit and number of bytes), then the magnitude, least significant byte first."""
        control = self.take(1)[0]
        count = control & 0x0F
        if control & 0x70 or count > 8:
            raise WeightsUnreadable(f"no integer at byte {self._at - 1}")
        magnitude = int.from_bytes(self.take(count), "little")
        return -magnitude if control & 0x80 else magnitude

    def number(self) -> float:
        """A mantissa and a power of two, both integers."""
        mantissa, exponent = self.integer(), self.integer()
        if abs(exponent) > 1024:
            raise WeightsUnreadable(f"no number at byte {self._at}")
        return float(mantissa) * 2.0**exponent

    def text(self) -> bytes:
        return self.take(self.integer())

    def expect(self, value: int, what: str) -> None:
        found = self.integer()
        if found != value:
            raise WeightsUnreadable(f"{what} {found} instead of {value} at byte {self._at}")

    def shape(self) -> tuple[int, int, int, int]:
        sizes = (self.integer(), self.integer(), self.integer(), self.integer())
        if min(sizes) < 0 or np.prod(sizes, dtype=np.int64) > _MAX_VALUES:
            raise WeightsUnreadable(f"no tensor at byte {self._at}")
        return sizes

    def tensor(self) -> FloatArray:
        self.expect(_TENSOR_VERSION, "tensor version")
        count = int(np.prod(self.shape()))
        return np.frombuffer(self.take(4 * count), dtype="<f4").astype(np.float32)

    def alias(self) -> tuple[int, int, int, int]:
        """The shape of a part of a parameter tensor."""
        self.expect(_ALIAS_VERSION, "alias version")
        return self.shape()

    def skip_numbers(self, count: int) -> None:
        for _ in range(count):
            self.number()

    def skip_state(self) -> None:
        """Three flags, then gradient, cached output and parameter gradient: empty after ``net.clean()``."""
        if self.take(3).strip(b"01"):
            raise WeightsUnreadable(f"no layer state at byte {self._at}")
        for _ in range(3):
            self.tensor()


def read_layers(data: bytes) -> tuple[Layer, ...]:
    """Read all layers, in the order in which a picture passes them.

    Args:
        data: the whole file ``dlib_face_recognition_resnet_model_v1.dat``.
    Raises:
        WeightsUnreadable: cut off, damaged, or another network.
    """
    name_at = data.find(_INPUT_NAME)
    if name_at < 1:
        raise WeightsUnreadable("no input layer")
    reader = _Reader(data, name_at - 2)
    layers: list[Layer] = [_read_input(reader), _read_layer(reader)]
    reader.expect(1, "samples for each picture")  # only the layer next to the input stores it
    while not isinstance(layers[-1], Dense):
        layers.append(_read_layer(reader))
    return tuple(layers)


def _read_input(reader: _Reader) -> InputLayer:
    if reader.text() != _INPUT_NAME:
        raise WeightsUnreadable("no input layer")
    means = (reader.number(), reader.number(), reader.number())
    rows, columns = reader.integer(), reader.integer()
    if rows != columns:
        raise WeightsUnreadable("the input is not square")
    return InputLayer(means, rows)


def _read_layer(reader: _Reader) -> Layer:
    name = reader.text()
    layer: Layer
    if name == b"con_4":
        layer = _read_convolution(reader)
    elif name == b"affine_":
        layer = _read_affine(reader)
    elif name == b"relu_":
        layer = Rectifier()
    elif name == b"max_pool_2":
        layer = _read_pool(reader, "max")
    elif name == b"avg_pool_2":
        layer = _read_pool(reader, "average")
    elif name == b"add_prev_":
        layer = AddShortcut()
    elif name == b"fc_2":
        return _read_dense(reader)
    else:
        raise WeightsUnreadable("a layer that this reader does not know")
    reader.skip_state()
    return layer


def _read_convolution(reader: _Reader) -> Convolution:
    values = reader.tensor()
    filters = reader.integer()
    rows, columns = reader.integer(), reader.integer()
    strides = (reader.integer(), reader.integer())
    paddings = (reader.integer(), reader.integer())
    shape, biases = reader.alias(), reader.alias()
    reader.skip_numbers(4)
    count = int(np.prod(shape))
    is_sound = (
        shape[0] == filters
        and shape[2:] == (rows, columns)
        and int(np.prod(biases)) == filters
        and values.size == count + filters
        and strides[0] == strides[1]
        and paddings[0] == paddings[1]
    )
    if not is_sound:
        raise WeightsUnreadable("a convolution whose sizes disagree")
    return Convolution(values[:count].reshape(shape), values[count:], strides[0], paddings[0])


def _read_affine(reader: _Reader) -> Affine:
    values = reader.tensor()
    scales, shifts = int(np.prod(reader.alias())), int(np.prod(reader.alias()))
    reader.integer()  # per channel or per value; the sizes already tell
    if scales != shifts or values.size != scales + shifts:
        raise WeightsUnreadable("an affine layer whose sizes disagree")
    return Affine(values[:scales], values[scales:])


def _read_pool(reader: _Reader, kind: str) -> Pool:
    rows, columns = reader.integer(), reader.integer()
    strides = (reader.integer(), reader.integer())
    paddings = (reader.integer(), reader.integer())
    if rows != columns or strides[0] != strides[1] or any(paddings):
        raise WeightsUnreadable("a pooling layer that this reader does not know")
    return Pool(kind, rows, strides[0])


def _read_dense(reader: _Reader) -> Dense:
    outputs, inputs = reader.integer(), reader.integer()
    values = reader.tensor()
    if values.size != outputs * inputs:
        raise WeightsUnreadable("a dense layer whose sizes disagree")
    return Dense(values.reshape(inputs, outputs))
