"""A real training of a classifier, from a folder per class to an answer in the runtime. Needs the extra `train`."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from models.card import card_path, read_classifier_card
from models.cli import app
from models.errors import TrainingError
from models.runtime import Classifier
from models.runtime.classifier import central_square
from models.training.teach.average import average
from models.training.teach.classify import ClassifierPlan, take_backbone, train_classifier

pytestmark = [
    pytest.mark.timeout(900),
    # ultralytics and torch warn about their own insides; nothing of ours is hidden by this
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning"),
]

ABOUT = """
name = "colours"
version = "1"
task = "classify"
classes = ["blue", "red"]
input_px = 64
base = "an untrained detector"
licence = "AGPL-3.0-or-later"
limits = ["knows two colours"]
data = []
[answer]
temperature = 1.0
not_sure_below = 0.0
"""


def coloured(rng: np.random.Generator, name: str) -> np.ndarray:
    picture = rng.integers(0, 60, (80, 80, 3), np.uint8)
    picture[..., 0 if name == "blue" else 2] += 150
    return picture


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes that differ in colour, and a finished run that started from an untrained detector."""
    from models.training.teach.offline import load_ultralytics

    folder = tmp_path_factory.mktemp("classifier")
    rng = np.random.default_rng(0)
    for split, count in (("train", 32), ("val", 8)):
        for name in ("blue", "red"):
            (folder / split / name).mkdir(parents=True)
            for number in range(count):
                cv2.imwrite(str(folder / split / name / f"{number}.jpg"), coloured(rng, name))
    load_ultralytics().YOLO("yolo26n.yaml").save(folder / "detector.pt")
    plan = ClassifierPlan(folder, folder / "detector.pt", folder / "run", epochs=12, size_px=64, batch=8, threads=1)
    train_classifier(plan)
    return folder


def test_the_trained_network_tells_the_colours_apart_after_export(run: Path):
    (run / "about.toml").write_text(ABOUT, encoding="utf-8")
    words = ["export", run / "run/weights/last.pt", "--about", run / "about.toml", "--out", run / "colours.onnx"]
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    classifier = Classifier.open(run / "colours.onnx", threads=1)
    rng = np.random.default_rng(1)
    said = classifier.classify([coloured(rng, name) for name in ("blue", "red") * 10])
    classifier.close()
    assert said.answers == ("blue", "red") * 10
    assert read_classifier_card(card_path(run / "colours.onnx")).task == "classify"


def test_a_finished_run_is_neither_overwritten_nor_resumed(run: Path):
    plan = ClassifierPlan(run, run / "detector.pt", run / "run")
    with pytest.raises(TrainingError, match="holds a run already"):
        train_classifier(plan)
    with pytest.raises(TrainingError, match="is finished"):
        train_classifier(plan, resume=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size_px": 100}, "multiple of 32"),
        ({"weights": Path("none.pt")}, "does not exist"),
        ({"folder": Path("nowhere")}, "must hold a folder of pictures for each"),
    ],
)
def test_a_wrong_plan_is_a_sentence(run: Path, change: dict[str, object], words: str):
    good = {"folder": run, "weights": run / "detector.pt", "out": run / "other"}
    with pytest.raises(TrainingError, match=words):
        train_classifier(ClassifierPlan(**{**good, **change}))


def test_most_of_a_detectors_backbone_is_taken_over():
    from models.training.teach.offline import load_ultralytics

    ultralytics = load_ultralytics()
    detector, classifier = ultralytics.YOLO("yolo26n.yaml").model, ultralytics.YOLO("yolo26n-cls.yaml").model
    copied = take_backbone(detector, classifier)
    assert copied >= 0.95 * len([name for name in classifier.state_dict() if not name.startswith("model.10.")])
    first = classifier.state_dict()["model.0.conv.weight"]
    assert (first == detector.state_dict()["model.0.conv.weight"]).all()


def test_the_mean_of_two_checkpoints_lies_between_them_and_is_a_checkpoint(run: Path):
    from models.training.teach.offline import load_ultralytics

    ultralytics = load_ultralytics()
    last, fresh, mean = run / "run/weights/last.pt", run / "fresh.pt", run / "mean.pt"
    untrained = ultralytics.YOLO(last)
    for value in untrained.model.parameters():
        value.data.zero_()
    untrained.save(fresh)
    average([last, fresh], mean)
    weights, halved = (
        ultralytics.YOLO(path).model.float().state_dict()["model.0.conv.weight"] for path in (last, mean)
    )
    assert np.allclose(halved.numpy(), weights.numpy() / 2, atol=1e-3)
    assert ultralytics.YOLO(mean).names == {0: "blue", 1: "red"}


def test_only_networks_of_one_make_have_a_mean(run: Path):
    with pytest.raises(TrainingError, match="different make"):
        average([run / "run/weights/last.pt", run / "detector.pt"], run / "none.pt")
    with pytest.raises(TrainingError, match="two checkpoints or more"):
        average([run / "run/weights/last.pt"], run / "none.pt")
    with pytest.raises(TrainingError, match="does not exist"):
        average([run / "run/weights/last.pt", run / "nowhere.pt"], run / "none.pt")


@pytest.mark.parametrize("size_wh", [(224, 224), (300, 200), (151, 320), (1600, 1200)])
def test_the_runtime_shows_the_network_what_the_training_showed_it(size_wh: tuple[int, int]):
    from PIL import Image
    from ultralytics.data.augment import classify_transforms

    rng = np.random.default_rng(0)
    grain = min(size_wh) / 6  # coarse: half a pixel of place and another filter may not matter, a squeezed picture must
    rough = rng.integers(0, 256, (round(size_wh[1] / grain), round(size_wh[0] / grain), 3), np.uint8)
    picture = cv2.resize(rough, size_wh, interpolation=cv2.INTER_CUBIC)
    shown = classify_transforms(size=96)(Image.fromarray(picture[..., ::-1])).numpy().transpose(1, 2, 0) * 255
    ours = central_square(picture, 96)[..., ::-1]
    assert np.abs(shown - ours).mean() < 8  # of 255; squeezed or turned to another colour order: 38 and more
