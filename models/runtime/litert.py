"""Run a network with LiteRT (once TensorFlow Lite). It needs a form converted to one input size."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import RuntimeMissing, WeightsError
from models.runtime.backends import Network, SizeWH, load_library


class LiteRtBackend:
    """A network loaded into LiteRT.

    Args:
        interpreter: an interpreter with its tensors allocated, one input (1, 3, h, w), one output.
        input_wh: size it was converted for.
    """

    def __init__(self, interpreter: Any, input_wh: SizeWH) -> None:
        self._interpreter = interpreter
        self._input: int = interpreter.get_input_details()[0]["index"]
        self._output: int = interpreter.get_output_details()[0]["index"]
        self.input_wh = input_wh

    def run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network on (1, 3, h, w) float32 RGB 0..1 and return its raw output (1, 4 + classes, anchors)."""
        self._interpreter.set_tensor(self._input, blob)
        self._interpreter.invoke()
        raw: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return raw

    def close(self) -> None:
        """Let go of the network's memory."""
        self._interpreter = None


def open_network(network: Network) -> LiteRtBackend:
    """Load the converted form.

    Raises:
        RuntimeMissing: ai-edge-litert is not installed.
        WeightsError: there is no form of this size, or LiteRT refuses it.
    """
    load_library("litert")
    try:
        interpreter_of = importlib.import_module("ai_edge_litert.interpreter").Interpreter
    except (ImportError, OSError) as error:
        raise RuntimeMissing(f"ai-edge-litert is installed but can't be loaded here: {error}") from error
    input_wh, files = network.form("litert")
    try:
        interpreter = interpreter_of(str(files[".tflite"]), num_threads=network.threads)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise WeightsError(f"litert cannot load {files['.tflite'].name}: {error}") from error
    return LiteRtBackend(interpreter, input_wh)
