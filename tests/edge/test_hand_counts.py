from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.camera_config import CameraConfig
from edge.errors import NotCalibrated
from edge.vision.hand_counts import HandCounts

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def counts(tmp_path: Path) -> HandCounts:
    counts = HandCounts(tmp_path, [CameraConfig(slug="cam", source="demo"), CameraConfig(slug="door", source="demo")])
    for minute, birds in ((0, 100), (1, 110), (2, 50)):
        counts.saw("cam", AT + timedelta(minutes=minute), birds, "n 1")
    return counts


def test_a_persons_count_is_held_against_what_was_seen_then(counts: HandCounts):
    assert counts.factor("cam", "n 1") == 1
    told = counts.take("cam", AT + timedelta(seconds=70), 121)
    assert told == "cam saw 110, 121 by hand; its factor is now 1.1"
    assert counts.factor("cam", "n 1") == pytest.approx(1.1)
    assert counts.factor("door", "n 1") == counts.factor("cam", "n 2") == 1


@pytest.mark.parametrize(
    ("camera", "minutes", "told"),
    [
        ("cam", 9, "what cam saw at 08:09 is no longer known; count a newer picture"),
        ("door", 0, "what door saw at 08:00 is no longer known"),
        ("roof", 0, "roof is no camera of this device"),
    ],
)
def test_what_nobody_saw_cannot_be_learned_from(counts: HandCounts, camera: str, minutes: int, told: str):
    with pytest.raises(NotCalibrated, match=told):
        counts.take(camera, AT + timedelta(minutes=minutes), 121)
