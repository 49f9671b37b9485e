from pathlib import Path

import cv2
import numpy as np
from typer.testing import CliRunner

from models.cli import app


def test_labelled_birds_become_a_folder_per_class(tmp_path: Path):
    for split, rows in (("train", "0 0.25 0.5 0.1 0.2\n1 0.75 0.5 0.2 0.2\n"), ("val", "1 0.5 0.5 0.02 0.02\n")):
        images, labels = tmp_path / "images" / split, tmp_path / "labels" / split
        images.mkdir(parents=True)
        labels.mkdir(parents=True)
        picture = np.zeros((400, 400, 3), np.uint8)
        picture[:, :200] = 255
        cv2.imwrite(str(images / "a.png"), picture)
        (labels / "a.txt").write_text(rows, encoding="utf-8")
    (tmp_path / "d.yaml").write_text("path: .\ntrain: images/train\nval: images/val\nnames: [well, unwell]\n", "utf-8")
    done = CliRunner().invoke(
        app, ["crops", str(tmp_path / "d.yaml"), "--out", str(tmp_path / "out"), "--margin", "0.5"]
    )
    assert done.exit_code == 0, done.output
    assert done.output.split() == ["train/unwell:", "1", "train/well:", "1"]  # the bird of 8 pixels is left out
    well = cv2.imread(str(tmp_path / "out/train/well/a_0.jpg"))
    unwell = cv2.imread(str(tmp_path / "out/train/unwell/a_1.jpg"))
    assert well.shape == (160, 160, 3)
    assert well.min() > 240
    assert unwell.max() < 16


def test_large_crops_are_shrunk(tmp_path: Path):
    from models.training.teach.appearance import LARGEST_PX, shrunk

    assert shrunk(np.zeros((900, 900, 3), np.uint8)).shape == (LARGEST_PX, LARGEST_PX, 3)
    assert shrunk(np.zeros((90, 90, 3), np.uint8)).shape == (90, 90, 3)
