"""Single birds: what is seen of each, frame by frame, and what is told."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages import Reason
from edge.vision.evidences import WEIGHTS, joined
from edge.vision.looks import LookConfig, Looks
from edge.vision.suspects import SuspectConfig, Suspects, Suspicion

FPS = 2
BOX = (100.0, 100.0, 180.0, 150.0)
POSTURES = {"standing": (0.9, 0.08, 0.02), "sitting": (0.1, 0.88, 0.02), "lying": (0.02, 0.04, 0.94)}


@dataclass
class Still:
    bird: int
    since_s: float
    flock_moved_s: float = 0.0
    xyxy: np.ndarray = field(default_factory=lambda: np.array(BOX, np.float32))


def box_at(x: float, y: float = 100.0) -> tuple[float, float, float, float]:
    return (100 + x, y, 180 + x, y + 50)


FRAME_WH = (4000, 2000)
"""Large enough for all boxes here, none at its edge."""


class House:
    """Birds in front of a camera; a posture network that is told the truth."""

    def __init__(self, config: SuspectConfig | None = None) -> None:
        self.suspects = Suspects(config)
        self.at_s = 0.0
        self.asked = 0

    def frame(
        self,
        birds: dict[int, tuple[tuple[float, float, float, float], str]],
        *,
        still: list[Still] | None = None,
        sick: float | None = None,
        warmth: dict[int, float] | None = None,
    ) -> list[Suspicion]:
        self.at_s += 1 / FPS
        ids = np.array(list(birds), np.int64)
        xyxy = np.array([box for box, _posture in birds.values()], np.float32).reshape(-1, 4)
        chosen = self.suspects.choose(self.at_s, ids, xyxy, np.ones(len(ids), bool), frame_wh=FRAME_WH)
        self.asked += len(chosen)
        said = np.array([POSTURES[birds[one][1]] for one in ids[chosen].tolist()], np.float32).reshape(-1, 3)
        odd = None if sick is None else np.full(len(chosen), sick, np.float32)
        self.suspects.looked(self.at_s, ids[chosen], said, odd)
        lying = [replace(one, flock_moved_s=self.at_s - one.since_s) for one in still or []]
        return self.suspects.judge(self.at_s, lying, warmth)

    def play(self, seconds: float, birds: dict[int, tuple[tuple[float, float, float, float], str]], **how: object):
        return [one for _ in range(int(seconds * FPS)) for one in self.frame(birds, **how)]  # type: ignore[arg-type]  # handed through


def test_a_bird_on_its_side_is_told_once_within_half_a_minute():
    house = House()
    told = house.play(29, {1: (BOX, "lying")})
    assert [(one.kind, one.reasons, one.id) for one in told] == [("sick_suspect", ("lying_on_side",), 1)]
    assert told[0].score > 0.7
    assert told[0].since_s < 1
    assert tuple(told[0].xyxy) == BOX
    assert house.play(600, {1: (BOX, "lying")}) == []


@pytest.mark.parametrize("posture", ["standing", "sitting"])
def test_a_bird_that_rests_is_not_told(posture: str):
    assert House().play(900, {1: (BOX, posture)}) == []


def test_a_bird_that_lies_for_a_moment_is_not_told():
    house = House()
    told = [one for _ in range(20) for how in ("lying", "sitting") for one in house.play(10, {1: (BOX, how)})]
    assert told == []


def test_a_bird_that_walks_is_never_shown_to_the_network():
    house = House()
    for number in range(200):
        house.frame({1: (box_at(100 + number * 60), "lying")})
    assert house.asked == 0


def test_a_kicking_bird_and_a_trembling_box_are_still_at_rest():
    rng = np.random.default_rng(1)
    house = House()
    told = []
    for _ in range(60):
        left, top, right, bottom = np.array(BOX) + rng.normal(0, 4, 4)
        told += house.frame({1: ((left, top, right + 8, bottom), "lying")})
    assert len(told) == 1


def test_a_bird_whose_track_breaks_every_ten_seconds_is_told_all_the_same():
    house = House()
    told = [one for n in range(6) for one in house.play(10, {n: (BOX, "lying")})]
    assert len(told) == 1


def test_a_bird_elsewhere_does_not_inherit_what_was_seen():
    house = House()
    told = [one for n in range(12) for one in house.play(15, {n: (box_at(400 * (n % 2)), "lying")})]
    assert told == []


def test_nothing_is_told_of_a_picture_that_jumps():
    house = House()
    told = [one for n in range(60) for one in house.play(2, {n: (box_at(90 * (n % 8)), "lying")})]
    assert told == []


def test_a_network_that_sees_half_a_flock_lying_is_not_believed():
    flock = {n: (box_at(100.0 * n), "lying" if n % 2 else "sitting") for n in range(10)}
    assert House().play(300, flock) == []
    two = {n: (box_at(100.0 * n), "lying" if n in (3, 5) else "sitting") for n in range(10)}
    assert House().play(60, two) == []
    few = {n: (box_at(100.0 * n), "lying" if n == 3 else "sitting") for n in range(10)}
    assert [one.id for one in House().play(60, few)] == [3]


def test_the_one_bird_that_lies_in_a_large_resting_flock_is_found():
    flock = {n: (box_at(100.0 * (n % 20), 60.0 * (n // 20)), "lying" if n == 77 else "sitting") for n in range(100)}
    house = House()
    assert [one.id for one in house.play(120, flock)] == [77]
    assert house.asked / house.at_s == pytest.approx(LookConfig().per_s, rel=0.1)


def test_small_and_coasting_birds_are_not_shown():
    looks = Looks()
    small, large = (np.array([(100, 100, 100 + side, 100 + side)], np.float32) for side in (20, 60))
    for at in range(20):
        assert len(looks.choose(at, np.array([1]), small, np.array([True]), frame_wh=FRAME_WH)) == 0
        assert len(looks.choose(at + 0.5, np.array([1]), large, np.array([False]), frame_wh=FRAME_WH)) == 0


@pytest.mark.parametrize(
    ("box", "asked"),
    [
        ((0.5, 300, 90, 350), False),
        ((300, 2, 380, 40), False),
        ((900, 300, 958, 350), False),
        ((300, 500, 380, 539), False),
        ((10, 8, 90, 50), True),
    ],
)
def test_a_bird_that_the_pictures_edge_cuts_off_is_not_judged_by_its_looks(box: tuple[float, ...], asked: bool):
    looks, xyxy = Looks(), np.array([box], np.float32)
    shown = [len(looks.choose(at, np.array([1]), xyxy, np.array([True]), frame_wh=(960, 540))) for at in range(20)]
    assert (sum(shown) > 0) is asked


def test_still_then_dead_each_once():
    house = House(SuspectConfig(still_s=100, dead_s=300, again_s=1000))
    told = house.play(290, {1: (BOX, "sitting")}, still=[Still(1, 0.0)])
    assert [(one.kind, one.since_s) for one in told] == [("still_bird", 0.0)]
    assert told[0].reasons == ("still_while_flock_moves", "sitting")
    told = house.play(100, {1: (BOX, "sitting")}, still=[Still(1, 0.0)])
    assert [one.kind for one in told] == ["dead_suspect"]
    assert "still_very_long" in told[0].reasons


def test_a_still_bird_that_is_hidden_is_told_too():
    told = House(SuspectConfig(still_s=100)).play(150, {}, still=[Still(4, 0.0)])
    assert [(one.id, one.kind, tuple(one.xyxy)) for one in told] == [(4, "still_bird", BOX)]


def test_time_in_which_the_flock_rested_does_not_count():
    suspects = Suspects(SuspectConfig(still_s=100))
    suspects.choose(0, np.array([1]), np.array([BOX], np.float32), np.array([True]), frame_wh=FRAME_WH)
    assert suspects.judge(5000, [Still(1, 0.0, flock_moved_s=40)]) == []


def test_told_again_after_a_while():
    house = House(SuspectConfig(again_s=60))
    assert len(house.play(24 + 60 * 3, {1: (BOX, "lying")})) == 4 - 1


def test_a_cold_bird_that_also_lies_still_is_a_suspect_earlier():
    still = [Still(1, 0.0)]
    warm = House(SuspectConfig(still_s=1000)).play(990, {1: (BOX, "sitting")}, still=still)
    cold = House(SuspectConfig(still_s=1000)).play(990, {1: (BOX, "sitting")}, still=still, warmth={1: -5.0})
    assert warm == []
    assert [(one.kind, one.reasons[0]) for one in cold] == [("sick_suspect", "colder_than_flock")]


def test_warmth_or_looks_alone_are_not_enough():
    assert House().play(60, {1: (BOX, "sitting")}, warmth={1: 9.0}) == []
    assert House().play(60, {1: (BOX, "sitting")}, sick=0.99) == []
    both = House().play(60, {1: (BOX, "sitting")}, sick=0.99, warmth={1: -9.0})
    assert {*both[0].reasons} == {"looks_sick", "colder_than_flock"}


def test_a_view_that_fools_the_network_does_not_flood_anybody():
    config = SuspectConfig(most_per_hour=3, looks=LookConfig(many=1.0, per_s=100))
    flock = {n: (box_at(100.0 * n), "lying") for n in range(10)}
    house = House(config)
    first = {one.id for one in house.play(60, flock)}
    house.at_s += 3600
    second = {one.id for one in house.play(60, flock)}
    assert (len(first), len(second), len(first | second)) == (3, 3, 6)


reasons = st.sampled_from(list(WEIGHTS))
evidences = st.dictionaries(reasons, st.floats(0, 1), max_size=7)


@given(evidence=evidences, reason=reasons, more=st.floats(0, 1))
def test_more_evidence_never_lowers_a_score(evidence: dict[Reason, float], reason: Reason, more: float):
    before = joined(evidence)
    after = joined(evidence | {reason: max(evidence.get(reason, 0), more)})
    assert 0 <= before.score <= after.score + 1e-12 <= 1 + 1e-12
    assert set(before.reasons) <= set(after.reasons)


@given(evidence=evidences)
def test_only_what_contributed_is_named(evidence: dict[Reason, float]):
    for reason in joined(evidence).reasons:
        assert joined(evidence).score > joined({**evidence, reason: 0.0}).score


def test_only_lying_reaches_the_usual_threshold_alone():
    alone = {reason for reason in WEIGHTS if joined({reason: 1.0}).score >= SuspectConfig().suspect_score}
    assert alone == {"lying_on_side", "still_very_long"}
