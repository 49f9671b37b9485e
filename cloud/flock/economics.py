"""What a flock costs and brings, with the prices a farmer enters. Pure; no price is ours.

Costs = chicks + feed + everything else that was entered, each for a bird, a kg sold, a day, or the flock. Income = live
weight x price. What is not entered is not there: a sheet without a feed price has no cost, rather than a low one.

A late day: the flock eats one more day's feed and costs one more day's upkeep, and gains a day's weight, which is sold:
what it brings is (gain x price - feed x price of feed) x birds - upkeep of a day. Below zero each day late loses money.

A degree of cold: birds below the temperature of their age burn feed to keep warm. How much more they eat for each
degree is ``FEED_PERCENT_PER_DEGREE``, unverified, and may be overridden: guides agree that feed goes up below the
thermoneutral zone (University of Kentucky, Poultry production manual, chapter 6), not on a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cloud.flock.reckoned import Reckoned, known, lacking

FEED_PERCENT_PER_DEGREE: Final = 1.0
"""More feed for each °C below the target, in %. Our assumption, not verified."""

Per = Literal["flock", "day", "bird", "kilogram"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Something that costs money: ``amount`` for each ``per``."""

    name: str
    amount: float
    per: Per


@dataclass(frozen=True, slots=True)
class Prices:
    """What a farmer entered, all in one currency.

    Attributes:
        currency: as it is written beside an amount.
        chick: of a chick.
        feed_kg: of a kg of feed, the mean of all kinds.
        live_kg: for a kg of live weight.
        others: heating, labour, litter, medicine, rent ...
        feed_percent_per_degree: more feed for each degree of cold, in %.
    """

    currency: str
    chick: float | None = None
    feed_kg: float | None = None
    live_kg: float | None = None
    others: tuple[Cost, ...] = ()
    feed_percent_per_degree: float = FEED_PERCENT_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Produced:
    """What a flock took and made.

    Attributes:
        placed_birds: chicks that were paid for.
        birds: birds that are there or were sold.
        live_kg: their live weight.
        feed_kg: what was eaten.
        days: how long it has lived.
    """

    placed_birds: int
    birds: int
    live_kg: Reckoned
    feed_kg: Reckoned
    days: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A flock's money, in the currency of the prices.

    Attributes:
        lines: what each thing cost; lacking where its price or amount is.
        cost: all of them.
        income: live weight x price.
        margin: income less cost.
        per_bird: cost of a bird that is there or was sold.
        per_kilogram: cost of a kg of live weight.
    """

    lines: tuple[tuple[str, Reckoned], ...]
    cost: Reckoned
    income: Reckoned
    margin: Reckoned
    per_bird: Reckoned
    per_kilogram: Reckoned


def sheet(prices: Prices, made: Produced) -> Sheet:
    """Return what a flock has cost and what it is worth by now."""
    chicks = lacking("no_price") if prices.chick is None else known(prices.chick * made.placed_birds)
    feed = _times(made.feed_kg, prices.feed_kg)
    lines = [("chicks", chicks), ("feed", feed), *((one.name, _other(one, made)) for one in prices.others)]
    cost = _sum([amount for _, amount in lines])
    income = _times(made.live_kg, prices.live_kg)
    return Sheet(
        lines=tuple(lines),
        cost=cost,
        income=income,
        margin=_less(income, cost),
        per_bird=_over(cost, known(float(made.birds)) if made.birds > 0 else lacking("no_birds")),
        per_kilogram=_over(cost, made.live_kg),
    )


def late_day(prices: Prices, birds: int, gain_g: Reckoned, feed_kg_a_day: Reckoned) -> Reckoned:
    """Return what one more day in the house brings; below 0 it costs.

    Args:
        prices: what was entered.
        birds: that are there.
        gain_g: of a bird in a day.
        feed_kg_a_day: of the whole flock.
    """
    if gain_g.value is None or feed_kg_a_day.value is None:
        return gain_g if gain_g.value is None else feed_kg_a_day
    if prices.live_kg is None or prices.feed_kg is None:
        return lacking("no_price")
    upkeep = sum(one.amount for one in prices.others if one.per == "day")
    price, feed = prices.live_kg, feed_kg_a_day.value * prices.feed_kg
    return gain_g.through(lambda grams: birds * grams / 1000 * price - feed - upkeep)


def cold_degree(prices: Prices, feed_kg_a_day: Reckoned) -> Reckoned:
    """Return what a day that is one degree too cold costs in feed."""
    if feed_kg_a_day.value is None:
        return feed_kg_a_day
    if prices.feed_kg is None:
        return lacking("no_price")
    price, share = prices.feed_kg, prices.feed_percent_per_degree / 100
    return feed_kg_a_day.through(lambda kilograms: kilograms * share * price)


def sale_value(birds: int, grams: Reckoned, price_kg: float | None) -> Reckoned:
    """Return what birds are worth at a price for a kg of live weight."""
    if price_kg is None:
        return lacking("no_price")
    if birds <= 0:
        return lacking("no_birds")
    return grams.through(lambda mean: birds * mean / 1000 * price_kg)


def _other(one: Cost, made: Produced) -> Reckoned:
    if one.per == "kilogram":
        return _times(made.live_kg, one.amount)
    return known(one.amount * {"flock": 1, "day": made.days, "bird": made.placed_birds}[one.per])


def _times(amount: Reckoned, price: float | None) -> Reckoned:
    if price is None:
        return lacking("no_price")
    return amount.through(lambda value: value * price)


def _sum(amounts: Sequence[Reckoned]) -> Reckoned:
    lack = next((one for one in amounts if one.value is None), None)
    return lack or known(sum(one.value or 0.0 for one in amounts))


def _less(one: Reckoned, other: Reckoned) -> Reckoned:
    if one.value is None or other.value is None:
        return one if one.value is None else other
    taken = other.value
    return one.through(lambda value: value - taken)


def _over(one: Reckoned, other: Reckoned) -> Reckoned:
    if one.value is None or other.value is None:
        return one if one.value is None else other
    if other.value <= 0:
        return lacking("no_weight")
    total = one.value
    return Reckoned(other.value, other.interval if other.interval and other.interval[0] > 0 else None).through(
        lambda value: total / value
    )
