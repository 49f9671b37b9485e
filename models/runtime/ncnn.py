"""Run a network with NCNN, made for Arm. It needs a form converted to one input size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import WeightsError
from models.runtime.backends import Network, SizeWH, load_library

INPUT, OUTPUT = "in0", "out0"
"""Names that the converter pnnx gives."""


class NcnnBackend:
    """A network loaded into NCNN.

    Args:
        net: an ``ncnn.Net`` with its weights.
        mat: the class ``ncnn.Mat``.
        input_wh: size it was converted for.
    """

    def __init__(self, net: Any, mat: Any, input_wh: SizeWH) -> None:
        self._net = net
        self._mat = mat
        self.input_wh = input_wh

    def run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network on (1, 3, h, w) float32 RGB 0..1 and return its raw output (1, 4 + classes, anchors)."""
        with self._net.create_extractor() as extractor:
            extractor.input(INPUT, self._mat(blob[0]))
            _, answer = extractor.extract(OUTPUT)
            return np.array(answer, np.float32)[None]

    def close(self) -> None:
        """Let go of the network's memory."""
        self._net.clear()


def open_network(network: Network) -> NcnnBackend:
    """Load the converted form.

    Raises:
        RuntimeMissing: ncnn is not installed.
        WeightsError: there is no form of this size, or ncnn refuses it.
    """
    ncnn = load_library("ncnn")
    input_wh, files = network.form("ncnn")
    net = ncnn.Net()
    net.opt.num_threads = network.threads
    net.opt.use_vulkan_compute = False
    # Sums of 16-bit floats would move boxes on Arm; 16-bit storage of the weights does not.
    net.opt.use_fp16_arithmetic = False
    if net.load_param(str(files[".param"])) or net.load_model(str(files[".bin"])):
        raise WeightsError(f"ncnn cannot load {files['.param'].name}: convert the network again")
    return NcnnBackend(net, ncnn.Mat, input_wh)
