"""How many healthy birds a camera would call still in weeks, if rests go on beyond what was ever filmed by some law.

Rests are measured on the true tracks' recordings, by the agent's own rule and under a detector's noise. Those that last
longer than ``FROM_S`` give the figures of three laws, from harmless to heavy-tailed; days are then drawn from each,
rest by rest, and played to the agent's ``UsualRests``. No frame is drawn: what is shown is what the rule of the
longest rest does, not how well birds are followed for hours. One bird dies every three days and is carried out the
next morning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np

from edge.vision.rests import DAYS_KEPT, UsualRests
from edge.vision.stillness import StillBirds, StillRules
from edge.vision.tracking import Tracker
from tests.bench.still import Places
from tests.edge.hens import Noise, Sequence, noisy

FROM_S = 180.0
BIRDS, LIGHT_H, DAYS = 300, 14, 34
STILL_S, DEAD_S = 1200.0, 7200.0
MONDAY = date(2026, 6, 1)
Draw = Callable[[np.random.Generator, int], np.ndarray]


@dataclass(frozen=True)
class Rests:
    """What was measured.

    Attributes:
        ended_s: rests of at least ``FROM_S`` whose bird was seen to get up, in s.
        other_s: those at whose end the bird was lost, or the recording was over, in s.
        bird_h: hours watched, all birds together.
    """

    ended_s: np.ndarray
    other_s: np.ndarray
    bird_h: float

    @property
    def seen(self) -> float:
        """Say what share of the rests the rule sees end."""
        return len(self.ended_s) / (len(self.ended_s) + len(self.other_s))

    def laws(self) -> dict[str, Draw]:
        """Return ways in which rests may go on: three laws that fit all of these, ended or not, best."""
        both = np.r_[self.ended_s, self.other_s]
        more_s = float((both - FROM_S).sum() / len(self.ended_s))
        power = len(self.ended_s) / float(np.log(both / FROM_S).sum())
        return {
            f"constant rate (mean {more_s:.0f} s more)": lambda random, n: FROM_S + random.exponential(more_s, n),
            "Weibull, ever slower (shape .6, the same mean)": lambda random, n: (
                FROM_S + more_s / 1.5046 * random.weibull(0.6, n)
            ),
            f"power law (exponent {power:.1f})": lambda random, n: FROM_S * (1 + random.pareto(power, n)),
        }


def measured(films: list[Sequence], noise: Noise) -> Rests:
    """Watch recordings once, forwards."""
    ended: list[float] = []
    every: list[float] = []
    bird_h = 0.0
    for seed, film in enumerate(films):
        tracker, still, places = Tracker(), StillBirds(StillRules(still_s=FROM_S)), Places()
        for at_s, found in noisy(film, noise, seed):
            places.note(still.update(at_s, tracker.update(at_s, found)))
            ended += [rest_s for rest_s in still.rests_s if rest_s >= FROM_S]
        every += places.longest_s()
        bird_h += len(film.ids) / film.hz / 3600
    for rest_s in ended:
        every.remove(min(every, key=lambda one: abs(one - rest_s)))
    return Rests(np.array(ended), np.array(every), bird_h)


@dataclass
class Weeks:
    """What came of some weeks.

    Attributes:
        alarms: healthy birds told still, each day.
        limits_min: the limit at the end of each day, in min.
        dead_after_min: after what time each dead bird was told, in min.
    """

    alarms: list[int]
    limits_min: list[float]
    dead_after_min: list[float]


def weeks(rests: Rests, draw: Draw, seed: int) -> Weeks:
    """Draw days and play them to the rule."""
    random, usual, told = np.random.default_rng(seed), UsualRests(), Weeks([], [], [])
    light_s = LIGHT_H * 3600.0
    rate = (len(rests.ended_s) + len(rests.other_s)) / rests.bird_h
    for n in range(DAYS):
        day = MONDAY + timedelta(days=n)
        count = random.poisson(rate * BIRDS * LIGHT_H)
        starts_s = random.uniform(0, light_s, count)
        ends_s = np.minimum(starts_s + draw(random, count), light_s)
        seen = (random.random(count) < rests.seen) & (ends_s < light_s)
        died_s = random.uniform(0, light_s / 2) if n % 3 == 2 else None
        told.alarms.append(one_day(usual, day, np.column_stack([starts_s, ends_s, seen]), died_s, told))
        usual.watched(day, light_s)
        told.limits_min.append(limit_s(usual) / 60)
    return told


def one_day(usual: UsualRests, day: date, rests: np.ndarray, died_s: float | None, told: Weeks) -> int:
    """Play the long rests of a day, in the order in which they end, and return how many are told."""
    limits = [(0.0, limit_s(usual))]
    long = rests[rests[:, 1] - rests[:, 0] > limits[0][1]]
    alarms = 0
    for start_s, end_s, seen in long[np.argsort(long[:, 1])].tolist():
        alarms += any(start_s + limit <= end_s for from_s, limit in limits if from_s <= end_s)
        if seen:
            usual.ended(day, end_s - start_s)
            limits.append((end_s, limit_s(usual)))
    shorter = rests[(rests[:, 1] - rests[:, 0] <= limits[0][1]) & (rests[:, 2] > 0)]
    if len(shorter):
        usual.ended(day, float((shorter[:, 1] - shorter[:, 0]).max()))
    if died_s is not None:
        told.dead_after_min.append(limits[-1][1] / 60)
    return alarms


def limit_s(usual: UsualRests) -> float:
    """Return after what time a still bird is told, in s, as the agent has it by default."""
    longest_s = usual.longest_s()
    return DEAD_S if longest_s is None else max(STILL_S, longest_s)


def rows(films: list[Sequence], noise: Noise, seeds: int = 20) -> list[str]:
    """Measure, draw and lay out."""
    rests = measured(films, noise)
    lines = []
    for name, draw in rests.laws().items():
        played = [weeks(rests, draw, seed) for seed in range(seeds)]
        learning = np.array([one.alarms[: DAYS_KEPT + 1] for one in played])
        later = np.array([one.alarms[DAYS_KEPT + 1 :] for one in played])
        fixed = float(np.mean(draw(np.random.default_rng(0), 2_000_000) > STILL_S))
        a_day = fixed * (len(rests.ended_s) + len(rests.other_s)) / rests.bird_h * BIRDS * LIGHT_H
        limits = [limit for one in played for limit in one.limits_min[DAYS_KEPT + 1 :]]
        dead = [after for one in played for after in one.dead_after_min[2:]]
        lines.append(
            f"| {name} | {a_day:.1f} | {learning.mean():.2f} | **{later.mean():.2f}** | {later.max()} "
            f"| {median(limits):.0f} ({np.quantile(limits, 0.9):.0f}) | {median(dead):.0f} ({max(dead):.0f}) |"
        )
    seen = f"{len(rests.ended_s)} of {len(rests.ended_s) + len(rests.other_s)}"
    return [*lines, "", f"Rests of {FROM_S:.0f} s and more: {seen} seen to end, in {rests.bird_h:.1f} bird-hours."]
