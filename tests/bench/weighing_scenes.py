"""The flocks of the weighing benchmark: drawn from a seed, played through the bytes of an indicator.

A day's light hours are played in 36 minutes: the calendar's pace shortens only the waits between birds, so that each
bird still stands its seconds. Truth is what the simulator knows: who stood on the plate when, and the flock's mean.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from firmware_bridge.scales import xk3190
from firmware_bridge.simulated.flock import LIGHTS_OFF_HOUR, LIGHTS_ON_HOUR, Calendar, Flock
from firmware_bridge.simulated.growth import curve
from firmware_bridge.simulated.plate import Manners, Plate
from firmware_bridge.simulated.visit import Visit
from firmware_bridge.simulated.visitors import Regulars, day_swing, regulars

PACE = 30.0
DAY_S = (LIGHTS_OFF_HOUR - LIGHTS_ON_HOUR) * 3600 / PACE
VISITS_PER_H = 24.0
"""With the pace about 185 visits a day."""

HAND_AGES = (38, 41)
"""Days of the hand weighing: in week 6."""

PIECE_FRAMES = 20
"""About what one read of the line brings."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One flock and one scale.

    Attributes:
        breed: key of the simulator's curves.
        ahead: the flock's mean over its breed's curve.
        weight_cv: within a sex.
        sexes_apart: cocks less hens over the mean, once grown.
        bias_day_42: how far heavy birds' avoidance puts the mean of those who come off on day 42, as a share.
        avoid_from_days, avoid_power, avoid_until_days: from when, how and until when it rises.
        near: birds that live near the scale.
        manners: how they behave.
        hz, display_grams: the indicator: frames a second and the step of its display.
        ages: the days that are played.
    """

    breed: str
    ahead: float
    weight_cv: float
    sexes_apart: float
    bias_day_42: float
    avoid_from_days: float
    avoid_power: float
    avoid_until_days: float
    near: int
    manners: Manners
    hz: int
    display_grams: int
    ages: tuple[int, ...]

    def mean_grams(self, age_days: float) -> float:
        """Return the flock's mean."""
        return self.ahead * curve(self.breed).grams(age_days)

    def apart(self, age_days: float) -> float:
        """Return how far the sexes are apart; they hatch alike."""
        return self.sexes_apart * min(1.0, age_days / 42)

    def cv(self, age_days: float) -> float:
        """Return the whole flock's CV."""
        return float((self.weight_cv**2 + self.apart(age_days) ** 2 / 4) ** 0.5)

    def bias(self, age_days: float) -> float:
        """Return by which share avoidance makes the mean of the visits low, to first order."""
        since = max(0.0, min(age_days, self.avoid_until_days) - self.avoid_from_days) / (42 - self.avoid_from_days)
        return self.bias_day_42 * since**self.avoid_power

    def flock_grams(self, age_days: int) -> float:
        """Return the flock's mean over the light hours of a day."""
        hours = [LIGHTS_ON_HOUR + (n + 0.5) / 4 for n in range(4 * (LIGHTS_OFF_HOUR - LIGHTS_ON_HOUR))]
        grams = [self.mean_grams(max(0, age_days + hour / 24 - 0.5)) * (1 + day_swing(hour)) for hour in hours]
        return sum(grams) / len(grams)


def scene(seed: int) -> Scene:
    """Draw a flock: Ross, Cobb and slow native ones in turn."""
    rng = random.Random(seed)
    breed = ("ross-308", "cobb-500", "huaixiang")[seed % 3]
    native = breed == "huaixiang"
    apart = rng.choice((0.0, rng.uniform(0.08, 0.2)))
    late = rng.randint(*HAND_AGES)
    ages = (
        (rng.randint(1, 40), rng.randint(41, 120)) if native else (rng.randint(1, 27), late, rng.randint(late + 2, 56))
    )
    flap = rng.uniform(0, 0.25)
    return Scene(
        breed=breed,
        ahead=rng.uniform(0.8, 1.2),
        weight_cv=rng.uniform(0.08, 0.15) if not apart else rng.uniform(0.06, 0.12),
        sexes_apart=apart,
        bias_day_42=0.0 if native else rng.uniform(0.005, 0.045),
        avoid_from_days=rng.uniform(26, 31),
        avoid_power=rng.uniform(0.7, 1.3),
        avoid_until_days=rng.uniform(42, 56),
        near=round(185 / rng.uniform(0.45, 1.25)),
        manners=Manners(
            pair=rng.uniform(0.02, 0.35),
            together=rng.uniform(0, 0.2),
            flap=flap,
            shift=rng.uniform(0, 0.4),
            fidget_ratio=rng.uniform(0, 0.025),
            foot=rng.uniform(0, 0.15),
            sit=rng.uniform(0, 0.003),
            dropping=0.15,
            kick=rng.uniform(0, 0.05),
            drift_grams_per_h=rng.uniform(-40, 40),
            wash_share=0.001,
        ),
        hz=rng.choice((5, 10, 10, 20)),
        display_grams=rng.choice((1, 2, 5, 10)),
        ages=ages,
    )


@dataclass(frozen=True, slots=True)
class Day:
    """One played day: frames to feed, and the truth, complete once they were taken.

    Attributes:
        scene: the flock.
        age_days: its age.
        plate: the plate; ``visits`` reads it.
        grams: the flock's mean weight in the middle of the day.
    """

    scene: Scene
    age_days: int
    plate: Plate
    grams: float

    def pieces(self) -> Iterator[tuple[list[float], bytes]]:
        """Yield the line's bytes in pieces, with the instants of the frames in each, in s."""
        # A small bird's scale shows grams: no display is coarser than 2 % of a bird.
        display = max(one for one in (1, 2, 5, 10) if one <= max(1, min(self.scene.display_grams, 0.02 * self.grams)))
        frames, hz = int(DAY_S * self.scene.hz), self.scene.hz
        for first in range(0, frames, PIECE_FRAMES):
            instants = [n / hz for n in range(first, min(first + PIECE_FRAMES, frames))]
            loads = [round(self.plate.load_grams(at_s) / display) * display for at_s in instants]
            yield instants, b"".join([xk3190.encode(load, 3) for load in loads])

    def visits(self) -> list[Visit]:
        """Return who stood on the plate and left it again."""
        return list(self.plate.finished)


def visitors(one: Scene, age_days: int, seed: int) -> Regulars:
    """Draw the birds near the scale on a day."""
    birds = regulars(
        one.near,
        weight_cv=one.weight_cv,
        sexes_apart=one.apart(age_days),
        rng=random.Random(seed * 1000 + age_days),
    )
    cv = one.cv(age_days)
    return Regulars(
        birds, one.mean_grams, calendar(age_days), avoidance=lambda age: round(one.bias(age) / cv, 3), weight_cv=cv
    )


def calendar(age_days: int) -> Calendar:
    """Return the calendar of a day, from the lights' going on."""
    return Calendar(age_days=age_days, hour=LIGHTS_ON_HOUR, pace=PACE)


def day(one: Scene, age_days: int, seed: int) -> Day:
    """Set a day up."""
    grams = one.mean_grams(age_days)
    manners = one.manners
    # Litter and droppings come with the size of the bird that makes them.
    size = min(1.0, grams / 1500)
    manners = Manners(
        **{
            **{key: getattr(manners, key) for key in Manners.__slots__},
            "dropping_grams": (0.003 * grams, 0.008 * grams),
            "kick_grams": 6 + 34 * size,
        }
    )
    plate = Plate(
        Flock(breed=one.breed),
        calendar(age_days),
        seed=seed * 1000 + age_days,
        manners=manners,
        visitors=visitors(one, age_days, seed),
        visits_per_h=VISITS_PER_H,
    )
    return Day(one, age_days, plate, grams)
