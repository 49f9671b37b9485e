"""Fine-tune a detector with ultralytics, offline, on a processor without a graphics card.

Two things differ from ultralytics' defaults on purpose:

- YOLO26 trains two heads and lets the weight of the one-to-many head fade from 0.8 to 0.1. We ship that head (the
  other one never returns more than 300 birds), so its weight stays where it starts.
- A run that was cut off goes on with `resume`; every epoch leaves a checkpoint in `<out>/weights/last.pt`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from models.errors import TrainingError
from models.training.data.dataset import check_split
from models.training.data.layout import read_layout, resolved_yaml
from models.training.teach.offline import load_ultralytics

AUGMENTATION: dict[str, float] = {
    "degrees": 0.0,  # free turns inflate upright boxes; the scenes turn the birds themselves
    "flipud": 0.3,
    "fliplr": 0.5,
    "hsv_h": 0.02,
    "hsv_s": 0.6,
    "hsv_v": 0.4,
    "scale": 0.6,
    "translate": 0.1,
    "mosaic": 0.6,
}


@dataclass(frozen=True)
class TrainPlan:
    """One training run.

    Args:
        data: YAML of the data set.
        weights: checkpoint (.pt) to start from.
        out: folder of the run, made by it.
        epochs: passes over the training pictures.
        size_px: side of the square the pictures are fitted into; a multiple of 32.
        batch: pictures per step.
        seed: of everything random.
        threads: processor threads.
        learning_rate: of AdamW at its height.
    """

    data: Path
    weights: Path
    out: Path
    epochs: int = 30
    size_px: int = 640
    batch: int = 8
    seed: int = 0
    threads: int = 2
    learning_rate: float = 1e-3


def train(plan: TrainPlan, *, resume: bool = False) -> Path:
    """Run the training and return the checkpoint of its last epoch (averaged weights).

    Raises:
        DatasetError: the data set cannot be read.
        TrainingError: the plan cannot be run as it stands.
        RuntimeMissing: the extra `train` is not installed.
    """
    check_plan(plan, resume=resume)
    ultralytics = load_ultralytics()
    last = plan.out / "weights" / "last.pt"
    model = load_checkpoint(ultralytics, last if resume else plan.weights)
    for event, action in callbacks(plan).items():
        model.add_callback(event, action)
    if resume and not unfinished(model.ckpt):
        raise TrainingError(f"the run in {plan.out} is finished: nothing to resume")
    model.train(**({"resume": True} if resume else settings(plan, write_resolved(plan))))
    return last


def load_checkpoint(ultralytics: ModuleType, path: Path) -> Any:
    """Load a YOLO checkpoint of your own: a .pt is a program and is run as such.

    Raises:
        TrainingError: the file is not a YOLO checkpoint.
    """
    try:
        return ultralytics.YOLO(str(path))
    except Exception as error:  # whatever torch and pickle make of a wrong file
        raise TrainingError(f"{path} is not a YOLO checkpoint ({type(error).__name__}: {error})") from error


def unfinished(checkpoint: dict[str, Any]) -> bool:
    """Tell a run that was cut off by the optimizer's state, which a finished run throws away.

    Asked to resume a finished run, ultralytics would start a new one with settings of its own, and download its data.
    """
    return checkpoint.get("epoch", -1) >= 0 and checkpoint.get("optimizer") is not None


def check_plan(plan: TrainPlan, *, resume: bool) -> None:
    """Refuse a plan before anything heavy is loaded."""
    layout = read_layout(plan.data)
    layout.split("val")  # ultralytics wants one, also where nothing is measured
    problems = check_split(layout.train, classes=len(layout.classes)).problems
    if problems:
        raise TrainingError(f"{len(problems)} problems in {plan.data}, first: {problems[0]} (henwise-models check)")
    if plan.size_px % 32:
        raise TrainingError(f"the size must be a multiple of 32, not {plan.size_px}")
    last = plan.out / "weights" / "last.pt"
    if resume and not last.is_file():
        raise TrainingError(f"nothing to resume: {last} does not exist")
    if not resume and last.is_file():
        raise TrainingError(f"{plan.out} holds a run already: resume it, or give another folder")
    if not resume and not plan.weights.is_file():
        raise TrainingError(f"{plan.weights} does not exist: give a checkpoint (.pt) to start from")


def write_resolved(plan: TrainPlan) -> Path:
    """Write the data set's YAML into the run's folder with whole paths, and return where.

    Ultralytics takes `path: .` for the folder the program was started in, and knows fewer forms than we read.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    path = plan.out / "dataset.yaml"
    path.write_text(resolved_yaml(read_layout(plan.data), ("train", "val")), encoding="utf-8")
    return path


def settings(plan: TrainPlan, data: Path) -> dict[str, Any]:
    """Translate a plan into ultralytics' words; `data` is a YAML it understands."""
    return {
        "data": str(data.resolve()),
        "project": str(plan.out.resolve().parent),
        "name": plan.out.name,
        "exist_ok": True,
        "epochs": plan.epochs,
        "imgsz": plan.size_px,
        "batch": plan.batch,
        "seed": plan.seed,
        "workers": 1,
        "device": "cpu",
        "amp": False,
        "plots": False,
        "cache": "ram",  # saves decoding each JPEG every time; falls back by itself when memory is short
        "optimizer": "AdamW",
        "lr0": plan.learning_rate,
        "cos_lr": True,
        "warmup_epochs": min(1.0, plan.epochs / 8),
        "warmup_bias_lr": 0.0,  # AdamW would otherwise start its biases at a rate of 0.1
        "close_mosaic": max(1, plan.epochs // 6),
        "max_det": 1000,
        **AUGMENTATION,
    }


def callbacks(plan: TrainPlan) -> dict[str, Callable[[Any], None]]:
    """Give the hooks ultralytics calls with its trainer."""

    def use_threads(_trainer: Any) -> None:
        import torch

        torch.set_num_threads(plan.threads)  # ultralytics leaves one core idle

    def keep_one_to_many(trainer: Any) -> None:
        criterion = trainer.model.init_criterion()
        if hasattr(criterion, "final_o2m"):
            criterion.final_o2m = criterion.o2m
        trainer.model.criterion = criterion
        use_threads(trainer)

    return {"on_pretrain_routine_end": use_threads, "on_train_start": keep_one_to_many}
