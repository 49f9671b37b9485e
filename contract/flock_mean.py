"""The flock's mean, from a scale that heavy birds avoid and from weighings by hand. Pure, stdlib only.

Published: heavy broilers use a scale less, clearly in week 5 (Chedad et al. 2003, British Poultry Science, 193,536
pictures of three flocks), and a commercial scale multiplies by a fixed 1.03 above 2.1 kg for it (MS Schippers 4309680).
That it begins in week 5 and grows is published, its course is not; ours is the plainest there is:

    flock's mean on day a = S(a) * exp(b * r(a)),    r = 0 to day 28, rising evenly to 1 on day 49, then 1

S is what the scale says, without a day's luck: its logarithm grows a little less each day (Gompertz), and each day's
mean tells of it by as much as that day's birds are worth (``contract.statistics``). b says how strongly this flock's
heavy birds stay away. It is 4 % give or take 3 % before anything is known (around the published factor), and each
weighing by hand tells of S and b together. All three are normal and all of it is linear in them, so a Kalman filter
(Kalman 1960) is the exact answer: it says the mean, and how sure it is. Days after a weighing by hand go on from it.

Without a weighing by hand nothing is corrected. One before ``LEARN_FROM_DAYS`` can teach nothing: a difference then is
a matter of the scale, not of the birds. The correction ends ``HOLDS_DAYS`` after the last one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from contract.statistics import VISITS_PER_BIRD

BEGINS_DAYS = 28
FULL_DAYS = 49
KNOWN_STRENGTH, KNOWN_DEVIATION = 0.04, 0.03
STRENGTH_WANDERS = 0.002
"""Standard deviation of what b may change in a day: r is not this flock's own course."""

LEARN_FROM_DAYS = 33
HOLDS_DAYS = 35
MOST = 0.15
"""No flock's mean is further from its scale's for this reason; what seems so is told as this much."""

FROM_DAYS = 18
"""Days before it say nothing about week 5."""

USUAL_CV_PERCENT, CV_LEAST_PERCENT = 10.0, 5.0
"""Of a flock. A few equal weighings are no uniform flock."""

GROWTH, GROWTH_DEVIATION = 0.05, 0.04
"""How much the logarithm grows in a day, at first; it is soon learned."""

SLOWS = 0.045
"""Share by which the growth of the logarithm falls in a day: the rate of a Gompertz curve. Of broilers .043 to .047
(our fits to breeders' objectives, ``firmware_bridge.simulated.growth``), of Chinese natives about .04 (Zhao 2015)."""

GROWTH_WANDERS, LEVEL_WANDERS = 0.0015, 0.003
"""Standard deviations of what growth may change in a day, and of a day that is off by itself (heat, empty crops)."""


@dataclass(frozen=True, slots=True)
class ScaleDay:
    """What the scales said on a day.

    Attributes:
        age_days: of the flock.
        mean_grams: of the weighings, uncorrected.
        weighings: how many.
        cv_percent: of them; None when it isn't known.
    """

    age_days: int
    mean_grams: float
    weighings: int
    cv_percent: float | None = None

    @property
    def deviation(self) -> float:
        """Standard error of the logarithm of the mean; birds come back, see ``contract.statistics``."""
        birds = max(1.0, self.weighings / (2 * VISITS_PER_BIRD - 1))
        return max(self.cv_percent or USUAL_CV_PERCENT, CV_LEAST_PERCENT) / 100 / sqrt(birds)


@dataclass(frozen=True, slots=True)
class ByHand:
    """A weighing by hand.

    Attributes:
        age_days: of the flock on that day.
        grams: mean of the birds.
        birds: how many.
        cv_percent: of the flock; None when it isn't known.
    """

    age_days: int
    grams: float
    birds: int
    cv_percent: float | None = None

    @property
    def deviation(self) -> float:
        """Standard error of the logarithm of the mean; no bird is weighed twice."""
        return max(self.cv_percent or USUAL_CV_PERCENT, CV_LEAST_PERCENT) / 100 / sqrt(self.birds)


@dataclass(frozen=True, slots=True)
class FlockMean:
    """The flock's mean on a day, heavy birds that stay away included.

    Attributes:
        age_days: of the flock.
        grams: the mean.
        interval: its 95 % interval, in g.
        away_percent: by how much the scale is low because heavy birds stay away, in %.
        hand_weighings: how many that rests on.
    """

    age_days: int
    grams: float
    interval: tuple[float, float]
    away_percent: float
    hand_weighings: int


def risen(age_days: float) -> float:
    """Return r: 0 while heavy birds come like the others, 1 when they stay away most."""
    return min(1.0, max(0.0, (age_days - BEGINS_DAYS) / (FULL_DAYS - BEGINS_DAYS)))


def teaches(age_days: float) -> bool:
    """Say whether a weighing by hand at that age can tell how many heavy birds stay away."""
    return age_days >= LEARN_FROM_DAYS


def flock_means(days: Sequence[ScaleDay], by_hand: Sequence[ByHand]) -> list[FlockMean]:
    """Correct one flock's days for heavy birds that stay away.

    Args:
        days: what the scales said, in any order, at most one for each age.
        by_hand: the flock's weighings by hand, in any order.

    Returns:
        The days that are corrected, by age: none without a weighing by hand that teaches. A day is told from what was
        known by then; only the strength before the first weighing by hand is learned from those that followed.
    """
    weighed = {day.age_days: day for day in days if day.age_days >= FROM_DAYS}
    teaching = [one for one in by_hand if teaches(one.age_days) and one.age_days >= min(weighed, default=0)]
    if not teaching or not weighed:
        return []
    taught = [one.age_days for one in teaching]
    known = _follow(weighed, teaching)
    strength = known[max(known)].strength
    told = []
    for age in sorted(weighed):
        if risen(age) > 0 and age <= max(taught) + HOLDS_DAYS:
            state = known[age] if age >= min(taught) else known[age].with_strength(strength)
            told.append(_told(age, state, sum(one <= max(age, min(taught)) for one in taught)))
    return told


def _told(age_days: int, state: "_State", hand_weighings: int) -> FlockMean:
    rise = risen(age_days)
    away = min(max(state.strength[0] * rise, -MOST), MOST)
    half = 1.96 * state.deviation((1.0, 0.0, rise))
    grams = exp(state.means[0] + away)
    return FlockMean(age_days, grams, (grams * exp(-half), grams * exp(half)), 100 * (exp(away) - 1), hand_weighings)


Three = tuple[float, float, float]
Covariance = tuple[Three, Three, Three]


@dataclass(frozen=True, slots=True)
class _State:
    """What is known: means and covariance of (log S, its growth a day, b)."""

    means: Three
    covariance: Covariance

    @property
    def strength(self) -> tuple[float, float]:
        """Mean and variance of b."""
        return self.means[2], self.covariance[2][2]

    def with_strength(self, strength: tuple[float, float]) -> "_State":
        """Return it with another b, of which S tells nothing."""
        (a, c, _), (d, e, _), _ = self.covariance
        return _State((*self.means[:2], strength[0]), ((a, c, 0.0), (d, e, 0.0), (0.0, 0.0, strength[1])))

    def deviation(self, of: Three) -> float:
        """Return the standard deviation of a weighted sum of the three."""
        return sqrt(max(0.0, _dot(of, self._times(of))))

    def next_day(self) -> "_State":
        """Return what is known of the next day."""
        level, growth, strength = self.means
        slows = exp(-SLOWS)
        (aa, ab, ac), (_, bb, bc), (_, _, cc) = self.covariance
        # F P F' of log S' = log S + growth, growth' = slows * growth, b' = b; then the days' own changes.
        la, lb, lc = aa + 2 * ab + bb + LEVEL_WANDERS**2, slows * (ab + bb), ac + bc
        ga, gc = slows * slows * bb + GROWTH_WANDERS**2, slows * bc
        covariance = ((la, lb, lc), (lb, ga, gc), (lc, gc, cc + STRENGTH_WANDERS**2))
        return _State((level + growth, slows * growth, strength), covariance)

    def told(self, of: Three, value: float, deviation: float) -> "_State":
        """Take in that a weighted sum of the three is ``value``, give or take ``deviation``."""
        shared = self._times(of)
        variance = _dot(of, shared) + deviation * deviation
        off = value - _dot(of, self.means)
        gains = [one / variance for one in shared]
        x, y, z = (mean + gain * off for mean, gain in zip(self.means, gains, strict=True))
        rows = [
            [known - gain * one for known, one in zip(row, shared, strict=True)]
            for row, gain in zip(self.covariance, gains, strict=True)
        ]
        (a, b, c), (d, e, f), (g, h, i) = rows
        return _State((x, y, z), ((a, b, c), (d, e, f), (g, h, i)))

    def _times(self, of: Three) -> Three:
        a, b, c = (_dot(row, of) for row in self.covariance)
        return a, b, c


def _dot(one: Three, other: Three) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _follow(weighed: dict[int, ScaleDay], by_hand: Sequence[ByHand]) -> dict[int, _State]:
    """Return what is known at the end of each age, from what came by then."""
    began = weighed[min(weighed)]
    level = (began.deviation**2, 0.0, 0.0)
    unknown = (level, (0.0, GROWTH_DEVIATION**2, 0.0), (0.0, 0.0, KNOWN_DEVIATION**2))
    state = _State((log(began.mean_grams), GROWTH, KNOWN_STRENGTH), unknown)
    known = {}
    for age in range(began.age_days, max([*weighed, *(one.age_days for one in by_hand)]) + 1):
        if age > began.age_days:
            state = state.next_day()
            if age in weighed:
                state = state.told((1.0, 0.0, 0.0), log(weighed[age].mean_grams), weighed[age].deviation)
        for one in by_hand:
            if one.age_days == age:
                state = state.told((1.0, 0.0, risen(age)), log(one.grams), one.deviation)
        known[age] = state
    return known
