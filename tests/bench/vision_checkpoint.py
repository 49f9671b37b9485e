"""The checkpoint (.pt) of a shipped network, made from its .onnx: both sides of the bench run the same weights.

Runs in an environment that has ultralytics and onnx:

python vision_checkpoint.py NETWORK.onnx CHECKPOINT.pt
"""

import sys

import numpy as np
import onnx
import torch
from ultralytics.cfg import DEFAULT_CFG_DICT
from ultralytics.nn.tasks import DetectionModel

HALF = "_f16"
"""Ending of the weights that are stored in 16 bits."""


def checkpoint(network: str) -> DetectionModel:
    """Build YOLO26n, its batch norms folded in as in the export, and fill in every weight by its name."""
    stored = {
        tensor.name.removesuffix(HALF): torch.from_numpy(onnx.numpy_helper.to_array(tensor).astype(np.float32))
        for tensor in onnx.load(network).graph.initializer
    }
    model = DetectionModel("yolo26n.yaml", nc=80, verbose=False).eval()
    model.fuse(verbose=False)
    head = model.model[-1]
    for level, branch in enumerate(head.cv3):
        last = stored[f"model.{head.i}.cv3.{level}.2.weight"]
        branch[-1] = torch.nn.Conv2d(last.shape[1], last.shape[0], 1)
    head.nc = len(last)
    head.no = head.nc + 4 * head.reg_max
    model.load_state_dict({name: stored[name] for name in model.state_dict()})
    model.names = {number: f"class {number}" for number in range(head.nc)}
    model.task, model.args = "detect", {**DEFAULT_CFG_DICT, "task": "detect"}
    return model


if __name__ == "__main__":
    torch.save({"model": checkpoint(sys.argv[1]), "train_args": {"task": "detect"}}, sys.argv[2])
