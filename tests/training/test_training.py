"""A real training from drawn scenes to a network in the runtime. Needs the extra `train`: see `make test-train`."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from models.card import card_path, read_card
from models.cli import app
from models.errors import TrainingError
from models.runtime import Detector
from models.training.scenes.flocks import write_scenes
from models.training.teach.train import TrainPlan, train

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.timeout(900),
    # ultralytics and torch warn about their own insides; nothing of ours is hidden by this
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning"),
]


def scratch_weights(folder: Path) -> Path:
    """An untrained network of the smallest kind, so that the test needs no download."""
    from models.training.teach.offline import load_ultralytics

    path = folder / "scratch.pt"
    load_ultralytics().YOLO("yolo26n.yaml").save(path)
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set of drawn scenes and a finished run of one epoch."""
    folder = tmp_path_factory.mktemp("training")
    for split, count in (("train", 16), ("val", 4)):
        write_scenes(folder, [], count=count, seed=1, split=split, size_px=160)
    (folder / "data.yaml").write_text(
        f"path: {folder}\ntrain: images/train\nval: images/val\nnames: [chicken]\n", encoding="utf-8"
    )
    train(TrainPlan(folder / "data.yaml", scratch_weights(folder), folder / "run", 1, 160, 4, threads=1))
    return folder


def test_an_epoch_leaves_a_checkpoint_and_nothing_in_the_working_folder(run: Path):
    assert (run / "run/weights/last.pt").is_file()
    assert not (ROOT / "runs").exists()


def test_a_finished_folder_is_not_overwritten(run: Path):
    with pytest.raises(TrainingError, match="holds a run already"):
        train(TrainPlan(run / "data.yaml", run / "scratch.pt", run / "run"))


def test_a_finished_run_cannot_be_resumed(run: Path):
    with pytest.raises(TrainingError, match="is finished: nothing to resume"):
        train(TrainPlan(run / "data.yaml", run / "scratch.pt", run / "run", epochs=1), resume=True)


def epochs_done(out: Path) -> list[int]:
    """Epochs written down in a run's results.csv."""
    path = out / "results.csv"
    return [int(line.split(",")[0]) for line in path.read_text("utf-8").splitlines()[1:]] if path.is_file() else []


def test_a_run_killed_in_the_middle_goes_on_where_it_stood(run: Path):
    out = run / "killed"
    words = ["train", run / "data.yaml", "--weights", run / "scratch.pt", "--out", out, "--size", 160, "--batch", 4]
    words += ["--threads", 1]  # two wait for each other on a busy machine
    command = [sys.executable, "-c", "from models.cli import app; app()", *map(str, words), "--epochs", "4"]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not epochs_done(out) and first.poll() is None:
        time.sleep(0.05)
    while not (out / "weights/last.pt").is_file() and first.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)  # let the checkpoint be written whole
    first.kill()
    first.wait()
    done = epochs_done(out)
    assert 1 <= len(done) < 4
    subprocess.run([*command, "--resume"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert epochs_done(out) == [1, 2, 3, 4]


def test_a_file_that_is_no_checkpoint_is_refused(run: Path):
    (run / "wrong.pt").write_bytes(b"no checkpoint")
    with pytest.raises(TrainingError, match="is not a YOLO checkpoint"):
        train(TrainPlan(run / "data.yaml", run / "wrong.pt", run / "other"))


def test_the_checkpoint_becomes_a_network_that_the_runtime_runs(run: Path):
    out = run / "mine.onnx"
    about = ROOT / "models/recipes/chicken-v3.toml"
    words = ["export", run / "run/weights/last.pt", "--about", about, "--out", out]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    assert read_card(card_path(out)).sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert str(run).encode() not in out.read_bytes()
    assert out.stat().st_size < 8e6
    detector = Detector.open(out)
    for size_wh in ((640, 640), (320, 180)):
        detector.detect(np.zeros((size_wh[1], size_wh[0], 3), np.uint8))
    detector.close()


def test_the_exported_network_gives_the_same_boxes_as_its_checkpoint(run: Path):
    """Shipped weights are 16-bit floats and the graph was simplified: scores move a little, boxes hardly."""
    from models.training.teach.offline import load_ultralytics

    checkpoint = load_ultralytics().YOLO(str(run / "run/weights/last.pt")).model.float().eval()
    import torch

    from models.runtime.letterbox import Canvas, fit
    from models.runtime.onnx import OnnxBackend

    frame = cv2.imread(str(next((run / "images/val").iterdir())))
    blob = Canvas(fit((160, 160), (160, 160))).fill(frame)
    with torch.no_grad():
        expected = checkpoint(torch.from_numpy(blob))[0].numpy()
    ours = OnnxBackend.open((run / "mine.onnx").read_bytes(), threads=1).run(blob)
    assert ours.shape == expected.shape
    assert np.abs(ours[:, 4:] - expected[:, 4:]).max() < 0.02
    assert np.abs(ours[:, :4] - expected[:, :4]).max() < 1
