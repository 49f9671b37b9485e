"""What growers are paid by: gain, feed conversion, production factors. Pure.

All take what is known and answer ``Reckoned``: a value, or what is lacking. Weights are in g or kg as named; feed is
in kg. A 95 % interval of the mean weight goes through each formula, which is monotone in the weight.

- Gain: (mean - earlier mean) / days between.
- FCR (feed conversion ratio): feed eaten / live weight, the chick's own weight included, as breeders print it (Ross 308
  performance objectives 2022, day 42: 4590 g of feed at 2998 g, 1.531). Of a flock it is all its feed / the live weight
  that is there or was sold: birds that died took feed along and are in no weight, so losses make it worse, as they
  should.
- Corrected FCR: brought to a reference weight by so many points (0.01) for each 100 g. Two points at 2.5 kg is
  Poultry World 2016, "Towards a more reliable comparison of the FCR"; four points at 1.5 kg is the older custom
  (poultryperformanceplus.com, "Corrected feed conversion ratio").
- EPEF: livability % x live weight kg / (age days x FCR) x 100 (Shane, "What's your PEF?").
- EBI: daily gain g x livability % / (10 x FCR) (poultryperformanceplus.com, "European Broiler Index"). With a gain
  reckoned from zero it is the EPEF; reckoned from the chick's weight, as here, a little less.
"""

from collections.abc import Iterable
from typing import Final

from cloud.flock.reckoned import Interval, Reckoned, known, lacking

REFERENCE_KG: Final = 2.5
POINTS_PER_100_G: Final = 2.0
"""Poultry World 2016; a farm may take its own."""

GRAMS_PER_KG: Final = 1000.0


def gain(grams: Reckoned, earlier: Reckoned, days: float) -> Reckoned:
    """Return the daily gain in g/day; its interval holds both means' errors, which are independent."""
    if grams.value is None:
        return grams
    if earlier.value is None or days <= 0:
        return lacking("no_earlier_weight")
    value = (grams.value - earlier.value) / days
    if not grams.interval or not earlier.interval:
        return known(value)
    half = ((grams.interval[1] - grams.interval[0]) ** 2 + (earlier.interval[1] - earlier.interval[0]) ** 2) ** 0.5 / 2
    return known(value, (value - half / days, value + half / days))


def live_kilograms(birds: float, grams: Reckoned, sold_kg: float = 0.0) -> Reckoned:
    """Return the live weight a flock has made, in kg: the birds that are there and those that were sold."""
    if birds <= 0 and sold_kg > 0:
        return known(sold_kg)
    if birds <= 0:
        return lacking("no_birds")
    return grams.through(lambda mean: birds * mean / GRAMS_PER_KG + sold_kg)


def fcr(feed_kg: Reckoned, live_kg: Reckoned) -> Reckoned:
    """Return kg of feed for each kg of live weight."""
    if feed_kg.value is None:
        return feed_kg
    if live_kg.value is None:
        return live_kg
    if live_kg.value <= 0:
        return lacking("no_weight")
    eaten = feed_kg.value
    return Reckoned(live_kg.value, _positive(live_kg.interval)).through(lambda kilograms: eaten / kilograms)


def fcr_between(feed_kg: Reckoned, live_kg: Reckoned, earlier_kg: Reckoned) -> Reckoned:
    """Return kg of feed for each kg that a flock has gained in some days: the FCR of a week."""
    if feed_kg.value is None or live_kg.value is None:
        return feed_kg if feed_kg.value is None else live_kg
    if earlier_kg.value is None:
        return lacking("no_earlier_weight")
    gained = live_kg.value - earlier_kg.value
    return known(feed_kg.value / gained) if gained > 0 else lacking("no_gain")


def corrected_fcr(
    ratio: Reckoned,
    grams: Reckoned,
    *,
    reference_kg: float = REFERENCE_KG,
    points_per_100_g: float = POINTS_PER_100_G,
) -> Reckoned:
    """Return the FCR as it would be at a reference weight: heavier birds are forgiven, lighter ones charged."""
    if ratio.value is None or grams.value is None:
        return ratio if ratio.value is None else grams
    per_gram = points_per_100_g / 100 / 100

    def at(one: float, weight: float) -> float:
        return one + (reference_kg * GRAMS_PER_KG - weight) * per_gram

    if not ratio.interval or not grams.interval:
        return known(at(ratio.value, grams.value))
    # Both come from one mean: where it is low the ratio is high.
    ends = sorted((at(ratio.interval[1], grams.interval[0]), at(ratio.interval[0], grams.interval[1])))
    return known(at(ratio.value, grams.value), (ends[0], ends[1]))


def epef(livability_percent: float | None, grams: Reckoned, age_days: float, ratio: Reckoned) -> Reckoned:
    """Return the European production efficiency factor."""
    if age_days <= 0:
        return lacking("day_zero")
    if livability_percent is None:
        return lacking("no_birds")
    if grams.value is None or ratio.value is None:
        return grams if grams.value is None else ratio
    survived = livability_percent

    def factor(weight: float, conversion: float) -> float:
        return survived * weight / GRAMS_PER_KG / (age_days * conversion) * 100

    value = factor(grams.value, ratio.value)
    if not grams.interval or not ratio.interval:
        return known(value)
    return known(value, (factor(grams.interval[0], ratio.interval[1]), factor(grams.interval[1], ratio.interval[0])))


def ebi(livability_percent: float | None, gain_g_per_day: Reckoned, ratio: Reckoned) -> Reckoned:
    """Return the European broiler index."""
    if livability_percent is None:
        return lacking("no_birds")
    if gain_g_per_day.value is None or ratio.value is None:
        return gain_g_per_day if gain_g_per_day.value is None else ratio
    survived = livability_percent

    def index(grams: float, conversion: float) -> float:
        return grams * survived / (10 * conversion)

    value = index(gain_g_per_day.value, ratio.value)
    if not gain_g_per_day.interval or not ratio.interval:
        return known(value)
    low, high = gain_g_per_day.interval
    return known(value, (index(low, ratio.interval[1]), index(high, ratio.interval[0])))


def mean_age(left: Iterable[tuple[int, int]]) -> Reckoned:
    """Return the mean age in days of birds that left at several ages: pairs of (age in days, birds).

    A flock that was thinned has no one age; the mean by birds is what the factors are reckoned with.
    """
    pairs = [(age, birds) for age, birds in left if birds > 0]
    total = sum(birds for _, birds in pairs)
    return known(sum(age * birds for age, birds in pairs) / total) if total else lacking("no_birds")


def _positive(interval: Interval | None) -> Interval | None:
    return interval if interval and interval[0] > 0 else None
