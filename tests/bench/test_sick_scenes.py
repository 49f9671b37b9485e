"""The scenes of the suspects table: who lies stays, who walks goes, and a box is told of the bird it lies on."""

import json

import cv2
import numpy as np
import pytest

from tests.bench.sick_scenes import Scene, draw, play, sheets
from tests.bench.sick_scores import Outcome, Tally, mark, nearest, rows

POSTURES = ("standing", "walking", "sitting", "lying")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A minute of one house with oval birds, one of them dead and one sick."""
    folder = tmp_path_factory.mktemp("sprites")
    listed = []
    for number in range(12):
        bgra = np.zeros((40, 60, 4), np.uint8)
        cv2.ellipse(bgra, (30, 20), (28, 18), 0, 0, 360, (200, 210, 220, 255), -1)
        name = f"0000_{number:02d}.png"
        cv2.imwrite(str(folder / name), bgra)
        known = {"posture": POSTURES[number % 4], "colour": "white", "elevation_degrees": 60, "px_per_length": 60.0}
        listed.append({"file": name, "kind": "broiler", **known})
    listed.append({**listed[0], "file": "0001_00.png"})  # a sheet without a lying bird is of no use
    (folder / "index.json").write_text(json.dumps(listed), encoding="utf-8")
    (flock,) = sheets(folder)
    return draw(3, flock, lying=2, frames=120, fps=2)


def test_the_dead_lie_still_the_sick_twitch_and_the_others_leave(scene: Scene):
    roles = [actor.role for actor in scene.actors]
    assert sorted(roles[:2]) == ["dead", "sick"]
    assert {"sits", "walks"} <= set(roles)
    for actor in scene.actors:
        reach = np.hypot(*(actor.places - actor.places[0]).T).max() / actor.length
        assert {"dead": reach == 0, "sick": 0 < reach < 0.35}.get(actor.role, reach > 0.2), actor.role
        assert actor.looks[0].posture == {"sits": "sitting", "sick": "lying", "dead": "lying"}.get(
            actor.role, actor.looks[0].posture
        )


def test_frames_follow_each_other_with_fresh_noise_and_the_box_of_the_dead_stays(scene: Scene):
    frames = [frame for frame, _ in zip(play(scene, 2), range(3), strict=False)]
    assert [frame.at_s for frame in frames] == [0, 0.5, 1]
    assert (frames[0].image != frames[1].image).mean() > 0.3
    dead = [actor.role for actor in scene.actors].index("dead")
    boxes = [np.array(frame.boxes[dead]) for frame in frames if frame.boxes[dead]]
    assert all((box == boxes[0]).all() for box in boxes)
    shown = [box for box in frames[0].boxes if box]
    assert len(shown) > len(scene.actors) / 2


def test_a_suspicion_is_told_of_the_bird_it_lies_on_or_of_none():
    places = np.array([(0, 0, 10, 10), (8, 0, 18, 10), (-9, -9, -9, -9)], np.float64)
    assert nearest(places, np.array((9, 0, 19, 10), np.float32)) == 1
    assert nearest(places, np.array((40, 40, 50, 50), np.float32)) is None


def test_the_table_counts_each_bird_once_and_from_when_it_was_first_told():
    sick, walker, missed = Outcome("sick"), Outcome("walks"), Outcome("dead")
    for at_s in (30, 40):
        mark(sick, "suspect", at_s)
    mark(walker, "suspect", 50)
    mark(missed, "dead", 80)
    tally = Tally([sick, walker, missed, Outcome("sits")])
    tally.stray["suspect"] += 2
    suspect, _, dead = rows(tally).splitlines()[2:]
    assert suspect == "| suspect | 1 of 2 | 0.25 | 30 s (30 s) | 0 of 1 | 1 of 1 | 2 |"
    assert dead == "| dead, fast clock | 1 of 2 | 1.00 | 80 s (80 s) | 0 of 1 | 0 of 1 | 0 |"
