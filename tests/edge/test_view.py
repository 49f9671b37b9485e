from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge.camera_config import CameraConfig
from edge.config import EdgeConfig
from edge.config_file import load
from edge.errors import BadConfig
from edge.vision.view import View, foot_points, inside, view_of
from tests.edge.house_floor import Ceiling

SIZE_WH = (1280, 720)
HALF_BOX = 20.0


def boxes_at(shares: np.ndarray) -> np.ndarray:
    """Boxes whose foot points are these, as many pixels wide as high."""
    x, y = shares.T * np.array([SIZE_WH]).T
    return np.column_stack(
        [x - HALF_BOX, y - 1.5 * HALF_BOX, x + HALF_BOX, y + 0.5 * HALF_BOX],
    ).astype(np.float32)


def camera_section(slug: str, camera: Ceiling | None, **more: object) -> dict[str, object]:
    plan: dict[str, object] = {}
    if camera:
        picture, metres = camera.points()
        plan = {"plan": {"picture": picture.tolist(), "metres": metres.tolist()}}
    return {"slug": slug, "source": "demo"} | plan | more


def house(cameras: dict[str, Ceiling], **more: object) -> EdgeConfig:
    sections = [camera_section(slug, camera) for slug, camera in cameras.items()]
    return configured(cameras=sections, **more)


def configured(**sections: object) -> EdgeConfig:
    return EdgeConfig.model_validate({"place": {"farm": "f", "house": "h", "device": "pi-1"}} | sections)


def seen_by(camera: Ceiling, birds: np.ndarray) -> np.ndarray:
    shares = camera.shares(birds)
    return shares[((shares >= 0) & (shares < 1)).all(axis=1)]


ceilings = st.builds(
    Ceiling,
    at=st.tuples(st.floats(0, 20), st.floats(0, 10), st.floats(2.5, 6)),
    look_at=st.tuples(st.floats(3, 17), st.floats(3, 7)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ceilings, min_size=3, max_size=3), st.integers(0, 2**32 - 1))
def test_the_cameras_of_a_house_count_each_bird_once(cameras: list[Ceiling], seed: int):
    assume(all(inside(one.points()[0], ((0, 0), (1, 0), (1, 1), (0, 1))).all() for one in cameras))
    birds = np.random.default_rng(seed).uniform((0, 0), (20, 10), (200, 2))
    config = house(dict(zip(("a", "b", "c"), cameras, strict=True)))
    total = 0
    for section, camera in zip(config.cameras, cameras, strict=True):
        seen = seen_by(camera, birds)
        placed = view_of(config, section).place(boxes_at(seen), SIZE_WH)
        assert placed.on_floor.all()
        total += int(placed.own.sum())
    shares = [one.shares(birds) for one in cameras]
    nobody = ~np.any([((one >= 0) & (one < 1)).all(axis=1) for one in shares], axis=0)
    # A box is kept in whole float32 pixels: a bird on a border may fall on either side.
    assert total == pytest.approx(len(birds) - int(nobody.sum()), abs=1)


def test_two_cameras_over_the_same_floor_share_it_at_the_middle():
    left, right = Ceiling((4, 5, 4), (4, 5.01)), Ceiling((8, 5, 4), (8, 5.01))
    config = house({"left": left, "right": right})
    birds = np.array([[4.0, 5.0], [5.9, 5.0], [6.1, 5.0], [8.0, 5.0]])
    owned = {
        one.slug: view_of(config, one).place(boxes_at(camera.shares(birds)), SIZE_WH).own.tolist()
        for one, camera in zip(config.cameras, (left, right), strict=True)
    }
    assert owned == {"left": [True, True, False, False], "right": [False, False, True, True]}


def test_two_devices_agree_without_a_word():
    here, there = Ceiling((4, 5, 4), (4.3, 5.2)), Ceiling((7, 4, 3), (6.5, 5))
    birds = np.random.default_rng(1).uniform((2, 3), (9, 7), (300, 2))
    total = 0
    for device, mine, other in (("pi-1", here, there), ("pi-2", there, here)):
        picture, metres = other.points()
        far = {
            "device": "pi-2" if device == "pi-1" else "pi-1",
            "slug": "ceiling",
            "plan": {"picture": picture.tolist(), "metres": metres.tolist()},
        }
        config = house({"ceiling": mine}, place={"farm": "f", "house": "h", "device": device}, elsewhere=[far])
        placed = view_of(config, config.cameras[0]).place(boxes_at(seen_by(mine, birds)), SIZE_WH)
        total += int(placed.own.sum())
    union = {tuple(bird) for camera in (here, there) for bird in birds if len(seen_by(camera, bird[None]))}
    assert total == len(union)


def test_what_equal_cameras_see_belongs_to_the_first_by_name():
    both = Ceiling((4, 5, 4), (4.2, 5))
    config = house({"b": both, "a": both})
    box = boxes_at(both.shares(np.array([[4.0, 5.0]])))
    owned = {one.slug: bool(view_of(config, one).place(box, SIZE_WH).own[0]) for one in config.cameras}
    assert owned == {"a": True, "b": False}


def test_a_camera_leaves_to_others_only_what_lies_on_their_floor():
    high, low = Ceiling((4, 5, 6), (4, 5.01)), Ceiling((4, 5, 3), (4, 5.01))
    birds = np.array([[3.6, 5.0], [4.4, 5.0]])
    left_half = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
    sections = [camera_section("high", high), camera_section("low", low, floor=left_half)]
    config = configured(cameras=sections)
    shares = low.shares(birds)
    [on_low] = np.flatnonzero(shares[:, 0] < 0.5)
    own = {
        one.slug: view_of(config, one).place(boxes_at(camera.shares(birds)), SIZE_WH).own
        for one, camera in zip(config.cameras, (high, low), strict=True)
    }
    assert own["low"].tolist() == [bird == on_low for bird in (0, 1)]
    assert (own["high"] == ~own["low"]).all()


def test_a_camera_without_a_plan_owns_all_of_its_floor():
    config = house({"a": Ceiling((4, 5, 4), (4, 5.1))})
    lone = CameraConfig.model_validate(
        {"slug": "lone", "source": "demo", "floor": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
    )
    both = config.model_copy(update={"cameras": [*config.cameras, lone]})
    placed = view_of(both, lone).place(boxes_at(np.array([[0.2, 0.5], [0.8, 0.5]])), SIZE_WH)
    assert placed.own.tolist() == placed.on_floor.tolist() == [True, False]
    assert placed.metres is None


def test_zones_hold_the_birds_that_stand_in_them_and_on_the_floor():
    zones = [
        {"slug": "feeder", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]},
        {"slug": "drinker", "polygon": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]},
    ]
    floor = [[0, 0], [1, 0], [1, 0.6], [0, 0.6]]
    config = CameraConfig.model_validate({"slug": "c", "source": "demo", "zones": zones, "floor": floor})
    placed = View(config).place(boxes_at(np.array([[0.2, 0.3], [0.5, 0.3], [0.7, 0.3], [0.2, 0.9]])), SIZE_WH)
    assert {slug: held.tolist() for slug, held in placed.zones.items()} == {
        "feeder": [True, False, False, False],
        "drinker": [False, True, True, False],
    }


def test_no_birds_are_placed_nowhere():
    placed = View(CameraConfig(slug="c", source="demo")).place(np.empty((0, 4), np.float32), SIZE_WH)
    assert (placed.on_floor.shape, placed.own.shape) == ((0,), (0,))


def test_a_bird_cut_off_by_the_picture_still_stands_in_it():
    feet = foot_points(np.array([[-40, 600, 10, 900]], np.float32), SIZE_WH)
    assert ((feet >= 0) & (feet < 1)).all()


star = st.integers(3, 12).flatmap(
    lambda corners: st.lists(st.floats(0.05, 0.5), min_size=corners, max_size=corners),
)


@given(star, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_a_fan_of_triangles_holds_each_point_of_its_polygon_once(radii: list[float], spots: list[tuple[float, float]]):
    angles = np.arange(len(radii)) * 2 * np.pi / len(radii)
    corners = [(0.5 + r * np.cos(a), 0.5 + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)]
    points = np.array(spots)
    fan = [inside(points, [(0.5, 0.5), a, b]) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
    assert (np.sum(fan, axis=0) == inside(points, corners)).all()


PLACE = '[place]\nfarm = "f"\nhouse = "h"\ndevice = "d"\n'
POINTS = "picture = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.4, 0.4]]\nmetres = [[0, 0], [1, 0], [1, 1], [0, 1]]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[cameras]]\nslug = "c"\nsource = "demo"\n[cameras.plan]\n' + POINTS, "8: cameras[0].plan: picture: the poi"),
        ('[[elsewhere]]\ndevice = "e"\nslug = "c"\n[elsewhere.plan]\n' + POINTS, "8: elsewhere[0].plan: picture: the"),
    ],
)
def test_a_plan_that_cannot_be_right_is_named_with_its_line(tmp_path: Path, text: str, expected: str):
    path = tmp_path / "edge.toml"
    path.write_text(PLACE + text, encoding="utf-8")
    with pytest.raises(BadConfig) as refused:
        load(path)
    [problem] = refused.value.problems
    assert problem.startswith(f"edge.toml:{expected}")


@pytest.mark.parametrize(
    ("device", "count", "told"),
    [("e", 2, "elsewhere names a camera twice: e/c"), ("pi-1", 1, "elsewhere is for other devices; pi-1 is this one")],
)
def test_elsewhere_names_each_camera_of_another_device_once(device: str, count: int, told: str):
    picture, metres = Ceiling((4, 5, 4), (4, 5.1)).points()
    far = {"device": device, "slug": "c", "plan": {"picture": picture.tolist(), "metres": metres.tolist()}}
    with pytest.raises(ValueError, match=told):
        configured(elsewhere=[far] * count)
