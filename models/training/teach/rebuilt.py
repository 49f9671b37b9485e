"""A YOLO network rebuilt in torch from its ONNX file, operation by operation, for converters that start from torch.

Only what such networks are made of once their input size is fixed: fifteen operations of ONNX's standard set (opset 13
and later, as the ONNX specification describes them).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch
from torch.nn import functional

from models.errors import TrainingError

Attributes = dict[str, Any]
Values = list[Any]


class Rebuilt(torch.nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The graph as a torch module: one input, one output, every shape known.

    Args:
        graph: an ``onnx.GraphProto`` with a fixed input size.

    Raises:
        TrainingError: the graph holds an operation that we don't know.
    """

    def __init__(self, graph: Any) -> None:
        super().__init__()
        unknown = sorted({node.op_type for node in graph.node} - OPERATIONS.keys())
        if unknown:
            raise TrainingError(f"the network holds operations that we can't rebuild: {', '.join(unknown)}")
        self.input_shape = tuple(side.dim_value for side in graph.input[0].type.tensor_type.shape.dim)
        self._input: str = graph.input[0].name
        self._output: str = graph.output[0].name
        self._steps = [_step(node) for node in graph.node]
        self._scales = {node.input[2] for node in graph.node if node.op_type == "Resize"}
        self._numbers: dict[str, list[float]] = {}
        self._weights: dict[str, str] = {}
        for at, tensor in enumerate(graph.initializer):
            self._store(f"weight_{at}", tensor.name, onnx.numpy_helper.to_array(tensor))

    def _store(self, attribute: str, name: str, values: np.ndarray) -> None:
        if values.dtype == np.int64 or name in self._scales:  # what torch wants as plain numbers
            self._numbers[name] = values.tolist()
        else:
            self._weights[name] = attribute
            self.register_buffer(attribute, torch.from_numpy(values.copy()))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Run the graph on (1, 3, h, w)."""
        known: dict[str, Any] = {self._input: picture, "": None, **self._numbers}
        known |= {name: getattr(self, attribute) for name, attribute in self._weights.items()}
        for operation, attributes, inputs, outputs in self._steps:
            answer = operation(attributes, [known[name] for name in inputs])
            answers = answer if isinstance(answer, tuple) else (answer,)
            known |= dict(zip(outputs, answers, strict=True))
        result: torch.Tensor = known[self._output]
        return result


def _step(node: Any) -> tuple[Callable[[Attributes, Values], Any], Attributes, list[str], list[str]]:
    attributes = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    return OPERATIONS[node.op_type], attributes, list(node.input), list(node.output)


def _conv(a: Attributes, x: Values) -> Any:
    bias = x[2] if len(x) > 2 else None
    return functional.conv2d(x[0], x[1], bias, a["strides"], _even(a["pads"]), a["dilations"], a["group"])


def _max_pool(a: Attributes, x: Values) -> Any:
    return functional.max_pool2d(x[0], a["kernel_shape"], a["strides"], _even(a["pads"]))


def _even(pads: list[int]) -> list[int]:
    if pads[:2] != pads[2:]:
        raise TrainingError(f"the network pads unevenly ({pads}): we can't rebuild it")
    return list(pads[:2])


def _resize(a: Attributes, x: Values) -> Any:
    if a.get("mode") != b"nearest":
        raise TrainingError("the network enlarges by more than repeating pixels: we can't rebuild it")
    if len(x) > 3:
        return functional.interpolate(x[0], size=x[3][2:], mode="nearest")
    return functional.interpolate(x[0], scale_factor=x[2][2:], mode="nearest")


def _reshape(_: Attributes, x: Values) -> Any:
    return x[0].reshape([x[0].shape[at] if side == 0 else side for at, side in enumerate(x[1])])


def _slice(_: Attributes, x: Values) -> Any:
    part, (starts, ends, axes) = x[0], x[1:4]
    for start, end, axis in zip(starts, ends, axes, strict=True):
        part = part.narrow(axis, start, min(end, part.shape[axis]) - start)
    return part


OPERATIONS: dict[str, Callable[[Attributes, Values], Any]] = {
    "Add": lambda _, x: x[0] + x[1],
    "Concat": lambda a, x: torch.cat(x, a["axis"]),
    "Conv": _conv,
    "Div": lambda _, x: x[0] / x[1],
    "MatMul": lambda _, x: x[0] @ x[1],
    "MaxPool": _max_pool,
    "Mul": lambda _, x: x[0] * x[1],
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": lambda _, x: torch.sigmoid(x[0]),
    "Slice": _slice,
    "Softmax": lambda a, x: torch.softmax(x[0], a["axis"]),
    "Split": lambda a, x: torch.split(x[0], x[1], a["axis"]),
    "Sub": lambda _, x: x[0] - x[1],
    "Transpose": lambda a, x: x[0].permute(a["perm"]),
}
