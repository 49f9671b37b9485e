"""The shipped network, converted: the same birds from each back end. Needs the extra `convert` (`make test-train`)."""

from pathlib import Path

import pytest

from models.runtime import SHIPPED, Detector
from models.training.teach.convert import Format, convert
from tests.models.parity import assert_same_birds, clip_frames


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")  # the converters warn about their own insides
@pytest.mark.parametrize("wanted", ["ncnn", "litert"])
def test_a_converted_network_finds_the_same_birds(wanted: Format, tmp_path: Path):
    convert(SHIPPED, wanted, (640, 384), tmp_path)
    ours, other = Detector.open(tiles="off"), Detector.open(tmp_path / SHIPPED.name, backend=wanted, tiles="off")
    for frame in clip_frames(every=72):
        assert_same_birds(ours.detect(frame), other.detect(frame))
