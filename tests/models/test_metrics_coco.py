"""Our average precision beside pycocotools', the reference implementation of COCO's figures."""

import contextlib
import io
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from models.training.measure.metrics import average_precision, judge, sides

SIZES = (0.0, 12.5, 40.5, 1e5)
"""Edges between whole pixels, so that both take the same side."""


def crowd(rng: np.random.Generator, *, birds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True boxes (m, 4), detections (n, 4) near them and elsewhere, and scores (n,) of two digits, so with ties."""
    corner = rng.integers(0, 300, (birds, 2))
    truth = np.hstack([corner, corner + rng.integers(4, 90, (birds, 2))]).astype(np.float32)
    near = truth[rng.random(birds) < 0.85].repeat(rng.integers(1, 3), axis=0)
    near = near + rng.integers(-4, 5, near.shape)
    corner = rng.integers(0, 300, (rng.integers(0, 8), 2))
    stray = np.hstack([corner, corner + rng.integers(4, 90, corner.shape)])
    found = np.vstack([near, stray]).astype(np.float32)
    found[:, 2:] = np.maximum(found[:, 2:], found[:, :2] + 1)
    return truth, found, np.round(rng.random(len(found)), 2).astype(np.float32)


def xywh(boxes: np.ndarray) -> list[list[float]]:
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]]).astype(float).tolist()


def reference(pictures: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """Average precision (10 IoUs, all sizes and three sizes) by pycocotools; -1 without true boxes."""
    truths, found = [], []
    for number, (truth, boxes, scores) in enumerate(pictures, start=1):
        for box in xywh(truth):
            truths.append({"id": len(truths) + 1, "image_id": number, "category_id": 1, "bbox": box,
                           "area": box[2] * box[3], "iscrowd": 0})  # fmt: skip
        found += [
            {"image_id": number, "category_id": 1, "bbox": box, "score": float(score)}
            for box, score in zip(xywh(boxes), scores, strict=True)
        ]
    images = [{"id": number} for number in range(1, len(pictures) + 1)]
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = COCO()
        dataset.dataset = {"images": images, "annotations": truths, "categories": [{"id": 1}], "info": {}}
        dataset.createIndex()
        judging = COCOeval(dataset, dataset.loadRes(found), "bbox")
        judging.params.maxDets = [100_000]
        judging.params.areaRng = [[0, 1e10], *([low**2, high**2] for low, high in pairwise(SIZES))]
        judging.params.areaRngLbl = ["all", "small", "medium", "large"]
        judging.evaluate()
        judging.accumulate()
    return judging.eval["precision"][:, :, 0, :, 0].mean(axis=1).T


def ours(pictures: list[tuple[np.ndarray, np.ndarray, np.ndarray]], low: float, high: float) -> np.ndarray:
    judged = []
    for truth, found, scores in pictures:
        counted = (sides(truth) >= low) & (sides(truth) < high)
        wanted = (sides(found) >= low) & (sides(found) < high)
        judged.append(judge(found, scores, truth, counted=counted, wanted=wanted))
    areas = average_precision(judged)
    return np.full(10, -1.0) if areas is None else areas


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), birds=st.lists(st.integers(0, 25), min_size=1, max_size=5))
def test_average_precision_is_that_of_pycocotools_for_all_sizes_and_each(seed: int, birds: list[int]):
    rng = np.random.default_rng(seed)
    pictures = [crowd(rng, birds=number) for number in birds]
    if not any(len(found) for _, found, _ in pictures):
        pictures.append(crowd(np.random.default_rng(1), birds=3))  # pycocotools wants a detection
    wanted = reference(pictures)
    mine = [ours(pictures, 0, 1e5), *(ours(pictures, low, high) for low, high in pairwise(SIZES))]
    assert np.array(mine) == pytest.approx(wanted, abs=1e-9)
