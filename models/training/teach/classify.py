"""Fine-tune a classifier of pictures with ultralytics, offline, on a processor without a graphics card.

It starts from any YOLO checkpoint: of a classifier, or of a detector, whose backbone then becomes the classifier's.
A run that was cut off goes on with `resume`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import TrainingError
from models.training.data.dataset import picture_files
from models.training.teach.offline import load_ultralytics
from models.training.teach.train import load_checkpoint, unfinished

AUGMENTATION: dict[str, Any] = {
    "auto_augment": None,  # RandAugment would shear, posterize and solarize what the colours say
    "scale": 0.45,  # a random crop keeps 55 % of the area or more, so that the middle always stays inside
    "fliplr": 0.5,
    "flipud": 0.5,
    "hsv_h": 0.03,
    "hsv_s": 0.35,
    "hsv_v": 0.4,  # brightness and contrast
    "erasing": 0.15,
}
"""What ultralytics does to a picture before each look at it."""
UPRIGHT: dict[str, Any] = {**AUGMENTATION, "flipud": 0.0, "scale": 0.25}
"""For crops of birds: up and down mean something, and so do the legs at the rim."""


@dataclass(frozen=True)
class ClassifierPlan:
    """One training run.

    Args:
        folder: holds train/<class> and val/<class>.
        weights: YOLO checkpoint (.pt) to start from, of a classifier or a detector.
        out: folder of the run, made by it.
        epochs: passes over the training pictures.
        size_px: side of the square the network sees; a multiple of 32.
        batch: pictures per step.
        seed: of everything random.
        threads: processor threads.
        learning_rate: of AdamW at its height.
        augmentation: ultralytics' settings of it.
    """

    folder: Path
    weights: Path
    out: Path
    epochs: int = 30
    size_px: int = 224
    batch: int = 32
    seed: int = 0
    threads: int = 2
    learning_rate: float = 1e-3
    augmentation: dict[str, Any] = field(default_factory=lambda: dict(AUGMENTATION))


def train_classifier(plan: ClassifierPlan, *, resume: bool = False) -> Path:
    """Run the training and return the checkpoint of its last epoch (averaged weights).

    Raises:
        TrainingError: the plan cannot be run as it stands.
        RuntimeMissing: the extra `train` is not installed.
    """
    check_plan(plan, resume=resume)
    ultralytics = load_ultralytics()
    last = plan.out / "weights" / "last.pt"
    model = load_checkpoint(ultralytics, last) if resume else starting_network(ultralytics, plan)
    model.add_callback("on_pretrain_routine_end", lambda _trainer: use_threads(plan.threads))
    model.add_callback("on_train_start", lambda _trainer: use_threads(plan.threads))
    if resume and not unfinished(model.ckpt):
        raise TrainingError(f"the run in {plan.out} is finished: nothing to resume")
    model.train(**({"resume": True} if resume else settings(plan)))
    return last


def use_threads(threads: int) -> None:
    """Let torch use so many threads; ultralytics leaves one core idle."""
    import torch

    torch.set_num_threads(threads)


def check_plan(plan: ClassifierPlan, *, resume: bool) -> None:
    """Refuse a plan before anything heavy is loaded."""
    names = class_names(plan.folder / "train")
    if class_names(plan.folder / "val") != names:
        raise TrainingError(f"{plan.folder}/val must hold the same class folders as train: {', '.join(names)}")
    if plan.size_px % 32:
        raise TrainingError(f"the size must be a multiple of 32, not {plan.size_px}")
    last = plan.out / "weights" / "last.pt"
    if resume and not last.is_file():
        raise TrainingError(f"nothing to resume: {last} does not exist")
    if not resume and last.is_file():
        raise TrainingError(f"{plan.out} holds a run already: resume it, or give another folder")
    if not resume and not plan.weights.is_file():
        raise TrainingError(f"{plan.weights} does not exist: give a checkpoint (.pt) to start from")


def class_names(split: Path) -> tuple[str, ...]:
    """List the classes of a split: its folders, in alphabetical order, each with a picture at least.

    Raises:
        TrainingError: the folder is missing, has fewer than two classes, or a class has no picture.
    """
    folders = sorted(item for item in split.iterdir() if item.is_dir()) if split.is_dir() else []
    if len(folders) < 2:
        raise TrainingError(f"{split} must hold a folder of pictures for each of two classes or more")
    for folder in folders:
        if not picture_files(folder):
            raise TrainingError(f"{folder} holds no picture")
    return tuple(folder.name for folder in folders)


def starting_network(ultralytics: Any, plan: ClassifierPlan) -> Any:
    """Open the checkpoint; of a detector take the backbone for a new classifier of the same family and size."""
    model = load_checkpoint(ultralytics, plan.weights)
    if model.task == "classify":
        return model
    family = Path(str(model.model.yaml.get("yaml_file", ""))).stem
    if not family.startswith("yolo26"):
        raise TrainingError(f"{plan.weights} is a {family or model.task}: start from a YOLO26 checkpoint")
    fresh = ultralytics.YOLO(f"yolo26{model.model.yaml['scale']}-cls.yaml", task="classify")
    take_backbone(model.model, fresh.model)
    fresh.ckpt = {"model": fresh.model}  # makes ultralytics keep these weights instead of building a new network
    return fresh


def take_backbone(detector: Any, classifier: Any) -> int:
    """Copy the layers a YOLO26 classifier shares with a detector and return how many tensors were copied.

    Layers 0 to 8 are the same; the detector's layer 9 (pooling) is left out, its layer 10 is the classifier's 9.
    """
    have, want = detector.float().state_dict(), classifier.state_dict()
    copied = 0
    for name, value in want.items():
        _, layer, *rest = name.split(".")
        source = ".".join(["model", {"9": "10"}.get(layer, layer), *rest])
        if int(layer) <= 9 and source in have and have[source].shape == value.shape:
            want[name] = have[source].clone()
            copied += 1
    classifier.load_state_dict(want)
    return copied


def settings(plan: ClassifierPlan) -> dict[str, Any]:
    """Translate a plan into ultralytics' words."""
    return {
        "data": str(plan.folder.resolve()),
        "project": str(plan.out.resolve().parent),
        "name": plan.out.name,
        "exist_ok": True,
        "epochs": plan.epochs,
        "imgsz": plan.size_px,
        "batch": plan.batch,
        "seed": plan.seed,
        "workers": 0,
        "device": "cpu",
        "amp": False,
        "plots": False,
        "optimizer": "AdamW",
        "lr0": plan.learning_rate,
        "cos_lr": True,
        "dropout": 0.2,
        "weight_decay": 0.01,
        "warmup_epochs": min(1.0, plan.epochs / 8),
        "warmup_bias_lr": 0.0,  # AdamW would otherwise start its biases at a rate of 0.1
        **plan.augmentation,
    }
