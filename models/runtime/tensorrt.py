"""Run a network with TensorRT on a Jetson, through ONNX Runtime's provider for it.

**Not tried by us**: no NVIDIA device was at hand when this was written, and no test runs it beyond the refusal where
it is missing. It follows the options that ONNX Runtime documents ("TensorRT Execution Provider"). The engine is built
at the first run, which takes minutes on a Jetson, and is kept beside the network where that folder can be written.
What TensorRT can't run, CUDA or the processor does.
"""

import os
from typing import Any

from models.errors import RuntimeMissing, WeightsError
from models.runtime.backends import LIBRARIES, Network, load_library
from models.runtime.onnx import OnnxBackend

PROVIDER = "TensorrtExecutionProvider"


def open_network(network: Network) -> OnnxBackend:
    """Hand the ONNX file to ONNX Runtime with TensorRT first.

    Raises:
        RuntimeMissing: this ONNX Runtime was built without TensorRT, or TensorRT does not start here.
        WeightsError: it refuses the file.
    """
    ort = load_library("onnx")
    if PROVIDER not in ort.get_available_providers():
        raise RuntimeMissing(
            f"the onnxruntime installed here was built without TensorRT: {LIBRARIES['tensorrt'].install}"
        )
    try:
        session = ort.InferenceSession(network.content, providers=_providers(network))
    except Exception as error:  # onnxruntime's errors have no common base class below Exception
        raise WeightsError(f"onnxruntime cannot load the network with TensorRT: {error}") from error
    if PROVIDER not in session.get_providers():
        raise RuntimeMissing("TensorRT does not start here: check that JetPack's TensorRT fits this onnxruntime-gpu")
    return OnnxBackend(session, network.limit_wh)


def _providers(network: Network) -> list[Any]:
    folder = network.path.parent
    wide, high = network.limit_wh
    shape = f"images:1x3x{high}x{wide}"  # one size only: an engine for each frame shape would take minutes each
    options: dict[str, Any] = {
        "trt_fp16_enable": True,
        "trt_profile_min_shapes": shape,
        "trt_profile_opt_shapes": shape,
        "trt_profile_max_shapes": shape,
    }
    if os.access(folder, os.W_OK):
        options |= {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(folder)}
    return [(PROVIDER, options), "CUDAExecutionProvider", "CPUExecutionProvider"]
