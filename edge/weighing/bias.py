"""Heavy birds stay away from the scale: how far that puts the mean low, learned from weighings by hand. Pure.

Chedad et al. (2003, British Poultry Science) watched three broiler flocks on 193,536 pictures: heavy birds use the
scale less, clearly in week 5. A commercial scale ships a fixed factor of 1.03 above 2.1 kg for it (MS Schippers
4309680). Published is that it begins then and grows; its course is not, so ours is the plainest there is:

    flock's mean = mean of the scale * (1 + b * r(age)),   r = 0 up to day 28, rising evenly to 1 on day 49, then 1

b is learned: each weighing by hand says hand / scale - 1 = b * r, and weighs by how sure it is (birds by hand, birds
on the scale) and how far r has risen; a line through no difference on day 28. A hundred birds by hand leave b so unsure
that what is known before them counts, too: b is 4 % give or take 3 %, around the published factor. Without any weighing
by hand nothing is corrected. Before ``LEARN_FROM_DAYS`` nothing can be learned: a difference then is a matter of the
scale, not of the birds. A hand weighing holds for its flock only: ``HOLDS_DAYS`` after it, or when the scale's mean has
fallen by half (the next flock), the correction ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from contract.statistics import VISITS_PER_BIRD

BEGINS_DAYS = 28
FULL_DAYS = 49
KNOWN_RISE, KNOWN_DEVIATION = 0.04, 0.03
LEARN_FROM_DAYS = 33
HOLDS_DAYS = 35
NEXT_FLOCK = 0.5
FACTOR_LEAST, FACTOR_MOST = 0.90, 1.15


@dataclass(frozen=True, slots=True)
class Compared:
    """A weighing by hand beside what the scale said that day.

    Attributes:
        age_days: of the flock.
        hand_grams: mean by hand.
        hand_birds: birds weighed by hand.
        scale_grams: mean of the scale, uncorrected.
        scale_weighings: how many that was.
        cv_percent: of the flock.
    """

    age_days: float
    hand_grams: float
    hand_birds: int
    scale_grams: float
    scale_weighings: int
    cv_percent: float = 10.0

    @property
    def deviation(self) -> float:
        """Standard error of hand / scale."""
        birds = self.scale_weighings / (2 * VISITS_PER_BIRD - 1)
        return self.cv_percent / 100 * sqrt(1 / self.hand_birds + 1 / max(1.0, birds))


@dataclass(frozen=True, slots=True)
class Correction:
    """What a day's mean is multiplied with.

    Attributes:
        factor: 1 when there is nothing to correct, or nothing known.
        plus_minus: half of the factor's 95 % interval.
        weighings: weighings by hand it rests on.
    """

    factor: float = 1.0
    plus_minus: float = 0.0
    weighings: int = 0


def risen(age_days: float) -> float:
    """Return r: 0 while heavy birds come like the others, 1 when they stay away most."""
    return min(1.0, max(0.0, (age_days - BEGINS_DAYS) / (FULL_DAYS - BEGINS_DAYS)))


def correction(compared: Sequence[Compared], age_days: float, scale_grams: float) -> Correction:
    """Return the correction of a day's mean.

    Args:
        compared: the flock's weighings by hand, in any order.
        age_days: of the flock on the day to correct; the days before a hand weighing are corrected by it, too.
        scale_grams: the day's mean of the scale, uncorrected.
    """
    holding = [one for one in compared if one.age_days >= LEARN_FROM_DAYS]
    newest = max(holding, key=lambda one: one.age_days, default=None)
    if newest is None or age_days > newest.age_days + HOLDS_DAYS or risen(age_days) == 0:
        return Correction()
    if age_days > newest.age_days and scale_grams < NEXT_FLOCK * newest.scale_grams:
        return Correction()
    worth = KNOWN_DEVIATION**-2 + sum((risen(one.age_days) / one.deviation) ** 2 for one in holding)
    said = sum(risen(one.age_days) * (one.hand_grams / one.scale_grams - 1) / one.deviation**2 for one in holding)
    rise = (KNOWN_RISE * KNOWN_DEVIATION**-2 + said) / worth
    factor = min(max(1 + rise * risen(age_days), FACTOR_LEAST), FACTOR_MOST)
    return Correction(factor, 1.96 * risen(age_days) / sqrt(worth), len(holding))
