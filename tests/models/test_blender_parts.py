"""The parts of the renderer that need no Blender: the shapes of birds, and the PNG writer."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.blender.anatomy import BODY, COMB, HORN, KINDS, POSTURES, Bird, make_bird
from models.training.blender.png import write_png


def spread(bird: Bird, axis: int) -> float:
    """Reach of a bird's ellipsoids along an axis before it is rolled, bird lengths; turns are left out."""
    low = min(blob.centre[axis] - min(blob.radii) for blob in bird.blobs)
    return max(blob.centre[axis] + min(blob.radii) for blob in bird.blobs) - low


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("posture", POSTURES)
def test_every_bird_has_the_size_of_a_bird(kind: str, posture: str):
    for seed in range(12):
        bird = make_bird(np.random.default_rng(seed), kind, posture)
        assert 0.6 < spread(bird, 0) < 2.2
        assert 0.3 < spread(bird, 1) < 1.6
        assert all(min(blob.radii) > 0 for blob in bird.blobs)


def test_a_sitting_bird_shows_no_legs_and_is_low():
    standing, sitting = (make_bird(np.random.default_rng(3), "adult", name) for name in ("standing", "sitting"))
    legs = [sum(blob.wears == HORN for blob in bird.blobs) for bird in (standing, sitting)]
    assert legs[0] > 8
    assert legs[1] == 1  # the beak
    assert spread(sitting, 2) < spread(standing, 2)


def test_lying_birds_are_rolled_over_and_the_others_stand():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert abs(make_bird(rng, "broiler", "lying").roll) > 0.15
        assert abs(make_bird(rng, "broiler", "back").roll) > 2
        assert make_bird(rng, "broiler", "walking").roll == 0


def test_chicks_have_no_comb():
    chick, hen = (make_bird(np.random.default_rng(1), kind, "standing") for kind in ("chick", "adult"))
    assert not any(blob.wears == COMB for blob in chick.blobs)
    assert any(blob.wears == COMB for blob in hen.blobs)
    assert any(blob.wears == BODY for blob in chick.blobs)


def test_the_head_of_a_pecking_bird_is_at_the_ground():
    for seed in range(10):
        bird = make_bird(np.random.default_rng(seed), "adult", "pecking")
        comb = [blob for blob in bird.blobs if blob.wears == COMB]
        assert max(blob.centre[2] for blob in comb) < 0.3


@pytest.mark.parametrize("channels", [3, 4])
def test_a_written_png_reads_back_the_same(tmp_path: Path, channels: int):
    picture = np.random.default_rng(2).integers(0, 256, (13, 7, channels), np.uint8)
    write_png(tmp_path / "a.png", picture)
    read = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
    order = [2, 1, 0, 3][:channels]
    assert (read[..., order] == picture).all()
