"""Make tests/fixtures/networks: a network of a few kilobytes in every format, to try all back ends quickly.

    python -m tests.training.tiny tests/fixtures/networks    (needs the extra convert)

It finds nothing: two convolutions with random weights, shaped like a detector's one-to-many head.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.card import ModelCard, Thresholds, sha256_of, write_card
from models.training.teach.convert import convert

SIDE = 64


def network() -> bytes:
    """Build (1, 3, h, w) -> (1, 5, h/32 * w/32): boxes in 0..64, one score in 0..1."""
    rng = np.random.default_rng(7)
    constants = {
        "w1": rng.normal(0, 0.3, (8, 3, 3, 3)).astype(np.float32),
        "b1": rng.normal(0, 0.3, 8).astype(np.float32),
        "w2": rng.normal(0, 0.1, (5, 8, 16, 16)).astype(np.float32),
        "b2": rng.normal(0, 0.3, 5).astype(np.float32),
        "shape": np.array([0, 5, -1], np.int64),
        "scale": np.array([64, 64, 64, 64, 1], np.float32).reshape(1, 5, 1),
    }
    pads = {"dilations": [1, 1], "group": 1}
    nodes = [
        helper.make_node("Conv", ["images", "w1", "b1"], ["a"], strides=[2, 2], pads=[1, 1, 1, 1], **pads),
        helper.make_node("Sigmoid", ["a"], ["b"]),
        helper.make_node("Mul", ["a", "b"], ["c"]),
        helper.make_node("Conv", ["c", "w2", "b2"], ["d"], strides=[16, 16], pads=[0, 0, 0, 0], **pads),
        helper.make_node("Reshape", ["d", "shape"], ["e"]),
        helper.make_node("Sigmoid", ["e"], ["f"]),
        helper.make_node("Mul", ["f", "scale"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["n", 5, "anchors"])],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def card(content: bytes) -> ModelCard:
    """Describe it."""
    return ModelCard(
        name="tiny", version="1", task="detect", classes=("chicken",), input_size_wh=(SIDE, SIDE),
        thresholds=Thresholds(score=0.25, nms_iou=0.9, max_boxes=1000), base="none: random weights", data=(), scores=(),
        limits=("finds nothing: made to try back ends",), licence="AGPL-3.0-or-later", made=date(2026, 11, 22),
        sha256=sha256_of(content),
    )  # fmt: skip


def write(folder: Path) -> Path:
    """Write the network, its card and its forms into ``folder`` and return the path of the .onnx."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tiny.onnx"
    content = network()
    path.write_bytes(content)
    write_card(card(content), path)
    convert(path, "ncnn", None, folder)
    convert(path, "litert", None, folder)
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1]))
