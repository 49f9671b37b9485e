"""From a training checkpoint (.pt, a pickle: never on a device) to a network with its card.

The one-to-many head is exported raw: suppression is the runtime's work, so that no limit on boxes is baked in. Weights
are stored as 16-bit floats and widened when the file is loaded: half the size, and scores move by less than .02.
"""

import shutil
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from models.card import AnyCard, make_card, sha256_of, write_card
from models.errors import TrainingError, WeightsError
from models.training.teach.offline import load_ultralytics
from models.training.teach.train import load_checkpoint

SMALL = 64
"""Constants of fewer numbers stay 32-bit: shapes and anchors gain nothing from being halved."""


def export(checkpoint: Path, about: Path, out: Path) -> AnyCard:
    """Write `out` (.onnx) and its card. `about` is a TOML with what the card says of name, data and limits.

    Raises:
        TrainingError: a file is missing or the TOML lacks a field.
        RuntimeMissing: the extra `train` is not installed.
    """
    if not checkpoint.is_file():
        raise TrainingError(f"{checkpoint} does not exist: give the last.pt of a training run")
    described = read_about(about)
    content = slim(raw_onnx(checkpoint, side_of(described, about)))
    card = fill_card(described, content, about)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    write_card(card, out)
    return card


def read_about(path: Path) -> dict[str, Any]:
    """Read the TOML that describes a network.

    Raises:
        TrainingError: the file is missing or is not TOML.
    """
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"cannot read {path}: {error}; see models/recipes/chicken-v3.toml") from error
    return described


def side_of(described: dict[str, Any], about: Path) -> int:
    """Give the input's longer side in pixels: of a detector's `input_size_wh`, or a classifier's `input_px`.

    Raises:
        TrainingError: the TOML has neither.
    """
    if "input_px" in described:
        return int(described["input_px"])
    if "input_size_wh" not in described:
        raise TrainingError(f"{about} lacks input_size_wh, like [640, 640] (of a classifier: input_px, like 224)")
    return int(max(described["input_size_wh"]))


def fill_card(described: dict[str, Any], content: bytes, about: Path) -> AnyCard:
    """Make the card of these weights.

    Raises:
        TrainingError: a field is missing, unknown or out of range.
    """
    today = date.today()  # noqa: DTZ011  # a day is enough
    try:
        return make_card({"scores": (), "made": today, **described, "sha256": sha256_of(content)})
    except WeightsError as error:
        raise TrainingError(f"{about}: {error}") from error


def raw_onnx(checkpoint: Path, size_px: int) -> bytes:
    """Export a detector's one-to-many head or a classifier, any input size that is a multiple of 32, simplified."""
    ultralytics = load_ultralytics()
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(checkpoint, Path(folder) / "network.pt")  # the export is written beside its source
        model = load_checkpoint(ultralytics, Path(copy))
        written = model.export(format="onnx", imgsz=size_px, dynamic=True, simplify=True, nms=None, device="cpu")
        return Path(written).read_bytes()


def slim(content: bytes) -> bytes:
    """Store large weights as 16-bit floats and drop notes (paths and dates of the exporting machine)."""
    import onnx

    model = onnx.load_from_string(content)
    graph = model.graph
    widened = []
    for tensor in graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size >= SMALL:
            name = tensor.name
            tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}_f16"))
            widened.append(onnx.helper.make_node("Cast", [f"{name}_f16"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*widened, *graph.node]
    for node in nodes:
        node.doc_string = ""
        del node.metadata_props[:]
    del graph.node[:], model.metadata_props[:]
    del graph.value_info[:]  # guessed shapes of every step: a fifth of the file, and nobody needs them
    graph.node.extend(nodes)
    model.doc_string = graph.doc_string = ""
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
