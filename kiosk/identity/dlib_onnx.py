"""Turns dlib's face network into an ONNX graph.

Why: the same weights answer about 20 times faster through onnxruntime, and onnxruntime lets other threads run
meanwhile, while dlib's binding holds the interpreter lock for a whole embedding.

Two habits of dlib shape the graph: convolutions with stride 2 are not padded, and a shortcut whose size differs
from the block's output is padded with zero channels and with zeros at the bottom and at the right.
Every affine layer is folded into the convolution before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from kiosk.identity.dlib_weights import (
    AddShortcut,
    Affine,
    Convolution,
    Dense,
    FloatArray,
    InputLayer,
    Layer,
    Pool,
    Rectifier,
    WeightsUnreadable,
    read_layers,
)

CONVERTER_VERSION = 1
"""Part of the cached file's name: raise it when the graph changes."""
INPUT_NAME = "chip"
"""uint8, shape (n, 150, 150, 3), RGB."""
OUTPUT_NAME = "embedding"
"""float32, shape (n, 128)."""

_OPSET = 13
_IR_VERSION = 8
_PIXEL_SCALE = 1.0 / 256.0

_LayerT = TypeVar("_LayerT", bound=Layer)


def convert(weights: bytes) -> bytes:
    """Convert the whole file of weights.

    Args:
        weights: the content of ``dlib_face_recognition_resnet_model_v1.dat``.
    Returns:
        a serialised ONNX model.
    Raises:
        WeightsUnreadable: the bytes are not this network.
        ImportError: the package ``onnx`` is missing.
    """
    return _Graph().build(read_layers(weights))


@dataclass(frozen=True, slots=True)
class _Value:
    """An intermediate result."""

    name: str
    channels: int
    side: int
    """Pixels; the network is square."""


@dataclass(slots=True)
class _Graph:
    """Collects nodes while it walks through the layers."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def build(self, layers: tuple[Layer, ...]) -> bytes:
        from onnx import TensorProto, helper

        walk = iter(layers)
        value = self._add_input(_take(walk, InputLayer))
        size = value.side
        value = self._add_convolution(value, _take(walk, Convolution), _take(walk, Affine))
        value = self._add_unary("Relu", value, _take(walk, Rectifier))
        value = self._add_pool(value, _take(walk, Pool))
        layer = next(walk, None)
        while isinstance(layer, Convolution):
            value = self._add_residual_block(value, layer, walk)
            layer = next(walk, None)
        if not isinstance(layer, Pool) or layer.window != 0:
            raise WeightsUnreadable("no average over the whole picture at the end")
        outputs = self._add_end(value, _take(walk, Dense))
        graph = helper.make_graph(
            self.nodes,
            "dlib_face_recognition_resnet_v1",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["n", size, size, 3])],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["n", outputs])],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version = _IR_VERSION
        serialised: bytes = model.SerializeToString()
        return serialised

    def _add_node(self, operator: str, inputs: list[str], **attributes: Any) -> str:  # noqa: ANN401
        from onnx import helper

        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def _add_constant(self, array: np.ndarray[Any, Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _add_input(self, layer: InputLayer) -> _Value:
        from onnx import TensorProto

        means = np.array(layer.channel_means, np.float32).reshape(1, 3, 1, 1)
        pixels = self._add_node("Cast", [INPUT_NAME], to=TensorProto.FLOAT)
        planes = self._add_node("Transpose", [pixels], perm=[0, 3, 1, 2])
        centred = self._add_node("Sub", [planes, self._add_constant(means)])
        scale = self._add_constant(np.float32(_PIXEL_SCALE).reshape(1))
        return _Value(self._add_node("Mul", [centred, scale]), 3, layer.size)

    def _add_convolution(self, value: _Value, layer: Convolution, affine: Affine) -> _Value:
        weights, biases = fold(layer, affine)
        side = (value.side + 2 * layer.padding - weights.shape[2]) // layer.stride + 1
        name = self._add_node(
            "Conv",
            [value.name, self._add_constant(weights), self._add_constant(biases)],
            strides=[layer.stride] * 2,
            pads=[layer.padding] * 4,
        )
        return _Value(name, weights.shape[0], side)

    def _add_unary(self, operator: str, value: _Value, _layer: Layer) -> _Value:
        return _Value(self._add_node(operator, [value.name]), value.channels, value.side)

    def _add_pool(self, value: _Value, layer: Pool) -> _Value:
        operator = "MaxPool" if layer.kind == "max" else "AveragePool"
        name = self._add_node(
            operator,
            [value.name],
            kernel_shape=[layer.window] * 2,
            strides=[layer.stride] * 2,
        )
        side = (value.side - layer.window) // layer.stride + 1
        return _Value(name, value.channels, side)

    def _add_residual_block(
        self, shortcut: _Value, first: Convolution, walk: Iterator[Layer]
    ) -> _Value:
        value = self._add_convolution(shortcut, first, _take(walk, Affine))
        value = self._add_unary("Relu", value, _take(walk, Rectifier))
        value = self._add_convolution(value, _take(walk, Convolution), _take(walk, Affine))
        layer = next(walk, None)
        if isinstance(layer, Pool):  # a block that halves the picture halves its shortcut too
            shortcut = self._add_pool(shortcut, layer)
            layer = next(walk, None)
        if not isinstance(layer, AddShortcut):
            raise WeightsUnreadable("a residual block without its sum")
        channels = max(value.channels, shortcut.channels)
        side = max(value.side, shortcut.side)
        names = [self._padded(part, channels, side) for part in (value, shortcut)]
        total = _Value(self._add_node("Add", names), channels, side)
        return self._add_unary("Relu", total, _take(walk, Rectifier))

    def _padded(self, value: _Value, channels: int, side: int) -> str:
        more, missing = channels - value.channels, side - value.side
        if more == 0 and missing == 0:
            return value.name
        pads = np.array([0, 0, 0, 0, 0, more, missing, missing], np.int64)
        return self._add_node("Pad", [value.name, self._add_constant(pads)])

    def _add_end(self, value: _Value, layer: Dense) -> int:
        from onnx import helper

        pooled = self._add_node("GlobalAveragePool", [value.name])
        flat = self._add_node("Flatten", [pooled], axis=1)
        weights = self._add_constant(layer.weights)
        self.nodes.append(helper.make_node("MatMul", [flat, weights], [OUTPUT_NAME]))
        return int(layer.weights.shape[1])


def fold(layer: Convolution, affine: Affine) -> tuple[FloatArray, FloatArray]:
    """Fold a scale and a shift into the convolution before them.

    Returns:
        weights of shape (out, in, rows, columns) and biases of shape (out,).
    Source: scale * (w * x + b) + shift = (scale * w) * x + (scale * b + shift).
    """
    weights = layer.weights * affine.scales[:, None, None, None]
    biases = layer.biases * affine.scales + affine.shifts
    return weights.astype(np.float32), biases.astype(np.float32)


def _take(walk: Iterator[Layer], kind: type[_LayerT]) -> _LayerT:
    layer = next(walk, None)
    if not isinstance(layer, kind):
        raise WeightsUnreadable(f"{type(layer).__name__} where {kind.__name__} belongs")
    return layer
