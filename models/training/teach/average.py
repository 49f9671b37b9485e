"""The mean of several checkpoints of one network: often better than each, where one was trained on from the other.

The method is known as weight-space ensembling (Wortsman and others 2022, "Robust fine-tuning of zero-shot models").
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.errors import TrainingError
from models.training.teach.offline import load_ultralytics
from models.training.teach.train import load_checkpoint


def average(checkpoints: Sequence[Path], out: Path) -> None:
    """Write a checkpoint whose weights are the mean of others'; all else is the first one's.

    Raises:
        TrainingError: fewer than two checkpoints, one that cannot be read, or networks of different make.
        RuntimeMissing: the extra `train` is not installed.
    """
    if len(checkpoints) < 2:
        raise TrainingError("give two checkpoints or more to average")
    ultralytics = load_ultralytics()
    for path in checkpoints:
        if not path.is_file():
            raise TrainingError(f"{path} does not exist: give the last.pt of a training run")
    first, *others = (load_checkpoint(ultralytics, path) for path in checkpoints)
    states = [one.model.float().state_dict() for one in (first, *others)]
    first.model.load_state_dict(mean_of(states))
    out.parent.mkdir(parents=True, exist_ok=True)
    first.save(out)


def mean_of(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean of networks' tensors, by name; counters (no floats) are the first network's.

    Raises:
        TrainingError: the networks are of different make.
    """
    first = states[0]
    shapes = [{name: value.shape for name, value in state.items()} for state in states]
    if any(shape != shapes[0] for shape in shapes):
        raise TrainingError("these checkpoints are of networks of different make: there is no mean of them")
    return {
        name: sum(state[name] for state in states) / len(states) if value.is_floating_point() else value
        for name, value in first.items()
    }
