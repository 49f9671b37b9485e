"""Real frames, the shipped clip's, as they are and as a camera in trouble would send them; time is handed in."""

import io
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import cycle, islice

import cv2
import numpy as np
import pytest

from edge.camera_config import SHIPPED_CLIP
from edge.vision.condition import Condition, Fitness
from edge.vision.position import Position, Shift

STEP_S = 0.5
SLOW_STEP_S = 2.0
WIDTH, HEIGHT = 320, 180


@cache
def clip() -> list[np.ndarray]:
    """Every sixth frame of the shipped clip, two a second, a third as large."""
    capture = cv2.VideoCapture(str(SHIPPED_CLIP))
    frames = []
    while capture.grab():
        if len(frames) % 6 == 0:
            frames.append(cv2.resize(capture.retrieve()[1], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
        else:
            frames.append(None)
    capture.release()
    return [frame for frame in frames if frame is not None]


def healthy(seed: int = 1) -> Iterator[np.ndarray]:
    """The clip over and over, with a sensor's noise on it."""
    rng = np.random.default_rng(seed)
    # Real noise is drawn once and rolled: as random, and a hundred times as fast.
    noise = rng.normal(0, 2, (HEIGHT, WIDTH, 3))
    for frame in cycle(clip()):
        yield np.clip(frame + np.roll(noise, rng.integers(HEIGHT), 0), 0, 255).astype(np.uint8)


def moved(frame: np.ndarray, right: float = 0, down: float = 0, degrees: float = 0, zoom: float = 1) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, zoom)
    turn[:, 2] += (right * WIDTH, down * HEIGHT)
    return cv2.warpAffine(frame, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def noisy(frame: np.ndarray, level: float, seed: int = 2) -> np.ndarray:
    return np.clip(frame + np.random.default_rng(seed).normal(0, level, frame.shape), 0, 255).astype(np.uint8)


def dark(frame: np.ndarray) -> np.ndarray:
    return noisy(frame * 0.04, 4)


def bagged(frame: np.ndarray) -> np.ndarray:
    slope = np.linspace(60, 130, WIDTH)[None, :, None]
    return noisy(np.broadcast_to(slope, frame.shape), 5)


def dusty(frame: np.ndarray) -> np.ndarray:
    blurred = cv2.GaussianBlur(frame, (0, 0), WIDTH / 50)
    return noisy(cv2.addWeighted(blurred, 0.3, np.full_like(frame, 140), 0.7, 0), 2)


def hand_before(frame: np.ndarray) -> np.ndarray:
    held = frame.copy()
    held[:, : int(0.75 * WIDTH)] = 70
    return noisy(held, 3)


def infrared(frame: np.ndarray) -> np.ndarray:
    """Grey, lit in the middle only, dim towards the corners."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    lamp = np.exp(-(x**2 + y**2) / 0.8)[..., None]
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)[..., None]
    return noisy(np.repeat(grey * lamp * 0.6, 3, axis=2), 1)


class Watcher:
    """A Condition that is fed at two frames a second; where it is about many minutes, at one in two seconds."""

    def __init__(self, reference: bytes | None = None, *, step_s: float = STEP_S) -> None:
        self.condition = Condition(reference=reference)
        self.step_s = step_s
        self.at_s = 0.0

    def sees(self, frames: Iterable[np.ndarray], seconds: float) -> list[Fitness]:
        seen = []
        for frame in islice(frames, int(seconds / self.step_s)):
            self.at_s += self.step_s
            seen.append(self.condition.look(self.at_s, frame))
        return seen


def causes(seen: list[Fitness]) -> list[str]:
    """Each cause once, in the order in which they were told."""
    told = [one.cause for one in seen]
    return [cause for number, cause in enumerate(told) if not number or cause != told[number - 1]]


def test_a_healthy_camera_is_fit_for_an_hour():
    seen = Watcher(step_s=SLOW_STEP_S).sees(healthy(), 3600)
    assert all(one == Fitness(fit=True) for one in seen)


def test_day_and_night_and_day_is_a_healthy_camera():
    watcher = Watcher(step_s=SLOW_STEP_S)
    for seconds, look in ((900, None), (1500, infrared), (900, None)):
        frames = healthy() if look is None else map(look, healthy())
        assert all(one.fit for one in watcher.sees(frames, seconds))


def test_lights_that_are_dimmed_are_no_fault():
    watcher = Watcher(step_s=SLOW_STEP_S)
    watcher.sees(healthy(), 600)
    assert all(one.fit for one in watcher.sees(((frame * 0.3).astype(np.uint8) for frame in healthy()), 900))


@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        (dark, "picture_dark"),
        (bagged, "picture_covered"),
        (dusty, "picture_covered"),
        (hand_before, "picture_covered"),
    ],
)
def test_a_dark_or_covered_camera_is_withheld_at_once_told_soon_and_taken_back(
    trouble: Callable[[np.ndarray], np.ndarray], cause: str
):
    watcher = Watcher()
    watcher.sees(healthy(), 60)
    seen = watcher.sees(map(trouble, healthy()), 60)
    assert not any(one.fit for one in seen)
    assert causes(seen) == ["", cause]
    assert [one.cause for one in seen].index(cause) * STEP_S <= 6
    assert seen[-1].problem
    after = watcher.sees(healthy(), 60)
    assert causes(after) == [cause, ""]
    assert 9 <= [one.cause for one in after].index("") * STEP_S <= 11
    assert not any(one.fit for one in after[:18])
    assert after[-1] == Fitness(fit=True)


@pytest.mark.parametrize(("trouble", "cause"), [(dark, "picture_dark"), (bagged, "picture_covered")])
def test_a_camera_that_starts_in_trouble_is_told(trouble: Callable[[np.ndarray], np.ndarray], cause: str):
    assert Watcher().sees(map(trouble, healthy()), 20)[-1].cause == cause


def test_a_bird_before_the_lens_for_a_moment_is_withheld_and_not_told():
    watcher = Watcher()
    watcher.sees(healthy(), 60)
    seen = watcher.sees(map(bagged, healthy()), 3)
    assert not any(one.fit for one in seen)
    assert causes(seen + watcher.sees(healthy(), 30)) == [""]


def still(*frames: np.ndarray) -> Iterator[np.ndarray]:
    return cycle(frames)


def test_a_frozen_picture_is_told_after_a_minute_and_taken_back():
    watcher = Watcher()
    watcher.sees(healthy(), 30)
    seen = watcher.sees(still(clip()[3]), 90)
    assert causes(seen) == ["", "picture_frozen"]
    assert 60 <= [one.fit for one in seen].index(False) * STEP_S <= 62
    assert watcher.sees(healthy(), 30)[-1].fit


def test_two_pictures_sent_in_turn_are_frozen_and_three_are_a_clip():
    assert Watcher().sees(still(*clip()[:2]), 90)[-1].cause == "picture_frozen"
    assert Watcher().sees(still(*clip()[:3]), 90)[-1].fit


def test_a_still_scene_with_a_sensors_noise_is_not_frozen():
    frames = (noisy(clip()[3], 0.4, seed) for seed in range(1_000))
    assert all(one.fit for one in Watcher().sees(frames, 400))


@pytest.mark.parametrize(
    "turned",
    [
        {"right": 0.1},
        {"right": -0.05, "down": 0.08},
        {"degrees": 6},
        {"degrees": -15, "right": 0.05},
    ],
)
def test_a_camera_that_was_turned_is_told_within_ten_minutes(turned: dict[str, float]):
    watcher = Watcher(step_s=SLOW_STEP_S)
    watcher.sees(healthy(), 600)
    seen = watcher.sees((moved(frame, **turned) for frame in healthy()), 600)
    assert causes(seen) == ["", "camera_moved"]
    assert not seen[-1].fit
    assert "turn the camera back" in seen[-1].problem
    assert watcher.sees(healthy(), 600)[-1].fit


def test_a_camera_that_looks_elsewhere_altogether_is_told_within_half_an_hour():
    watcher = Watcher(step_s=SLOW_STEP_S)
    watcher.sees(healthy(), 600)
    elsewhere = (cv2.rotate(frame, cv2.ROTATE_180) for frame in healthy())
    last = watcher.sees(elsewhere, 1800)[-1]
    assert last.cause == "camera_moved"
    assert "nothing of the usual view" in last.problem


def test_a_camera_that_sways_a_little_did_not_move():
    watcher = Watcher(step_s=SLOW_STEP_S)
    watcher.sees(healthy(), 600)
    swaying = (moved(frame, right=0.01 * (-1) ** n, degrees=0.5) for n, frame in enumerate(healthy()))
    assert all(one.fit for one in watcher.sees(swaying, 900))


def test_a_camera_turned_by_day_is_still_turned_by_night():
    watcher = Watcher(step_s=SLOW_STEP_S)
    watcher.sees(healthy(), 600)
    seen = watcher.sees((infrared(moved(frame, right=0.1)) for frame in healthy()), 900)
    assert seen[-1].cause == "camera_moved"


def test_what_was_learned_survives_a_restart():
    before = Watcher(step_s=SLOW_STEP_S)
    assert before.condition.reference() is None
    before.sees(healthy(), 600)
    reference = before.condition.reference()
    assert reference is not None
    assert len(reference) < 30_000
    assert before.condition.reference() is None
    seen = Watcher(reference, step_s=SLOW_STEP_S).sees((moved(frame, right=0.1) for frame in healthy()), 600)
    assert seen[-1].cause == "camera_moved"
    assert all(one.fit for one in Watcher(reference, step_s=SLOW_STEP_S).sees(healthy(), 900))


@pytest.mark.parametrize("damaged", [b"", b"no archive", b"PK\x03\x04" + bytes(100)])
def test_a_damaged_file_is_learned_anew(damaged: bytes):
    assert Position(damaged).look(0, clip()[0]) is None
    assert all(one.fit for one in Watcher(damaged).sees(healthy(), 30))


def test_a_camera_that_is_carried_about_has_no_usual_view_to_lose():
    position = Position()
    rng = np.random.default_rng(4)
    shifts: list[Shift | None] = []
    for number, frame in enumerate(islice(healthy(), 1200)):
        carried = moved(frame, *rng.uniform(-0.4, 0.4, 2), rng.uniform(-180, 180))
        shifts.append(position.look(2.0 * number, carried))
    assert set(shifts) == {None}
    assert position.reference() is None


def test_a_usual_view_with_a_damaged_byte_is_learned_anew_and_told(caplog: pytest.LogCaptureFixture):
    packed = io.BytesIO()
    # A picture's map is about so large; noise packs badly, so that most bytes are the map's.
    noise = np.random.default_rng(0).integers(-127, 127, (90, 160)).astype(np.int8)
    np.savez_compressed(packed, colour=noise)
    whole = packed.getvalue()
    Position(whole)
    assert not caplog.records
    spoiled = [whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in range(0, len(whole), 7)]
    for reference in [*spoiled, whole[:-100], b"PK", bytes(4096)]:
        Position(reference)
    assert "the usual view that was kept can't be read" in caplog.text
